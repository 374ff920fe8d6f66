"""Comparing two runs."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.evaluation.compare import Comparison, compare
from app.evaluation.predictions import Prediction
from tests.unit.evaluation.builders import prediction, rights, run

turn = st.tuples(
    st.sampled_from(["sales", "tech_support", None]), st.sampled_from(["sales", "supervisor", None])
)
turns = st.lists(turn, min_size=1, max_size=40)


def compared(a: list[Prediction], b: list[Prediction], seed: int = 0) -> Comparison:
    return compare(run(a, "a"), run(b, "b"), seed)


def changed(same: int, fixed: int, broken: int, **more: object) -> Comparison:
    before = [True] * same + [False] * fixed + [True] * broken
    after = [True] * same + [True] * fixed + [False] * broken
    return compared(rights(before), rights(after, **more))


def sides(pairs: list[tuple[str | None, str | None]]) -> tuple[list[Prediction], list[Prediction]]:
    """Three turns a transcript."""
    names = [(f"d{at // 3}", at % 3) for at in range(len(pairs))]
    return (
        [prediction(c, got=a, turn=n, nth=n + 1) for (c, n), (a, _) in zip(names, pairs, strict=True)],
        [prediction(c, got=b, turn=n, nth=n + 1) for (c, n), (_, b) in zip(names, pairs, strict=True)],
    )


@given(turns)
def test_identical_runs_are_the_same_and_never_better(
    pairs: list[tuple[str | None, str | None]],
) -> None:
    a, _ = sides(pairs)
    found = compared(a, a)
    assert found.verdict == ("same" if found.paired else "undecided")
    assert (found.p_value, found.fixed, found.broken, found.difference.value) == (1, [], [], 0)
    assert (found.cost_difference, found.missed_difference) == (0, 0)
    assert found.p95_difference == (0 if any(p.outcome != "error" for p in a) else None)


@given(turns, st.integers(0, 9))
def test_swapping_the_runs_turns_everything_round(
    pairs: list[tuple[str | None, str | None]], seed: int
) -> None:
    a, b = sides(pairs)
    there, back = compared(a, b, seed), compared(b, a, seed)
    assert there.difference.value == -back.difference.value
    assert (there.difference.low, there.difference.high) == (-back.difference.high, -back.difference.low)
    assert there.difference.low <= there.difference.value <= there.difference.high
    assert [p.case for p in there.fixed] == [p.case for p in back.broken]
    assert (there.p_value, there.needed) == (back.p_value, back.needed)
    opposite = {"better": "worse", "worse": "better"}
    assert there.verdict == opposite.get(back.verdict, back.verdict)


@given(turns, st.integers(0, 99))
def test_the_order_of_predictions_changes_nothing(
    pairs: list[tuple[str | None, str | None]], seed: int
) -> None:
    a, b = sides(pairs)
    random = Random(seed)
    assert compared(random.sample(a, len(a)), random.sample(b, len(b))) == compared(a, b)


@pytest.mark.parametrize("churn", [0, 5, 20, 60])
def test_three_points_lost_on_800_cases_are_found_or_the_cases_needed_are_told(churn: int) -> None:
    found = changed(800 - 24 - 2 * churn, churn, 24 + churn)
    assert found.difference.value == pytest.approx(-0.03)
    if churn < 60:
        assert found.verdict == "worse"
        assert found.p_value < 0.05
    else:
        assert found.verdict == "undecided"
        assert found.needed is not None
        assert found.needed > 800
        assert (
            f"about {found.needed} labelled turns would decide ({found.needed - 800} more)" in found.sentence
        )


def test_the_sentence_says_the_verdict_with_its_figures() -> None:
    found = changed(771, 29, 12, cost=1.18)
    assert found.sentence.startswith("B is better by 2.1 points, 95% 0.")
    assert found.sentence.endswith(", p = 0.012; 29 fixed, 12 broken; B costs 958.2, A nothing.")


def test_a_loss_is_told_with_positive_figures_and_its_price() -> None:
    a, b = rights([True] * 100, cost=1.0), rights([True] * 80 + [False] * 20, cost=1.18)
    found = compared(a, b)
    assert found.sentence.startswith("B is worse by 20.0 points, 95% 1")
    assert found.sentence.endswith("p < 0.001; 0 fixed, 20 broken; 18% more expensive.")
    assert (found.cost_difference, found.cost_ratio) == pytest.approx((18, 1.18))


def test_five_discordant_cases_never_decide() -> None:
    found = changed(795, 5, 0)
    assert (found.verdict, found.p_value) == ("undecided", 0.0625)


def test_one_bad_transcript_is_no_significant_loss() -> None:
    """McNemar's test alone would say p = 0.002."""
    a = [prediction(f"d{d}", turn=t, nth=t + 1) for d in range(20) for t in range(10)]
    b = [p.model_copy(update={"got": "supervisor", "outcome": "wrong"}) if p.case == "d7" else p for p in a]
    found = compared(a, b)
    assert found.p_value < 0.05
    assert found.verdict == "undecided"
    assert found.needed is not None


