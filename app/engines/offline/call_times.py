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

from app.core.call_hours import SLOT, next_slot
from app.core.company import in_use
from app.core.text import excerpt, without_yo
from app.engines.offline.clock_times import Unsure, any_of, clock_in, duration_in, limit_in
from app.engines.offline.days import coming_day, without_days
from app.engines.offline.entities import phone_in
from app.engines.offline.lexicon import all_books, contains, plain, values

SHORT = 4  # letters of a stem: fewer would be heard in other words
OFFSETS = {"utc": 0, "gmt": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8,
           "pdt": -7, "cet": 1, "cest": 2, "eet": 2, "msk": 3, "мск": 3}  # fmt: skip
_OFFSET = re.compile(r"(?<!\w)(utc|gmt|msk|мск)\s*([+-])\s*(\d{1,2})(?!\d)")
_MOSCOW = r"(?:мск|москв\w*)"
_AHEAD = (
    re.compile(rf"([+-])\s?(\d{{1,2}})\s*(?:час\w*|ч)?\s*(?:к|от|относительно)\s+{_MOSCOW}"),
    re.compile(rf"(?<!\w)(?:с|к|от)\s+{_MOSCOW}\s*([+-])\s?(\d{{1,2}})"),
)
_SHORT = {
    **dict.fromkeys(("et", "eastern"), "America/New_York"),
    **dict.fromkeys(("ct", "central"), "America/Chicago"),
    **dict.fromkeys(("mt", "mountain"), "America/Denver"),
    **dict.fromkeys(("pt", "pacific"), "America/Los_Angeles"),
}
_AFTER_HOUR = re.compile(rf"(?:\d|am|pm|a\.m\.?|p\.m\.?)\s*({'|'.join(_SHORT)})(?!\w|\s+european)")
_OURS = "your|our|my|local|any|some|this|that|same|next|all|house|company|office|working|last|first|long"
_UNKNOWN = (
    re.compile(r"(?<!\w)по\s+[^\W\d]+(?:ск|цк)ому(?!\w)"),
    re.compile(
        rf"(?:\d|am|pm|a\.m\.?|p\.m\.?|noon)\s+(?!(?:{_OURS})\s)[a-z]{{3,}}(?:\s[a-z]{{3,}})?\s+time(?!\w)"
    ),
)
"""A place that we do not know: "7 pm Gotham time"."""
_NAMED = re.compile(rf"(?<!\w)(?:{'|'.join(OFFSETS)})(?!\w)")
_ENDING = r"(?:а|у|е|ом|ем|ы|и|ой|ью|ому|ого|ьск\w{2,4}|ск\w{2,4})?"


def zone_in(said: str) -> tzinfo | None:
    """None where the house's is meant. Raises Unsure where a place is named, but not whose time it is."""
    if offset := _OFFSET.search(said):
        return _fixed(OFFSETS[offset[1]] + int(offset[2] + offset[3]))
    for pattern in _AHEAD:
        if ahead := pattern.search(said):
            return _fixed(OFFSETS["msk"] + int(ahead[1] + ahead[2]))
    if short := _AFTER_HOUR.search(said):
        return ZoneInfo(_SHORT[short[1]])
    if named := _NAMED.search(said):
        return _fixed(OFFSETS[named[0]])
    found = list(_places(said))
    if not found and any(pattern.search(said) for pattern in _UNKNOWN):
        raise Unsure
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
        stem = max((name for name in _stems() if found["place"].startswith(name)), key=len)
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
    """Without its ending; the whole name where little would be left."""
    bare = city.rstrip("аяьйоеиы") if re.search("[а-я]", city) else city
    return bare if len(bare) >= SHORT else city


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
    """What was said of each; `ahead` is from now on, `limit` before when. `soon`: any time will do."""

    day: date | Unclear | None = None
    clock: time | Unclear | None = None
    ahead: timedelta | None = None
    zone: tzinfo | Unclear | None = None
    limit: time | Unclear | None = None
    soon: bool = False

    @property
    def has_time(self) -> bool:
        return self.soon or any(p is not None for p in (self.day, self.clock, self.ahead, self.limit))

    def then(self, later: _Heard) -> _Heard:
        """A later line replaces what it names."""
        zone = later.zone or self.zone
        if later.ahead is not None:
            return replace(later, zone=zone)
        ahead = None if later.has_time else self.ahead
        if later.clock or later.limit or later.soon:
            return replace(later, day=later.day or self.day, zone=zone)
        return replace(self, day=later.day or self.day, ahead=ahead, zone=zone)


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
    timed = without_days(line)
    clock, limit = _tried(clock_in, timed), _tried(limit_in, timed)
    if clock is None and contains(values("same_time")["now"], line):
        clock = local.time().replace(second=0, microsecond=0)
    soon = clock is None and contains(values("soon")["now"], line)
    if clock is None and not soon and limit is None and contains(values("vague")["day"], line):
        clock = UNSURE
    return _Heard(day, clock, None, zone, limit, soon)


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
    if heard.clock is None and heard.limit != UNSURE:
        return _first_slot(heard, local) if heard.limit or heard.soon else None
    day, limit = heard.day or local.date(), heard.limit or time.max
    if not isinstance(heard.clock, time) or not isinstance(limit, time) or heard.clock >= limit:
        return None
    assert isinstance(day, date)
    return datetime.combine(day, heard.clock, local.tzinfo).astimezone(in_use().zone)


def _first_slot(heard: _Heard, local: datetime) -> datetime | None:
    """The first of that day, or of any where none is named, before the limit."""
    day = heard.day if isinstance(heard.day, date) else local.date()
    began = datetime.combine(day, time(), local.tzinfo) - SLOT
    slot = next_slot(in_use(), max(began, local)).astimezone(local.tzinfo)
    fits = slot.date() == day or (heard.day is None and heard.limit is None)
    if not fits or (isinstance(heard.limit, time) and slot.time() >= heard.limit):
        return None
    return slot.astimezone(in_use().zone)
