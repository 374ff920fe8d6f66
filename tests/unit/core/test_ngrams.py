from __future__ import annotations

import numpy as np

from app.core.ngrams import DIMENSIONS, Bag


def test_a_bag_is_hashed_alike_on_every_run() -> None:
    bag = Bag.of("не работает")
    assert bag.slots.max() < DIMENSIONS
    assert sorted(bag.slots.tolist())[:3] == sorted(Bag.of("не работает").slots.tolist())[:3]
    assert np.isclose(np.linalg.norm(bag.weighted(np.ones(DIMENSIONS, dtype=np.float32)).values), 1)


def test_an_empty_bag_weighs_nothing() -> None:
    assert Bag.of("👍").weighted(np.ones(DIMENSIONS, dtype=np.float32)).values.size in {0, 1}
