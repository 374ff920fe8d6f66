"""Names of what is sold, with a slip of the hand in them: "busines", "бизнесс"."""

from __future__ import annotations

import re
from functools import lru_cache

from app.engines.offline.lexicon import beginnings, values
from app.engines.offline.slips import LONG, is_slip

_WORD = re.compile(r"[^\W\d_]+")
_DOUBLE = re.compile(r"([^\W\d_])\1")
ENDING = 2  # letters by which a form may be longer than the name


def right_names(said: str) -> str:
    """`said` in plain letters, with the names as they are written."""
    return _WORD.sub(lambda word: _right(word[0]), said)


@lru_cache(maxsize=512)
def _right(word: str) -> str:
    names = [stem for stems in values("item").values() for stem in stems if _WORD.fullmatch(stem)]
    if len(word) < LONG or beginnings(tuple(names)).match(word):
        return word
    near = {name for name in names if len(name) >= LONG and _is_near(word, name)}
    return near.pop() if len(near) == 1 else word


def _is_near(word: str, name: str) -> bool:
    """The form may have an ending behind the name."""
    cuts = {word[:end] for end in range(len(name) - 1, len(name) + ENDING) if end >= len(word) - ENDING}
    single = _DOUBLE.sub(r"\1", name)
    return any(_DOUBLE.sub(r"\1", cut) == single or is_slip(cut, name) for cut in cuts)
