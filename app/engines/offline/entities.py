"""What a line gives: items, periods, numbers, sums, days."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from app.engines.offline.dates import day_in, without_times
from app.engines.offline.intents import GOODS, PLANS
from app.engines.offline.lexicon import values
from app.engines.offline.phrasebook import beginnings, plain

Slots = dict[str, Any]
LATIN = str.maketrans("отрсиавекмнх–—−", "otpciabekmhx---")
_LETTERS = {"order": "o", "payment": "p", "ticket": "[tc]", "incident": "i"}
_MARK = r"\w*\s*(?P<mark>№|#|номер|number|no\.?)?\s*(?P<digits>\d{4,12})(?!\s*(?:₽|руб|р\b|rub)|[\d-])"
_UNIT = r"\s*(?:₽|руб\w*|р\.?(?!\w)|rub\w*|rouble\w*)"
_SUM = r"(?<![\w.,-])(\d{1,3}(?:[ ,]\d{3}){1,3}|\d{2,7})(?:[.,]\d\d)?"
_PRICED = re.compile(rf"{_SUM}{_UNIT}|₽\s*{_SUM}")
_BARE = re.compile(rf"{_SUM}(?![\w-])")
_PHONE = re.compile(r"\+?\d[\d\s().-]{8,18}\d")
_DIGITS = range(10, 16)
_LEAST = 100
_REACH = 40  # characters before a value in which it may be given up
PIECES, PEOPLE = 1000, 10_000  # what the tools take at most
_YEARS = range(2000, 2100)


def slots_in(text: str, today: date | None, past: bool) -> Slots:
    """Only what is named."""
    said = plain(text)
    phone = phone_in(said)
    known = said.replace(phone, " ") if phone else said
    item = _value("item", known)
    found: Slots = {
        "item": item,
        "plan": item if item in PLANS else None,
        "goods": item if item in GOODS else None,
        **{kind: _value(kind, known) for kind in ("period", "delivery", "discount", "ordinal")},
        **{kind: number_in(kind, known) for kind in _LETTERS},
        "quantity": _counted(known, "pieces", PIECES),
        "people": _counted(known, "people", PEOPLE),
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
    """The value named last; what is given up for another ("instead of Basic") does not count."""
    named = values_in(kind, said)
    return named[-1] if named else None


def values_in(kind: str, said: str) -> list[str]:
    """All that are named and not given up, in the order of their last mention."""
    away = _away(kind)
    hits = [
        (hit.start(), value)
        for value, stems in values(kind).items()
        for hit in beginnings(stems).finditer(said)
        if not away.search(said, max(0, hit.start() - _REACH), hit.start())
    ]
    return [value for _, value in sorted(hits)]


@lru_cache
def _away(kind: str) -> re.Pattern[str]:
    """ "From Basic" is given up; "with a courier" is the same word in Russian, and is not."""
    words = (*values("away")["away"], *(() if kind == "delivery" else values("away")["from"]))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})\s+[«\"]?$")


def _counted(said: str, kind: str, most: int) -> int | None:
    """ "two keys", "25 человек": a figure or a word for one, and what is counted."""
    words = {stem: int(n) for n, stems in values("counts").items() for stem in stems}
    figure = rf"(?<![\w.,:-])(\d{{1,5}}|{'|'.join(map(re.escape, words))})(?:-?х|-?ти|-?x)?"
    after = "|".join(map(re.escape, values("counted")[kind]))
    before = "|".join(map(re.escape, values("counted").get(f"{kind}_before", ("\0",))))
    hit = re.search(rf"{figure}\s+(?:\w+\s+){{0,2}}?(?:{after})", said) or re.search(
        rf"(?<!\w)(?:{before})\s+{figure}(?![\w.:-])", said
    )
    counted = (int(hit[1]) if hit[1].isdigit() else words[hit[1]]) if hit else 0
    return min(counted, most) or None


def numbers_counted(said: str) -> set[int]:
    """Pieces or people."""
    found = (_counted(said, "pieces", PIECES), _counted(said, "people", PEOPLE))
    return {number for number in found if number is not None}


def _amount(said: str) -> int | None:
    """A sum with its currency; else a figure that is nothing else."""
    if priced := _PRICED.search(said):
        return _roubles(priced[1] or priced[2])
    rest = re.sub(r"(?<!\w)[a-zа-я]{1,2}\s?-\s?\d+", " ", without_times(said))
    figures = [_roubles(m[1]) for m in _BARE.finditer(rest)]
    return next((f for f in figures if f >= _LEAST and f not in _YEARS), None)


def _roubles(figure: str) -> int:
    return int(re.sub(r"\D", "", figure))


def phone_in(said: str) -> str | None:
    hit = _PHONE.search(said)
    return hit[0].strip() if hit and len(re.sub(r"\D", "", hit[0])) in _DIGITS else None


def as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
