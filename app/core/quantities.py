"""Amounts, percentages, dates, times, durations and numbers of records, as values that can be compared.

The checks of replies and the embedded model read money here, so that they agree about a sum.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

from app.core.numerals import APART, FIGURES, NumberWords, Numerals, alternatives, languages, regex
from app.core.text import without_yo

ValueKind = Literal["amount", "percent", "date", "duration", "time", "number"]
Meaning = tuple[object, ...]
HOUR = 60  # minutes
NOON = 12
AT_MOST = 10  # letters of a word before a time of day, with its space
_DASH = r"(?: ?[–—‑] ?|(?<!ty) ?- ?)"  # "3-5 days", but "twenty-five" is one number
FIGURE = rf"{APART}{FIGURES}"
_NUMERIC_DATE = re.compile(
    r"(?<![\d.])(?:(?P<y1>\d{4})-(?P<m1>\d\d)-(?P<d1>\d\d)|(?P<a>\d{1,2})[./](?P<b>\d{1,2})[./](?P<y2>20\d\d)"
    r"|(?P<d3>\d\d)\.(?P<m3>\d\d)\.(?P<y3>\d\d))(?!\.?\d)"
)


_CLOCK = re.compile(
    r"(?<![\d:.+-])(?P<h>[01]?\d|2[0-3])"
    r"(?::(?P<m>[0-5]\d)(?::\d\d)?(?![\d:])(?: ?(?P<half>[ap])\.?m\b)?| ?(?P<half1>[ap])\.?m\b)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w-])(?P<kind>[A-ZА-Я]{1,2})-(?P<digits>\d{4,})(?![\w-])")
_LATIN = str.maketrans("АВСЕНКМОРТХ", "ABCEHKMOPTX")  # letters that look alike


@dataclass(frozen=True, slots=True)
class Value:
    """`meanings`: readings of the words, any of which may be meant. `relative`: "tomorrow" and its like."""

    kind: ValueKind
    text: str
    start: int
    end: int
    meanings: frozenset[Meaning]
    relative: bool = False


class Scale:
    """The patterns of one reply language: words of every known language, months of this one as well."""

    def __init__(self, lang: str) -> None:
        known = languages()
        self.numerals = Numerals(_merged(known, "numbers"), _merged(known, "factors"))
        number = self.numerals.pattern
        self._currencies = [(_whole(cues), code) for code, cues in _pooled(known, "currencies").items()]
        money = alternatives([c for cues in _pooled(known, "currencies").values() for c in cues])
        before = alternatives([c for lang_ in known for c in lang_.before])
        self._sign = regex(rf"(?<![^\W\d_])(?:{money}|{before})(?![^\W\d_])")  # cheap, so tried first
        self._amount = regex(
            rf"(?:(?P<low>{FIGURE}){_DASH})?(?P<high>{number}) ?-?(?P<after>{money})(?!\w)"
            rf"|(?<!\w)(?P<before>{before}) ?(?P<only>{number})"
        )
        percent = alternatives([c for lang_ in known for c in lang_.percent])
        self._per_cent = regex(percent)
        self._percent = regex(rf"(?:(?P<low>{FIGURE}){_DASH})?(?P<high>{number}) ?-?(?:{percent})")
        self._durations(known, number)
        self._dates(known, lang)

    def _durations(self, known: list[NumberWords], number: str) -> None:
        units = _merged(known, "units")
        self._units = [(_whole([cue]), (unit[0], int(unit[1]))) for cue, unit in units.items()]
        unit = alternatives(list(units))
        working = alternatives([c for one in known for c in one.working])
        within = alternatives([c for one in known for c in one.within])
        through = alternatives([c for one in known for c in one.through])
        self._span = regex(rf"(?<![^\W\d_])(?:{unit})(?!\w)")
        at, part = (alternatives([c for one in known for c in one.clock[place]]) for place in ("at", "part"))
        self._at, self._part = regex(rf"(?<!\w)(?:{at}) $"), regex(rf" (?:{part})(?!\w)")
        self._duration = regex(
            rf"(?:(?P<low>{number})(?:{_DASH}| (?:{through}) ))?(?P<high>{number})[ -]?"
            rf"(?:(?P<working>{working}) )?(?P<unit>{unit})(?!\w)"
            rf"|(?<!\w)(?:{within}) (?:(?P<working1>{working}) )?(?P<unit1>{unit})(?!\w)"
        )

    def _dates(self, known: list[NumberWords], lang: str) -> None:
        self.months = _months(("ru", "en", lang))
        names = sorted(self.months, key=len, reverse=True)
        month = "|".join("(?-i:May)" if name == "may" else re.escape(name) for name in names)  # a verb too
        self._date = regex(
            rf"(?<![\d.,])(?P<day>\d{{1,2}})(?:st|nd|rd|th|-?го|-?е|\.)? (?:of )?(?P<month>{month})(?!\w)\.?"
            r"(?:,? (?P<year>\d{4}))?"
            rf"|(?<!\w)(?P<month1>{month})\.? (?P<day1>\d{{1,2}})(?:st|nd|rd|th)?(?![\d%])"
            r"(?:,? (?P<year1>\d{4}))?"
        )
        self._near = [(_whole([cue]), days) for cue, days in _merged(known, "days").items()]
        self._week = [(_whole(cues), n) for one in known for n, cues in enumerate(one.weekdays)]
        near = [cue for one in known for cue in one.days]
        week = [cue for one in known for cues in one.weekdays for cue in cues]
        self._relative = regex(rf"(?<!\w)(?:{alternatives(near + week)})(?!\w)")

    def read(self, sentence: str, today: date) -> list[Value]:
        """In the order of the kinds; the words of one value are not read as another."""
        found: list[Value] = []
        for reader in (
            self._amounts,
            self._percents,
            self._absolute,
            self._spans,
            self._relatives,
            self._times,
            self._numbers,
        ):
            taken = [(v.start, v.end) for v in found]
            fresh = list(reader(sentence, today))
            found += [v for v in fresh if all(v.end <= start or v.start >= end for start, end in taken)]
        return found

    def sums(self, text: str) -> list[tuple[str, Decimal]]:
        """Currency and number of each sum, in their order; of a range its end."""
        ends = {m.start(): (code, number) for m, code, number in self._priced(text)}
        return list(ends.values())

    def figures(self, text: str) -> list[tuple[str, Decimal]]:
        """Numbers in figures, whatever they count, as they are written and as they are meant."""
        return [(m[1], self.numerals.value(m[1])) for m in self.numerals.figure.finditer(text)]

    def _amounts(self, sentence: str, _: date) -> Iterator[Value]:
        return (_value("amount", m, (code, number)) for m, code, number in self._priced(sentence))

    def _priced(self, sentence: str) -> Iterator[tuple[re.Match[str], str, Decimal]]:
        for m in self._amount.finditer(sentence) if self._sign.search(sentence) else ():
            code = self._code(m["after"] or m["before"])
            for number in filter(None, (m["low"], m["high"], m["only"])):
                yield m, code, self.numerals.value(number)

    def _code(self, sign: str) -> str:
        return next((code for cue, code in self._currencies if cue.fullmatch(sign)), sign.upper())

    def _percents(self, sentence: str, _: date) -> Iterator[Value]:
        for m in self._percent.finditer(sentence) if self._per_cent.search(sentence) else ():
            for number in filter(None, (m["low"], m["high"])):
                yield _value("percent", m, (self.numerals.value(number),))

    def _absolute(self, sentence: str, _: date) -> Iterator[Value]:
        for m in self._date.finditer(sentence):
            month = self.months[(m["month"] or m["month1"]).lower()]
            yield from _dated(m, [(m["year"] or m["year1"], month, m["day"] or m["day1"])])
        for m in _NUMERIC_DATE.finditer(sentence):
            if m["y1"]:
                yield from _dated(m, [(m["y1"], m["m1"], m["d1"])])
            elif m["y3"]:
                yield from _dated(m, [("20" + m["y3"], m["m3"], m["d3"])])
            else:
                yield from _dated(m, [(m["y2"], m["b"], m["a"]), (m["y2"], m["a"], m["b"])])

    def _spans(self, sentence: str, _: date) -> Iterator[Value]:
        for m in self._duration.finditer(sentence) if self._span.search(sentence) else ():
            name, size = self._unit(m["unit"] or m["unit1"])
            if size == HOUR and m["unit"] and self._is_clock(sentence, m):
                continue
            high = self.numerals.value(m["high"]) if m["high"] else 1
            low = self.numerals.value(m["low"]) if m["low"] else high
            working = bool(m["working"] or m["working1"])
            yield _value("duration", m, (low * size, high * size, name, working))

    def _is_clock(self, sentence: str, m: re.Match[str]) -> bool:
        """ "В три часа", "к трём часам", "три часа дня" are times of a day."""
        before = sentence[max(0, m.start() - AT_MOST) : m.start()]
        return bool(self._at.search(before) or self._part.match(sentence, m.end()))

    def _unit(self, word: str) -> tuple[str, int]:
        return next(unit for cue, unit in self._units if cue.fullmatch(word))

    def _relatives(self, sentence: str, today: date) -> Iterator[Value]:
        for m in self._relative.finditer(sentence):
            days = [d for cue, d in self._near if cue.fullmatch(m[0])]
            days += [
                ahead
                for cue, n in self._week
                if cue.fullmatch(m[0])
                for ahead in ((n - today.weekday()) % 7, (n - today.weekday()) % 7 + 7)
            ]
            dates = [today + timedelta(days=d) for d in days]
            meanings = frozenset((d.year, d.month, d.day) for d in dates)
            yield Value("date", m[0], m.start(), m.end(), meanings, relative=True)

    def _times(self, sentence: str, _: date) -> Iterator[Value]:
        """Of a time before noon without am or pm, the one after noon may be meant."""
        for m in _CLOCK.finditer(sentence):
            hour, half = int(m["h"]), (m["half"] or m["half1"] or "").lower()
            hours = {hour, (hour + NOON) % (2 * NOON)} if hour <= NOON else {hour}
            if half:
                hours = {hour % NOON + NOON * (half == "p")}
            meanings = frozenset((each, int(m["m"] or 0)) for each in hours)
            yield Value("time", m[0].strip(), m.start(), m.end(), meanings)

    def _numbers(self, sentence: str, _: date) -> Iterator[Value]:
        for m in _NUMBER.finditer(sentence):
            yield _value("number", m, (m["kind"].translate(_LATIN), m["digits"]))


@lru_cache
def scale(lang: str) -> Scale:
    return Scale(lang)


def _value(kind: ValueKind, m: re.Match[str], meaning: Meaning) -> Value:
    return Value(kind, m[0].strip(), m.start(), m.end(), frozenset({meaning}))


def _dated(m: re.Match[str], readings: list[tuple[str | None, int | str, str]]) -> Iterator[Value]:
    parts = [(int(y) if y else None, int(month), int(d)) for y, month, d in readings]
    legal = frozenset((y, month, d) for y, month, d in parts if 1 <= month <= 12 and 1 <= d <= 31)
    if legal:
        yield Value("date", m[0].strip(), m.start(), m.end(), legal)


def _months(langs: tuple[str, ...]) -> dict[str, int]:
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415

    names: dict[str, int] = {}
    for lang in langs:
        try:
            months = Locale.parse(lang, sep="-").months
        except (UnknownLocaleError, ValueError):
            continue
        for context, width in (("format", "wide"), ("format", "abbreviated"), ("stand-alone", "wide")):
            for number, name in months[context][width].items():
                if not name.isdigit():
                    names.setdefault(without_yo(name.rstrip(".").lower()), number)
    return names


def _whole(cues: list[str]) -> re.Pattern[str]:
    return regex(alternatives(cues))


def _merged(known: list[NumberWords], name: str) -> dict[str, Any]:
    return {cue: value for one in known for cue, value in getattr(one, name).items()}


def _pooled(known: list[NumberWords], name: str) -> dict[str, list[str]]:
    pooled: dict[str, list[str]] = {}
    for one in known:
        for key, cues in getattr(one, name).items():
            pooled.setdefault(key, []).extend(cues)
    return pooled
