"""A span of whole days in a time zone, and the span of the same length before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.core.exceptions import CallCenterError

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
