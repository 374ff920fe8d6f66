"""The headline, the agents and the matrix."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, f1_score, precision_recall_fscore_support

from app.evaluation.costs import CostMatrix
from app.evaluation.metrics import agents, confusion, headline
from app.evaluation.predictions import Prediction
from tests.unit.evaluation.builders import LABELS, prediction

label = st.sampled_from(LABELS)
answers = st.lists(st.tuples(label, label), min_size=1, max_size=60)
failures = st.lists(st.tuples(label, st.sampled_from(["error", "timeout", "unparsed"])), max_size=20)


def made(pairs: list[tuple[str, str]]) -> list[Prediction]:
    return [prediction(f"c{at}", expected, got) for at, (expected, got) in enumerate(pairs)]


def failed(pairs: list[tuple[str, str]]) -> list[Prediction]:
    return [prediction(f"f{at}", label, None, outcome=outcome) for at, (label, outcome) in enumerate(pairs)]


@given(answers)
def test_scores_and_matrix_agree_with_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    expected, got = zip(*pairs, strict=True)
    predictions = made(pairs)
    theirs = precision_recall_fscore_support(expected, got, labels=LABELS, zero_division=0)
    scores = agents(predictions, LABELS)
    ours = [(s.precision, s.recall, s.f1, s.support) for s in scores]
    assert ours == [pytest.approx(row) for row in zip(*theirs, strict=True)]
    matrix = confusion(predictions, LABELS)
    counts = [list(row.values()) for row in matrix.values()]
    assert counts == confusion_matrix(expected, got, labels=LABELS).tolist()
    macro = f1_score(expected, got, average="macro", zero_division=0)
    assert headline(predictions, LABELS, CostMatrix()).macro_f1 == pytest.approx(macro)


@given(answers, failures)
def test_failures_lower_coverage_and_nothing_else(
    pairs: list[tuple[str, str]], fails: list[tuple[str, str]]
) -> None:
    answered = made(pairs)
    everything = [*answered, *failed(fails)]
    assert agents(everything, LABELS) == agents(answered, LABELS)
    before, after = (headline(p, LABELS, CostMatrix()) for p in (answered, everything))
    assert after.accuracy == before.accuracy
    assert after.missed_escalations == before.missed_escalations
    assert after.mistake_cost == before.mistake_cost
    assert after.coverage.value == pytest.approx(len(pairs) / (len(pairs) + len(fails)))


@given(answers, st.integers(0, 99))
def test_the_order_of_predictions_changes_nothing(pairs: list[tuple[str, str]], seed: int) -> None:
    predictions = [p.model_copy(update={"case": f"c{at // 3}"}) for at, p in enumerate(made(pairs))]
    shuffled = Random(seed).sample(predictions, len(predictions))
    assert headline(shuffled, LABELS, CostMatrix()) == headline(predictions, LABELS, CostMatrix())


def test_an_accepted_alternative_stands_on_the_diagonal() -> None:
    alternative = prediction("c", "supervisor", "sales", acceptable=["sales"])
    assert confusion([alternative], LABELS)["supervisor"]["supervisor"] == 1
    found = headline([alternative], LABELS, CostMatrix())
    assert (found.missed_escalations.value, found.missed_escalations.n) == (0, 1)
    assert found.mistake_cost == 0


def test_a_strange_answer_gets_its_own_column() -> None:
    matrix = confusion([prediction("c", "sales", "billing")], LABELS)
    assert list(matrix) == [*LABELS, "billing"]
    assert matrix["sales"]["billing"] == 1


def test_missed_escalations_are_counted_among_answered_supervisor_turns() -> None:
    found = headline(
        [
            prediction("a", "supervisor", "sales"),
            prediction("b", "supervisor", "supervisor"),
            prediction("c", "supervisor", None),
            prediction("d", "sales", "supervisor"),
        ],
        LABELS,
        CostMatrix(),
    )
    assert (found.missed_escalations.value, found.missed_escalations.n) == (0.5, 2)
    assert found.mistake_cost == 13


def test_an_outage_is_no_perfect_recall_for_the_supervisor() -> None:
    found = headline([prediction("a", "supervisor", None)], LABELS, CostMatrix())
    assert (found.coverage.value, found.accuracy.n, found.missed_escalations.high) == (0, 0, 1)
    assert (found.macro_f1, found.p95) == (0, None)


def test_perturbed_turns_stay_out_of_the_headline() -> None:
    found = headline(
        [prediction("a"), prediction("a", got="supervisor", perturbation="typos")], LABELS, CostMatrix()
    )
    assert (found.turns, found.accuracy.value, found.mistake_cost) == (1, 1, 0)


def test_repeats_count_as_predictions_but_not_as_turns() -> None:
    found = headline(
        [prediction("a", repeat=at, cost=0.1, tokens=5) for at in range(3)], LABELS, CostMatrix()
    )
    assert (found.turns, found.cases, found.accuracy.n, found.outcomes) == (1, 1, 3, {"ok": 3})
    assert found.cost == pytest.approx(0.3)
    assert found.tokens == 15


def test_latency_counts_timeouts_and_leaves_errors_out() -> None:
    predictions = [
        prediction("a", seconds=1),
        prediction("b", got=None, outcome="timeout", seconds=3),
        prediction("c", got=None, seconds=99),
    ]
    found = headline(predictions, LABELS, CostMatrix())
    assert (found.p50, found.p95) == pytest.approx((2, 2.9))
