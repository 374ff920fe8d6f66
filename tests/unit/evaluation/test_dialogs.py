"""Measures of conversations."""

from __future__ import annotations

import pytest

from app.evaluation.metrics import dialog_measures
from app.evaluation.predictions import Prediction
from tests.support.company import LAST_RESORT
from tests.unit.evaluation.builders import prediction

T, S, V = "tech_support", "sales", "supervisor"


def dialog(case: str, expected: list[str], got: list[str | None], **more: object) -> list[Prediction]:
    """Closed loop: who served is the router's previous answer."""
    served: list[str | None] = [None, *got[:-1]]
    return [
        prediction(case, e, g, turn=2 * at, nth=at + 1, serving=before, **more)
        for at, (e, g, before) in enumerate(zip(expected, got, served, strict=True))
    ]


@pytest.mark.parametrize(
    ("got", "when"),
    [
        ([T, V, V, V], "early"),
        ([T, T, V, V], "on_time"),
        ([T, T, T, V], "late"),
        ([T, T, S, T], "never"),
    ],
)
def test_an_escalation_is_early_on_time_late_or_never(got: list[str | None], when: str) -> None:
    found = dialog_measures(last_resort=LAST_RESORT, predictions=dialog("d", [T, T, V, V], got))
    assert found is not None
    assert {k: n for k, n in found.escalations.items() if n} == {when: 1}


def test_an_accepted_early_escalation_is_in_time() -> None:
    turns = dialog("d", [T, T, V], [T, V, V])
    turns[1] = turns[1].model_copy(update={"acceptable": [T, V], "outcome": "ok"})
    found = dialog_measures(last_resort=LAST_RESORT, predictions=turns)
    assert found is not None
    assert found.escalations["on_time"] == 1


def test_a_failure_on_the_due_turn_is_neither_late_nor_never() -> None:
    found = dialog_measures(last_resort=LAST_RESORT, predictions=dialog("d", [T, V, V], [T, None, V]))
    assert found is not None
    assert sum(found.escalations.values()) == 0


def test_leaving_on_a_stay_turn_is_needless_only_if_the_serving_agent_was_right() -> None:
    needless = dialog("a", [T, T], [T, S], event="stay")
    correction = dialog("b", [T, T], [S, T], event="stay")
    found = dialog_measures(last_resort=LAST_RESORT, predictions=[*needless, *correction])
    assert found is not None
    assert (found.needless_switches.value, found.needless_switches.n) == (1, 1)
    assert (found.sticky.value, found.sticky.n) == (0, 1)
    assert (found.stuck.value, found.stuck.n) == (0, 1)


def test_staying_with_the_wrong_agent_is_stuck() -> None:
    found = dialog_measures(last_resort=LAST_RESORT, predictions=dialog("a", [T, S, S], [T, T, S]))
    assert found is not None
    assert (found.stuck.value, found.stuck.n) == (0.5, 2)


def test_a_return_counts_when_it_reaches_the_right_agent() -> None:
    turns = [*dialog("a", [V, T], [V, T]), *dialog("b", [V, T], [V, V])]
    marked = [p.model_copy(update={"event": "return"}) if p.nth == 2 else p for p in turns]
    found = dialog_measures(last_resort=LAST_RESORT, predictions=marked)
    assert found is not None
    assert (found.returns.value, found.returns.n) == (0.5, 2)


def test_a_dialog_with_one_label_on_its_last_turn_is_a_dialog() -> None:
    found = dialog_measures(
        last_resort=LAST_RESORT, predictions=[prediction("a", V, V, turn=4, nth=3, serving=T)]
    )
    assert found is not None
    assert (found.transcripts, found.escalations["on_time"]) == (1, 1)


def test_repeats_are_transcripts_of_their_own() -> None:
    turns = [p for at in range(2) for p in dialog("a", [T, V], [T, V], repeat=at)]
    found = dialog_measures(last_resort=LAST_RESORT, predictions=turns)
    assert found is not None
    assert (found.transcripts, found.escalations["on_time"]) == (2, 2)


def test_single_messages_have_no_dialog_measures() -> None:
    assert dialog_measures(last_resort=LAST_RESORT, predictions=[prediction("a"), prediction("b")]) is None
