"""The report of a run as one HTML file that opens offline, with inline SVG charts. Needs the extra `eval`."""

from __future__ import annotations

import re
import shlex
from base64 import b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from app.core.html import Templates, mark_chart, read_asset
from app.core.palette import BLUE, NEUTRAL, WRONG
from app.evaluation.calibration import Bin, CascadePoint, Point
from app.evaluation.predictions import Provenance
from app.evaluation.report import Report

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


def draw_reliability(bins: Sequence[Bin]) -> str:
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


def draw_risk_coverage(points: Sequence[Point]) -> str:
    """The share of wrong answers among those kept, against the share kept."""

    def draw(axes: Axes) -> None:
        axes.step([p.coverage for p in points], [p.risk for p in points], where="post", color=ORANGE)
        if len(points) == 1:
            axes.scatter([points[0].coverage], [points[0].risk], color=ORANGE)
        axes.set(xlabel="share of turns kept, surest first", ylabel="share wrong among them", xlim=(0, 1.02))
        axes.set_ylim(0, max(0.05, 1.1 * max((p.risk for p in points), default=0)))

    return _svg(draw, "risk", "Risk against coverage")


def draw_cascade(points: Sequence[CascadePoint]) -> str:
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


FOLDER = Path(__file__).parent / "templates"
FACETS = {
    "set": "Set", "lang": "Language", "difficulty": "Difficulty", "nth": "Customer's turn", "event": "Event",
    "tag": "Tag", "industry": "Industry",
}  # fmt: skip
SHOWN = 1000
STEPS = (0.99, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.6, 0.5)
_HIDDEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def render(report: Report) -> str:
    """No script is needed to read it, and nothing is fetched."""
    script = read_asset(FOLDER / "report.js")
    known, cascade = report.confidence, report.cascade
    return templates().render_page(
        "report.html.j2",
        r=report,
        facets=FACETS,
        shown=SHOWN,
        script=script,
        script_hash=b64encode(sha256(script.encode()).digest()).decode(),
        style=read_asset(FOLDER / "report.css"),
        again=command_of(report.provenance),
        reliability=draw_reliability(known.bins) if known else None,
        risk_coverage=draw_risk_coverage(known.risk_coverage) if known else None,
        cascade_chart=draw_cascade(cascade.points) if cascade else None,
        cascade_rows=select_stops(cascade.points) if cascade else [],
    )


@cache
def templates() -> Templates:
    """Every text in a report passes `reveal`."""
    return Templates(
        FOLDER,
        {"share": share, "day": format_time, "pc": percent},
        finalize=lambda value: reveal(value) if type(value) is str else value,
    )


def share(value: float) -> str:
    return f"{value:.3f}"


def percent(value: float) -> str:
    return (
        f"{100 * value:.0f}\u00a0%"
        if value in (0, 1) or 0.01 <= value <= 0.99
        else f"{100 * value:.1f}\u00a0%"
    )


def format_time(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y, %H:%M:%S} UTC"


def reveal(text: str) -> str:
    """Characters that hide or turn text around are shown as their code, in this copy only."""
    return _HIDDEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)


def select_stops(points: Sequence[CascadePoint]) -> list[CascadePoint]:
    """The ends, and the lowest threshold at or above each round one."""
    chosen = [points[0]]
    for step in STEPS:
        at = [p for p in points[1:] if p.threshold >= step]
        if at and at[-1] is not chosen[-1]:
            chosen.append(at[-1])
    return chosen if chosen[-1] is points[-1] else [*chosen, points[-1]]


def command_of(p: Provenance) -> str:
    """The command that makes such a run, given the sets in their folder."""
    words = ["call-center", "eval", "run", *(s.name for s in p.sets), "--router", p.router]
    words += [word for key, value in p.slices.items() for word in ("--slice", f"{key}={value}")]
    words += ["--seed", str(p.seed)] if p.seed else []
    words += ["--repeat", str(p.repeat)] if p.repeat > 1 else []
    words += ["--limit", str(p.limit)] if p.limit else []
    words += ["--perturb"] if p.perturbed else []
    words += ["--teacher-forced"] if p.teacher_forced else []
    return shlex.join(words)
