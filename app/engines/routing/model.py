"""The second stage: a Gaussian kernel over sentence vectors, joined with a linear model over n-grams."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.engines.routing.lexical import Floats, Linear


def centred(vectors: Floats, mean: Floats) -> Floats:
    """E5 vectors crowd in a narrow cone: the mean is taken off and length 1 restored."""
    shifted = vectors - mean
    lengths = np.linalg.norm(shifted, axis=1, keepdims=True)
    return np.asarray(shifted / np.maximum(lengths, 1e-9), dtype=np.float32)


def squeezed(vectors: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Eight-bit rows and the scale of each."""
    scales = np.maximum(np.abs(vectors).max(axis=1), 1e-9) / 127
    return np.round(vectors / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def restored(rows: NDArray[np.int8], scales: Floats) -> Floats:
    return rows.astype(np.float32) * scales[:, None]


def lengths_squared(rows: Floats) -> Floats:
    return np.asarray((rows**2).sum(axis=1), dtype=np.float32)


def gaussian(left: Floats, right: Floats, gamma: float, known: Floats | None = None) -> Floats:
    """exp(-gamma * squared distance) between all rows; `known`: squared lengths at the right."""
    known = lengths_squared(right) if known is None else known
    squares = lengths_squared(left)[:, None] + known[None, :]
    return np.asarray(np.exp(-gamma * (squares - 2 * left @ right.T)), dtype=np.float32)


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
        return lengths_squared(self.vectors)

    def margins(self, texts: list[str], vectors: Floats) -> Floats:
        likeness = gaussian(centred(vectors, self.mean), self.vectors, self.gamma, self._lengths)
        return np.asarray(likeness @ self.dual + self.linear.margins_of(texts), dtype=np.float32)
