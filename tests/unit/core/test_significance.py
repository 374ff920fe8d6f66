"""Tests of paired turns against published examples."""

from __future__ import annotations

from math import ceil, comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.stats import connor, mean_interval, sign_test, turns_needed

deltas = st.lists(st.sampled_from([-1.0, 0.0, 1.0, 0.5]), min_size=1, max_size=60)


def table(same: int, rises: int, falls: int) -> list[float]:
    return [0.0] * same + [1.0] * rises + [-1.0] * falls


def singles(of: list[float]) -> list[str]:
    return [f"t{at}" for at in range(len(of))]


@pytest.mark.parametrize(
    ("same", "rises", "falls", "p"),
    [
        (1364, 86, 150, 3.716e-05),  # Agresti (1990), approval ratings, pp. 350; exact in R's exact2x2
        (36, 12, 2, 0.0129),  # Armitage & Berry (1994), p. 127, two media; exact in StatsDirect
    ],
)
def test_the_exact_mcnemar_test_gives_published_values(same: int, rises: int, falls: int, p: float) -> None:
    assert sign_test(table(same, rises, falls)) == pytest.approx(p, rel=4e-3)


@given(st.integers(0, 40), st.integers(0, 40))
def test_the_exact_test_is_twice_the_tail_of_a_fair_coin(rises: int, falls: int) -> None:
    n = rises + falls
    tail = sum(comb(n, k) for k in range(min(rises, falls) + 1)) / 2**n
    assert sign_test(table(3, rises, falls)) == pytest.approx(min(1.0, 2 * tail))


def test_the_interval_of_agrestis_approval_ratings() -> None:
    """Agresti, Categorical Data Analysis, 10.1.1: -0.04 ± 1.96 · 0.0095."""
    ratings = table(1364, 86, 150)
    found = mean_interval(ratings, singles(ratings), seed=0)
    assert found.value == pytest.approx(-0.04)
    assert (found.low, found.high) == pytest.approx((-0.0586, -0.0214), abs=0.001)


def test_the_size_connor_gives() -> None:
    """Connor (1987), p. 209: 0.45 against 0.05, 80 % power, two-sided 0.05: 23 pairs."""
    assert ceil(connor(0.5, 0.4)) == 23


def test_the_size_that_is_asked_for_has_the_power_that_is_promised() -> None:
    """Exact test, 3 points among 12 % discordant; the exact test is a little shy of the formula."""
    sample = table(880, 75, 45)
    needed = turns_needed(sample, singles(sample), seed=0)
    assert needed is not None
    drawn = np.random.default_rng(2).multinomial(needed, [0.88, 0.075, 0.045], size=400)
    power = np.mean([sign_test(table(0, rises, falls)) < 0.05 for _, rises, falls in drawn.tolist()])
    assert 0.72 <= power <= 0.86


@given(deltas, st.integers(1, 4))
def test_swapping_the_runs_only_changes_the_sign(of: list[float], size: int) -> None:
    names = [f"t{at // size}" for at in range(len(of))]
    there, back = (mean_interval(d, names, seed=1) for d in (of, [-d for d in of]))
    assert (there.value, there.low, there.high) == (-back.value, -back.high, -back.low)
    assert there.low <= there.value <= there.high
    assert sign_test(of) == sign_test([-d for d in of])
    assert turns_needed(of, names, 1) == turns_needed([-d for d in of], names, 1)


@given(deltas)
def test_more_turns_are_needed_than_there_are(of: list[float]) -> None:
    needed = turns_needed(of, singles(of), seed=0)
    assert needed is None or needed > len(of)


def test_no_difference_asks_for_no_number() -> None:
    assert turns_needed(table(100, 4, 4), singles(table(100, 4, 4)), seed=0) is None
    assert turns_needed([], [], seed=0) is None


def test_turns_that_agree_within_a_transcript_are_worth_less() -> None:
    sample = table(80, 10, 10) + [1.0] * 4
    grouped = [f"t{at}" for at in range(len(sample)) for _ in range(5)]
    repeated = [d for d in sample for _ in range(5)]
    alone, together = (mean_interval(repeated, n, seed=0) for n in (singles(repeated), grouped))
    assert together.high - together.low > 1.8 * (alone.high - alone.low)
    more, fewer = (turns_needed(repeated, names, seed=0) for names in (grouped, singles(repeated)))
    assert more is not None
    assert fewer is not None
    assert more > 4 * fewer


def test_runs_without_a_difference_still_have_a_width() -> None:
    few, many = (mean_interval([0.0] * n, singles([0.0] * n), seed=0) for n in (10, 1000))
    assert few.low == -few.high
    assert few.high > many.high > 0
