"""Everything one run tells, as one value; files and pages are made from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pydantic import BaseModel, Field

from app.evaluation import metrics
from app.evaluation.calibration import Confidence, confidence
from app.evaluation.compare import Comparison
from app.evaluation.costs import CostMatrix
from app.evaluation.dialogs import DialogMeasures, dialog_measures
from app.evaluation.metrics import AgentScore, Headline
from app.evaluation.predictions import Prediction, Provenance, Run
from app.evaluation.robustness import Flip, flips
from app.evaluation.slices import Slice, slices


class RepeatFacts(BaseModel):
    """`agreement` is the share of turns that got the same answer every time; `unstable` names the others."""

    repeats: int
    turns: int
    agreement: float
    unstable: list[str] = Field(default_factory=list)


class Report(BaseModel):
    """`confusion` counts, `confusion_cost` prices: expected, then got. `misroutes` are dearest first."""

    provenance: Provenance
    headline: Headline
    agents: list[AgentScore]
    confusion: dict[str, dict[str, int]]
    confusion_cost: dict[str, dict[str, float]]
    slices: list[Slice]
    dialogs: DialogMeasures | None
    confidence: Confidence | None
    misroutes: list[Prediction]
    failures: list[Prediction]
    robustness: list[Flip]
    repeats: RepeatFacts | None
    comparison: Comparison | None = None


def build_report(run: Run, costs: CostMatrix, comparison: Comparison | None = None) -> Report:
    """Perturbed turns count for robustness only."""
    labels = run.provenance.labels
    plain = metrics.plain(run.predictions)
    counts = metrics.confusion(plain, labels)
    return Report(
        provenance=run.provenance,
        headline=metrics.headline(plain, labels, costs),
        agents=metrics.agents(plain, labels),
        confusion=counts,
        confusion_cost={e: {g: n * costs.price(e, g) for g, n in row.items()} for e, row in counts.items()},
        slices=slices(plain),
        dialogs=dialog_measures(plain),
        confidence=confidence(plain),
        misroutes=_dearest(plain, costs),
        failures=[p for p in plain if not p.covered],
        robustness=flips(run.predictions),
        repeats=_repeats(plain),
        comparison=comparison,
    )


def _dearest(predictions: Sequence[Prediction], costs: CostMatrix) -> list[Prediction]:
    """Wrong answers, the dearest and surest first."""
    wrong = [p for p in predictions if p.outcome == "wrong"]
    return sorted(wrong, key=lambda p: (-costs.price(p.expected, str(p.got)), -(p.confidence or 0), p.key))


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
