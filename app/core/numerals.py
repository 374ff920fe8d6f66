"""Numbers in figures ("1 990", "1,990.50", "5 тыс.") and in words ("две тысячи") as one Decimal."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache

from pydantic import BaseModel, ConfigDict

from app.core.locales import read_all


class NumberWords(BaseModel):
    """One `quantities.yaml`. `*` in a word stands for any ending."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    numbers: dict[str, float]
    factors: dict[str, int]
    currencies: dict[str, list[str]]
    before: list[str]  # currency signs that stand before the number
    percent: list[str]
    units: dict[str, tuple[str, int]]
    working: list[str]
    within: list[str]  # before a unit without a number: "within an hour"
    through: list[str]  # "3 to 5 days"
    clock: dict[str, list[str]]  # "at" what stands before a time of day, "part" what stands behind
    days: dict[str, int]
    weekdays: list[list[str]]


@lru_cache
def languages() -> list[NumberWords]:
    return [NumberWords(**words) for words in read_all("quantities").values()]


FIGURES = r"(?:\d{1,3}(?:[ .,']\d{3}){1,4}(?!\d)(?:[.,]\d{1,2}(?!\d))?|\d+(?:[.,]\d+)?)"
APART = r"(?<![\w.,])(?<![^\W\d]-)"  # "O-101" is the number of an order
_SEPARATORS = re.compile(r"[ ']")
_GROUPED = re.compile(r"[.,](?=\d{3}(?:\D|$))")
HUNDRED = 100
SHORT = 3  # letters: "5 тыс", never "тыс" alone
LONGEST = 15  # words behind the first one of a number


def alternatives(cues: Sequence[str]) -> str:
    """A regex of words, longest first; `*` stands for any ending."""
    by_length = sorted(cues, key=len, reverse=True)
    return "|".join(re.escape(cue).replace(r"\*", r"\w*") for cue in by_length)


class Numerals:
    """Number words of all known languages. Factors ("тысяч*") multiply what stands before them."""

    def __init__(self, words: Mapping[str, float], factors: Mapping[str, int]) -> None:
        self._words = {cue: Decimal(str(value)) for cue, value in words.items()}
        self._factors = {cue: Decimal(value) for cue, value in factors.items()}
        factor = alternatives(list(factors))
        spelt = alternatives([*words, *(f for f in factors if len(f) > SHORT)])
        run = rf"(?:{spelt})(?:(?: +(?:and +)?|(?<=ty)-)(?:{spelt})){{0,{LONGEST}}}(?!\w)"
        self.figure = regex(rf"(?<![\w.,-])({FIGURES}(?: ?(?:{factor})(?!\w))?)(?![\w-])")
        self.pattern = rf"{APART}(?:{FIGURES}(?: ?(?:{factor})(?!\w)\.?)?|{run})"

    def value(self, text: str) -> Decimal:
        total = current = Decimal(0)
        for part in _PARTS.findall(text.lower()):
            factor = _known(part, self._factors)
            if factor is None:
                current += figures(part) if part[0].isdigit() else _known(part, self._words) or 0
            elif factor <= HUNDRED:
                current = (current or 1) * factor
            else:
                total, current = total + (current or 1) * factor, Decimal(0)
        return total + current


def figures(text: str) -> Decimal:
    """A separator before three digits groups them, any other is the decimal mark."""
    bare = _GROUPED.sub("", _SEPARATORS.sub("", text))
    return Decimal(bare.replace(",", "."))


_PARTS = re.compile(rf"{FIGURES}|[^\W\d]+")


def _known(word: str, table: Mapping[str, Decimal]) -> Decimal | None:
    """The longest cue that the word fits."""
    fitting = [c for c in table if word == c or (c.endswith("*") and word.startswith(c[:-1]))]
    return table[max(fitting, key=len)] if fitting else None


def regex(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
