"""The day that lies ahead: послезавтра, next Monday, 15 декабря, on the 22nd, a week on Thursday."""

from __future__ import annotations

import re
from datetime import date, timedelta
from difflib import get_close_matches
from functools import lru_cache

from app.engines.offline.clock_times import Unsure, any_of, moment_words
from app.engines.offline.entities import DOTTED, ISO, WEEK, in_figures, month_patterns
from app.engines.offline.lexicon import beginnings, contains, values

HALF_A_YEAR = timedelta(days=180)
FORTNIGHT, TWENTY = 14, 20
MONTHS = 12
QUARTER = "четверт"  # of an hour, so near to Thursday
LONG, NEARLY = 5, 0.75  # letters at least, and how alike by difflib's ratio, "четверг" and "читверг" are
_WEEK_LATER = re.compile(
    r"(?<!\w)a week (?:from )?(?:today|tomorrow)(?!\w)|(?<!\w)(?:today|tomorrow) week(?!\w)"
)
_OF_MONTH = re.compile(r"(?<![\d.:])(\d{1,2})(?:(?:-?го|-?е|st|nd|rd|th)(?:\s+числа)?|\s+числа)(?!\w)")


def coming_day(said: str, today: date) -> date | None:
    """Raises Unsure for a day that does not exist, has passed, or is not the weekday that it is called."""
    text = moment_words().sub(" ", _forgotten(_ordinals(in_figures(said))))
    named = {day for day in (_written(text, today), _counted(text, today)) if day}
    named |= _relative(_WEEK_LATER.sub(" ", text), today)
    weekday = _weekday(text, today, named)
    if len(named) > 1 or (named and min(named) < today) or not (named or weekday or not misspelt(text)):
        raise Unsure
    return named.pop() if named else weekday


def misspelt(text: str) -> bool:
    """Whether a word is nearly the name of a day: "в читверг" is no word about today."""
    names = {name for kind in ("weekdays", "days") for words in values(kind).values() for name in words}
    known = [name for name in names if " " not in name and len(name) >= LONG]
    clock = {word for words in values("part").values() for phrase in words for word in phrase.split()}
    words = (
        w for w in re.findall(r"[^\W\d]+", text) if len(w) >= LONG and w not in clock and w[:7] != QUARTER
    )
    return any(get_close_matches(word[: len(name)], [name], 1, NEARLY) for word in words for name in known)


def without_days(said: str) -> str:
    """So that no date is taken for an hour."""
    said = _ordinals(in_figures(said))
    counted = re.compile(rf"(?<!\w)(?:через|in)\s+\d{{1,2}}\s*(?:{any_of('units', 'day', 'week')})(?!\w)")
    for pattern in (ISO, *month_patterns().values(), _OF_MONTH, counted):
        said = pattern.sub(" ", said)
    return DOTTED.sub(lambda m: " " if _is_date(m) else m[0], said)


def _forgotten(text: str) -> str:
    """Without days that are ruled out: "not today"."""
    words = "|".join(word for days in values("days").values() for word in days)
    return re.sub(rf"(?<!\w)(?:не|not)\s+(?:{words})(?!\w)", " ", text)


def _ordinals(text: str) -> str:
    """ "Двадцать пятого декабря", "the first of December" and "December the first" in figures."""
    text = _behind_month().sub(lambda m: f"{m['month']} {_day_numbers()[m['day']]}", text)
    return _dated().sub(lambda m: f"{(TWENTY if m['tens'] else 0) + _day_numbers()[m['day']]} ", text)


@lru_cache
def _day_numbers() -> dict[str, int]:
    return {word: int(number) for number, words in values("day_of").items() for word in words}


@lru_cache
def _behind_month() -> re.Pattern[str]:
    months = "|".join(stem for stems in values("months").values() for stem in stems)
    days = "|".join(sorted(_day_numbers(), key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?P<month>(?:{months})\w*)\s+the\s+(?P<day>{days})(?!\w)")


@lru_cache
def _dated() -> re.Pattern[str]:
    """An ordinal before a month or before "числа"."""
    months = "|".join(stem for stems in values("months").values() for stem in stems)
    days = "|".join(sorted(_day_numbers(), key=len, reverse=True))
    return re.compile(
        rf"(?<!\w)(?:(?P<tens>20|twenty)[\s-])?(?P<day>{days})\s+(?=(?:of\s+)?(?:{months}|числа))"
    )


def _relative(text: str, today: date) -> set[date]:
    found = {}
    for days, words in values("days").items():
        for word in words:
            for hit in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text):
                found[hit.span()] = today + timedelta(days=int(days))
    inside = {a for a in found for b in found if a != b and b[0] <= a[0] and a[1] <= b[1]}
    return {day for span, day in found.items() if span not in inside}


