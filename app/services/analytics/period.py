"""A period of whole days in a time zone, the one before it, and figures that compare the two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import ceil, sqrt
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel

from app.core.exceptions import CallCenterError
from app.core.stats import Interval, wilson

__all__ = ["Count", "Interval", "Mean", "Rate", "Times", "count", "mean", "rate", "times"]


class Count(BaseModel):
    """`change` is relative (0.1 means 10 % more); null if there was nothing before."""

    value: float
    before: float
    change: float | None


class Rate(BaseModel):
    """Shares with Wilson's 95 % interval. `difference` is in shares, with Newcombe's interval.

    `clear`: the interval of the difference excludes zero.
    """

    value: Interval
    before: Interval
    difference: float | None
    low: float | None
    high: float | None
    clear: bool


class Times(BaseModel):
    """Seconds; null if nothing was measured."""

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


LONGEST = 92
"""Days; the days before it are read too."""
USUAL = 7
DAY = timedelta(days=1)


class PeriodInvalid(CallCenterError):
    status = 422
    code = "period_invalid"


@dataclass(frozen=True, slots=True)
class Period:
    """From the beginning of `first` to the end of `last`; days begin at midnight in `zone`."""

    first: date
    last: date
    zone: ZoneInfo

    @classmethod
    def of(cls, first: date | None, last: date | None, zone: str, now: datetime) -> Period:
        """The last seven days where nothing is named. Raises PeriodInvalid."""
        where = zone_of(zone)
        today = now.astimezone(where).date()
        end = last or (max(today, first) if first else today)
        begin = first or max(end, date.min + USUAL * DAY) - (USUAL - 1) * DAY
        days = (end - begin).days + 1
        if days < 1:
            raise PeriodInvalid(f"The period ends ({end}) before it begins ({begin}).")
        if days > LONGEST:
            raise PeriodInvalid(f"The period has {days} days; at most {LONGEST} can be looked at together.")
        if not begin.year >= 1971 or end.year > 9000:
            raise PeriodInvalid("The period lies outside the years in which there can be dialogs.")
        return cls(begin, end, where)

    @property
    def length(self) -> int:
        """Days."""
        return (self.last - self.first).days + 1

    @property
    def start(self) -> datetime:
        return self._midnight(self.first)

    @property
    def end(self) -> datetime:
        """The first moment that is no longer inside."""
        return self._midnight(self.last + DAY)

    @property
    def before(self) -> Period:
        return Period(self.first - self.length * DAY, self.first - DAY, self.zone)

    def goes_on(self, now: datetime) -> bool:
        return self.start <= now < self.end

    def compared_until(self, now: datetime) -> datetime:
        """The end of what an unfinished period is compared with: as far into the days before."""
        before = self.before
        return before.end - (self.end - now) if self.goes_on(now) else before.end

    def holds(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    def days(self) -> Iterator[date]:
        return (self.first + number * DAY for number in range(self.length))

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone).astimezone(UTC)


def zone_of(name: str) -> ZoneInfo:
    """Raises PeriodInvalid for what is no time zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise PeriodInvalid("The time zone is not one that is known, such as Europe/Moscow or UTC.") from None
