"""Slips of the hand in a short line: long-drawn letters, letters of another alphabet, the wrong layout."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from app.engines.offline.lexicon import plain

_QWERTY = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_JCUKEN = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_TO_RUSSIAN = str.maketrans(_QWERTY, _JCUKEN)
_TO_LATIN = str.maketrans(_JCUKEN, _QWERTY)
_ALIKE = str.maketrans("acekopxyutbhm", "асекорхуитвнм")
_DRAWN = re.compile(r"([^\W\d_])\1{2,}")
_SHADES = re.compile("[\ufe0f\u200d\U0001f3fb-\U0001f3ff]")  # of emoji
_WORD = re.compile(r"[^\W\d_]+")


def readings(said: str) -> Iterator[str]:
    """The line as it stands first, then as it reads in the other layout of the keyboard."""
    line = mend(said)
    yield line
    lower = said.strip().lower()
    for table in (_TO_RUSSIAN, _TO_LATIN):
        if (other := mend(lower.translate(table))) != line:
            yield other


def mend(said: str) -> str:
    composed = _SHADES.sub("", unicodedata.normalize("NFKC", said))
    return _WORD.sub(_of_one_alphabet, _DRAWN.sub(r"\1", plain(composed)))


def _of_one_alphabet(word: re.Match[str]) -> str:
    """A word with letters of both is Russian."""
    text = word[0]
    return text.translate(_ALIKE) if re.search("[а-я]", text) and re.search("[a-z]", text) else text
