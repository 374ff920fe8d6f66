"""The report of a run as one HTML file that opens offline. Needs the extra `eval`."""

from __future__ import annotations

import re
import shlex
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

from app.core.html import Templates, read_asset
from app.evaluation import charts
from app.evaluation.calibration import CascadePoint
from app.evaluation.predictions import Provenance
from app.evaluation.report import Report

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
        reliability=charts.reliability(known.bins) if known else None,
        risk_coverage=charts.risk_coverage(known.risk_coverage) if known else None,
        cascade_chart=charts.cascade(cascade.points) if cascade else None,
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
