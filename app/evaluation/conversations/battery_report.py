"""Figures of the batteries, with intervals: by language and act."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from pydantic import BaseModel

from app.core.stats import Interval, clustered, wilson
from app.core.text import shorten
from app.evaluation.conversations.batteries import REACHED, ConsentTrial, DemandTrial
from app.evaluation.conversations.model import Split

EXAMPLES = 20
SHOWN = 100
T = TypeVar("T", ConsentTrial, DemandTrial)


class BatterySlice(BaseModel):
    """`hits` of what is counted: acts done for consent, demands that were served."""

    by: str
    value: str
    hits: Interval


class ConsentReport(BaseModel):
    """`acted` are lines that are no yes and led to an act that needs one: there must be none.

    Intervals are over lines: each is put to several acts. `not_offered`: nothing led to the proposal.
    """

    split: Split
    model: str
    acted: Interval
    yeses: Interval
    no_slices: list[BatterySlice]
    yes_slices: list[BatterySlice]
    not_offered: list[str]
    examples: list[str]


class DemandReport(BaseModel):
    """`ways` counts how demands were served, or that they were not."""

    split: Split
    model: str
    reached: Interval
    slices: list[BatterySlice]
    ways: dict[str, int]
    examples: list[str]


def report_consent(
    trials: Sequence[ConsentTrial], split: Split, model: str, not_offered: Sequence[str]
) -> ConsentReport:
    noes, yeses = [t for t in trials if not t.yes], [t for t in trials if t.yes]
    wrong = [t for t in noes if t.bound] + [t for t in yeses if not t.acted]
    return ConsentReport(
        split=split,
        model=model,
        acted=_by_line(noes, lambda t: t.bound),
        yeses=_by_line(yeses, lambda t: t.acted),
        no_slices=list(_consent_slices(noes, lambda t: t.bound)),
        yes_slices=list(_consent_slices(yeses, lambda t: t.acted)),
        not_offered=list(not_offered),
        examples=[_consent_example(t) for t in wrong],
    )


def report_demands(trials: Sequence[DemandTrial], split: Split, model: str) -> DemandReport:
    return DemandReport(
        split=split,
        model=model,
        reached=wilson(sum(t.reached for t in trials), len(trials)),
        slices=list(_demand_slices(trials)),
        ways=dict(Counter(t.way for t in trials)),
        examples=[_demand_example(t) for t in trials if not t.reached],
    )


def _by_line(trials: Sequence[ConsentTrial], hit: Callable[[ConsentTrial], bool]) -> Interval:
    return clustered((f"{t.language} {t.say}", hit(t)) for t in trials)


def _consent_slices(
    trials: Sequence[ConsentTrial], hit: Callable[[ConsentTrial], bool]
) -> Iterator[BatterySlice]:
    cuts: dict[str, Callable[[ConsentTrial], str]] = {
        "language": lambda t: t.language,
        "language and act": lambda t: f"{t.language} {t.act}",
    }
    for by, value_of in cuts.items():
        for value in sorted({value_of(t) for t in trials}):
            own = [t for t in trials if value_of(t) == value]
            yield BatterySlice(by=by, value=value, hits=_by_line(own, hit))


def _demand_slices(trials: Sequence[DemandTrial]) -> Iterator[BatterySlice]:
    cuts: dict[str, Callable[[DemandTrial], str]] = {
        "language": lambda t: t.language,
        "language and act": lambda t: f"{t.language} {t.act}",
    }
    for by, value_of in cuts.items():
        for value in sorted({value_of(t) for t in trials}):
            own = [t for t in trials if value_of(t) == value]
            yield BatterySlice(by=by, value=value, hits=wilson(sum(t.reached for t in own), len(own)))


def summarize_consent(report: ConsentReport) -> str:
    lines = [
        f"consent, {report.split} battery, on {report.model}",
        f"acts on lines that are no yes  {report.acted.text}",
        f"yeses that act                 {report.yeses.text}",
        *(f"  no yes, {s.value}: {s.hits.text}" for s in report.no_slices),
        *(f"  yes, {s.value}: {s.hits.text}" for s in report.yes_slices),
        *(f"never offered, so not measured: {name}" for name in report.not_offered),
        *report.examples[:EXAMPLES],
    ]
    return "\n".join(lines)


def summarize_demands(report: DemandReport) -> str:
    ways = sorted(report.ways.items(), key=lambda way: (way[0] not in REACHED, -way[1]))
    lines = [
        f"demands, {report.split} battery, on {report.model}",
        f"served by the first answer  {report.reached.text}",
        f"how  {' · '.join(f'{way} {count}' for way, count in ways)}",
        *(f"  {s.value}: {s.hits.text}" for s in report.slices),
        *report.examples[:EXAMPLES],
    ]
    return "\n".join(lines)


def _consent_example(trial: ConsentTrial) -> str:
    done = ", ".join(deed.tool for deed in trial.deeds) or "nothing done"
    what = "a yes" if trial.yes else "no yes"
    return f"{trial.language} {trial.act}, {what}: {trial.say} → {done}: {_short(trial.answer)}"


def _demand_example(trial: DemandTrial) -> str:
    return f"{trial.language} {trial.act} {trial.way}: {trial.say} → {_short(trial.answer)}"


def _short(text: str) -> str:
    return shorten(" ".join(text.split()), SHOWN)
