"""Which address a line gives, as it was written, or none."""

from __future__ import annotations

import pytest

from app.engines.offline.addresses import address_in

GIVEN = [
    ("Поменяйте адрес доставки заказа O-7104 на новый: г. Светлый, ул. Лесная, дом 8",
     "г. Светлый, ул. Лесная, дом 8"),
    ("везите лучше на ул. Садовая 5, кв 12, пожалуйста", "ул. Садовая 5, кв 12"),
    ("доставьте на улицу Мира, 14", "улицу Мира, 14"),
    ("новый адрес: Светлый, Озёрная 3-17", "Светлый, Озёрная 3-17"),
    ("адрес теперь Светлый, Озёрная 3", "Светлый, Озёрная 3"),
    ("не туда! проспект Победы 10, подъезд 2", "проспект Победы 10, подъезд 2"),
    ("г. Светлый, пер. Тихий, д. 1. Код домофона скажу потом", "г. Светлый, пер. Тихий, д. 1"),
    ("по адресу Лесная 8, квартира 4", "Лесная 8, квартира 4"),
    ("г Светлый ул Лесная 8", "г Светлый ул Лесная 8"),
    ("переезжаю, поменяйте адрес на Светлый, Полевая 9", "Светлый, Полевая 9"),
    ("can it go to 19 Station Rd instead of home?", "19 Station Rd"),
    ("deliver to Flat 2, 14 Hill Terrace", "Flat 2, 14 Hill Terrace"),
    ("адрес тот же, заказ 2 штуки", None),
    ("Please send it to 12 Harbour Road, flat 3 instead", "12 Harbour Road, flat 3"),
    ("Change the address of O-7105: 4 Mill Lane, Easton", "4 Mill Lane, Easton"),
    ("my new address is 27b St. John's Street, thanks", "27b St. John's Street"),
    ("deliver it to 8 Park Ave please", "8 Park Ave"),
    ("Please change the address of that order to Easton, Mill Lane 4, flat 9.",
     "Easton, Mill Lane 4, flat 9"),
    ("send it to my sister's instead, 4 Mill in Easton", "4 Mill in Easton"),
    ("bring it to me on March 5", None),
    ("поменяйте адрес доставки", None),
    ("Please have order O-7105 delivered by courier instead of to the pick-up point.", None),
    ("можно сменить адрес заказа O-1005?", None),
    ("лучше курьером", None),
    ("в пункт выдачи", None),
    ("привезите завтра в 15", None),
    ("верните 1990 рублей", None),
    ("на дом 2 ключа", None),
]  # fmt: skip


@pytest.mark.parametrize(("said", "address"), GIVEN)
def test_an_address_is_what_was_written_of_it(said: str, address: str | None) -> None:
    assert address_in(said) == address


@pytest.mark.parametrize(
    "said", ["адрес " * 3000, "1 a " * 4000, "ул. " * 4000, "адрес: " * 2500], ids=range(4)
)
def test_a_long_line_has_no_address(said: str) -> None:
    assert address_in(said) is None
