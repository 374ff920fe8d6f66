"""Since which day a customer's trouble lasts, by their words: "third day", "since Monday", "уже неделю"."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from app.engines.offline.clock_times import any_of
from app.engines.offline.entities import WEEK, day_in
from app.engines.offline.lexicon import plain, values


def trouble_since(text: str, today: date | None) -> date | None:
    """None where no day behind us is told."""
    if today is None:
        return None
    said = plain(text)
    if nth := _nth().search(said):
        return today - timedelta(days=(_numbers("ordinal")[nth[1]] - 1) * _length(nth[2]))
    if counted := _counted().search(said):
        number = _numbers("numerals").get(counted[1]) or int(counted[1])
        return today - timedelta(days=number * _length(counted[2]))
    if week := _week().search(said):
        return today - timedelta(days=_length(week[1]))
    day = day_in(said, today, past=True)
    return day if day and day <= today else None


def _length(unit: str) -> int:
    return WEEK if unit in values("units")["week"] else 1


def _numbers(kind: str) -> dict[str, int]:
    return {word: int(number) for number, words in values(kind).items() for word in words}


@lru_cache
def _nth() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)({'|'.join(_numbers('ordinal'))})\s+({any_of('units', 'day', 'week')})(?!\w)")


@lru_cache
def _counted() -> re.Pattern[str]:
    """ "In two days" lies ahead."""
    number = rf"\d{{1,2}}|{'|'.join(_numbers('numerals'))}"
    return re.compile(rf"(?<!через )(?<!in )(?<!\w)({number})\s+({any_of('units', 'day', 'week')})(?!\w)")


@lru_cache
def _week() -> re.Pattern[str]:
    return re.compile(
        rf"(?<!\w)(?:уже|всю|целую|for a|a whole|all|the whole)\s+({any_of('units', 'week')})(?!\w)"
    )
