"""Kernels over sentence vectors and over n-grams, and ridge regression with them: numpy alone.

Bags of n-grams are worked on without a library of sparse matrices.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.core.ngrams import DIMENSIONS, Bag

Floats = NDArray[np.float32]


def center(vectors: Floats, mean: Floats) -> Floats:
    """E5 vectors crowd in a narrow cone: the mean is taken off and length 1 restored."""
    shifted = vectors - mean
    lengths = np.linalg.norm(shifted, axis=1, keepdims=True)
    return np.asarray(shifted / np.maximum(lengths, 1e-9), dtype=np.float32)


def quantize(vectors: Floats, levels: int = 127) -> tuple[NDArray[np.int8], Floats]:
    """Rows of whole numbers from -levels to levels, and the scale of each."""
    scales = np.maximum(np.abs(vectors).max(axis=1), 1e-9) / levels
    return np.round(vectors / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def dequantize(rows: NDArray[np.int8], scales: Floats) -> Floats:
    return rows.astype(np.float32) * scales[:, None]


def squared_norms(rows: Floats) -> Floats:
    return np.asarray((rows**2).sum(axis=1), dtype=np.float32)


def gaussian_kernel(left: Floats, right: Floats, gamma: float, known: Floats | None = None) -> Floats:
    """exp(-gamma * squared distance) between all rows; `known`: squared lengths at the right."""
    known = squared_norms(right) if known is None else known
    squares = squared_norms(left)[:, None] + known[None, :]
    return np.asarray(np.exp(-gamma * (squares - 2 * left @ right.T)), dtype=np.float32)


def tf_idf(bags: list[Bag]) -> tuple[Floats, list[Bag]]:
    """Smoothed inverse document frequencies, and the bags under them."""
    seen = np.bincount(np.concatenate([bag.slots for bag in bags]), minlength=DIMENSIONS)
    idf = (np.log((1 + len(bags)) / (1 + seen)) + 1).astype(np.float16).astype(np.float32)
    return idf, [bag.weighted(idf) for bag in bags]


def cosine_matrix(bags: list[Bag]) -> Floats:
    """Cosines between all bags."""
    dense, out = np.zeros(DIMENSIONS, dtype=np.float32), np.empty((len(bags), len(bags)), dtype=np.float32)
    slots, values = np.concatenate([b.slots for b in bags]), np.concatenate([b.values for b in bags])
    starts = np.cumsum([0, *(len(bag.slots) for bag in bags[:-1])])
    for row, bag in enumerate(bags):
        dense[bag.slots] = bag.values
        out[row] = np.add.reduceat(dense[slots] * values, starts)
        dense[bag.slots] = 0
    return out


def to_primal(bags: list[Bag], dual: Floats) -> Floats:
    """Weights over slots that give the same margins as the dual weights over lines."""
    weights = np.zeros((DIMENSIONS, dual.shape[1]), dtype=np.float32)
    for bag, share in zip(bags, dual, strict=True):
        weights[bag.slots] += bag.values[:, None] * share
    return weights


def solve_ridge(kernel: Floats, target: Floats, ridge: float) -> Floats:
    system = kernel.astype(np.float64)
    system[np.diag_indices_from(system)] += ridge
    return np.linalg.solve(system, target.astype(np.float64)).astype(np.float32)
