"""Russian in Latin letters is spelled as Russian is: with its soft signs, where the words around tell."""

from __future__ import annotations

import pytest

from app.engines.routing.translit import from_translit


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("kak otmenit podpisku", "как отменить подписку"),
        ("gde posmotret status zakaza", "где посмотреть статус заказа"),
        ("hochu vernut dengi za tarif", "хочу вернуть деньги за тариф"),
        ("kak zaregistrirovatsya", "как зарегистрироваться"),
        ("skolko zhdat i skolko eto stoit", "сколько ждать и сколько это стоит"),
        ("slomalas knopka, boyus chto spishut", "сломалась кнопка, боюсь что спишут"),
        ("propala svyaz, nuzhna pomosh", "пропала связь, нужна помощь"),
        ("otpravte pozhalusta", "отправьте пожалуйста"),
    ],
)
def test_soft_signs_are_put_back(typed: str, meant: str) -> None:
    assert from_translit(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("kak eto rabotaet", "как это работает"),
        ("gde lezhit moya posylka", "где лежит моя посылка"),
        ("kogda pridet kurer", "когда придет курер"),
        ("gde nash zakaz", "где наш заказ"),
        ("prilozhenie prosit kod", "приложение просит код"),
    ],
)
def test_other_forms_are_left_alone(typed: str, meant: str) -> None:
    assert from_translit(typed) == meant
