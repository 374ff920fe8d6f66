"""Plots of a report for notebooks; the charts of the HTML report are in `html.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, get_args

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from app.core.palette import BLUE, NEUTRAL, RIGHT, UNDECIDED, WRONG
from app.core.stats import Interval
from app.evaluation.calibration import CascadePoint, Point
from app.evaluation.metrics import By, Escalation
from app.evaluation.report import Report

EMPTY = "nothing to show"
SCREEN = 96  # dots an inch
ORANGE, INK = WRONG, "#111827"
STYLE: Any = {
    "font.family": "sans-serif", "font.size": 9, "axes.spines.top": False,
    "axes.spines.right": False, "axes.edgecolor": NEUTRAL, "axes.grid": True, "axes.axisbelow": True,
    "grid.color": "#E5E7EB", "xtick.color": NEUTRAL, "ytick.color": NEUTRAL, "legend.frameon": False,
}  # fmt: skip


class Chart(Figure):
    """A figure that a notebook shows by itself, whatever its backend; a stored one shows it on any page."""

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        """Twice as sharp as it is large."""
        out = BytesIO()
        with mpl.rc_context(STYLE):
            self.savefig(out, format="png", dpi=2 * SCREEN, facecolor="white", metadata={"Software": None})
        width, height = (round(side * SCREEN) for side in self.get_size_inches())
        return out.getvalue(), {"width": width, "height": height}


def matrix(report: Report) -> Chart:
    """Counts, with the share of the expected row below."""
    names = list(report.confusion)
    chart, axes = _chart(1.2 + 1.1 * len(names), 1 + 0.8 * len(names))
    counts = [[report.confusion[expected][got] for got in names] for expected in names]
    shares = [[n / (sum(row) or 1) for n in row] for row in counts]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=2)
    for y, row in enumerate(counts):
        for x, n in enumerate(row):
            told = f"{n}\n{shares[y][x]:.1%}" if n else "0"
            axes.text(x, y, told, ha="center", va="center", color=ORANGE if n and x != y else INK)
    axes.set(xticks=range(len(names)), yticks=range(len(names)), xlabel="routed to", ylabel="expected")
    axes.set_xticklabels(names)
    axes.set_yticklabels(names)
    axes.grid(visible=False)
    return chart


def slices(report: Report, by: By, least: int = 5) -> Chart:
    """Accuracy of each part with at least `least` turns, with its 95 % interval; the weakest on top."""
    parts = [s for s in report.slices if s.by == by and s.turns >= least and s.accuracy.n]
    parts.sort(key=lambda s: -s.accuracy.value)
    return _intervals({f"{s.value} ({s.turns})": s.accuracy for s in parts}, "accuracy", BLUE)


def course(report: Report, least: int = 5) -> Chart:
    """Accuracy of the customer's first, second, … line of a conversation, with its 95 % interval."""
    parts = [s for s in report.slices if s.by == "nth" and s.turns >= least and s.accuracy.n]
    parts.sort(key=lambda s: int(s.value))
    chart, axes = _chart()
    found = [s.accuracy for s in parts]
    axes.errorbar(range(len(found)), [i.value for i in found], yerr=_bars(found), fmt="o-", color=BLUE)
    axes.set(xlabel="line of the customer (how many)", ylabel="accuracy", xticks=range(len(found)))
    axes.set_xticklabels([f"{s.value}\n({s.turns})" for s in parts])
    axes.set_ylim(*_fit(found))
    return chart


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
    least = min([0.9, *(b.confidence for b in bins), *(b.accuracy for b in bins)]) - 0.05
    axes.set(xlabel="confidence", ylabel="accuracy", xlim=(max(0, least), 1.02), ylim=(max(0, least), 1.04))
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
    colours = [RIGHT if name == "on_time" else UNDECIDED if name == "early" else WRONG for name in names]
    shown = axes.bar(
        [name.replace("_", " ") for name in names], [counted.get(name, 0) for name in names], color=colours
    )
    axes.bar_label(shown)
    axes.margins(y=0.1)
    axes.set(ylabel="conversations")
    return chart


def _intervals(shares: Mapping[str, Interval], label: str, colour: str) -> Chart:
    chart, axes = _chart(5.2, 0.8 + 0.28 * max(3, len(shares)))
    names, found = list(shares) or [EMPTY], list(shares.values()) or [Interval(value=0, low=0, high=0, n=0)]
    axes.errorbar([i.value for i in found], range(len(found)), xerr=_bars(found), fmt="o", color=colour)
    axes.set(xlabel=label, xlim=_fit(found), yticks=range(len(found)))
    axes.set_yticklabels(names)
    return chart


def _fit(found: Sequence[Interval]) -> tuple[float, float]:
    """Limits of an axis that hold every interval and little more."""
    low, high = min((i.low for i in found), default=0.0), max((i.high for i in found), default=1.0)
    room = 0.05 * max(high - low, 0.1)
    return low - room, high + room


def _bars(found: Sequence[Interval]) -> list[list[float]]:
    return [[i.value - i.low for i in found], [i.high - i.value for i in found]]


def _chart(width: float = 4.8, height: float = 3.2) -> tuple[Chart, Axes]:
    with mpl.rc_context(STYLE):
        chart = Chart(figsize=(width, height), layout="constrained")
        return chart, chart.add_subplot()
