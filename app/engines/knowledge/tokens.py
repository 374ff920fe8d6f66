"""Stemmed words, the same for articles and questions."""

from __future__ import annotations

import re
from functools import lru_cache
from threading import Lock

import snowballstemmer

from app.core.text import clean

KEPT = 32_768  # words; the articles hold 3,200
LONGEST = 40  # letters: what is longer is no word, and would fill the memory
_ONE_AT_A_TIME = Lock()
_WORD = re.compile(r"[\w-]+")
_SIZES = (3, 4)  # letters of a piece


def stems(text: str, lang: str) -> list[str]:
    """Lower-case stems of the words in `text`; a language without a stemmer keeps whole words."""
    words = _WORD.findall(clean(text).lower().replace("ё", "е"))
    name = algorithm(lang)
    return [_stem(word, name) if len(word) <= LONGEST else word for word in words] if name else words


@lru_cache
def algorithm(lang: str) -> str:
    """Snowball names its stemmers as English names the languages; empty where there is none."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415

    try:
        name = (Locale.parse(lang).get_language_name("en") or "").lower()
    except (UnknownLocaleError, ValueError):
        return ""
    return name if name in snowballstemmer.algorithms() else ""


def pieces(text: str) -> list[str]:
    """Runs of three and four letters inside the words; `_` marks where a word begins and ends."""
    words = (f"_{word[:LONGEST]}_" for word in _WORD.findall(clean(text).lower().replace("ё", "е")))
    return [w[at : at + size] for w in words for size in _SIZES for at in range(max(1, len(w) + 1 - size))]


@lru_cache(KEPT)
def _stem(word: str, language: str) -> str:
    """A stemmer holds the word it works on, and searches run in threads: one at a time."""
    with _ONE_AT_A_TIME:
        return str(_stemmer(language).stemWord(word))


@lru_cache
def _stemmer(name: str) -> snowballstemmer.SnowballStemmer:
    return snowballstemmer.stemmer(name)
