"""How angry a customer sounds: cues, capitals, exclamation marks and repeated lines. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from app.core.locales import read_all
from app.core.text import fold

CUE, SHOUTED, MARK, REPEATED = 0.7, 0.85, 0.85, 0.75  # what is left of calm after one of each
LOUD_LETTERS, LOUD_WORDS = 4, 2  # shorter words in capitals, and single ones, are names: СМС, USB, ORBITA
ANGRY, HIGH = 0.25, 0.5  # one clear sign, and two
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Anger:
    """`cues` are the beginnings of words that were found; the rest are counts."""

    cues: tuple[str, ...] = ()
    shouted: int = 0
    marks: int = 0
    repeated: int = 0

    @property
    def level(self) -> float:
        """0..1: independent signs join as probabilities do, so that no sign more lowers it."""
        calm = CUE ** len(self.cues) * SHOUTED**self.shouted * MARK**self.marks
        return 1 - calm * REPEATED**self.repeated


def measure_anger(lines: Sequence[str]) -> Anger:
    """`lines` are the customer's. Cues of all languages count: customers mix them."""
    folded = [fold(line) for line in lines]
    return Anger(
        cues=tuple(cue for line in folded for cue in cue_pattern("anger").findall(line)),
        shouted=sum(map(_shouted, lines)),
        marks=sum(max(0, line.count("!") - 1) for line in lines),
        repeated=_repeated(folded),
    )


def _shouted(line: str) -> int:
    loud = [word for word in _WORD.findall(line) if len(word) >= LOUD_LETTERS and word.isupper()]
    return len(loud) if len(loud) >= LOUD_WORDS else 0


def _repeated(folded: Sequence[str]) -> int:
    """Short answers are repeated by nobody's fault."""
    told = [line for line in folded if len(line.split()) >= 2]
    return len(told) - len(set(told))


@cache
def cue_pattern(name: str) -> re.Pattern[str]:
    """The beginnings of words that a file lists, of all languages; for folded text."""
    listed: dict[str, list[str]] = read_all(name)
    cues = sorted({fold(cue) for cues in listed.values() for cue in cues}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, cues))})")
