"""Tests and intervals for paired turns."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt
from statistics import NormalDist

import numpy as np

from app.core.stats import LEVEL, Floats, Interval, bootstrap, wilson

ALPHA = 0.05
POWER = 0.8
FEWEST_DISCORDANT = 6
"""2 · 0.5⁶ = 0.031: with fewer discordant pairs the exact test cannot reach 0.05."""


def sign_test(deltas: Sequence[float]) -> float:
    """Two-sided p of as many rises and falls; for differences of -1, 0, 1 the exact McNemar test.

    Agresti, Categorical Data Analysis, section 10.1: binomial over the discordant pairs.
    """
    from scipy.stats import binomtest  # noqa: PLC0415

    rises, falls = sum(d > 0 for d in deltas), sum(d < 0 for d in deltas)
    return float(binomtest(rises, rises + falls).pvalue) if rises + falls else 1.0


def mean_interval(deltas: Sequence[float], transcripts: Sequence[str], seed: int) -> Interval:
    """Mean of differences in -1…1, percentiles of a bootstrap of whole transcripts.

    Drawn in both directions and averaged, so that swapping the runs changes the sign and nothing else.
    Without a single difference the width is Wilson's for none in so many transcripts.
    """
    if not deltas:
        return Interval(value=0, low=-1, high=1, n=0)
    sums, sizes = _by_transcript(deltas, transcripts)
    if not any(deltas):
        bound = wilson(0, len(sizes)).high
        return Interval(value=0, low=-bound, high=bound, n=len(deltas))
    tails = [50 * (1 - LEVEL), 50 * (1 + LEVEL)]
    low, high = np.percentile(bootstrap(sums, sizes, seed), tails)
    low_back, high_back = np.percentile(bootstrap(-sums, sizes, seed), tails)
    value = float(sums.sum() / sizes.sum())
    return Interval(
        value=value,
        low=min(value, float(low - high_back) / 2),
        high=max(value, float(high - low_back) / 2),
        n=len(deltas),
    )


def turns_needed(deltas: Sequence[float], transcripts: Sequence[str], seed: int) -> int | None:
    """Labelled turns that would decide with 80 % power if what was seen is true; None if no difference was.

    Connor (1987), Biometrics 43:207, two-sided at 0.05, times the design effect of transcripts; at least one
    more than there are, and enough for the exact test to be able to decide.
    """
    each = np.array(deltas, dtype=float)
    discordant = float(np.count_nonzero(each)) / max(len(each), 1)
    if not discordant or abs(each.mean()) < 1e-12:
        return None
    size = connor(float((each**2).mean()), float(each.mean())) * _design_effect(each, transcripts, seed)
    return max(ceil(size), ceil(FEWEST_DISCORDANT / discordant), len(each) + 1)


def connor(discordance: float, difference: float) -> float:
    z_alpha, z_beta = NormalDist().inv_cdf(1 - ALPHA / 2), NormalDist().inv_cdf(POWER)
    spread = z_alpha * sqrt(discordance) + z_beta * sqrt(max(0.0, discordance - difference**2))
    return (spread / difference) ** 2


def _design_effect(deltas: Floats, transcripts: Sequence[str], seed: int) -> float:
    """Variance of the mean with whole transcripts over that with single turns, at least 1 (Kish 1965)."""
    alone = float(deltas.var()) / len(deltas)
    if alone == 0:
        return 1.0
    sums, sizes = _by_transcript(list(deltas), transcripts)
    if len(sizes) == len(deltas):
        return 1.0
    there, back = (float(bootstrap(side, sizes, seed).var()) for side in (sums, -sums))
    return max(1.0, (there + back) / 2 / alone)


def _by_transcript(deltas: Sequence[float], transcripts: Sequence[str]) -> tuple[Floats, Floats]:
    _, at = np.unique(np.array(transcripts), return_inverse=True)
    return np.bincount(at, deltas).astype(np.float64), np.bincount(at).astype(np.float64)
