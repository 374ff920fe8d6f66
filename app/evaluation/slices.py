"""The same figures for each part of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal, get_args

from pydantic import BaseModel

from app.core.stats import Interval
from app.evaluation.metrics import accuracy, missed_escalations, plain
from app.evaluation.predictions import Prediction

By = Literal["lang", "industry", "tag", "difficulty", "nth", "event", "set"]

VALUES: dict[By, Callable[[Prediction], list[str]]] = {
    "lang": lambda p: [p.lang],
    "industry": lambda p: [p.industry],
    "tag": lambda p: p.tags,
    "difficulty": lambda p: [p.difficulty],
    "nth": lambda p: [str(p.nth)],
    "event": lambda p: [p.event] if p.event else [],
    "set": lambda p: [p.set],
}


class Slice(BaseModel):
    """`turns` counts every prediction of the part, failures and repeats included."""

    by: By
    value: str
    turns: int
    accuracy: Interval
    missed: Interval


def slices(predictions: Iterable[Prediction]) -> list[Slice]:
    """In the order of VALUES, then by value (turn numbers as numbers). A turn counts in each of its tags."""
    turns = plain(predictions)
    return [piece for by in get_args(By) for piece in _sliced(by, turns)]


def _sliced(by: By, turns: list[Prediction]) -> list[Slice]:
    parts: dict[str, list[Prediction]] = {}
    for turn in turns:
        for value in dict.fromkeys(VALUES[by](turn)):
            parts.setdefault(value, []).append(turn)
    ordered = sorted(parts, key=lambda v: (int(v) if by == "nth" else 0, v))
    return [_slice(by, value, parts[value]) for value in ordered]


def _slice(by: By, value: str, part: list[Prediction]) -> Slice:
    return Slice(
        by=by, value=value, turns=len(part), accuracy=accuracy(part), missed=missed_escalations(part)
    )