def test_repeats_are_averaged_so_that_they_add_no_evidence() -> None:
    a = [p for at in range(4) for p in rights([False] * 3 + [True] * 20, repeat=at)]
    b = [p for at in range(4) for p in rights([True] * 23, repeat=at)]
    found = compared(a, b)
    assert (found.paired, found.p_value, found.verdict) == (23, 0.25, "undecided")


def test_runs_with_different_numbers_of_repeats_can_be_compared() -> None:
    b = [*rights([True, False], repeat=0), *rights([True, True], repeat=1)]
    found = compared(rights([False, True]), b)
    assert [(p.case, p.a, p.b) for p in found.fixed] == [("c00000", 0, 1)]
    assert [(p.case, p.a, p.b) for p in found.broken] == [("c00001", 1, 0.5)]
    assert found.difference.value == 0.25


def test_a_failure_is_no_broken_case_but_lost_coverage() -> None:
    a = rights([True] * 40)
    b = [p.model_copy(update={"got": None, "outcome": "timeout"}) if at < 10 else p for at, p in enumerate(a)]
    found = compared(a, b)
    assert (found.paired, found.broken, found.verdict, found.needed) == (30, [], "undecided", None)
    assert (found.coverage_difference, found.coverage_p_value) == pytest.approx((-0.25, 0.00195), abs=1e-5)
    assert "B answered 25.0 points fewer turns" in found.sentence


def test_a_case_that_was_edited_or_labelled_anew_is_not_paired() -> None:
    a = [prediction("a"), prediction("b", text="old"), prediction("c", "sales", "sales")]
    b = [prediction("a"), prediction("b", text="new"), prediction("c", "supervisor", "sales")]
    assert compared(a, b).paired == 1


def test_runs_without_a_common_turn_are_undecided() -> None:
    found = compared([prediction("a")], [prediction("b")])
    assert (found.verdict, found.paired, found.needed) == ("undecided", 0, None)
    assert (found.difference.low, found.difference.high) == (-1, 1)
    assert "share no turn" in found.sentence


def test_missed_escalations_and_latency_have_their_own_differences() -> None:
    a = [prediction(f"c{at}", "supervisor", "supervisor", seconds=1) for at in range(8)]
    b = [
        prediction(f"c{at}", "supervisor", "sales" if at < 6 else "supervisor", seconds=3) for at in range(8)
    ]
    found = compared(a, b)
    assert (found.missed_difference, found.missed_p_value) == (0.75, 0.03125)
    assert found.p95_difference == 2


def test_perturbed_turns_are_not_compared() -> None:
    a = [prediction("a"), prediction("a", perturbation="yo")]
    assert compared(a, a).paired == 1
