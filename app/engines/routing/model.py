"""The two stages of the local router: a linear model over n-grams, a Gaussian kernel over vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.core.kernels import center, squared_norms
from app.core.ngrams import Bag, grams_of_word, hash_gram, words_of
from app.core.text import shorten

Floats = NDArray[np.float32]
SHOWN, LONGEST = 3, 120


@dataclass(frozen=True)
class Linear:
    """`weights` is (slots, classes). Margins are least-squares scores around 0, not probabilities."""

    idf: Floats
    weights: Floats

    def margins(self, text: str) -> Floats:
        """One figure a class for a text that was `read`."""
        bag = Bag.of(text).weighted(self.idf)
        return bag.values @ self.weights[bag.slots]

    def margins_of(self, texts: Sequence[str]) -> Floats:
        rows = [self.margins(text) for text in texts]
        return np.stack(rows) if rows else np.empty((0, self.weights.shape[1]), dtype=np.float32)

    def pull(self, word: str, cls: int) -> float:
        """How much more one word speaks for a class than for the others."""
        slots = [hash_gram(gram) for gram in grams_of_word(word)]
        weights = self.weights[slots] * self.idf[slots, None]
        return float((weights[:, cls] - weights.mean(axis=1)).sum())


def strongest_words(model: Linear, text: str, cls: int) -> str:
    """`words: "не работает", "войти"`: what spoke loudest for the class; a short word in front goes along."""
    words = words_of(text)
    pulls = {i: model.pull(word, cls) for i, word in enumerate(words) if len(word) > 2 and not word.isdigit()}
    best = sorted((i for i in pulls if pulls[i] > 0), key=lambda i: -pulls[i])[:SHOWN]
    shown = [f'"{_phrase(words, i)}"' for i in sorted(best)]
    reason = f"words: {', '.join(dict.fromkeys(shown))}" if shown else "no single word decided"
    return shorten(reason, LONGEST)


def _phrase(words: list[str], at: int) -> str:
    before = words[at - 1] if at else ""
    return f"{before} {words[at]}" if 0 < len(before) <= 3 and before.isalpha() else words[at]


@dataclass(frozen=True)
class Landmarks:
    """Margins of texts by their likeness to the training lines, plus those of `linear`."""

    mean: Floats
    vectors: Floats
    dual: Floats
    gamma: float
    linear: Linear

    @cached_property
    def _lengths(self) -> Floats:
        return squared_norms(self.vectors)

    def margins(self, texts: list[str], vectors: Floats) -> Floats:
        """Of a few texts. Products are numpy's own: threads of BLAS wait for each other on full cores."""
        rows = center(vectors, self.mean)
        cosines = np.einsum("ij,kj->ik", rows, self.vectors)
        squares = squared_norms(rows)[:, None] + self._lengths - 2 * cosines
        likeness = np.einsum("ij,jk->ik", np.exp(-self.gamma * squares), self.dual)
        return np.asarray(likeness + self.linear.margins_of(texts), dtype=np.float32)
