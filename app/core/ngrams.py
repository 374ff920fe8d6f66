"""Text features for fitting and scoring: hashed n-grams of characters and words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from app.core.text import clean, ends, without_yo

DIMENSIONS = 1 << 16
SIZES = (3, 4, 5)
STEM = 5
MAX_CHARACTERS = 20_000
SETTINGS = {
    "dimensions": DIMENSIONS,
    "characters": list(SIZES),
    "words": [1, 2],
    "stem": STEM,
    "hash": "crc32",
}
_WORD = re.compile(r"\w+|[?!]")


def fold_line(text: str) -> str:
    """Clean, lower-case, ё as е: the form that routing and understanding work on."""
    return without_yo(clean(ends(text, MAX_CHARACTERS)).lower())


def words_of(text: str) -> list[str]:
    return _WORD.findall(text)


def grams_of_word(word: str) -> Iterator[str]:
    """The word itself and its character n-grams; `<` and `>` are its ends."""
    yield f"w:{word}"
    padded = f"<{word}>"
    for size in SIZES:
        for start in range(len(padded) - size + 1):
            yield padded[start : start + size]


def grams(words: list[str]) -> Iterator[str]:
    """Of all words, of pairs, and of pairs of word beginnings with both ends of the text."""
    for word in words:
        yield from grams_of_word(word)
    for first, second in pairwise(words):
        yield f"p:{first} {second}"
    stems = ["^", *(word[:STEM] for word in words), "$"]
    for first, second in pairwise(stems):
        yield f"q:{first} {second}"


def hash_gram(gram: str) -> int:
    return crc32(gram.encode()) % DIMENSIONS


@dataclass(frozen=True, slots=True)
class Bag:
    """The occupied slots of one text, each with 1 + log(count)."""

    slots: NDArray[np.int64]
    values: NDArray[np.float32]

    @classmethod
    def of(cls, text: str) -> Bag:
        return cls.count(grams(words_of(text)))

    @classmethod
    def count(cls, found: Iterable[str], size: int = DIMENSIONS) -> Bag:
        """Of n-grams in `size` slots, a divisor of `DIMENSIONS`."""
        counts = Counter(hash_gram(gram) % size for gram in found)
        slots = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
        values = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        return cls(slots, 1 + np.log(values))

    def weighted(self, idf: NDArray[np.float32]) -> Bag:
        """Times the inverse document frequency, to unit length."""
        values = self.values * idf[self.slots]
        return Bag(self.slots, values / max(float(np.linalg.norm(values)), 1e-9))
