"""Charts as inline SVG, made by matplotlib without a display. Imported only where a page is rendered."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from io import StringIO
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from app.core.html import mark_chart
from app.core.palette import BLUE, NEUTRAL, WRONG
from app.evaluation.calibration import Bin, CascadePoint, Point

GREY, ORANGE = NEUTRAL, WRONG
INK, LINE = "#010203", "#040506"
"""Stand-ins that become the colours of the page, so that a chart follows light and dark."""
STYLE: Any = {
    "svg.fonttype": "none", "svg.hashsalt": "call-center", "font.family": "sans-serif", "font.size": 9,
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": GREY, "axes.grid": True,
    "axes.axisbelow": True, "axes.labelcolor": INK, "text.color": INK, "grid.color": LINE,
    "xtick.color": GREY, "ytick.color": GREY, "xtick.labelcolor": INK, "ytick.labelcolor": INK,
    "legend.frameon": False,
}  # fmt: skip
_NOISE = re.compile(r"^.*?(?=<svg)|<metadata>.*?</metadata>\s*| xmlns(:xlink)?=\"[^\"]*\"", re.DOTALL)
_NAMES = re.compile(r'(?<= id=")|(?<=href="#)|(?<=url\(#)')


def reliability(bins: Sequence[Bin]) -> str:
    """Accuracy against confidence; the area of a dot grows with the turns in its bin."""
    full = [b for b in bins if b.n]

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--", label="as sure as it should be")
        most = max((b.n for b in full), default=1)
        axes.plot([b.confidence for b in full], [b.accuracy for b in full], color=BLUE, linewidth=1)
        sizes = [20 + 160 * b.n / most for b in full]
        axes.scatter(
            [b.confidence for b in full], [b.accuracy for b in full], s=sizes, color=BLUE, clip_on=False
        )
        axes.set(xlabel="mean confidence", ylabel="share right", xlim=(0, 1.02), ylim=(0, 1.04))
        axes.legend(loc="lower right")

    return _svg(draw, "reliability", "Reliability: share right against confidence")


def risk_coverage(points: Sequence[Point]) -> str:
    """The share of wrong answers among those kept, against the share kept."""

    def draw(axes: Axes) -> None:
        axes.step([p.coverage for p in points], [p.risk for p in points], where="post", color=ORANGE)
        if len(points) == 1:
            axes.scatter([points[0].coverage], [points[0].risk], color=ORANGE)
        axes.set(xlabel="share of turns kept, surest first", ylabel="share wrong among them", xlim=(0, 1.02))
        axes.set_ylim(0, max(0.05, 1.1 * max((p.risk for p in points), default=0)))

    return _svg(draw, "risk", "Risk against coverage")


def cascade(points: Sequence[CascadePoint]) -> str:
    """Accuracy against the share of turns that the far router is not asked about."""

    def draw(axes: Axes) -> None:
        axes.plot([p.calls_saved for p in points], [p.accuracy for p in points], color=BLUE, linewidth=1.2)
        for point, word in ((points[0], "always far"), (points[-1], "always near")):
            axes.scatter([point.calls_saved], [point.accuracy], color=BLUE, s=24, zorder=3)
            side = "left" if point is points[0] else "right"
            axes.annotate(
                word, (point.calls_saved, point.accuracy), (0, 6), textcoords="offset points", ha=side
            )
        axes.set(xlabel="share of model calls saved", ylabel="accuracy", xlim=(-0.02, 1.02))
        axes.margins(y=0.2)

    return _svg(draw, "cascade", "Accuracy of the cascade against model calls saved")


def _svg(draw: Callable[[Axes], None], name: str, title: str) -> str:
    """Titled for screen readers, without an XML head and addresses; `name` is its own in a page."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.6, 3.1), layout="constrained")
        draw(figure.add_subplot())
        out = StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None}, transparent=True)
    svg = _NAMES.sub(f"{name}-", _NOISE.sub("", out.getvalue())).replace("xlink:href", "href")
    svg = svg.replace(INK, "var(--ink)").replace(LINE, "var(--line)")
    return mark_chart(svg, title)
