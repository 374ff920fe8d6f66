"""What a replay comes to: the first change of route leads, equal turns are folded."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.core.models import Decision, Turn
from app.services.replay import Difference, ReplayedAnswer, Setup, Step
from app.services.workbench import Workbench
from app.ui.chat.what_if import WhatIf
from app.ui.room import render
from app.ui.words import room_texts

SETTINGS = SimpleNamespace(router_name="local", temperature=0.0)


def what_if(language: str) -> WhatIf:
    bench = SimpleNamespace(replay=None, settings=SETTINGS)
    return WhatIf(cast(Workbench, bench), room_texts(language, "chat"))


def answer(agent: str, text: str = "1 990 ₽") -> ReplayedAnswer:
    decision = Decision(agent=agent, confidence=0.98, source="lexical")
    return ReplayedAnswer(text=text, turn=Turn(decision=decision, agent=agent, model="embedded"))


def step(differs: Difference = "", then: str = "sales", now: str = "sales") -> Step:
    return Step(seq=1, asked="сколько?", then=answer(then), now=answer(now), differs=differs)


def shown(language: str, steps: list[Step]) -> str:
    page = what_if(language)
    return render(
        "what_if.replay",
        sentence=page.sum_up(steps),
        **page.lay_out(Setup(router="local", threshold=0.9), steps),
    )


MOVED = [step(), step("words"), step(), step("route", now="supervisor"), step("words")]


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "Turn 4 goes to the supervisor, not to sales. Other turns that differ: 2, 5."),
        ("ru", "Реплика 4 уходит супервайзеру, а не в продажи. Отличаются и реплики: 2, 5."),
    ],
)
def test_the_first_change_of_route_leads_although_words_changed_before(language: str, told: str) -> None:
    assert what_if(language).sum_up(MOVED) == told


def test_without_a_change_of_route_the_first_other_answer_is_named() -> None:
    assert what_if("en").sum_up([step(), step("words")]) == (
        "The route stays the same, but the answer to turn 2 differs."
    )
    assert what_if("en").sum_up([step(), step()]) == "No difference: all 2 turns are the same."


def test_a_turn_without_an_answer_is_told_as_one() -> None:
    silent = Step(
        seq=1,
        asked="?",
        then=answer("sales"),
        now=ReplayedAnswer(failure="provider_timeout"),
        differs="route",
    )
    assert what_if("en").sum_up([silent]) == "Turn 1 gets no answer."
    again = silent.model_copy(update={"then": silent.now, "now": silent.then})
    assert what_if("en").sum_up([again]) == "Turn 1 is answered by sales."


def test_an_agent_who_took_the_customer_over_counts_where_the_first_choice_is_the_same() -> None:
    moved = step("route")
    assert moved.now.turn is not None
    moved.now.turn.agent = "supervisor"
    assert what_if("en").sum_up([moved]) == "Turn 1 goes to the supervisor, not to sales."


def test_equal_turns_are_one_line_each_run() -> None:
    page = shown("en", [step(), step(), step(), step("route", now="supervisor"), step()])
    assert re.findall("<summary>([^<]*)</summary>", page) == ["Turns 1–3 are the same", "Turn 5 is the same"]
    assert page.count("cc-pair") == 5
    assert page.count("cc-first") == 1


def test_the_figure_stands_with_its_word_and_a_rule_has_none() -> None:
    follows: dict[str, Any] = {"agent": "sales", "confidence": 1, "source": "sticky"}
    rule = answer("sales")
    assert rule.turn is not None
    rule.turn.decision = Decision(**follows, reason="a follow-up: stays with the serving agent")
    page = shown("en", [Step(seq=1, asked="?", then=answer("sales"), now=rule)])
    assert page.count("almost certain · 0.98") == 1
    assert "1.00" not in page
