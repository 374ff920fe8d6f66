"""The example week: a made-up week of a call centre in stores of its own, for the workbench alone."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Generic, Protocol, TypeVar

WEEK = timedelta(days=7)
_MOMENT = re.compile(r"\b(\d{4}-\d\d-\d\d)(?:([T ])(\d\d:\d\d:\d\d(?:\.\d{1,6})?)(Z|\+00:00)?)?(?![\d-])")


@dataclass(frozen=True)
class Shift:
    """Brings a recorded week, which ended at `ends`, to `now`.

    A moment keeps its day of the week and its hour: it moves by whole weeks, and what lay in the n-th week
    before the end lies in the n-th week before `now`. What went on when the recording ended goes on now.
    """

    ends: datetime
    now: datetime

    @property
    def live(self) -> timedelta:
        return self.now - self.ends

    def of(self, last: datetime, live: bool = False) -> timedelta:
        """For a matter whose `last` moment is given. What was still to come stays to come."""
        return self.live if live else ((self.now - last) // WEEK - (self.ends - last) // WEEK) * WEEK


def shifted(text: str, by: timedelta) -> str:
    """The same text with its dates moved: those of the ISO form, and by whole days those in words."""
    days = timedelta(days=round(by / timedelta(days=1)))
    return _in_words(_MOMENT.sub(lambda found: _moved(found, by, days), text), days)


def _moved(found: re.Match[str], by: timedelta, days: timedelta) -> str:
    day, gap, time, zone = found.groups()
    try:
        if time is None:
            return (date.fromisoformat(day) + days).isoformat()
        moved = datetime.fromisoformat(f"{day}T{time}") + by
    except ValueError:
        return found[0]
    return f"{moved.isoformat(gap)}{zone or ''}"


@cache
def _months() -> dict[str, tuple[str, int]]:
    """Language and number by the name that a date has it by."""
    from babel.dates import get_month_names  # noqa: PLC0415  (heavy)

    return {
        name: (language, number)
        for language in ("ru", "en")
        for number, name in get_month_names("wide", "format", language).items()
    }


@cache
def _dates() -> re.Pattern[str]:
    names = "|".join(_months())
    return re.compile(rf"\b(?:(\d{{1,2}})( | )({names})|({names})( | )(\d{{1,2}}))(?:(,? )(\d{{4}}))?\b")


def _in_words(text: str, days: timedelta) -> str:
    return _dates().sub(lambda found: _reworded(found, days), text) if days else text


def _reworded(found: re.Match[str], days: timedelta) -> str:
    """1 декабря 2026, 1 December, December 1, 2026. Without a year it is taken for one of this year."""
    first, gap, after, before, space, second, comma, year = found.groups()
    language, month = _months()[after or before]
    try:
        moved = date(int(year or 2026), month, int(first or second)) + days
    except ValueError:
        return found[0]
    name = next(name for name, known in _months().items() if known == (language, moved.month))
    told = f"{moved.day}{gap}{name}" if first else f"{name}{space}{moved.day}"
    return f"{told}{comma}{moved.year}" if year else told


class Stoppable(Protocol):
    async def stop(self) -> None: ...


S = TypeVar("S", bound=Stoppable)


@dataclass(eq=False)
class ExampleWeek(Generic[S]):
    """It is built when somebody opens it, once; `S` is the workbench."""

    make: Callable[[], S]
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _opened: S | None = field(default=None, init=False)

    async def open(self) -> S:
        async with self._opening:
            if self._opened is None:
                self._opened = await asyncio.to_thread(self.make)
            return self._opened

    async def close(self) -> None:
        """What was done in it is gone with it."""
        if self._opened is not None:
            opened, self._opened = self._opened, None
            await opened.stop()
