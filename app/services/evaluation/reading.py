"""Reading a run: its report, re-priced; the turns of a cell; the dialog around a turn. Needs scipy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

from app.evaluation.cases import Case, CaseSet
from app.evaluation.compare import Pair
from app.evaluation.costs import ASTRAY, MISSED_ESCALATION, NEEDLESS_ESCALATION, CostMatrix
from app.evaluation.metrics import plain
from app.evaluation.predictions import Prediction, Run
from app.evaluation.report import Report, build_report, dearest


@dataclass(frozen=True, slots=True)
class Opened:
    run: Run
    report: Report


@dataclass(frozen=True, slots=True)
class Prices:
    """Of one mistake each."""

    missed: float = MISSED_ESCALATION
    needless: float = NEEDLESS_ESCALATION
    astray: float = ASTRAY

    def matrix(self, labels: Sequence[str], last_resort: str) -> CostMatrix:
        def price(expected: str, got: str) -> float:
            if expected == last_resort:
                return self.missed
            return self.needless if got == last_resort else self.astray

        prices = {e: {g: price(e, g) for g in labels if g != e} for e in labels}
        return CostMatrix(prices=prices, last_resort=last_resort)


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One line of a dialog; `here` is the turn that is read, `expected` its label where it has one."""

    role: str
    content: str
    agent: str | None = None
    expected: str | None = None
    here: bool = False


def open_run(run: Run) -> Opened:
    return Opened(run, build_report(run, CostMatrix()))


def priced(report: Report, prices: Prices) -> Report:
    """What `build_report` makes of the same run at other prices, without counting again."""
    costs = prices.matrix(list(report.confusion), report.provenance.last_resort)
    paid = {e: {g: n * costs.price(e, g) for g, n in row.items()} for e, row in report.confusion.items()}
    total = fsum(cost for row in paid.values() for cost in row.values())
    return report.model_copy(
        update={
            "confusion_cost": paid,
            "prices": {e: {g: costs.price(e, g) for g in row} for e, row in report.confusion.items()},
            "headline": report.headline.model_copy(update={"mistake_cost": total}),
            "misroutes": dearest(report.misroutes, costs),
        }
    )


def cell(run: Run, expected: str, got: str) -> list[Prediction]:
    """The turns counted in a cell of the matrix, surest first."""
    found = [
        p
        for p in plain(run.predictions)
        if p.covered and p.expected == expected and (p.expected if p.right else p.got or "nobody") == got
    ]
    return sorted(found, key=lambda p: (-(p.confidence or 0), p.key))


def name_of(p: Prediction) -> str:
    """Finds it again within its run."""
    return f"{p.set}\t{p.case}\t{p.turn}\t{p.repeat}"


def name_of_pair(pair: Pair) -> str:
    """Of its first repeat, in either run."""
    return f"{pair.set}\t{pair.case}\t{pair.turn}\t0"


def find(run: Run, name: str) -> Prediction | None:
    return next((p for p in plain(run.predictions) if name_of(p) == name), None)


def dialog(prediction: Prediction, cases: CaseSet | None) -> list[CaseLine]:
    """The whole conversation where the set still has it, else the lines before."""
    case = next((c for c in cases.cases if c.id == prediction.case), None) if cases else None
    if case and prediction.turn < len(case.turns) and case.turns[prediction.turn].content == prediction.text:
        return _whole(case, prediction.turn)
    before = [CaseLine("", line) for line in prediction.before.split("\n") if line]
    return [*before, CaseLine("customer", prediction.text, expected=prediction.expected, here=True)]


def _whole(case: Case, at: int) -> list[CaseLine]:
    return [
        CaseLine(turn.role, turn.content, turn.agent, turn.expected, here=number == at)
        for number, turn in enumerate(case.turns)
    ]
