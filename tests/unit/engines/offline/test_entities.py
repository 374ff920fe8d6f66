"""What a line names: a number of pieces or people, whole or not at all; a way of delivery, not the other."""

from __future__ import annotations

import pytest

from app.engines.offline.entities import slots_in

GIVEN_UP = [
    ("by courier instead of to the pick-up point", "courier"),
    ("to a pick-up point rather than by courier", "pickup"),
    ("deliver it by courier, not to the pick-up point", "courier"),
    ("лучше курьером, а не в пункт выдачи", "courier"),
    ("в пункт выдачи вместо доставки курьером", "pickup"),
]
COUNTED = [
    ("нас 9999 человек", "people", 9999),
    ("нас 9 999 человек", "people", 9999),
    ("10 000 пользователей", "people", 10_000),
    ("10 тысяч пользователей", "people", 10_000),
    ("на 100000 человек", "people", 100_000),
    ("9999999 человек", "people", 9_999_999),
    ("пара сотен пользователей", "people", 200),
    ("пару тысяч человек", "people", 2000),
    ("два десятка человек", "people", 20),
    ("двадцать пять человек", "people", 25),
    ("сто двадцать пользователей", "people", 120),
    ("25-ти человек", "people", 25),
    ("нас двое", "people", 2),
    ("троих сотрудников", "people", 3),
    ("1990 ₽ за 3 человека", "people", 3),
    ("twelve people", "people", 12),
    ("thirty-five people", "people", 35),
    ("two dozen people", "people", 24),
    ("a team of 40", "people", 40),
    ("1 200 users", "people", 1200),
    ("два ключа", "quantity", 2),
    ("100500 хабов", "quantity", 100_500),
    ("десяток хабов", "quantity", 10),
    ("two hubs please", "quantity", 2),
    ("1990 рублей за человека", "people", None),
    ("1,5 человека", "people", None),
    ("хаб за 12 900", "quantity", None),
]


@pytest.mark.parametrize(("said", "slot", "number"), COUNTED)
def test_a_count_is_heard_whole_or_not_at_all(said: str, slot: str, number: int | None) -> None:
    assert slots_in(said, None, False).get(slot) == number


@pytest.mark.parametrize(("said", "way"), GIVEN_UP)
def test_the_way_that_is_given_up_is_not_meant(said: str, way: str) -> None:
    assert slots_in(said, None, False)["delivery"] == way
