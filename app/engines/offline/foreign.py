"""Whether a line names what may be another company's product: a word that is seldom said of our own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from app.core.locales import read_all
from app.core.models import Reading
from app.engines.offline.lexicon import plain
from app.engines.offline.question_words import TOKEN
from app.engines.offline.slips import LONG, is_slip

FOREIGN = "foreign_product"
STEM = 6  # letters by which forms of a word are one
SHORTEST = 3  # letters of a word that names anything
SELDOM = 2  # lines about our own product below which a word is unknown there
RATIO = 6  # how much more often a word is said of another's product


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """In how many lines a stem is said, of our product and of others'."""

    own: Counter[str]
    foreign: Counter[str]
    lines: tuple[int, int]

    def is_foreign(self, stem: str) -> bool:
        """Said of others' products, and hardly of our own."""
        ours, theirs = self.lines
        return self.foreign[stem] * ours > RATIO * self.own[stem] * theirs

    def is_own(self, word: str) -> bool:
        stem = word[:STEM]
        often = self.own[stem] >= SELDOM or any(
            is_slip(stem, other) for other in self.own if len(stem) >= LONG
        )
        return often and not self.is_foreign(stem)


def without_foreign(text: str, reading: Reading) -> Reading:
    """What else the line may be, where it names nothing that could be another's."""
    p = reading.p(FOREIGN)
    if not 0 < p < 1 or not all(_vocabulary().is_own(word) for word in _words(text)):
        return reading
    return Reading(tuple((act, each / (1 - p)) for act, each in reading.acts if act != FOREIGN))


def names_foreign(text: str) -> bool:
    """A product of another company that is known by name; a word that nobody has said may be a slip."""
    return any(_vocabulary().is_foreign(stem) for stem in stems_in(text))


def stems_in(text: str) -> set[str]:
    return {word[:STEM] for word in _words(text)}


def is_new(stem: str) -> bool:
    """Seldom said of our product, in whatever language."""
    return _vocabulary().own[stem] < SELDOM


def _words(text: str) -> set[str]:
    return {word for word in TOKEN.findall(plain(text)) if len(word) >= SHORTEST}


@lru_cache
def _vocabulary() -> _Vocabulary:
    own, foreign, counts = Counter[str](), Counter[str](), [0, 0]
    for acts in read_all("acts").values():
        for act, lines in acts.items():
            for line in lines:
                (foreign if act == FOREIGN else own).update(stems_in(str(line)))
            counts[act == FOREIGN] += len(lines)
    return _Vocabulary(own, foreign, (counts[0], counts[1]))
