"""Headline, per-agent scores, confusion matrix, slices and dialog-level measures of one run.

Computed over plain (unperturbed) turns. Accuracy, recall and the matrix cover answered turns only; a failure
lowers coverage and nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from math import fsum
from typing import Literal, get_args

import numpy as np
from pydantic import BaseModel

from app.core.stats import Interval
from app.evaluation.costs import CostMatrix
from app.evaluation.predictions import Prediction, share, transcript

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


def missed_escalations(predictions: Iterable[Prediction], last_resort: str) -> Interval:
    """Of the covered turns for the last resort, how many went elsewhere."""
    due = (p for p in predictions if p.covered and p.expected == last_resort)
    return share(due, lambda p: p.missed(last_resort))


def headline(predictions: Sequence[Prediction], labels: Sequence[str], costs: CostMatrix) -> Headline:
    turns = plain(predictions)
    return Headline(
        turns=len({(transcript(p), p.turn) for p in turns}),
        cases=len({transcript(p) for p in turns}),
        accuracy=accuracy(turns),
        macro_f1=_macro_f1(confusion(turns, labels)),
        missed_escalations=missed_escalations(turns, costs.last_resort),
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
    pairs = Counter((p.expected, _label_of(p)) for p in plain(predictions) if p.covered)
    axis = [*labels, *sorted({name for pair in pairs for name in pair} - set(labels))]
    return {expected: {got: pairs[expected, got] for got in axis} for expected in axis}


def waits(predictions: Iterable[Prediction]) -> list[float]:
    """Seconds that were measured; errors are left out."""
    return [p.seconds for p in predictions if p.timed and p.outcome != "error"]


def percentile(predictions: Iterable[Prediction], at: float) -> float | None:
    seconds = waits(predictions)
    return float(np.percentile(seconds, at)) if seconds else None


def _label_of(prediction: Prediction) -> str:
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


By = Literal["lang", "industry", "tag", "difficulty", "nth", "event", "set"]

ONE_NAME = {
    "realestate": "real_estate", "carrental": "car_rental", "railway": "rail", "smarthome": "smart_home",
    "tickets": "ticketing", "government_services": "government", "video_streaming": "streaming",
    "hosting_domains": "hosting", "online_games": "games", "broker_investments": "broker",
}  # fmt: skip
"""Industries that the sets call by two names."""

VALUES: dict[By, Callable[[Prediction], list[str]]] = {
    "lang": lambda p: [p.lang],
    "industry": lambda p: [ONE_NAME.get(p.industry, p.industry)],
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


def slices(predictions: Iterable[Prediction], last_resort: str) -> list[Slice]:
    """In the order of VALUES, then by value (turn numbers as numbers). A turn counts in each of its tags."""
    turns = plain(predictions)
    return [piece for by in get_args(By) for piece in _slices_by(by, turns, last_resort)]


def _slices_by(by: By, turns: list[Prediction], last_resort: str) -> list[Slice]:
    parts: dict[str, list[Prediction]] = {}
    for turn in turns:
        for value in dict.fromkeys(VALUES[by](turn)):
            parts.setdefault(value, []).append(turn)
    ordered = sorted(parts, key=lambda v: (int(v) if by == "nth" else 0, v))
    return [_slice(by, value, parts[value], last_resort) for value in ordered]


def _slice(by: By, value: str, part: list[Prediction], last_resort: str) -> Slice:
    missed = missed_escalations(part, last_resort)
    return Slice(by=by, value=value, turns=len(part), accuracy=accuracy(part), missed=missed)


Escalation = Literal["early", "on_time", "late", "never"]
Transcript = list[Prediction]


class DialogMeasures(BaseModel):
    """`transcripts` counts multi-turn ones, each repeat apart.

    `escalations`: those that had to be escalated, by when the router first did.
    `sticky`: of the turns where the serving agent was still right, how many stayed (high is good).
    `needless_switches`: of such turns marked "stay", how many left (low is good).
    `stuck`: of the turns that needed someone else, how many stayed all the same (low is good).
    `returns`: of the turns marked "return", how many came back to the right agent (high is good).
    """

    transcripts: int
    escalations: dict[Escalation, int]
    sticky: Interval
    needless_switches: Interval
    stuck: Interval
    returns: Interval


def dialog_measures(predictions: Iterable[Prediction], last_resort: str) -> DialogMeasures | None:
    """None where no case has more than one customer's turn."""
    transcripts = _multi_turn(plain(predictions))
    if not transcripts:
        return None
    answered = [p for turns in transcripts for p in turns if p.covered]
    served = [p for p in answered if p.serving is not None]
    content = [p for p in served if p.serving in p.acceptable]
    ill_served = [p for p in served if p.serving not in p.acceptable]
    came_when = Counter(_escalation(turns, last_resort) for turns in transcripts)
    return DialogMeasures(
        transcripts=len(transcripts),
        escalations={when: came_when[when] for when in get_args(Escalation)},
        sticky=share(content, _stays),
        needless_switches=share((p for p in content if p.event == "stay"), lambda p: not _stays(p)),
        stuck=share(ill_served, _stays),
        returns=share((p for p in answered if p.event == "return"), lambda p: p.right),
    )


def _multi_turn(predictions: Iterable[Prediction]) -> list[Transcript]:
    found: dict[tuple[str, str, int], Transcript] = {}
    for p in predictions:
        found.setdefault((p.set, p.case, p.repeat), []).append(p)
    several = (turns for turns in found.values() if any(p.nth > 1 for p in turns))
    return [sorted(turns, key=lambda p: p.turn) for turns in several]


def _stays(prediction: Prediction) -> bool:
    return prediction.got == prediction.serving


def _escalation(turns: Transcript, last_resort: str) -> Escalation | None:
    """Due by the first turn that only the last resort may take; in time from the first one they may take.

    None where nothing was due, or where the router failed on the due turn.
    """
    due = next((at for at, p in enumerate(turns) if set(p.acceptable) == {last_resort}), None)
    first = next((at for at, p in enumerate(turns) if p.covered and p.got == last_resort), None)
    if due is None:
        return None
    if first is not None and first <= due:
        return "on_time" if last_resort in turns[first].acceptable else "early"
    if not turns[due].covered:
        return None
    return "never" if first is None else "late"
