"""A figure beside the same figure of the period before."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt

from pydantic import BaseModel

from app.core.stats import Interval, wilson

__all__ = ["Count", "Interval", "Mean", "Rate", "Times", "count", "mean", "rate", "times"]


class Count(BaseModel):
    """`change` is relative (0.1 is a tenth more); None where there was nothing before."""

    value: float
    before: float
    change: float | None


class Rate(BaseModel):
    """Shares with Wilson's 95 % interval. `difference` is in shares, with Newcombe's interval.

    `clear`: the interval of the difference leaves out zero.
    """

    value: Interval
    before: Interval
    difference: float | None
    low: float | None
    high: float | None
    clear: bool


class Times(BaseModel):
    """Seconds; None where nothing was measured."""

    p50: float | None
    p95: float | None
    n: int
    before_p50: float | None = None
    before_p95: float | None = None
    before_n: int = 0


class Mean(BaseModel):
    value: float | None
    n: int
    before: float | None = None
    before_n: int = 0


def count(value: float, before: float) -> Count:
    return Count(value=value, before=before, change=(value - before) / before if before else None)


def rate(now: tuple[int, int], before: tuple[int, int]) -> Rate:
    """Each is (hits, of how many). Newcombe (1998), Stat. Med. 17:873, method 10."""
    a, b = wilson(*now), wilson(*before)
    if not (a.n and b.n):
        return Rate(value=a, before=b, difference=None, low=None, high=None, clear=False)
    d = a.value - b.value
    low = d - sqrt((a.value - a.low) ** 2 + (b.high - b.value) ** 2)
    high = d + sqrt((a.high - a.value) ** 2 + (b.value - b.low) ** 2)
    return Rate(value=a, before=b, difference=d, low=low, high=high, clear=low > 0 or high < 0)


def times(now: Sequence[float], before: Sequence[float] = ()) -> Times:
    return Times(
        p50=quantile(now, 0.5), p95=quantile(now, 0.95), n=len(now),
        before_p50=quantile(before, 0.5), before_p95=quantile(before, 0.95), before_n=len(before),
    )  # fmt: skip


def quantile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else None


def mean(now: Sequence[float], before: Sequence[float] = ()) -> Mean:
    first, second = (sum(v) / len(v) if v else None for v in (now, before))
    return Mean(value=first, n=len(now), before=second, before_n=len(before))
