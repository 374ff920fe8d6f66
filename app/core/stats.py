"""Shares with their 95 % intervals; turns of one transcript are not independent, and count so."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

Floats = NDArray[np.float64]
LEVEL = 0.95
RESAMPLES = 4000


class Interval(BaseModel):
    """`n` is the denominator; a share of nothing is 0 within 0…1."""

    value: float
    low: float
    high: float
    n: int


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
    sums, sizes = _by_transcript(values)
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


def _by_transcript(values: Iterable[tuple[str, bool]]) -> tuple[Floats, Floats]:
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
