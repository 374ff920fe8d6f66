"""Confidence, risk against coverage, and cascades."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss

from app.evaluation.calibration import Point, cascade_curve, confidence, threshold_for
from app.evaluation.predictions import Prediction
from tests.unit.evaluation.builders import prediction

scored = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60)


def sure(pairs: list[tuple[float, bool]], cost: float = 0.0) -> list[Prediction]:
    return [
        prediction(f"c{at}", got="sales" if right else "supervisor", confidence=value, cost=cost)
        for at, (value, right) in enumerate(pairs)
    ]


def test_five_answers_worked_by_hand() -> None:
    """Bins 0.9: (0.95 + 0.91)/2 = 0.93 sure, 1 right; 0.6: 0.65 sure, 0.5 right; 0.2: 0.2 sure, 0 right.

    ECE = (2·0.07 + 2·0.15 + 1·0.2)/5 = 0.128; Brier = (0.0025 + 0.0081 + 0.1296 + 0.4356 + 0.04)/5.
    Risks 0, 0, 1/3, 1/4, 2/5 at steps of 1/5.
    """
    found = confidence(sure([(0.95, True), (0.91, True), (0.66, False), (0.64, True), (0.2, False)]))
    assert found is not None
    assert [(b.low, b.high, b.n) for b in found.bins] == [(0.2, 0.3, 1), (0.6, 0.7, 2), (0.9, 1.0, 2)]
    assert found.ece == pytest.approx(0.128)
    brier = (0.05**2 + 0.09**2 + 0.66**2 + 0.36**2 + 0.2**2) / 5
    assert found.brier == pytest.approx(brier)
    assert [p.risk for p in found.risk_coverage] == pytest.approx([0, 0, 1 / 3, 1 / 4, 2 / 5])
    assert found.aurc == pytest.approx((1 / 3 + 1 / 4 + 2 / 5) / 5)


@given(scored)
def test_brier_agrees_with_scikit_learn(pairs: list[tuple[float, bool]]) -> None:
    values, rights = zip(*pairs, strict=True)
    found = confidence(sure(pairs))
    assert found is not None
    theirs = brier_score_loss(rights, values, pos_label=True, labels=[False, True])
    assert found.brier == pytest.approx(theirs)


@given(scored)
def test_coverage_grows_to_everything_while_the_threshold_falls(pairs: list[tuple[float, bool]]) -> None:
    found = confidence(sure(pairs))
    assert found is not None
    curve = found.risk_coverage
    assert [p.coverage for p in curve] == sorted({p.coverage for p in curve})
    assert [p.threshold for p in curve] == sorted({p.threshold for p in curve}, reverse=True)
    assert curve[-1].coverage == 1
    assert curve[-1].risk == pytest.approx(sum(not right for _, right in pairs) / len(pairs))
    assert 0 <= found.aurc <= 1
    assert sum(b.n for b in found.bins) == len(pairs)


@given(scored, st.integers(0, 99))
def test_the_order_of_answers_changes_nothing(pairs: list[tuple[float, bool]], seed: int) -> None:
    predictions = sure(pairs)
    assert confidence(Random(seed).sample(predictions, len(predictions))) == confidence(predictions)


def test_full_confidence_belongs_to_the_last_bin() -> None:
    found = confidence(sure([(1.0, True)]))
    assert found is not None
    assert (found.bins[0].low, found.bins[0].high, found.ece) == (0.9, 1.0, 0)


def test_failures_and_answers_without_confidence_are_left_out() -> None:
    assert confidence([prediction("a"), prediction("b", got=None, confidence=0.9)]) is None
    assert confidence([]) is None


def test_the_threshold_for_a_risk_keeps_as_much_as_it_can() -> None:
    points = [
        Point(threshold=0.9, coverage=0.2, risk=0.1),
        Point(threshold=0.8, coverage=0.5, risk=0.02),
        Point(threshold=0.7, coverage=1.0, risk=0.2),
    ]
    found = threshold_for(points, 0.05)
    assert found is not None
    assert found.threshold == 0.8
    assert threshold_for(points, 0.01) is None


def test_a_cascade_goes_from_all_calls_to_none() -> None:
    near = sure([(0.9, True), (0.6, False), (0.3, False)], cost=0.0)
    far = sure([(1.0, True), (1.0, True), (1.0, False)], cost=2.0)
    found = cascade_curve(near, far)
    assert [(p.calls_saved, p.accuracy, p.cost) for p in found] == [
        pytest.approx((0, 2 / 3, 6)),
        pytest.approx((1 / 3, 2 / 3, 4)),
        pytest.approx((2 / 3, 1 / 3, 2)),
        pytest.approx((1, 1 / 3, 0)),
    ]
    assert found[0].threshold > 0.9
    assert [p.threshold for p in found[1:]] == [0.9, 0.6, 0.3]


def test_a_cascade_always_calls_where_near_has_no_answer() -> None:
    near = [prediction("a", confidence=0.9), prediction("b", got=None)]
    far = [prediction("a", cost=1.0), prediction("b", cost=1.0), prediction("c", cost=1.0)]
    found = cascade_curve(near, far)
    assert [(p.calls_saved, p.accuracy, p.cost) for p in found] == [(0, 1, 2), (0.5, 1, 1)]


def test_runs_without_a_common_turn_make_no_cascade() -> None:
    assert cascade_curve([prediction("a")], [prediction("b")]) == []
