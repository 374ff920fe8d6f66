"""The requested time of a call, or a question about it. Time zones by city (CLDR), abbreviation or offset."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale

from app.core.company import in_use
from app.core.text import excerpt, without_yo
from app.engines.offline.clock_times import Unsure, any_of, clock_in, duration_in
from app.engines.offline.days import coming_day, without_days
from app.engines.offline.entities import phone_in
from app.engines.offline.lexicon import all_books, contains, plain, values

SHORT = 4  # letters of a stem: fewer would be heard in other words
OFFSETS = {"utc": 0, "gmt": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8,
           "pdt": -7, "cet": 1, "cest": 2, "eet": 2, "msk": 3, "мск": 3}  # fmt: skip
_OFFSET = re.compile(r"(?<!\w)(utc|gmt|msk|мск)\s*([+-])\s*(\d{1,2})(?!\d)")
_NAMED = re.compile(rf"(?<!\w)(?:{'|'.join(OFFSETS)})(?!\w)")
_ENDING = r"(?:а|у|е|ом|ем|ы|и|ой|ью|ск\w{2,4})?"


def zone_in(said: str) -> tzinfo | None:
    """None where the house's is meant. Raises Unsure where a place is named, but not whose time it is."""
    if offset := _OFFSET.search(said):
        return _fixed(OFFSETS[offset[1]] + int(offset[2] + offset[3]))
    if named := _NAMED.search(said):
        return _fixed(OFFSETS[named[0]])
    found = list(_places(said))
    theirs = re.search(rf"(?<!\w)(?:{any_of('here', 'mine')})(?!\w)", said)
    pointed = {zone for zone, is_said in found if is_said}
    zones = pointed or {zone for zone, _ in found}
    if len(zones) > 1 or (theirs and not zones) or (zones - {in_use().zone.key} and not (theirs or pointed)):
        if theirs and not zones and theirs[0] in values("here")["beside"]:
            return None
        raise Unsure
    return ZoneInfo(zones.pop()) if zones else None


def _fixed(hours: int) -> tzinfo:
    if abs(hours) > 14:
        raise Unsure
    return timezone(timedelta(hours=hours))


def _places(said: str) -> Iterator[tuple[str, bool]]:
    """Zones of the places that are named, and whether their time is."""
    for found in _pattern().finditer(said):
        stem = next(name for name in _stems() if found["place"].startswith(name))
        before, after = said[: found.start()].split()[-2:], said[found.end() :].split()[:2]
        is_time = (
            "по" in before[-1:]
            or before == ["по", "времени"]
            or any(word.startswith(("врем", "time")) for word in after)
        )
        yield _stems()[stem], is_time


@lru_cache
def _pattern() -> re.Pattern[str]:
    longest = sorted(map(re.escape, _stems()), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?P<place>(?:{'|'.join(longest)}){_ENDING})(?!\w)")


@lru_cache
def _stems() -> dict[str, str]:
    known = dict(sorted(_cities(), key=lambda pair: len(pair[0]), reverse=True))
    return {**{stem: zone for zone, stems in values("places").items() for stem in stems}, **known}


def _cities() -> Iterator[tuple[str, str]]:
    zones = available_timezones()
    for language in all_books():
        for zone, facts in Locale.parse(language).time_zones.items():
            city = without_yo(str(facts.get("city", "")).lower())
            if zone in zones and len(_stem(city)) >= SHORT:
                yield _stem(city), zone
    for zone in zones:
        city = zone.rsplit("/", 1)[-1].replace("_", " ").lower()
        if zone.count("/") == 1 and not zone.startswith("Etc/") and len(city) >= SHORT:
            yield city, zone


def _stem(city: str) -> str:
    return city.rstrip("аяьйоеиы") if re.search("[а-я]", city) else city


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
    def has_time(self) -> bool:
        return any(part is not None for part in (self.day, self.clock, self.ahead))

    def then(self, later: _Heard) -> _Heard:
        """A later line replaces what it names."""
        zone = later.zone or self.zone
        if later.ahead is not None:
            return replace(later, zone=zone)
        ahead = None if later.has_time else self.ahead
        return _Heard(later.day or self.day, later.clock or self.clock, ahead, zone)


def wish_of(lines: Sequence[str], now: datetime) -> Wish:
    """Of the customer's lines on one matter, the latest last."""
    said = [_bare(line) for line in lines]
    zones = [zone for line in said if isinstance(zone := _tried(zone_in, line), tzinfo)]
    local = now.astimezone(zones[-1] if zones else in_use().zone)
    known = _Heard()
    for line in said:
        known = known.then(_heard(line, local))
    return Wish(known.has_time, _moment(known, local))


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
        return None if heard.day else at.replace(second=0, microsecond=0).astimezone(in_use().zone)
    if heard.clock is None or heard.clock == UNSURE:
        return None
    day = heard.day or local.date()
    assert isinstance(day, date)
    return datetime.combine(day, heard.clock, local.tzinfo).astimezone(in_use().zone)
