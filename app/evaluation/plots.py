"""Plots of a report for notebooks; the charts of the HTML report are in `html.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any, get_args

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from app.core.palette import BLUE, NEUTRAL, WRONG
from app.core.stats import Interval
from app.evaluation.calibration import CascadePoint, Point
from app.evaluation.metrics import By, Escalation
from app.evaluation.report import Report

EMPTY = "nothing to show"
ORANGE, INK = WRONG, "#111827"
STYLE: Any = {
    "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9, "axes.spines.top": False,
    "axes.spines.right": False, "axes.edgecolor": NEUTRAL, "axes.grid": True, "axes.axisbelow": True,
    "grid.color": "#E5E7EB", "xtick.color": NEUTRAL, "ytick.color": NEUTRAL, "legend.frameon": False,
}  # fmt: skip


class Chart(Figure):
    """A figure that a notebook shows by itself, whatever its backend."""

    def _repr_svg_(self) -> str:
        out = StringIO()
        with mpl.rc_context(STYLE):
            self.savefig(out, format="svg", metadata={"Date": None})
        return out.getvalue()


def matrix(report: Report) -> Chart:
    """Shares of each expected row; the count stands in the cell."""
    names = list(report.confusion)
    chart, axes = _chart(1.2 + 1.1 * len(names), 1 + 0.8 * len(names))
    counts = [[report.confusion[expected][got] for got in names] for expected in names]
    axes.imshow([[n / (sum(row) or 1) for n in row] for row in counts], cmap="Blues", vmin=0, vmax=2)
    for y, row in enumerate(counts):
        for x, n in enumerate(row):
            axes.text(x, y, str(n), ha="center", va="center", color=ORANGE if n and x != y else INK)
    axes.set(xticks=range(len(names)), yticks=range(len(names)), xlabel="got", ylabel="expected")
    axes.set_xticklabels(names)
    axes.set_yticklabels(names)
    axes.grid(visible=False)
    return chart


def slices(report: Report, by: By, least: int = 5) -> Chart:
    """Accuracy of each part with at least `least` turns, with its 95 % interval."""
    parts = [s for s in report.slices if s.by == by and s.turns >= least and s.accuracy.n]
    parts.sort(key=lambda s: -s.accuracy.value)
    return _intervals({f"{s.value} ({s.turns})": s.accuracy for s in parts}, "accuracy", BLUE)


def flips(report: Report) -> Chart:
    """The share of answers that a harmless change of the text changed."""
    return _intervals({f"{f.perturbation} ({f.n})": f.flips for f in report.robustness}, "flips", ORANGE)


def reliability(report: Report) -> Chart:
    """Honest confidence lies on the diagonal."""
    chart, axes = _chart()
    bins = report.confidence.bins if report.confidence else []
    axes.plot([0, 1], [0, 1], color=NEUTRAL, linestyle="--", label="honest")
    axes.plot(
        [b.confidence for b in bins], [b.accuracy for b in bins], color=BLUE, marker="o", label="measured"
    )
    axes.set(xlabel="confidence", ylabel="accuracy", xlim=(0, 1.02), ylim=(0, 1.04))
    axes.legend(loc="upper left")
    return chart


def risk(report: Report, chosen: Point | None = None) -> Chart:
    """Wrong answers among those kept, against the share kept."""
    chart, axes = _chart()
    points = report.confidence.risk_coverage if report.confidence else []
    axes.step([p.coverage for p in points], [p.risk for p in points], where="post", color=ORANGE)
    if chosen:
        axes.plot(chosen.coverage, chosen.risk, "o", color=BLUE, label=f"confidence ≥ {chosen.threshold:.2f}")
        axes.legend(loc="upper left")
    axes.set(xlabel="share of turns kept", ylabel="wrong among them", xlim=(0, 1.02))
    axes.set_ylim(bottom=0)
    return chart


def cascade(points: Sequence[CascadePoint], chosen: CascadePoint | None = None) -> Chart:
    """From always asking the model (left) to never (right)."""
    chart, axes = _chart()
    axes.plot([p.calls_saved for p in points], [p.accuracy for p in points], color=BLUE)
    if chosen:
        label = f"threshold {chosen.threshold:.2f}"
        axes.plot(chosen.calls_saved, chosen.accuracy, "o", color=ORANGE, label=label)
        axes.legend(loc="best")
    axes.set(xlabel="model calls saved", ylabel="accuracy", xlim=(-0.02, 1.02))
    return chart


def cost_against_accuracy(reports: Mapping[str, Report]) -> Chart:
    """Dollars for 1,000 turns; bars are 95 % intervals."""
    chart, axes = _chart()
    for at, (name, report) in enumerate(reports.items()):
        head, colour = report.headline, (BLUE, ORANGE, NEUTRAL)[at % 3]
        dollars = 1000 * head.cost / max(1, sum(head.outcomes.values()))
        axes.errorbar(
            dollars, head.accuracy.value, yerr=_bars([head.accuracy]), fmt="o", color=colour, label=name
        )
    axes.set(xlabel="dollars for 1,000 turns", ylabel="accuracy")
    axes.legend(loc="best")
    return chart


def escalations(report: Report) -> Chart:
    """When the last resort came, of the conversations that needed one."""
    chart, axes = _chart()
    counted = report.dialogs.escalations if report.dialogs else {}
    names: tuple[Escalation, ...] = get_args(Escalation)
    shown = axes.bar(names, [counted.get(name, 0) for name in names], color=ORANGE)
    axes.bar_label(shown)
    axes.set(ylabel="conversations")
    return chart


def _intervals(shares: Mapping[str, Interval], label: str, colour: str) -> Chart:
    chart, axes = _chart(5.2, 0.8 + 0.28 * max(3, len(shares)))
    names, found = list(shares) or [EMPTY], list(shares.values()) or [Interval(value=0, low=0, high=0, n=0)]
    axes.errorbar([i.value for i in found], range(len(found)), xerr=_bars(found), fmt="o", color=colour)
    axes.set(xlabel=label, xlim=(-0.02, 1.02), yticks=range(len(found)))
    axes.set_yticklabels(names)
    return chart


def _bars(found: Sequence[Interval]) -> list[list[float]]:
    return [[i.value - i.low for i in found], [i.high - i.value for i in found]]


def _chart(width: float = 4.8, height: float = 3.2) -> tuple[Chart, Axes]:
    with mpl.rc_context(STYLE):
        chart = Chart(figsize=(width, height), layout="constrained")
        return chart, chart.add_subplot()
