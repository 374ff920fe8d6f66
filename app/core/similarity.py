"""Which messages are nearly the same: token Jaccard, found through rare tokens first."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from math import ceil

from app.core.text import without_yo

NEAR = 0.75
_WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """Lower case, ё as е, no punctuation; a text without letters and digits is its own only word."""
    plain = without_yo(unicodedata.normalize("NFKC", text.lower()))
    return _WORD.findall(plain) or [text.strip()]


def near_pairs(left: Sequence[str], right: Sequence[str], least: float = NEAR) -> Iterator[tuple[int, int]]:
    """Positions (left, right) of texts whose token sets have a Jaccard index of at least `least`.

    Prefix filtering (Chaudhuri, Ganti and Kaushik 2006): sets that near share one of their rarest tokens.
    """
    ours, theirs = ([frozenset(words(text)) for text in side] for side in (left, right))
    rarity = Counter(word for side in (ours, theirs) for tokens in side for word in tokens)
    index: dict[str, list[int]] = defaultdict(list)
    for at, tokens in enumerate(theirs):
        for word in _prefix(tokens, rarity, least):
            index[word].append(at)
    for at, tokens in enumerate(ours):
        found = {other for word in _prefix(tokens, rarity, least) for other in index.get(word, ())}
        yield from ((at, other) for other in sorted(found) if _jaccard(tokens, theirs[other]) >= least)


def _prefix(tokens: frozenset[str], rarity: Counter[str], least: float) -> list[str]:
    rarest = sorted(tokens, key=lambda word: (rarity[word], word))
    return rarest[: len(rarest) - ceil(least * len(rarest)) + 1]


def _jaccard(left: frozenset[str], right: frozenset[str]) -> float:
    return len(left & right) / len(left | right)
