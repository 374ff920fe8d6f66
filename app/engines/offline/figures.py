"""Numbers in words as figures: "forty five" is 45, "пятнадцать сорок пять" is 15 45."""

from __future__ import annotations

import re
from functools import lru_cache

from app.engines.offline.lexicon import values

_SUM = re.compile(r"(?<!без )§([2-5]0)[ -]§([1-9])(?!\d)")


def in_figures(said: str) -> str:
    """Only words are added up: "20 5" in figures stays, and so does "без двадцати пять"."""
    marked = _words().sub(lambda word: f"§{_known()[word[0]]}", said)
    marked = _SUM.sub(lambda pair: str(int(pair[1]) + int(pair[2])), marked)
    return marked.replace("§", "")


@lru_cache
def _known() -> dict[str, int]:
    return {word: int(number) for number, words in values("numerals").items() for word in words}


@lru_cache
def _words() -> re.Pattern[str]:
    longest = sorted(_known(), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)")
