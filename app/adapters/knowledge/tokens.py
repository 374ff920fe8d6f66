"""Stemmed words, the same for articles and questions."""

from __future__ import annotations

import re
from functools import lru_cache

import snowballstemmer

from app.core.text import clean

_WORD = re.compile(r"[\w-]+")
_LANGUAGES = {"ru": "russian", "en": "english"}


def stems(text: str, lang: str) -> list[str]:
    """Lower-case stems of the words in `text`; a language without a stemmer keeps whole words."""
    words = _WORD.findall(clean(text).lower().replace("ё", "е"))
    name = _LANGUAGES.get(lang)
    return _stemmer(name).stemWords(words) if name else words


@lru_cache
def _stemmer(name: str) -> snowballstemmer.SnowballStemmer:
    return snowballstemmer.stemmer(name)
