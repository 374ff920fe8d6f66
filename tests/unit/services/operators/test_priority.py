"""Who is helped first: bounded, explained, and never lower for one sign more."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.actions import ACTIONS, tool_name
from app.core.anger import measure_anger
from app.core.backoffice import Worth
from app.core.locales import read_all
from app.core.urgency import WEIGHTS
from app.engines.backoffice.outcomes import Refusal
from app.services.operators.priority import Signals, priority_of
from app.ui.words import words
from tests.support.company import COMPANY

PLAN = st.sampled_from([None, *COMPANY.catalogue.plans])
WORTH = st.one_of(st.none(), st.builds(Worth, paid_rub=st.integers(-5_000, 10_000_000), plan=PLAN))
LINE = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["Это кошмар!!!", "ВЕРНИТЕ ДЕНЬГИ СЕЙЧАС", "this is ridiculous", "спасибо", "where is it"]
    ),
)
SIGNALS = st.builds(
    Signals,
    lines=st.lists(LINE, max_size=6),
    waiting=st.floats(0, 10_000_000),
    worth=WORTH,
    repeats=st.integers(0, 50),
    approval=st.booleans(),
)


def score(signals: Signals) -> int:
    return priority_of(signals, "ru").hundredths


@given(SIGNALS, st.sampled_from(["ru", "en", "de"]))
def test_the_score_is_the_sum_of_its_parts_and_at_most_a_hundred(signals: Signals, language: str) -> None:
    found = priority_of(signals, language)
    parts = found.parts.model_dump()
    assert 0 <= found.score <= 100
    assert abs(found.score - sum(parts.values())) <= 0.51
    assert all(0 <= points <= WEIGHTS[name] for name, points in parts.items())
    assert len(found.reasons) == sum(points >= 1 for points in parts.values())


@given(SIGNALS, LINE)
def test_a_line_more_never_lowers_it(signals: Signals, line: str) -> None:
    assert score(replace(signals, lines=[*signals.lines, line])) >= score(signals)


@given(SIGNALS, st.floats(0, 1_000_000))
def test_waiting_longer_never_lowers_it(signals: Signals, more: float) -> None:
    assert score(replace(signals, waiting=signals.waiting + more)) >= score(signals)


@given(SIGNALS, st.integers(0, 20))
def test_coming_again_never_lowers_it(signals: Signals, more: int) -> None:
    assert score(replace(signals, repeats=signals.repeats + more)) >= score(signals)


@given(SIGNALS)
def test_an_action_that_waits_raises_it(signals: Signals) -> None:
    assert score(replace(signals, approval=True)) >= score(replace(signals, approval=False))


@given(SIGNALS, st.integers(0, 1_000_000), st.integers(0, 1_000_000), PLAN)
def test_paying_more_never_lowers_it(signals: Signals, paid: int, more: int, plan: None) -> None:
    less = score(replace(signals, worth=Worth(paid_rub=paid, plan=plan)))
    assert (
        score(replace(signals, worth=None))
        <= less
        <= score(replace(signals, worth=Worth(paid_rub=paid + more, plan=plan)))
    )


@pytest.mark.parametrize(
    ("calm", "angry"),
    [
        ("Подскажите, сколько стоит Профи?", "Сколько можно ждать, третий раз пишу!"),
        ("Не приходит код", "НЕ ПРИХОДИТ КОД УЖЕ НЕДЕЛЮ"),
        ("Please refund the payment", "This is ridiculous, give me my money back!!!"),
        ("Как вернуть заказ?", "Вы мошенники, подам в суд"),
        ("СМС и USB", "ОТВЕТЬТЕ НАКОНЕЦ"),
    ],
)
def test_anger_is_heard(calm: str, angry: str) -> None:
    assert measure_anger([calm]).level == 0
    assert measure_anger([angry]).level > 0.25


def test_a_repeated_line_is_heard_as_impatience_but_a_short_answer_is_not() -> None:
    assert measure_anger(["где мой заказ", "Где  мой заказ"]).repeated == 1
    assert measure_anger(["да", "да", "да"]).level == 0


def test_one_exclamation_mark_is_politeness() -> None:
    assert measure_anger(["Здравствуйте!"]).level == 0


def test_reasons_are_told_in_the_language_asked_for_and_in_one_order() -> None:
    signals = Signals(
        ["Это кошмар", "ужасно, жулики"], 1800, Worth(paid_rub=40_000, plan="business"), 2, True
    )
    told = priority_of(signals, "ru")
    assert told.reasons == [
        "действие ждёт одобрения",
        "сердится: «кошмар…», «ужасн…», «жулик…»",
        "тариф «Бизнес», оплачено 40\u00a0000\u00a0₽",
        "другие обращения за 30 дней: 2",
        "ждёт 30 мин",
    ]
    assert priority_of(signals, "en").reasons[2::2] == [
        "Business plan, has paid 40,000\u00a0₽",
        "waiting for 30 min",
    ]


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(59, "меньше минуты"), (119 * 60, "119 мин"), (7200, "2 ч"), (47 * 3600, "47 ч"), (172_800, "2 дн.")],
)
def test_long_waits_are_told_in_hours_and_days(seconds: float, told: str) -> None:
    assert priority_of(Signals(waiting=seconds), "ru").reasons == [f"ждёт {told}"]


def test_nothing_known_is_no_reason() -> None:
    assert priority_of(Signals(), "ru").model_dump()["reasons"] == []


def test_cues_are_written_as_they_are_compared() -> None:
    for cues in read_all("anger").values():
        assert [cue for cue in cues if cue != cue.casefold().replace("ё", "е")] == []
        assert len(cues) == len(set(cues))


def test_every_language_has_every_sentence_and_every_action_a_title() -> None:
    known = read_all("operators")
    shapes = [{part: sorted(words) for part, words in language.items()} for language in known.values()]
    assert all(shape == shapes[0] for shape in shapes)
    assert shapes[0]["tools"] == sorted(tool_name(action) for action in ACTIONS)
    assert shapes[0]["refusals"] == sorted(get_args(Refusal))
    for language, told in known.items():
        names = words(language, "frame")["agents"]
        assert told["agents"] == {name: names[name] for name in told["agents"]}
