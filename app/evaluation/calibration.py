"""Whether the router's confidence means what it says, and what it is worth for asking someone better."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from math import fsum, nextafter

from pydantic import BaseModel

from app.evaluation.metrics import plain
from app.evaluation.predictions import Prediction

BINS = 10
Scored = list[tuple[float, bool]]


class Bin(BaseModel):
    """Turns with confidence in [low, high), the last bin closed; `confidence` and `accuracy` are means."""

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


class Point(BaseModel):
    """Keeping the answers with confidence >= threshold: their share, and the share of wrong ones in it."""

    threshold: float
    coverage: float
    risk: float


class Confidence(BaseModel):
    """Over answered turns that came with a confidence; bins without turns are left out."""

    bins: list[Bin]
    ece: float
    brier: float
    risk_coverage: list[Point]
    aurc: float


class CascadePoint(BaseModel):
    """Near answers where its confidence >= threshold, else far is called.

    `accuracy` is over turns that got an answer, `calls_saved` a share of turns, `cost` money for all of them.
    """

    threshold: float
    accuracy: float
    calls_saved: float
    cost: float


def confidence(predictions: Iterable[Prediction]) -> Confidence | None:
    """None without confidences.

    ECE over ten bins of equal width: Guo et al. (2017), ICML. Brier (1950) score of the chosen label: mean of
    (confidence - right)². AURC: Geifman, Uziel & El-Yaniv (2019), ICLR; ties share the risk of their group.
    """
    scored = [(p.confidence, p.right) for p in plain(predictions) if p.covered and p.confidence is not None]
    if not scored:
        return None
    scored.sort(reverse=True)
    bins, curve = _bins(scored), risk_coverage(scored)
    shares = [point.coverage for point in curve]
    steps = zip(
        curve, (now - before for before, now in zip([0.0, *shares], shares, strict=False)), strict=True
    )
    return Confidence(
        bins=bins,
        ece=fsum(b.n * abs(b.accuracy - b.confidence) for b in bins) / len(scored),
        brier=fsum((sure - right) ** 2 for sure, right in scored) / len(scored),
        risk_coverage=curve,
        aurc=fsum(point.risk * step for point, step in steps),
    )


def threshold_for(points: Iterable[Point], risk: float) -> Point | None:
    """The largest coverage whose risk is at most `risk`. Choose it on a development set."""
    return max((p for p in points if p.risk <= risk), key=lambda p: p.coverage, default=None)


def cascade_curve(near: Sequence[Prediction], far: Sequence[Prediction]) -> list[CascadePoint]:
    """Turns that both runs have, from always calling far to calling it only where near gave no answer."""
    asked = {p.key: p for p in plain(far)}
    pairs = [(p, asked[p.key]) for p in plain(near) if p.key in asked]
    pairs.sort(key=lambda pair: (-_sure(pair[0]), pair[0].key))
    tally = _Tally(pairs)
    sure = [pair for pair in pairs if _sure(pair[0]) >= 0]
    points = [tally.point(nextafter(_sure(sure[0][0]), 2.0) if sure else 1.0)] if pairs else []
    for threshold, group in groupby(sure, key=lambda pair: _sure(pair[0])):
        for pair in group:
            tally.keep(*pair)
        points.append(tally.point(threshold))
    return points


class _Tally:
    """Starts with every turn asked of far; `keep` leaves one with near."""

    def __init__(self, pairs: list[tuple[Prediction, Prediction]]) -> None:
        self.turns, self.kept = len(pairs), 0
        self.answered = sum(far.covered for _, far in pairs)
        self.right = sum(far.right for _, far in pairs)
        self.near_cost = fsum(near.cost for near, _ in pairs)
        self.far_cost = fsum(far.cost for _, far in pairs)

    def keep(self, near: Prediction, far: Prediction) -> None:
        self.kept += 1
        self.answered += near.covered - far.covered
        self.right += near.right - far.right
        self.far_cost -= far.cost

    def point(self, threshold: float) -> CascadePoint:
        return CascadePoint(
            threshold=threshold,
            accuracy=self.right / self.answered if self.answered else 0.0,
            calls_saved=self.kept / self.turns,
            cost=self.near_cost + max(0.0, self.far_cost),
        )


def _sure(prediction: Prediction) -> float:
    """-1 where near has nothing to keep."""
    known = prediction.covered and prediction.confidence is not None
    return (prediction.confidence or 0.0) if known else -1.0


def _bins(scored: Scored) -> list[Bin]:
    filled: dict[int, Scored] = {}
    for sure, right in scored:
        filled.setdefault(min(int(sure * BINS), BINS - 1), []).append((sure, right))
    return [
        Bin(
            low=at / BINS,
            high=(at + 1) / BINS,
            n=len(inside),
            confidence=fsum(sure for sure, _ in inside) / len(inside),
            accuracy=sum(right for _, right in inside) / len(inside),
        )
        for at, inside in sorted(filled.items())
    ]


def risk_coverage(scored: Scored) -> list[Point]:
    """`scored` stands surest first; one point for each distinct confidence."""
    points: list[Point] = []
    kept = wrong = 0
    for threshold, group in groupby(scored, key=lambda each: each[0]):
        rights = [right for _, right in group]
        kept, wrong = kept + len(rights), wrong + rights.count(False)
        points.append(Point(threshold=threshold, coverage=kept / len(scored), risk=wrong / kept))
    return points
