"""One sentence has one meaning: what a reply may state and what the embedded model hears are the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from babel.dates import format_date
from hypothesis import given, settings
from hypothesis import strategies as st

from app.agents.grounding.sentences import plain
from app.core.quantities import Value, scale
from app.engines.offline.entities import slots_in
from app.engines.offline.lexicon import values

TODAY = date(2026, 11, 22)
ROUBLES: list[Callable[[int], str]] = [
    lambda n: f"{n} ₽",
    lambda n: f"{n:,} руб.".replace(",", " "),
    lambda n: f"{n:,} рублей".replace(",", "\u00a0"),
    lambda n: f"{n:,} ₽",
    lambda n: f"{n:,} р".replace(",", "."),
    lambda n: f"{n}р",
    lambda n: f"₽{n}",
    lambda n: f"RUB {n:,}",
    lambda n: f"{n:,}.00 rub",
    lambda n: f"{n} roubles",
]
THOUSANDS: list[Callable[[int], str]] = [
    lambda n: f"{n} тыс. рублей",
    lambda n: f"{n} тысяч руб",
    lambda n: f"{n}к рублей",
    lambda n: f"{n}k rub",
    lambda n: f"{n} thousand roubles",
    lambda n: f"{n} тыс",  # without a currency
]
IN_WORDS = {
    "две тысячи рублей": 2000,
    "полторы тысячи рублей": 1500,
    "1,5 тысячи рублей": 1500,
    "девятьсот девяносто рублей": 990,
    "two thousand roubles": 2000,
    "five hundred rubles": 500,
}
FOREIGN = ["${}", "{} долларов", "{} euros", "{} евро", "€{}"]
FRAMES = st.sampled_from(["Верните мне {}", "Please refund {} to me", "P-1006: {}", "по заказу O-101 {}"])
WRITTEN: list[Callable[[date], str]] = [
    *(lambda d, lang=lang, form=form: format_date(d, form, locale=lang)
      for lang in ("ru", "en") for form in ("long", "medium")),
    lambda d: d.isoformat(),
    lambda d: f"{d:%d.%m.%Y}",
    lambda d: f"{d:%d/%m/%Y}",
    lambda d: f"{d:%d.%m.%y}",
]  # fmt: skip


def heard(line: str) -> int | None:
    amount: int | None = slots_in(line, TODAY, past=True).get("amount")
    return amount


def stated(line: str, kind: str) -> list[Value]:
    return [value for value in scale("ru").read(plain(line), TODAY) if value.kind == kind]


@settings(deadline=None)
@given(n=st.integers(100, 999_999), spelling=st.sampled_from(ROUBLES), frame=FRAMES)
def test_a_sum_in_roubles_is_the_same_for_both(n: int, spelling: Callable[[int], str], frame: str) -> None:
    line = frame.format(spelling(n))
    assert heard(line) == n
    assert ("RUB", Decimal(n)) in {m for value in stated(line, "amount") for m in value.meanings}


@settings(deadline=None)
@given(n=st.integers(1, 999), spelling=st.sampled_from(THOUSANDS), frame=FRAMES)
def test_thousands_are_no_units(n: int, spelling: Callable[[int], str], frame: str) -> None:
    assert heard(frame.format(spelling(n))) == n * 1000


@pytest.mark.parametrize("words", IN_WORDS)
def test_sums_in_words_are_heard(words: str) -> None:
    assert heard(f"Верните мне {words}") == IN_WORDS[words]
    assert [value.meanings for value in stated(words, "amount")] == [{("RUB", Decimal(IN_WORDS[words]))}]


@pytest.mark.parametrize("spelling", FOREIGN)
def test_a_sum_in_another_currency_is_no_sum_in_roubles(spelling: str) -> None:
    line = f"Верните мне {spelling.format(150)}"
    assert heard(line) is None
    assert [code != "RUB" for value in stated(line, "amount") for code, _ in value.meanings] == [True]


@settings(deadline=None)
@given(day=st.dates(date(2020, 1, 1), date(2035, 12, 31)), spelling=st.sampled_from(WRITTEN))
def test_a_written_date_is_the_same_for_both(day: date, spelling: Callable[[date], str]) -> None:
    line = f"Верните платёж от {spelling(day)}"
    assert slots_in(line, TODAY, past=True).get("day") == day
    assert [(day.year, day.month, day.day) in value.meanings for value in stated(line, "date")] == [True]


@pytest.mark.parametrize("kind", ["counts", "numerals"])
def test_counts_in_words_are_the_same_for_both(kind: str) -> None:
    known = {word: int(n) for n, words in values(kind).items() for word in words if " " not in word}
    told = {word: scale("ru").numerals.value(word) for word in known}
    assert {word: n for word, n in told.items() if n not in (0, known[word])} == {}


@pytest.mark.parametrize(
    ("line", "lang", "spans"),
    [
        ("Завтра в три часа дня вам позвонит сотрудник", "ru", []),
        ("Перезвоним в 3 часа", "ru", []),
        ("к 10 часам утра", "ru", []),
        ("через три часа", "ru", ["три часа"]),
        ("за 2 часа", "ru", ["за 2 часа"]),
        ("за два дня", "ru", ["два дня"]),
        ("at three hours", "en", []),
        ("within three hours", "en", ["three hours"]),
    ],
)
def test_a_time_of_day_is_no_span(line: str, lang: str, spans: list[str]) -> None:
    found = [v.text for v in scale(lang).read(line, TODAY) if v.kind == "duration"]
    assert [text.removeprefix("за ") for text in found] == [text.removeprefix("за ") for text in spans]
