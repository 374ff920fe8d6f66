"""Slips of the hand in a short line: long-drawn letters, letters of another alphabet, the wrong layout."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import takewhile

from app.engines.offline.lexicon import beginnings, plain, values

_QWERTY = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_JCUKEN = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_TO_RUSSIAN = str.maketrans(_QWERTY, _JCUKEN)
_TO_LATIN = str.maketrans(_JCUKEN, _QWERTY)
_ALIKE = str.maketrans("acekopxyutbhm", "асекорхуитвнм")
_DRAWN = re.compile(r"([^\W\d_])\1{2,}")
_SHADES = re.compile("[\ufe0f\u200d\U0001f3fb-\U0001f3ff]")  # of emoji
_DOUBLE = re.compile(r"([^\W\d_])\1")
_WORD = re.compile(r"[^\W\d_]+")
FORM = 2  # letters by which a form may be longer than the name of what is sold
LONG, ENDING, PAIR = 5, 2, 2  # letters of a word in which a slip is looked for, of its ending, and swapped


def readings(said: str, known: frozenset[str] = frozenset()) -> Iterator[str]:
    """The line as it stands first, then without slips in words that are `known`, then as it reads in the
    other layout of the keyboard."""
    line = mend(said)
    yield line
    if (right := _WORD.sub(lambda word: _without_slip(word[0], known), line)) != line:
        yield right
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


def _without_slip(word: str, known: frozenset[str]) -> str:
    """The one known word from which it differs by a slip; itself where there is none or there are several."""
    alike = {word} if word in known else {other for other in known if is_slip(word, other)}
    return alike.pop() if len(alike) == 1 else word


def is_slip(word: str, right: str) -> bool:
    """One letter doubled, or in a longer word one missing, added, wrong, or two that changed places. The
    first letter and the ending stay: another ending is another form."""
    if _DOUBLE.sub(r"\1", word, count=1) == right:
        return True
    if abs(len(word) - len(right)) > 1 or min(len(word), len(right)) < LONG or word[0] != right[0]:
        return False
    start = _shared(word, right)
    end = _shared(word[start:][::-1], right[start:][::-1])
    mine, theirs = word[start : len(word) - end], right[start : len(right) - end]
    swapped = len(mine) == PAIR and mine == theirs[::-1]
    return swapped or (end >= ENDING and max(len(mine), len(theirs)) == 1)


def _shared(one: str, other: str) -> int:
    """Letters with which both begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def right_names(said: str) -> str:
    """`said` in plain letters, with the names as they are written."""
    return _WORD.sub(lambda word: _right(word[0]), said)


@lru_cache
def _names() -> tuple[str, ...]:
    return tuple(stem for stems in values("item").values() for stem in stems if _WORD.fullmatch(stem))


def _right(word: str) -> str:
    names = _names()
    if len(word) < LONG or beginnings(names).match(word):
        return word
    near = {name for name in names if len(name) >= LONG and _is_near(word, name)}
    return near.pop() if len(near) == 1 else word


def _is_near(word: str, name: str) -> bool:
    """The form may have an ending behind the name."""
    cuts = {word[:end] for end in range(len(name) - 1, len(name) + FORM) if end >= len(word) - FORM}
    single = _DOUBLE.sub(r"\1", name)
    return any(_DOUBLE.sub(r"\1", cut) == single or is_slip(cut, name) for cut in cuts)
