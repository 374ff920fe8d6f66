"""Charts as inline SVG, made by matplotlib without a display. Imported only where a page is rendered."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from io import StringIO
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from app.evaluation.calibration import Bin, Point

BLUE, GREY, ORANGE = "#0072B2", "#6B7280", "#D55E00"
STYLE: Any = {
    "svg.fonttype": "none", "svg.hashsalt": "call-center", "font.family": "sans-serif", "font.size": 9,
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": GREY, "axes.grid": True,
    "grid.color": "#E5E7EB", "xtick.color": GREY, "ytick.color": GREY, "legend.frameon": False,
}  # fmt: skip
_HEAD = re.compile(r"^.*?(?=<svg)", re.DOTALL)


def reliability(bins: Sequence[Bin]) -> str:
    """Accuracy against confidence; the area of a dot grows with the turns in its bin."""
    full = [b for b in bins if b.n]

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--", label="honest")
        most = max((b.n for b in full), default=1)
        axes.plot([b.confidence for b in full], [b.accuracy for b in full], color=BLUE, linewidth=1)
        sizes = [20 + 160 * b.n / most for b in full]
        axes.scatter([b.confidence for b in full], [b.accuracy for b in full], s=sizes, color=BLUE)
        axes.set(xlabel="confidence", ylabel="accuracy", xlim=(0, 1.02), ylim=(0, 1.04))
        axes.legend(loc="upper left")

    return _svg(draw, "Reliability: accuracy against confidence")


def risk_coverage(points: Sequence[Point]) -> str:
    """The share of wrong answers among those kept, against the share kept."""

    def draw(axes: Axes) -> None:
        axes.step([p.coverage for p in points], [p.risk for p in points], where="post", color=ORANGE)
        axes.set(xlabel="coverage: share of turns kept", ylabel="risk: wrong among them", xlim=(0, 1.02))
        axes.set_ylim(bottom=0)

    return _svg(draw, "Risk against coverage")


def curve(xs: Sequence[float], ys: Sequence[float], x: str, y: str) -> str:
    def draw(axes: Axes) -> None:
        axes.plot(xs, ys, color=BLUE, marker="o", markersize=3)
        axes.set(xlabel=x, ylabel=y)

    return _svg(draw, f"{y} against {x}")


def _svg(draw: Callable[[Axes], None], title: str) -> str:
    """The picture with a title for screen readers and no XML head."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.6, 3.1), layout="constrained")
        draw(figure.add_subplot())
        out = StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Title": title}, transparent=True)
    svg = _HEAD.sub("", out.getvalue(), count=1)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1)
