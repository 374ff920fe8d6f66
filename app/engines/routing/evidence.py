"""What spoke for a decision: the message's own words, whole, and the nearest labelled lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np

from app.core.explanation import LabelledExample, Mark, Strength
from app.core.locales import read_all
from app.core.models import Source
from app.core.ngrams import STEM, fold_line, grams_of_word, hash_gram, words_of
from app.core.text import without_yo
from app.engines.routing.artefact import Artefact
from app.engines.routing.examples import Examples
from app.engines.routing.features import normalize
from app.engines.routing.gist import gist
from app.engines.routing.model import Floats, Linear

STRONG, WEAK = 0.55, 0.25
"""Shares of the weightiest word's weight, from which a word is marked strongly, or at all."""
SHOWN = 6  # words that are marked at most
FRAGMENT = 3  # letters that a word has at least
_TYPED = re.compile(r"\S+")
_WORD = re.compile(r"\w+(?:[-’']\w+)*")

Meant = Callable[[str], str]


@cache
def function_words() -> frozenset[str]:
    """Of every language: words that say nothing of the matter."""
    return frozenset(without_yo(w) for words in read_all("function_words").values() for w in words)


@dataclass(frozen=True)
class RoutingEvidence:
    """`meant`: a text as it was meant, where it was typed on another keyboard."""

    artefact: Artefact
    meant: Meant
    examples: Examples

    def marks(self, text: str, agent: str, source: Source) -> list[Mark]:
        """Words of the message by what their n-grams weigh for the agent, in the order of the text.

        Of a long message only the piece that the router read counts.
        """
        agents = self.artefact.meta.agents
        if agent not in agents:
            return []
        model = self.artefact.landmarks.linear if source == "embedding" else self.artefact.lexical
        spans, read_as = self._words(text)
        weights = weigh_words(model, read_as, agents.index(agent))
        chosen = self._heard(text, read_as)
        able = {i: w for i, w in enumerate(weights) if i in chosen and w > 0 and is_telling(read_as[i])}
        if not able:
            return []
        most = max(able.values())
        best = sorted((i for i in able if able[i] >= WEAK * most), key=lambda i: -able[i])[:SHOWN]
        return [
            Mark(start=spans[i][0], end=spans[i][1], strength=_strength(able[i] / most)) for i in sorted(best)
        ]

    def nearest(self, text: str, language: str, count: int, source: Source) -> list[LabelledExample]:
        """As the router decided: by words, or by meaning."""
        return self.examples.nearest(text, language, count, source == "embedding")

    def _words(self, text: str) -> tuple[list[tuple[int, int]], list[str]]:
        """Places of the words in the message, and the words as they were meant.

        On another keyboard letters stand on signs, so what is between blanks is a word there.
        """
        intended = self.meant(text)
        if intended != text and len(intended.split()) == len(text.split()):
            words = [fold_line(word).strip(".,:;!?") for word in intended.split()]
            return [typed.span() for typed in _TYPED.finditer(text)], words
        found = list(_WORD.finditer(text))
        return [word.span() for word in found], [fold_line(word[0]) for word in found]

    def _heard(self, text: str, words: Sequence[str]) -> range:
        """Places of the words that the router decided by: those of the piece, else all."""
        piece = _WORD.findall(gist(normalize(text, self.artefact.keyboard), self.artefact.lexical))
        starts = range(len(words) - len(piece) + 1)
        begin = next((at for at in starts if list(words[at : at + len(piece)]) == piece), None)
        return range(len(words)) if begin is None else range(begin, begin + len(piece))


def is_telling(word: str) -> bool:
    return len(word) >= FRAGMENT and not word.isdigit() and word not in function_words()


def weigh_words(model: Linear, words: Sequence[str], cls: int) -> Floats:
    """How much more each word speaks for a class than for the others: its n-grams, half of each pair."""
    out = np.zeros(len(words), dtype=np.float32)
    parts = [words_of(word) for word in words]
    for at, tokens in enumerate(parts):
        out[at] = _pull(model, [gram for token in tokens for gram in grams_of_word(token)], cls)
    for (i, left), (j, right) in pairwise(enumerate(parts)):
        if left and right:
            first, second = left[-1], right[0]
            both = _pull(model, [f"p:{first} {second}", f"q:{first[:STEM]} {second[:STEM]}"], cls)
            out[[i, j]] += both / 2
    return out


def _pull(model: Linear, grams: Sequence[str], cls: int) -> float:
    slots = [hash_gram(gram) for gram in grams]
    weights = model.weights[slots] * model.idf[slots, None]
    return float((weights[:, cls] - weights.mean(axis=1)).sum())


def _strength(share: float) -> Strength:
    return 2 if share >= STRONG else 1
