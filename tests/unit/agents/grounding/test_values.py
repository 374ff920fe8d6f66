"""Values are compared, not their spelling."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from app.agents.grounding import Evidence, unsupported
from tests.unit.agents.grounding.tables import TODAY

SPELLINGS: list[Callable[[int], str]] = [
    lambda n: f"{n} ₽",
    lambda n: f"{n}₽",
    lambda n: f"{n} руб.",
    lambda n: f"{n}р",
    lambda n: f"{n:,} ₽".replace(",", " "),
    lambda n: f"{n:,} рублей".replace(",", "\u00a0"),
    lambda n: f"{n:,} р.".replace(",", "\u202f"),
    lambda n: f"{n:,} руб".replace(",", "\u2009"),
    lambda n: f"{n:,} ₽",
    lambda n: f"{n:,} р".replace(",", "."),
    lambda n: f"RUB {n:,}",
    lambda n: f"{n:,}.00 roubles",
    lambda n: f"**{n}** rub",
    lambda n: f"₽{n}",
]
FRAMES = ["Это стоит {}", "It costs {} a month.", "- Цена: {}, и всё.", "({})", '{{"amount": "{}"}}']
AMOUNTS = st.integers(1, 999_999)
SPELLING, FRAME = st.sampled_from(SPELLINGS), st.sampled_from(FRAMES)
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
DATED: list[Callable[[date], str]] = [
    lambda d: format_date(d, "long", locale="ru"),
    lambda d: format_date(d, "long", locale="en"),
    lambda d: format_date(d, "medium", locale="ru"),
    lambda d: format_date(d, "medium", locale="en"),
    lambda d: d.isoformat(),
    lambda d: f"{d:%d.%m.%Y}",
]


def knows(*texts: str) -> Evidence:
    return Evidence(today=TODAY, texts=texts)


@given(AMOUNTS, SPELLING, SPELLING, FRAME, FRAME)
def test_an_amount_is_known_in_any_spelling(
    n: int, one: Callable[[int], str], other: Callable[[int], str], reply: str, source: str
) -> None:
    assert unsupported(reply.format(one(n)), knows(source.format(other(n))), "ru") == []


@given(AMOUNTS, AMOUNTS, SPELLING, SPELLING, FRAME)
def test_another_amount_is_never_supported(
    n: int, known: int, one: Callable[[int], str], other: Callable[[int], str], frame: str
) -> None:
    found = unsupported(frame.format(one(n)), knows(frame.format(other(known))), "ru")
    assert [claim.kind for claim in found] == ([] if n == known else ["amount"])


@given(DAYS, DAYS, st.sampled_from(DATED), st.sampled_from(DATED))
def test_a_date_is_known_in_any_spelling_and_no_other_is(
    day: date, known: date, one: Callable[[date], str], other: Callable[[date], str]
) -> None:
    reply = f"Следующее списание: {one(day)}"
    assert unsupported(reply, knows(f"date: {other(day)}"), "ru") == []
    assert bool(unsupported(reply, knows(f"date: {other(known)}"), "ru")) == (day != known)


@pytest.mark.parametrize(
    ("words", "figures"),
    [
        ("две тысячи рублей", "2 000 ₽"),
        ("тысяча девятьсот девяносто рублей", "1 990 ₽"),
        ("полторы тысячи рублей", "1 500 ₽"),
        ("5 тыс. рублей", "5 000 ₽"),
        ("twenty dollars", "$20"),
        ("one thousand nine hundred and ninety roubles", "1,990 ₽"),
        ("20k dollars", "$20,000"),
        ("пять процентов", "5 %"),
        ("twenty-five percent", "25%"),
        ("20-процентная", "20%"),
    ],
)
def test_numbers_in_words_are_numbers(words: str, figures: str) -> None:
    assert unsupported(f"Это {words}.", knows(f"Итого {figures}."), "ru") == []
    assert len(unsupported(f"Это {words}.", knows("Итого 77 ₽, 77 $, 77 %."), "ru")) == 1


@pytest.mark.parametrize(
    ("reply", "source", "supported"),
    [
        ("Мы ответим в течение 24 часов.", "Ответ в течение суток.", True),
        ("Мы ответим через две недели.", "Ответ через 14 дней.", True),
        ("Мы ответим за 3–5 рабочих дней.", "Ответ: 3-5 рабочих дней.", True),
        ("Мы ответим за 5 рабочих дней.", "Ответ: от 3 до 5 рабочих дней.", True),
        ("Мы ответим за 3 рабочих дня.", "Ответ: 3–5 рабочих дней.", False),
        ("Мы ответим за 5 дней.", "Ответ: 5 рабочих дней.", False),
        ("Мы ответим завтра.", "Звонок 23 ноября 2026 г.", True),
        ("Мы ответим завтра.", "Звонок 24 ноября 2026 г.", False),
        ("We will answer on Monday.", "The call is on November 23, 2026.", True),
        ("We will answer on Monday.", "The call is on November 25, 2026.", False),
        ("Доплата $20.", "Доплата 20 ₽.", False),
        ("Цена 990 ₽ и 1 990 ₽, вместе 2 980 ₽.", "Цены: 990 ₽, 1 990 ₽.", False),
        ("Цена от 990–1 990 ₽.", "Цены: 990 ₽, 1 990 ₽.", True),
    ],
)
def test_durations_near_dates_and_sums_are_compared_by_meaning(
    reply: str, source: str, supported: bool
) -> None:
    assert (unsupported(reply, knows(source), "ru") == []) == supported


@pytest.mark.parametrize(
    "reply",
    ["50 ГБ и 2 устройства", "Версия 12.10.2", "Шаг 3 из 5", "IP 192.168.01.10", "You may 5 times", "24/7",
     "до 3 раз", "Error 404", "5 русских букв", "10 минут", "Порт 8080.", "v2.12.2024.1"],
)  # fmt: skip
def test_a_number_without_a_sense_of_money_or_date_is_no_claim(reply: str) -> None:
    assert unsupported(reply, knows(), "ru") == []


def test_a_month_cut_short_ends_no_sentence_before_its_year() -> None:
    told = "Следующее списание: 1 янв. 2027 г. Спасибо."
    assert unsupported(told, knows("date: 1 янв. 2026 г."), "ru") != []
    assert unsupported(told, knows("date: 2027-01-01"), "ru") == []


@pytest.mark.parametrize(
    ("reply", "lang", "supported"),
    [
        ("For 22 people it is 4,570 ₽: 3,990 and two times 290.", "en", True),
        ("For 22 people it is 4,580 ₽: 3,990 and two times 290.", "en", False),
        ("На 25 человек 5440 ₽: 3990 за двадцать и 290 за каждого из пяти.", "ru", True),
        ("На 25 человек 5440 ₽.", "ru", False),
    ],
)
def test_a_price_for_so_many_and_one_for_each_more_make_a_sum(reply: str, lang: str, supported: bool) -> None:
    known = Evidence(today=TODAY, texts=("Business: 3,990 ₽, 290 ₽ more for each further person.",))
    assert (unsupported(reply, known, lang) == []) == supported
