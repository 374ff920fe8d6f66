"""The results of a run as one value, from which files and pages are made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from pydantic import BaseModel, Field

from app.core.stats import Interval, wilson
from app.evaluation import metrics
from app.evaluation.calibration import (
    CascadePoint,
    Confidence,
    Point,
    cascade_curve,
    confidence,
    threshold_for,
)
from app.evaluation.compare import Comparison
from app.evaluation.costs import CostMatrix
from app.evaluation.metrics import AgentScore, DialogMeasures, Headline, Slice, dialog_measures, slices
from app.evaluation.predictions import Prediction, Provenance, Run, share

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


RISKS = (0.01, 0.02, 0.05, 0.1)


class RepeatFacts(BaseModel):
    """`agreement` is the share of turns that got the same answer every time; `unstable` names the others."""

    repeats: int
    turns: int
    agreement: float
    unstable: list[str] = Field(default_factory=list)


class Promise(BaseModel):
    """The threshold that keeps most answers with at most `risk` of them wrong; None where none does.

    `kept` is over the answered turns with a confidence. The interval does not know that it was chosen here.
    """

    risk: float
    point: Point | None
    kept: Interval
    wrong: Interval


class CascadeReport(BaseModel):
    """`near` (a router) answers where it is sure and `far` is asked otherwise."""

    near: str
    far: str
    points: list[CascadePoint]


class Report(BaseModel):
    """Expected, then got: `confusion` counts, `confusion_cost` what they cost, `prices` of one mistake.

    `misroutes` stand missed escalations first, then the dearest.
    """

    provenance: Provenance
    headline: Headline
    agents: list[AgentScore]
    confusion: dict[str, dict[str, int]]
    confusion_cost: dict[str, dict[str, float]]
    prices: dict[str, dict[str, float]]
    slices: list[Slice]
    dialogs: DialogMeasures | None
    confidence: Confidence | None
    promises: list[Promise]
    misroutes: list[Prediction]
    failures: list[Prediction]
    robustness: list[Flip]
    repeats: RepeatFacts | None
    comparison: Comparison | None = None
    cascade: CascadeReport | None = None


def build_report(
    run: Run, costs: CostMatrix, comparison: Comparison | None = None, baseline: Run | None = None
) -> Report:
    """Perturbed turns count for robustness only. `baseline` is the run that `comparison` compares with."""
    labels, last_resort = run.provenance.labels, run.provenance.last_resort
    costs = costs.model_copy(update={"last_resort": last_resort})
    plain = metrics.plain(run.predictions)
    counts = metrics.confusion(plain, labels)
    known = confidence(plain)
    return Report(
        provenance=run.provenance,
        headline=metrics.headline(plain, labels, costs),
        agents=metrics.agents(plain, labels),
        confusion=counts,
        confusion_cost={e: {g: n * costs.price(e, g) for g, n in row.items()} for e, row in counts.items()},
        prices={e: {g: costs.price(e, g) for g in row} for e, row in counts.items()},
        slices=slices(plain, last_resort),
        dialogs=dialog_measures(plain, last_resort),
        confidence=known,
        promises=_promises(known) if known else [],
        misroutes=dearest(plain, costs),
        failures=[p for p in plain if not p.covered],
        robustness=flips(run.predictions),
        repeats=_repeats(plain),
        comparison=comparison,
        cascade=_cascade(baseline, run) if baseline else None,
    )


def dearest(predictions: Sequence[Prediction], costs: CostMatrix) -> list[Prediction]:
    """Wrong answers: missed escalations, then the dearest, then the surest first."""
    wrong = [p for p in predictions if p.outcome == "wrong"]
    return sorted(
        wrong,
        key=lambda p: (
            not p.missed(costs.last_resort),
            -costs.price(p.expected, str(p.got)),
            -(p.confidence or 0),
            p.key,
        ),
    )


def _promises(known: Confidence) -> list[Promise]:
    turns = sum(b.n for b in known.bins)
    return [_promise(risk, threshold_for(known.risk_coverage, risk), turns) for risk in RISKS]


def _promise(risk: float, point: Point | None, turns: int) -> Promise:
    kept = round(point.coverage * turns) if point else 0
    wrong = round(point.risk * kept) if point else 0
    return Promise(risk=risk, point=point, kept=wilson(kept, turns), wrong=wilson(wrong, kept))


def _cascade(a: Run, b: Run) -> CascadeReport | None:
    """None unless one of the runs called a model and the other one did not."""
    near, far = sorted((a, b), key=_used_model)
    if _used_model(near) or not _used_model(far):
        return None
    points = cascade_curve(near.predictions, far.predictions)
    return (
        CascadeReport(near=near.provenance.router, far=far.provenance.router, points=points)
        if points
        else None
    )


def _used_model(run: Run) -> bool:
    return any(p.tokens or p.cost for p in run.predictions)


def _repeats(predictions: Sequence[Prediction]) -> RepeatFacts | None:
    answers: defaultdict[str, list[str | None]] = defaultdict(list)
    for p in predictions:
        answers[f"{p.set}/{p.case}/{p.turn}"].append(p.got)
    most = max(map(len, answers.values()), default=0)
    if most < 2:
        return None
    unstable = sorted(name for name, got in answers.items() if len(set(got)) > 1)
    agreement = 1 - len(unstable) / len(answers)
    return RepeatFacts(repeats=most, turns=len(answers), agreement=agreement, unstable=unstable)
