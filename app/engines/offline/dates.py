"""Days of payments as customers name them: yesterday, 12 ноября, 12.11, on Monday."""

from __future__ import annotations

import re
from datetime import date, timedelta

from app.engines.offline.lexicon import values
from app.engines.offline.phrasebook import beginnings, plain

ISO = re.compile(r"(?<!\d)(20\d\d)-(\d\d?)-(\d\d?)(?!\d)")
DOTTED = re.compile(r"(?<![\d.,])(\d\d?)[./](\d\d?)(?:[./](20\d\d|\d\d))?(?![\d₽])(?!\s*(?:₽|руб|rub))")
CLOCK = re.compile(r"(?<![\d.,])([01]?\d|2[0-3]):([0-5]\d)(?!\d)")
_DAY_FIRST = r"(?<!\d)(\d\d?)(?:st|nd|rd|th|-?го|-?е)?\s+(?:of\s+)?{month}(?:,?\s+(20\d\d))?"
_MONTH_FIRST = r"{month}\s+(\d\d?)(?:st|nd|rd|th)?(?!\d|:)(?:,?\s+(20\d\d))?"
WEEK = 7


def day_in(text: str, today: date, past: bool) -> date | None:
    """A day without its year, or a day of the week, is the nearest one: behind us if `past`, else ahead."""
    said = plain(text)
    return _relative(said, today) or _written(said, today, past) or _weekday(said, today, past)


def without_times(said: str) -> str:
    """So that no day and no hour is taken for a sum."""
    for pattern in (ISO, DOTTED, CLOCK, *month_patterns().values()):
        said = pattern.sub(" ", said)
    return said


def _relative(said: str, today: date) -> date | None:
    found = [(m.end() - m.start(), int(days)) for days, stems in values("days").items()
             if (m := beginnings(stems).search(said))]  # fmt: skip
    return today + timedelta(days=max(found)[1]) if found else _ago(said, today)


def _ago(said: str, today: date) -> date | None:
    words = {stem: int(n) for n, stems in values("counts").items() for stem in stems}
    ends = "|".join(values("ago")["ago"])
    days = re.search(rf"(?<!\w)(\d{{1,3}}|{'|'.join(words)})\s+(?:{ends})", said)
    return today - timedelta(days=words.get(days[1]) or int(days[1])) if days else None


def _written(said: str, today: date, past: bool) -> date | None:
    if iso := ISO.search(said):
        return _date(int(iso[1]), int(iso[2]), int(iso[3]))
    for month, pattern in month_patterns().items():
        if named := pattern.search(said):
            return _near(int(named[1] or named[3]), month, named[2] or named[4], today, past)
    if dotted := DOTTED.search(said):
        return _near(int(dotted[1]), int(dotted[2]), dotted[3], today, past)
    return None


def month_patterns() -> dict[int, re.Pattern[str]]:
    return {int(month): _month(stems) for month, stems in values("months").items()}


def _month(stems: tuple[str, ...]) -> re.Pattern[str]:
    name = rf"(?:{'|'.join(stems)})[^\W\d]*"
    return re.compile(f"(?:{_DAY_FIRST}|{_MONTH_FIRST})".format(month=name))


def _near(day: int, month: int, year: str | None, today: date, past: bool) -> date | None:
    if year:
        return _date(int(year) % 100 + 2000, month, day)
    found = _date(today.year, month, day)
    if found and past and found > today:
        return _date(today.year - 1, month, day)
    if found and not past and found < today:
        return _date(today.year + 1, month, day)
    return found


def _weekday(said: str, today: date, past: bool) -> date | None:
    for number, stems in values("weekdays").items():
        if beginnings(stems).search(said):
            ahead = (int(number) - today.weekday()) % WEEK
            return today + timedelta(days=ahead - WEEK if past and ahead else ahead or (0 if past else WEEK))
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