def _counted(text: str, today: date) -> date | None:
    """ "In two days", "через неделю", "in a fortnight"."""
    if re.search(r"(?<!\w)in a fortnight", text):
        return today + timedelta(days=FORTNIGHT)
    if later := _WEEK_LATER.search(text):
        return today + timedelta(days=WEEK + ("tomorrow" in later[0]))
    for unit, days in (("day", 1), ("week", WEEK)):
        hit = re.search(
            rf"(?<!\w)(?:через|in)\s+(?:a\s+)?(\d{{1,2}})?\s*(?:{any_of('units', unit)})(?!\w)", text
        )
        if hit:
            return today + timedelta(days=days * int(hit[1] or 1))
    return None


def _written(text: str, today: date) -> date | None:
    if iso := ISO.search(text):
        return _date(int(iso[1]), int(iso[2]), int(iso[3]))
    for month, pattern in month_patterns().items():
        if named := pattern.search(text):
            if not named[1] and re.search("[а-я]", named[0]):
                raise Unsure  # what stands behind "января" is a year, or an hour
            return _ahead(int(named[1] or named[3]), month, named[2] or named[4], today)
    for dotted in DOTTED.finditer(text):
        if _is_date(dotted):
            return _dotted(dotted, today)
    if of_month := _OF_MONTH.search(text):
        return _next_of_month(int(of_month[1]), today)
    return None


def _is_date(found: re.Match[str]) -> bool:
    """ "14.20" and "в 10.30" are hours."""
    before = found.string[: found.start()]
    asked_at = re.search(rf"(?<!\w)(?:{any_of('at', 'at')})\s+$", before)
    hour = (
        int(found[1]) < 24
        and "." in found[0]
        and not found[3]
        and re.match(r"\s*(?:am|pm)\b", found.string[found.end() :])
    )
    counts = re.match(rf"\s*(?:{any_of('units', 'hour', 'minute')})(?!\w)", found.string[found.end() :])
    if counts:
        return False
    return int(found[2]) <= MONTHS and not hour and not (asked_at and "." in found[0] and not found[3])


def _dotted(found: re.Match[str], today: date) -> date:
    day, month = int(found[1]), int(found[2])
    if "/" in found[0] and day <= MONTHS and day != month:
        raise Unsure  # the fifth of December or the twelfth of May
    return _ahead(day, month, found[3], today)


def _ahead(day: int, month: int, year: str | None, today: date) -> date:
    if year:
        return _date(int(year) % 100 + 2000, month, day)
    this = _date(today.year, month, day)
    if this >= today:
        return this
    if today - this < HALF_A_YEAR:
        raise Unsure
    return _date(today.year + 1, month, day)


def _next_of_month(day: int, today: date) -> date:
    if day >= today.day:
        return _date(today.year, today.month, day)
    return _date(today.year + today.month // MONTHS, today.month % MONTHS + 1, day)


def _weekday(text: str, today: date, named: set[date]) -> date | None:
    hits = {int(n): hit for n, stems in values("weekdays").items() if (hit := beginnings(stems).search(text))}
    if not hits:
        return None
    if named:
        if {day.weekday() for day in named} != hits.keys():
            raise Unsure
        return None
    [(number, hit), *more] = hits.items()
    before = " ".join(text[: hit.start()].split()[-2:])
    ahead = (number - today.weekday()) % WEEK
    this_week = number > today.weekday()
    next_one = contains(values("next")["week"], before)
    if more or not ahead or contains(values("which")["one"], before) or (next_one and this_week):
        raise Unsure
    after = re.match(r" week(?!\w)", text[hit.end() :])
    later = WEEK if after or re.search(r"a week (?:on )?$", text[: hit.start()]) else 0
    return today + timedelta(days=ahead + later)


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise Unsure from error
