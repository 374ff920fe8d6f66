"""Entities in a customer's line: products, periods, numbers, sums and payment dates."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from app.core.company import in_use
from app.core.locales import FALLBACK
from app.core.numerals import alternatives, languages
from app.core.quantities import scale
from app.engines.offline.lexicon import beginnings, plain, values
from app.engines.offline.slips import right_names

_SPOKEN_SUM = re.compile(r"(?<!без )§([2-5]0)[ -]§([1-9])(?!\d)")


def in_figures(said: str) -> str:
    """Only words are added up: "20 5" in figures stays, and so does "без двадцати пять"."""
    marked = _words().sub(lambda word: f"§{_known()[word[0]]}", said)
    marked = _SPOKEN_SUM.sub(lambda pair: str(int(pair[1]) + int(pair[2])), marked)
    return marked.replace("§", "")


@lru_cache
def _known() -> dict[str, int]:
    return {word: int(number) for number, words in values("numerals").items() for word in words}


@lru_cache
def _words() -> re.Pattern[str]:
    longest = sorted(_known(), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)")


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


@lru_cache
def month_patterns() -> dict[int, re.Pattern[str]]:
    return {int(month): _month(int(month), stems) for month, stems in values("months").items()}


def _month(number: int, stems: tuple[str, ...]) -> re.Pattern[str]:
    short = [re.escape(name) for name, named in scale(FALLBACK).months.items() if named == number]
    name = rf"(?:(?:{'|'.join(stems)})[^\W\d]*|(?:{'|'.join(short)})(?!\w))\.?"
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


Slots = dict[str, Any]
LATIN = str.maketrans("отрсиавекмнх–—−", "otpciabekmhx---")
_LETTERS = {"order": "o", "payment": "p", "ticket": "[tc]", "incident": "i"}
_MARK = r"\w*\s*(?P<mark>№|#|номер|number|no\.?)?\s*(?P<digits>\d{4,12})(?!\s*(?:₽|руб|р\b|rub)|[\d-])"
_NUMBERED = re.compile(r"(?<!\w)[a-zа-я]{1,2}\s?-\s?\d+")  # P-1001 is no sum
_PHONE = re.compile(r"\+?\d[\d\s().-]{8,18}\d")
_DIGITS = range(10, 16)
_LEAST, _MOST = 100, 10**7  # a figure without a currency that may be a sum
ROUBLES = "RUB"
LEAST_FACTOR = 3  # letters of a factor that may stand behind a word: "two k" is none
_REACH = 40  # characters before a value in which it may be given up
_YEARS = range(2000, 2100)


def slots_in(text: str, today: date | None, past: bool) -> Slots:
    """Only what is named."""
    said = plain(text)
    phone = phone_in(said)
    known = said.replace(phone, " ") if phone else said
    item, catalogue = _value("item", known), in_use().catalogue
    found: Slots = {
        "item": item,
        "plan": item if item in catalogue.plans else None,
        "goods": item if item in catalogue.goods else None,
        **{kind: _value(kind, known) for kind in ("period", "delivery", "discount", "ordinal")},
        **{kind: number_in(kind, known) for kind in _LETTERS},
        "quantity": _counted(known, "pieces"),
        "people": _counted(known, "people") or _group(known),
        "phone": phone,
        "amount": _amount(known),
        "day": day_in(known, today, past) if today else None,
    }
    return {slot: value for slot, value in found.items() if value is not None}


def slots_of(lines: Iterable[str], today: date | None, past: bool = False) -> Slots:
    """What a later line says replaces what an earlier one said."""
    known: Slots = {}
    for line in lines:
        known |= slots_in(line, today, past)
    return known


def number_in(kind: str, said: str) -> str | None:
    """T-1001, also with Cyrillic look-alikes and without a hyphen, or "заказ 1001"."""
    letter = _LETTERS[kind]
    latin = plain(said).translate(LATIN)
    shaped = re.search(f"(?<![\\w-])({letter})(?:\\s?-\\s?)?(\\d{{3,12}})(?!\\w)", latin)
    if shaped and (shaped[1] != "c" or "-" in shaped[0]):  # "с1000" is a preposition and a sum
        return f"{shaped[1].upper()}-{int(shaped[2])}"
    for stem in values("numbered").get(kind, ()):
        named = re.search(rf"(?<!\w){stem}{_MARK}", plain(said))
        if named and (named["mark"] or kind != "payment"):
            return f"{letter.strip('[]')[0].upper()}-{int(named['digits'])}"
    return None


def _value(kind: str, said: str) -> str | None:
    """The value named last; what is given up for another ("instead of that plan") does not count."""
    named = values_in(kind, right_names(said) if kind == "item" else said)
    return named[-1] if named else None


def values_in(kind: str, said: str) -> list[str]:
    """All that are named and not given up, in the order of their last mention."""
    away = _away(kind)
    hits = [
        (hit.start(), hit.end(), value)
        for value, stems in values(kind).items()
        for hit in beginnings(stems).finditer(said)
        if not away.search(said, max(0, hit.start() - _REACH), hit.start())
    ]
    return [value for at, end, value in sorted(hits) if not _is_within(at, end, hits)]


def _is_within(at: int, end: int, hits: Iterable[tuple[int, int, str]]) -> bool:
    """ "12 months" is a year, and no month."""
    return any(begin <= at and end <= last and last - begin > end - at for begin, last, _ in hits)


@lru_cache
def _away(kind: str) -> re.Pattern[str]:
    """ "From that plan" is given up; "with a courier" is the same word in Russian, and is not."""
    words = (*values("away")["away"], *(() if kind == "delivery" else values("away")["from"]))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})\s+[«\"]?$")


def _group(said: str) -> int | None:
    """ "Only me", "на троих"."""
    named = values("groups").items()
    return next((int(people) for people, stems in named if beginnings(stems).search(said)), None)


def _counted(said: str, kind: str) -> int | None:
    """ "two keys", "25 человек", "пара сотен пользователей": however many. The back office has the limits."""
    hit = next((found for pattern in _count_patterns(kind) if (found := pattern.search(said))), None)
    if hit is None:
        return None
    words = {stem: int(n) for n, stems in values("counts").items() for stem in stems}
    first = words.get(hit["word"] or "", 1)
    rest = scale(FALLBACK).numerals.value(hit["factor"] or hit["number"] or "1")
    counted = first * rest
    return int(counted) if counted == int(counted) and counted > 0 else None


@lru_cache
def _count_patterns(kind: str) -> tuple[re.Pattern[str], ...]:
    """A number in figures or words before what is counted, or behind "a team of"."""
    words = sorted((stem for stems in values("counts").values() for stem in stems), key=len, reverse=True)
    factors = alternatives([cue for known in languages() for cue in known.factors if len(cue) > LEAST_FACTOR])
    named = rf"(?P<word>{'|'.join(map(re.escape, words))})(?!\w)(?:\s+(?P<factor>{factors})(?!\w))?"
    number = rf"(?P<number>{scale(FALLBACK).numerals.pattern})"
    money = r"(?!\s*(?:₽|%|руб|rub|р\b))"
    figure = rf"(?<![\w.,:-])(?:{number}|{named})(?:-?х|-?ти|-?x)?{money}"
    after = "|".join(map(re.escape, values("counted")[kind]))
    before = "|".join(map(re.escape, values("counted").get(f"{kind}_before", ("\0",))))
    between = rf"(?:(?!(?:{factors})(?!\w))\w+\s+){{0,2}}?"
    return (
        re.compile(rf"{figure}\s+{between}(?:{after})"),
        re.compile(rf"(?<!\w)(?:{before})\s+{figure}(?![\w.:-])"),
    )


def numbers_counted(said: str) -> set[int]:
    """Pieces or people."""
    found = (_counted(said, "pieces"), _counted(said, "people"))
    return {number for number in found if number is not None}


def _amount(said: str) -> int | None:
    """A sum in roubles; else a figure that is nothing else. A sum in another currency is neither."""
    bare = _NUMBERED.sub(" ", said)
    if sums := scale(FALLBACK).sums(bare):
        return next((int(number) for currency, number in sums if currency == ROUBLES), None)
    figures = scale(FALLBACK).figures(without_times(bare))
    numbers = (int(n) for text, n in figures if not (text.isdigit() and n in _YEARS))
    return next((n for n in numbers if _LEAST <= n < _MOST), None)


def phone_in(said: str) -> str | None:
    hit = _PHONE.search(said)
    return hit[0].strip() if hit and len(re.sub(r"\D", "", hit[0])) in _DIGITS else None


def as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
