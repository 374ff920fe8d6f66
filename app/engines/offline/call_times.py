"""When a customer wants to be called: what was said, or a question; never another hour or another day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal, TypeVar

from app.core.clock import HOUSE_TIME
from app.core.text import excerpt
from app.engines.offline.clock_times import Unsure, clock_in, duration_in
from app.engines.offline.days import coming_day, without_days
from app.engines.offline.entities import phone_in
from app.engines.offline.lexicon import values
from app.engines.offline.phrasebook import contains, plain
from app.engines.offline.zones import zone_in


@dataclass(frozen=True, slots=True)
class Wish:
    """`at` is None where `named` says more than can be told for sure."""

    named: bool = False
    at: datetime | None = None


Unclear = Literal["unsure"]
UNSURE: Unclear = "unsure"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Heard:
    """What was said of each; `ahead` is from now on."""

    day: date | Unclear | None = None
    clock: time | Unclear | None = None
    ahead: timedelta | None = None
    zone: tzinfo | Unclear | None = None

    @property
    def named(self) -> bool:
        return any(part is not None for part in (self.day, self.clock, self.ahead))

    def then(self, later: _Heard) -> _Heard:
        """A later line replaces what it names."""
        zone = later.zone or self.zone
        if later.ahead is not None:
            return replace(later, zone=zone)
        ahead = None if later.named else self.ahead
        return _Heard(later.day or self.day, later.clock or self.clock, ahead, zone)


def wish_of(lines: Sequence[str], now: datetime) -> Wish:
    """Of the customer's lines on one matter, the latest last."""
    said = [_bare(line) for line in lines]
    zones = [zone for line in said if isinstance(zone := _tried(zone_in, line), tzinfo)]
    local = now.astimezone(zones[-1] if zones else HOUSE_TIME)
    known = _Heard()
    for line in said:
        known = known.then(_heard(line, local))
    return Wish(known.named, _moment(known, local))


def names_time(line: str, now: datetime) -> bool:
    return wish_of([line], now).named


def _bare(line: str) -> str:
    said = excerpt(plain(line))
    phone = phone_in(said)
    return said.replace(phone, " ") if phone else said


def _heard(line: str, local: datetime) -> _Heard:
    ahead, zone = duration_in(line), _tried(zone_in, line)
    day = _tried(lambda said: coming_day(said, local.date()), line)
    if ahead is not None:
        return _Heard(day, None, ahead, zone)
    clock = _tried(clock_in, without_days(line))
    if clock is None and contains(values("same_time")["now"], line):
        clock = local.time().replace(second=0, microsecond=0)
    if clock is None and contains(values("vague")["day"], line):
        clock = UNSURE
    return _Heard(day, clock, None, zone)


def _tried(read: Callable[[str], T | None], line: str) -> T | Unclear | None:
    try:
        return read(line)
    except Unsure:
        return UNSURE


def _moment(heard: _Heard, local: datetime) -> datetime | None:
    if UNSURE in (heard.day, heard.zone):
        return None
    if heard.ahead is not None:
        at = local + heard.ahead
        return None if heard.day else at.replace(second=0, microsecond=0).astimezone(HOUSE_TIME)
    if heard.clock is None or heard.clock == UNSURE:
        return None
    day = heard.day or local.date()
    assert isinstance(day, date)
    return datetime.combine(day, heard.clock, local.tzinfo).astimezone(HOUSE_TIME)
