"""Shares and their intervals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from scipy.stats import bootstrap as scipy_bootstrap

from app.core.stats import bootstrap, clustered, wilson

counts = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
transcripts = st.lists(st.lists(st.booleans(), min_size=1, max_size=5), min_size=1, max_size=30)


def values(of: list[list[bool]]) -> list[tuple[str, bool]]:
    return [(f"t{at}", hit) for at, hits in enumerate(of) for hit in hits]


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_intervals_newcombe_published(k: int, n: int, low: float, high: float) -> None:
    """Newcombe (1998), Statistics in Medicine 17:857, table I, method 3."""
    found = wilson(k, n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@given(counts, st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_agrees_with_scipy(count: tuple[int, int], level: float) -> None:
    k, n = count
    theirs = binomtest(k, n).proportion_ci(level, method="wilson")
    ours = wilson(k, n, level)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


@given(counts)
def test_an_interval_contains_its_value_and_stays_within_bounds(count: tuple[int, int]) -> None:
    found = wilson(*count)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_a_share_of_nothing_is_anything() -> None:
    for found in (wilson(0, 0), clustered([])):
        assert (found.value, found.low, found.high, found.n) == (0, 0, 1, 0)


@given(st.lists(st.booleans(), min_size=1, max_size=200))
def test_single_turns_get_wilsons_interval(hits: list[bool]) -> None:
    assert clustered(values([[hit] for hit in hits])) == wilson(sum(hits), len(hits))


@given(transcripts)
def test_an_interval_over_dialogs_contains_its_value_and_is_never_narrower(of: list[list[bool]]) -> None:
    hits = [hit for each in of for hit in each]
    found, alone = clustered(values(of)), wilson(sum(hits), len(hits))
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.low <= alone.low + 1e-12
    assert found.high >= alone.high - 1e-12


@given(st.lists(st.booleans(), min_size=30, max_size=80), st.integers(2, 5))
def test_saying_everything_twice_is_no_new_evidence(hits: list[bool], times: int) -> None:
    """A transcript of equal turns is worth about one turn."""
    once, repeated = wilson(sum(hits), len(hits)), clustered(values([[hit] * times for hit in hits]))
    assert repeated.high - repeated.low == pytest.approx(once.high - once.low, rel=0.1)
    assert repeated.n == len(hits) * times


@given(transcripts, st.randoms(use_true_random=False))
def test_the_order_of_turns_changes_nothing(of: list[list[bool]], random: object) -> None:
    given_values = values(of)
    shuffled = list(given_values)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert clustered(shuffled, seed=3) == clustered(given_values, seed=3)


def test_the_bootstrap_spreads_as_scipys_over_transcripts() -> None:
    rng = np.random.default_rng(5)
    sizes = rng.integers(1, 6, 200).astype(float)
    sums = rng.binomial(sizes.astype(int), rng.beta(6, 2, 200)).astype(float)
    theirs = scipy_bootstrap(
        (sums, sizes),
        lambda s, n, axis: s.sum(axis=axis) / n.sum(axis=axis),
        paired=True,
        vectorized=True,
        n_resamples=4000,
        rng=np.random.default_rng(1),
        method="percentile",
    )
    ours = bootstrap(sums, sizes, seed=1)
    assert ours.std() == pytest.approx(theirs.standard_error, rel=0.05)
    low, high = np.percentile(ours, [2.5, 97.5])
    assert (low, high) == pytest.approx(tuple(theirs.confidence_interval), abs=0.004)


def test_the_interval_over_dialogs_covers_the_truth_nineteen_times_in_twenty() -> None:
    """400 sets of 60 correlated transcripts: share 0.9, turns of a transcript alike."""
    rng = np.random.default_rng(11)
    covered = 0
    for _ in range(400):
        of = [(rng.random(4) < rng.beta(4.5, 0.5)).tolist() for _ in range(60)]
        found = clustered(values(of))
        covered += found.low <= 0.9 <= found.high
    assert 0.92 <= covered / 400 <= 0.985
