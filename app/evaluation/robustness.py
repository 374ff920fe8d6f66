"""How often a harmless change of the text changes the answer."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel

from app.core.stats import Interval
from app.evaluation.predictions import Prediction, share

Pair = tuple[Prediction, Prediction]


class Flip(BaseModel):
    """`n` turns answered both plain and perturbed; `accuracy` is that of the perturbed ones among them."""

    perturbation: str
    n: int
    flips: Interval
    accuracy: Interval


def flips(predictions: Iterable[Prediction]) -> list[Flip]:
    """Most flips first. A perturbed turn is paired with the plain one of the same repeat."""
    known = list(predictions)
    answered = {p.key: p for p in known if p.perturbation is None and p.covered}
    pairs: dict[str, list[Pair]] = {}
    for p in known:
        if p.perturbation is not None and p.covered and (before := answered.get((*p.key[:4], ""))):
            pairs.setdefault(p.perturbation, []).append((before, p))
    found = [_flip(name, each) for name, each in pairs.items()]
    return sorted(found, key=lambda f: (-f.flips.value, f.perturbation))


def _flip(name: str, pairs: list[Pair]) -> Flip:
    before = {after.key: plain.got for plain, after in pairs}
    perturbed = [after for _, after in pairs]
    return Flip(
        perturbation=name,
        n=len(pairs),
        flips=share(perturbed, lambda p: p.got != before[p.key]),
        accuracy=share(perturbed, lambda p: p.right),
    )
