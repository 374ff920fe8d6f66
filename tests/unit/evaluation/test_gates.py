"""Limits that a team holds its pull requests to."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from app.evaluation.compare import compare
from app.evaluation.costs import CostMatrix
from app.evaluation.gates import Gates, broken_gates
from app.evaluation.metrics import Headline, headline
from app.evaluation.predictions import Prediction
from tests.unit.evaluation.builders import LABELS, prediction, rights, run


def headed(predictions: list[Prediction]) -> Headline:
    return headline(predictions, LABELS, CostMatrix())


def losses(a: list[Prediction], b: list[Prediction]) -> list[str]:
    return broken_gates(headed(b), compare(run(a), run(b)), Gates(no_significant_loss=True))


def test_no_gate_breaks_where_none_is_set() -> None:
    assert broken_gates(headed([prediction("a", got=None)]), None, Gates()) == []


def test_limits_that_are_met_exactly_pass() -> None:
    found = headed(
        [*rights([True] * 9 + [False], cost=0.5, seconds=2), prediction("x", "supervisor", "sales")]
    )
    gates = Gates(
        min_accuracy=found.accuracy.value, max_missed_escalations=1, max_cost=found.cost, max_p95=found.p95
    )
    assert broken_gates(found, None, gates) == []


def test_each_limit_that_is_not_met_has_a_sentence() -> None:
    found = headed(
        [*rights([True] * 8 + [False], cost=0.5, seconds=2), prediction("x", "supervisor", "sales")]
    )
    gates = Gates(min_accuracy=0.9, max_missed_escalations=0.05, max_cost=4, max_p95=1.5)
    assert broken_gates(found, None, gates) == [
        "Accuracy is 0.8, the limit is 0.9.",
        "Missed escalations are 1, the limit is 0.05.",
        "The run cost 4.5, the limit is 4.",
        "95 % of turns took up to 2 s, the limit is 1.5 s.",
    ]


def test_what_cannot_be_checked_does_not_pass() -> None:
    outage = headed([prediction("a", "supervisor", None)])
    gates = Gates(no_significant_loss=True, min_accuracy=0, max_missed_escalations=1)
    assert len(broken_gates(outage, None, gates)) == 3


def test_a_significant_loss_breaks_the_gate_and_noise_does_not() -> None:
    before = rights([True] * 100)
    assert "Accuracy fell significantly" in losses(before, rights([True] * 80 + [False] * 20))[0]
    assert losses(before, rights([True] * 98 + [False] * 2)) == []
    assert losses(before, before) == []


def test_an_outage_of_the_candidate_breaks_the_gate() -> None:
    before = rights([True] * 100)
    some = [
        p.model_copy(update={"got": None, "outcome": "error"}) if at < 30 else p
        for at, p in enumerate(before)
    ]
    none = [p.model_copy(update={"got": None, "outcome": "error"}) for p in before]
    assert losses(before, some) == ["Coverage fell significantly, by 30.0 points."]
    assert "share no answered turn" in losses(before, none)[0]


def test_more_missed_escalations_break_the_gate_though_accuracy_is_level() -> None:
    a = [prediction(f"c{at}", "supervisor", "supervisor") for at in range(10)]
    b = [prediction(f"c{at}", "supervisor", "sales") for at in range(10)]
    level_a = [*a, *(prediction(f"d{at}", "sales", "supervisor") for at in range(10))]
    level_b = [*b, *(prediction(f"d{at}", "sales", "sales") for at in range(10))]
    assert losses(level_a, level_b) == ["Missed escalations rose significantly, by 100.0 points."]


@pytest.mark.parametrize(
    "limit", [{"min_accuracy": 90}, {"max_p95": -1}, {"max_cost": float("nan")}, {"max": 1}]
)
def test_limits_that_make_no_sense_are_refused(limit: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        Gates.model_validate(limit)
