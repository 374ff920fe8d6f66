"""The headline, the agents and the confusion matrix of one run, over its plain (unperturbed) turns.

Accuracy, recall and the matrix are over covered turns: a failure lowers coverage and nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from math import fsum

import numpy as np
from pydantic import BaseModel

from app.core.stats import Interval
from app.evaluation.costs import CostMatrix
from app.evaluation.predictions import SUPERVISOR, Prediction, share, transcript

Confusion = dict[str, dict[str, int]]


class AgentScore(BaseModel):
    """`support` counts the covered turns that belong to the agent."""

    name: str
    precision: float
    recall: float
    f1: float
    support: int


class Headline(BaseModel):
    """`turns` and `cases` are distinct; the rest is over all repeats.

    `cost` is the money that its answers cost, in this run or an earlier one, `mistake_cost` the price of its
    wrong turns. p50 and p95 are seconds of the `timed` turns, measured here and no error: a customer waits
    for a timeout too.
    """

    turns: int
    cases: int
    accuracy: Interval
    macro_f1: float
    missed_escalations: Interval
    coverage: Interval
    outcomes: dict[str, int]
    cost: float
    tokens: int
    mistake_cost: float
    timed: int = 0
    p50: float | None
    p95: float | None


def plain(predictions: Iterable[Prediction]) -> list[Prediction]:
    return [p for p in predictions if p.perturbation is None]


def accuracy(predictions: Iterable[Prediction]) -> Interval:
    return share((p for p in predictions if p.covered), lambda p: p.right)


def missed_escalations(predictions: Iterable[Prediction]) -> Interval:
    """Of the covered turns for the supervisor, how many went elsewhere."""
    due = (p for p in predictions if p.covered and p.expected == SUPERVISOR)
    return share(due, lambda p: p.missed_escalation)


def headline(predictions: Sequence[Prediction], labels: Sequence[str], costs: CostMatrix) -> Headline:
    turns = plain(predictions)
    return Headline(
        turns=len({(transcript(p), p.turn) for p in turns}),
        cases=len({transcript(p) for p in turns}),
        accuracy=accuracy(turns),
        macro_f1=_macro_f1(confusion(turns, labels)),
        missed_escalations=missed_escalations(turns),
        coverage=share(turns, lambda p: p.covered),
        outcomes=dict(sorted(Counter(p.outcome for p in turns).items())),
        cost=fsum(p.cost for p in turns),
        tokens=sum(p.tokens for p in turns),
        mistake_cost=fsum(costs.of(p) for p in turns),
        timed=len(waits(turns)),
        p50=percentile(turns, 50),
        p95=percentile(turns, 95),
    )


def agents(predictions: Iterable[Prediction], labels: Sequence[str]) -> list[AgentScore]:
    """An answer nobody gave has precision 0."""
    matrix = confusion(predictions, labels)
    return [_score(name, matrix) for name in matrix]


def confusion(predictions: Iterable[Prediction], labels: Sequence[str]) -> Confusion:
    """Expected -> got, covered turns. An accepted alternative is on the diagonal; strange labels are last."""
    pairs = Counter((p.expected, _counted(p)) for p in plain(predictions) if p.covered)
    axis = [*labels, *sorted({name for pair in pairs for name in pair} - set(labels))]
    return {expected: {got: pairs[expected, got] for got in axis} for expected in axis}


def waits(predictions: Iterable[Prediction]) -> list[float]:
    """Seconds that were measured; errors are left out."""
    return [p.seconds for p in predictions if p.timed and p.outcome != "error"]


def percentile(predictions: Iterable[Prediction], at: float) -> float | None:
    seconds = waits(predictions)
    return float(np.percentile(seconds, at)) if seconds else None


def _counted(prediction: Prediction) -> str:
    return prediction.expected if prediction.right else prediction.got or "nobody"


def _macro_f1(matrix: Confusion) -> float:
    """Over the labels that were expected or answered, as scikit-learn does."""
    seen = [n for n, row in matrix.items() if sum(row.values()) or any(r[n] for r in matrix.values())]
    return fsum(_score(name, matrix).f1 for name in seen) / len(seen) if seen else 0.0


def _score(name: str, matrix: Confusion) -> AgentScore:
    hits, support = matrix[name][name], sum(matrix[name].values())
    answered = sum(row[name] for row in matrix.values())
    return AgentScore(
        name=name,
        precision=hits / answered if answered else 0.0,
        recall=hits / support if support else 0.0,
        f1=2 * hits / (answered + support) if answered + support else 0.0,
        support=support,
    )
