"""The hour that a line names: 4:45 pm, half past five, в полпятого, без четверти шесть, с 14 до 16."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from functools import lru_cache

from app.engines.offline.entities import in_figures
from app.engines.offline.lexicon import values

HOURS, MINUTES, NOON = 24, 60, 12
EARLIEST = 8  # nobody is called at night: an hour before it, without a part of the day, is one after noon
PARTS = ("am", "day", "pm", "night")
MINUTES_TO = (5, 10, 20, 25)
_TIME = r"(\d{1,2})(?:[:.](\d\d))?"
_END = r"(?![\d:.]*\d|\s*(?:[₽%]|руб|rub))"
_START = r"(?<![\d.,:+-])"
_CLAUSE = re.compile(r"[,;!?](?!\d)|\.(?!\d)|\s(?:но|а|but|and then)\s")
_SPAN = re.compile(
    r"(?<!\w)(?:с|со|от|между|from|between)\s+([^,;!?]{1,30}?)\s+(?:до|по|и|to|till|until|and)\s+([^,;!?]{1,30})"
)
_NOT = re.compile(r"(?<!\w)(?:не|нельзя|not|don't|do not|never)(?:\s+\w+){0,2}\s*$")
_NOT_SO = re.compile(r"(?<!\w)не\s+\w*звон\w*|(?<!\w)не\s+(?:надо|беспоко\w+|могу)")
Read = tuple[int, int, str]
"""Hour, minute, and the part of the day beside them."""


class Unsure(Exception):
    """What is named does not exist, or may be meant in two ways."""


def clock_in(said: str) -> time | None:
    """Of a line without its dates. What only says before when is none. Raises Unsure."""
    text, bound = _split(said)
    if re.search(r"(?:\d|quarter|half)\s+past\s+(?!\d)", text):
        raise Unsure  # the hour is misspelt
    return _read(text) or (_read(bound.told) if bound.is_beginning else None)


def limit_in(said: str) -> time | None:
    """Before which time: "до 12", "no later than five". Raises Unsure."""
    bound = _split(said)[1]
    return None if bound.is_beginning else _read(bound.told)


def _read(text: str) -> time | None:
    part = _part_in(text)
    found = {_in_day(hour, minute, beside or part) for hour, minute, beside in _named(text)}
    if len(found) > 1:
        raise Unsure
    return found.pop() if found else None


def duration_in(said: str) -> timedelta | None:
    """From now: "через полтора часа", "in an hour and a half"."""
    text = in_figures(said)
    for pattern, minutes in _durations():
        if found := re.search(pattern, text):
            return timedelta(minutes=minutes(*(float((n or "0").replace(",", ".")) for n in found.groups())))
    return None


@dataclass(frozen=True, slots=True)
class _Bound:
    """The time that bounds another, in words. `is_beginning`: "do not call before ten" begins at ten."""

    told: str = ""
    is_beginning: bool = False


def _split(said: str) -> tuple[str, _Bound]:
    """The line without its bound, and the bound. What was corrected counts as corrected; of a range its
    beginning does.
    """
    text = moment_words().sub(lambda m: _moment(m[0]), in_figures(said))
    *_, last = re.split(rf"(?<!\w)(?:{any_of('correction', 'from')})(?!\w)", text)
    text = last if next(_named(last), None) else text
    text = re.sub(_range(), lambda m: f" в {m[1]}:{m[2] or '00'} {m[3] or m[6] or ''} ", text)
    text = _SPAN.sub(_opening, text)
    text, bound = _apart(_hyphened().sub(_begun, text))
    return re.sub(rf"(?<!\w)(?:не|not)\s+(?:{any_of('at', 'at')})\s+{_TIME}", " ", text), bound


def _apart(text: str) -> tuple[str, _Bound]:
    limit, figure = any_of("bound", "before"), r"\d|пол|четверт|без|half|quarter|час[уа]"
    found = re.search(rf"(?<!\w)(?<!не )(?<!not )(?<!no )(?:{limit})\s+(?={figure})", text)
    if found is None:
        return text, _Bound()
    told, *rest = _CLAUSE.split(text[found.end() :], maxsplit=1)
    before = text[: found.start()]
    is_beginning = bool(_NOT.search(before) or _NOT_SO.search(told))
    return f"{before} , {' '.join(rest)}", _Bound(f"в {_NOT_SO.sub('', told)}", is_beginning)


def _opening(found: re.Match[str]) -> str:
    """Of a range in words: "between ten and half past eleven"."""
    first, last = f" в {found[1]} ", f" в {found[2]} "
    return first if next(_named(first), None) and next(_named(last), None) else found[0]


@lru_cache
def _hyphened() -> re.Pattern[str]:
    return re.compile(
        rf"(?<![\d.,:+-])(\d{{1,2}})\s?[-–—]\s?(\d{{1,2}})(?![\d:.-])(?:\s*({_parts()})(?!\w))?"
    )


def _begun(found: re.Match[str]) -> str:
    """ "15-17" is a range, "15-30" a clock, "10-15" either."""
    first, last = int(found[1]), int(found[2])
    if not first < last < HOURS or len(found[2]) < len(found[1]):
        return found[0]
    if last % 5 == 0 and len(found[2]) > 1:
        raise Unsure
    return f" в {first} {found[3] or ''} "


def _range() -> str:
    of_day = rf"(?:\s*(?:час\w*|ч\b|o'clock))?\s*({_parts()})?"
    opened = rf"(?<!\w)(?:с|от|между|from|between)\s+{_TIME}{of_day}\s*(?:до|по|и|to|till|until|and|[-–—])\s*"
    return rf"(?:{opened})(\d{{1,2}})(?:[:.](\d\d))?{of_day}(?!\w)"


def _named(text: str) -> Iterator[Read]:
    """Each pattern takes its words away, so that none is heard twice."""
    for pattern, read in _patterns():
        for found in list(re.finditer(pattern, text)):
            if (named := read(found)) is not None:
                yield named
                start, end = found.span()
                text = text[:start] + " " * (end - start) + text[end:]


def _in_day(hour: int, minute: int, part: str) -> time:
    if hour >= HOURS or minute >= MINUTES:
        raise Unsure
    later = hour < NOON and (part == "pm" or (part in ("", "day") and 0 < hour < EARLIEST))
    if part == "night" and EARLIEST < hour < NOON:
        later = True
    if hour == NOON and part in ("am", "night"):
        hour = 0
    return time(hour + NOON if later else hour, minute)


def _part_in(text: str) -> str:
    """Where the line names one part of the day."""
    named = {part for part in PARTS if re.search(rf"(?<!\w)(?:{any_of('part', part)})(?!\w)", text)}
    return named.pop() if len(named) == 1 else ""


def _beside(word: str | None) -> str:
    return next((part for part in PARTS if word in values("part")[part]), "")


@lru_cache
def _patterns() -> tuple[tuple[str, Callable[[re.Match[str]], Read | None]], ...]:
    """The most telling first."""
    of = "|".join(word for words in values("hour_of").values() for word in words)
    part = rf"(?:\s*({_parts()})(?!\w))?"
    at = rf"(?<!\w)(?:{any_of('at', 'at')}|{any_of('bound', 'after')})"
    some = r"(?:(?:ровно|примерно|где-то|like|about|around|exactly|часов)\s+)*"
    ending = r"(?=\s*(?:$|[,;!?)]|\.(?!\d)))"
    return (
        (rf"(?<!\w)пол(?:овин\w*)?[\s-]*({of}){part}", lambda m: _of_the_hour(m, 30)),
        (rf"(?<!\w)четверть\s+({of}){part}", lambda m: _of_the_hour(m, 15)),
        (rf"(?<!\w)(\d{{1,2}})\s*мин\w*\s+({of}){part}",
         lambda m: (_hour_before(_ordinal(m[2])), int(m[1]), _beside(m[3]))),
        (rf"(?<!\w)без\s+20\s+5\s+(\d+){part}",
         lambda m: (_hour_before(int(m[1])), MINUTES - 25, _beside(m[2]))),
        (rf"(?<!\w)без\s+(четверти|\d+)(?:\s*мин\w*)?\s+(\d+|час\w*){part}",
         lambda m: (_hour_before(_figure(m[2])), MINUTES - _figure(m[1], 15), _beside(m[3]))),
        (rf"(?<!\w)half(?:\s+past)?\s+(\d{{1,2}}){part}", lambda m: (int(m[1]), 30, _beside(m[2]))),
        (rf"(?<!\w)(quarter|\d{{1,2}})(?:\s*min\w*)?\s+(?:past|after)\s+(\d{{1,2}}){part}",
         lambda m: (int(m[2]), _figure(m[1], 15), _beside(m[3]))),
        (rf"(?<!\w)(quarter|5|10|20|25)(?:\s*min\w*)?\s+(?:to|of|before)\s+(\d{{1,2}})(?!\d|:){part}",
         lambda m: _to_the_hour(_figure(m[1], 15), int(m[2]), m)),
        (rf"{_START}(\d{{1,2}})[:.](\d\d)(?![.:]?\d){part}", _clock),
        (rf"{_START}(\d{{1,2}})-(\d\d)(?![\d-]){part}", _clock),
        (rf"(?:{at}|(?<!\w)(?:на|for))\s+(\d\d)(\d\d)(?!\d|\s*(?:год|г\b|year|[₽%]|руб))", _clock),
        (r"(?<!\d)(\d\d)(\d\d)\s*(?:hours|hrs|h)(?!\w)", _clock),
        (rf"{_START}(\d{{1,2}})\s+(\d\d)(?!\d|:|\s*(?:[₽%]|руб|мин|min|час|hour)){part}", _clock),
        (rf"{_START}(\d{{1,2}})\s*(?:час\w*|ч)\s*(?:и\s+)?(\d\d?)\s*м(?:ин\w*)?(?!\w){part}", _clock),
        (rf"{at}\s+час\s+(\d\d)(?!\d){part}", lambda m: (1, int(m[1]), _beside(m[2]))),
        (rf"{_START}(\d{{1,2}})\s*час\w*\s+(?:и\s+)?(\d\d)(?!\d)(?:\s*мин\w*)?{part}", _clock),
        (rf"{_START}(\d{{1,2}})(?:-?х)?\s*(?:час\w*|ч|h|hrs?|o'?\s?clock)(?!\w){part}", _hour),
        (rf"{_START}(\d{{1,2}})(?:[:.-](\d\d))?\s*-?ish(?!\w){part}",
         lambda m: (int(m[1]), int(m[2] or 0), _beside(m[3]))),
        (rf"{_START}(\d{{1,2}})\s*({_parts()})(?!\w)", _hour),
        (rf"(?:{at}|на|ближе к)\s+час[уа]?(?!\w){part}", lambda m: (1, 0, _beside(m[1]))),
        (rf"{at}\s+{some}(\d{{1,2}})(?:-?х)?{_END}", lambda m: (int(m[1]), 0, "")),
        (rf"(?<!\w)(?:на|for)\s+(\d{{1,2}}){ending}", lambda m: (int(m[1]), 0, "")),
    )  # fmt: skip


def _of_the_hour(found: re.Match[str], minute: int) -> Read:
    """ "Half of the sixth" is half past five."""
    return _hour_before(_ordinal(found[1])), minute, _beside(found[2])


def _hour(found: re.Match[str]) -> Read:
    return int(found[1]), 0, _beside(found[2])


def _clock(found: re.Match[str]) -> Read:
    """With a nought before the hour it is written as clocks show it."""
    exact = "as said" if found[1].startswith("0") else ""
    return int(found[1]), int(found[2]), exact or (_beside(found[3]) if found.re.groups > 2 else "")


def _to_the_hour(minutes: int, hour: int, found: re.Match[str]) -> Read:
    """ "Ten to twelve" may be a range as well."""
    if found[1] != "quarter" and minutes < hour:
        raise Unsure
    return _hour_before(hour), MINUTES - minutes, _beside(found[3])


def _moment(word: str) -> str:
    return next(at for at, words in values("moments").items() if word in words)


@lru_cache
def moment_words() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{any_of('moments', *values('moments'))})(?!\w)")


def _hour_before(hour: int) -> int:
    return (hour - 1) or NOON


def _ordinal(word: str) -> int:
    return next(int(n) for n, words in values("hour_of").items() if word in words)


def _figure(word: str, otherwise: int = 1) -> int:
    return int(word) if word.isdigit() else otherwise


Minutes = Callable[..., float]


@lru_cache
def _durations() -> tuple[tuple[str, Minutes], ...]:
    hour, minute = (rf"(?:{any_of('units', unit)})(?!\w)" for unit in ("hour", "minute"))
    number = r"(?<![\d.,])(\d{1,3}(?:[.,]\d{1,2})?)"
    led = r"(?<!\w)(?:через|in|within)\s+(?:(?:примерно|где-то|about|around|roughly)\s+)?"
    return (
        (r"(?<!\w)через\s+четверть\s+часа", lambda: 15),
        (rf"(?<!\w)через\s+пол\s?час\w*|{led}half an hour|half an hour from now", lambda: 30),
        (rf"{led}полтора\s+{hour}|(?<!\w){hour}\s+через\s+полтора", lambda: 90),
        (rf"{led}{number}\s*[-–—]\s*{number}\s*{hour}", lambda n, m: 30 * (n + m)),
        (rf"{led}{number}\s*[-–—]\s*{number}\s*{minute}", lambda n, m: (n + m) / 2),
        (rf"{led}(?:an|1)\s+hour and a half|(?:an|1) hour and a half from now", lambda: 90),
        (rf"{led}{number}\s*(?:с половиной|and a half)\s+{hour}", lambda n: 60 * n + 30),
        (rf"{led}{number}?\s*{hour}\s+с\s+четвертью", lambda n: 60 * (n or 1) + 15),
        (rf"{led}{number}?\s*{hour}\s+с\s+половиной", lambda n: 60 * (n or 1) + 30),
        (rf"{led}{number}\s*(?:ч|h|час|hour)[^\W\d]*\s*(?:и|and)?\s*{number}\s*(?:м|m|{minute})",
         lambda n, m: 60 * n + m),
        (rf"{led}(?:an\s+)?{number}?\s*{hour}\s+(?:и\s+|and\s+)?{number}(?!\d)",
         lambda n, m: 60 * (n or 1) + m),
        (rf"{led}{number}\s*{hour}", lambda n: 60 * n),
        (rf"{led}{number}\s*{minute}", lambda n: n),
        (rf"(?<!\w){hour}\s+через\s+{number}", lambda n: 60 * n),
        (rf"(?<!\w){minute}\s+через\s+{number}\s*[-–—]\s*{number}", lambda n, m: (n + m) / 2),
        (rf"(?<!\w){minute}\s+через\s+{number}|{led}{minute}\s+{number}", lambda n, m: n or m),
        (rf"{led}(?:an |1 )?{hour}|(?<!\w)an hour from now", lambda: 60),
        (rf"{number}\s*{hour} from now", lambda n: 60 * n),
        (rf"{number}\s*{minute} from now", lambda n: n),
    )  # fmt: skip


def any_of(kind: str, *keys: str) -> str:
    """The words for any of these values, the longest first, as a pattern."""
    words = (word for key in keys for word in values(kind)[key])
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


def _parts() -> str:
    return any_of("part", *PARTS)
