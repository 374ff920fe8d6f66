"""Matrix work over many bags of n-grams, without a sparse matrix library."""

from __future__ import annotations

import numpy as np

from app.engines.routing.features import DIMENSIONS, Bag
from app.engines.routing.lexical import Floats


def weigh(bags: list[Bag]) -> tuple[Floats, list[Bag]]:
    """Smoothed inverse document frequencies, and the bags under them."""
    seen = np.bincount(np.concatenate([bag.slots for bag in bags]), minlength=DIMENSIONS)
    idf = (np.log((1 + len(bags)) / (1 + seen)) + 1).astype(np.float16).astype(np.float32)
    return idf, [bag.weighted(idf) for bag in bags]


def overlaps(bags: list[Bag]) -> Floats:
    """Cosines between all bags."""
    dense, out = np.zeros(DIMENSIONS, dtype=np.float32), np.empty((len(bags), len(bags)), dtype=np.float32)
    slots, values = np.concatenate([b.slots for b in bags]), np.concatenate([b.values for b in bags])
    starts = np.cumsum([0, *(len(bag.slots) for bag in bags[:-1])])
    for row, bag in enumerate(bags):
        dense[bag.slots] = bag.values
        out[row] = np.add.reduceat(dense[slots] * values, starts)
        dense[bag.slots] = 0
    return out


def spread(bags: list[Bag], dual: Floats) -> Floats:
    """Weights over slots that give the same margins as the dual weights over lines."""
    weights = np.zeros((DIMENSIONS, dual.shape[1]), dtype=np.float32)
    for bag, share in zip(bags, dual, strict=True):
        weights[bag.slots] += bag.values[:, None] * share
    return weights
