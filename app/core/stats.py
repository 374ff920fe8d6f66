"""Shares with 95 % intervals, and tests and intervals for paired turns.

Turns of one transcript are not independent, so intervals are computed over transcripts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

Floats = NDArray[np.float64]
LEVEL = 0.95
RESAMPLES = 4000


class Interval(BaseModel):
    """A share with its interval. `n` is the denominator; with n = 0 the share is 0 and the interval 0…1."""

    value: float
    low: float
    high: float
    n: int

    @property
    def text(self) -> str:
        """`0.914 (0.896–0.929, n = 812)`, or a dash where nothing was counted."""
        return f"{self.value:.3f} ({self.low:.3f}–{self.high:.3f}, n = {self.n})" if self.n else "—"


def wilson(k: int, n: int, level: float = LEVEL) -> Interval:
    """Wilson (1927), J. Am. Stat. Assoc. 22:209, without continuity correction, as Newcombe (1998) has it."""
    return _wilson(k / n, n, n, level) if n else Interval(value=0, low=0, high=1, n=0)


def clustered(values: Iterable[tuple[str, bool]], seed: int = 0) -> Interval:
    """`values` are (transcript, hit). Wilson's interval at the effective sample size.

    The effective size is p(1-p) over the variance of a bootstrap of whole transcripts (Kish 1965; Franco et
    al. 2019, J. Surv. Stat. Methodol. 7:334), at most the number of turns. Where all or none are hits the
    bootstrap sees no variance, and a transcript counts once. Percentiles of the bootstrap itself are too
    narrow near 0 and 1, where routers live.
    """
    sums, sizes = _hits_by_transcript(values)
    n, k = int(sizes.sum()), int(sums.sum())
    if n == 0 or n == len(sizes):
        return wilson(k, n)
    share = k / n
    if k in (0, n) or len(sizes) == 1:
        return _wilson(share, len(sizes), n)
    variance = bootstrap(sums, sizes, seed).var() * len(sizes) / (len(sizes) - 1)
    effective = share * (1 - share) / variance if variance > 0 else n
    return _wilson(share, min(max(effective, 1.0), n), n)


def bootstrap(sums: Floats, sizes: Floats, seed: int, resamples: int = RESAMPLES) -> Floats:
    """Resampled values of sum(sums) / sum(sizes), one row a transcript.

    Transcripts with the same sum and size are interchangeable, so a resample draws how often each kind comes:
    the same distribution as drawing transcripts, and the same draws in whatever order they are given.
    """
    rows = np.column_stack([sums, sizes]).round(9) + 0.0  # no -0.0 beside 0.0
    kinds, counts = np.unique(rows, axis=0, return_counts=True)
    times = np.random.default_rng(seed).multinomial(counts.sum(), counts / counts.sum(), size=resamples)
    drawn: Floats = (times @ kinds[:, 0]) / (times @ kinds[:, 1])
    return drawn


def _hits_by_transcript(values: Iterable[tuple[str, bool]]) -> tuple[Floats, Floats]:
    hits: dict[str, list[bool]] = {}
    for name, hit in values:
        hits.setdefault(name, []).append(hit)
    return (
        np.array([sum(each) for each in hits.values()], dtype=float),
        np.array([len(each) for each in hits.values()], dtype=float),
    )


def _wilson(share: float, effective: float, n: int, level: float = LEVEL) -> Interval:
    z2 = NormalDist().inv_cdf((1 + level) / 2) ** 2
    middle = share + z2 / (2 * effective)
    spread = sqrt(z2 * (share * (1 - share) + z2 / (4 * effective)) / effective)
    low, high = ((middle + way * spread) / (1 + z2 / effective) for way in (-1, 1))
    return Interval(value=share, low=max(0.0, min(low, share)), high=min(1.0, max(high, share)), n=n)


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
    sums, sizes = _deltas_by_transcript(deltas, transcripts)
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
    sums, sizes = _deltas_by_transcript(list(deltas), transcripts)
    if len(sizes) == len(deltas):
        return 1.0
    there, back = (float(bootstrap(side, sizes, seed).var()) for side in (sums, -sums))
    return max(1.0, (there + back) / 2 / alone)


def _deltas_by_transcript(deltas: Sequence[float], transcripts: Sequence[str]) -> tuple[Floats, Floats]:
    _, at = np.unique(np.array(transcripts), return_inverse=True)
    return np.bincount(at, deltas).astype(np.float64), np.bincount(at).astype(np.float64)
