"""Everyday spellings in plain words: what router, search and reader were made for."""

from __future__ import annotations

import re
from functools import cache

from app.core.locales import languages, read
from app.core.text import without_yo

DROPPED = "ing"  # the key of beginnings of verbs: "freezin" lacks its last letter
_WORD = re.compile(r"(?<![\w@./-])[\w/]+(?:-\w+)*'?(?![\w@/-]|\.\w)")


def in_plain_words(text: str, language: str) -> str:
    """A copy in which only listed words of that language differ; addresses and codes are left alone."""
    known = _plain(language)
    return _WORD.sub(lambda word: known.get(_key(word[0]), word[0]), text) if known else text


def _key(word: str) -> str:
    return without_yo(word.lower())


@cache
def _plain(language: str) -> dict[str, str]:
    if language not in languages("colloquial.yaml"):
        return {}
    listed: dict[str, list[str]] = read("colloquial", language)
    verbs = {f"{verb}in{mark}": f"{verb}ing" for verb in listed.get(DROPPED, ()) for mark in ("", "'")}
    return verbs | {_key(odd): word for word, odds in listed.items() if word != DROPPED for odd in odds}
