"""What a model sees of a text: hashed character and word n-grams. Fitting and scoring both come through here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from zlib import crc32

from app.adapters.routing.keyboard import Keyboard
from app.core.text import clean

DIMENSIONS = 1 << 17
MAX_CHARACTERS = 20_000
_WORD = re.compile(r"\w+|[?!]")


def fold(text: str) -> str:
    """Clean, lower-case, ё as е: the form that every stage works on."""
    return clean(text[:MAX_CHARACTERS]).lower().replace("ё", "е")


def read(text: str, keyboard: Keyboard) -> str:
    """The folded text as it was meant, whatever keyboard it was typed on."""
    return keyboard.repair(fold(text))


def words_of(text: str) -> list[str]:
    return _WORD.findall(text)


def grams(words: list[str]) -> Iterator[str]:
    """Character n-grams of 2 to 5 inside a padded word; words, pairs of words."""
    for word in words:
        padded = f"<{word}>"
        for size in (2, 3, 4, 5):
            for start in range(len(padded) - size + 1):
                yield padded[start : start + size]
    for word in words:
        yield f"w:{word}"
    for pair in zip(words, words[1:], strict=False):
        yield f"p:{pair[0]} {pair[1]}"


def slots(words: list[str]) -> Counter[int]:
    """How often each hashed n-gram occurs."""
    return Counter(crc32(gram.encode()) % DIMENSIONS for gram in grams(words))
