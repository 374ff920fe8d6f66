"""The report as one HTML file that opens offline. Imported only where a page is rendered."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.core.palette import colour_of
from app.evaluation import charts
from app.evaluation.metrics import Interval
from app.evaluation.report import Report

TEMPLATES = Path(__file__).parent / "templates"
FACETS = {
    "set": "Set", "lang": "Language", "industry": "Industry", "difficulty": "Difficulty", "tag": "Tag",
    "nth": "Customer's turn", "event": "Event",
}  # fmt: skip


def render(report: Report) -> str:
    """Everything from outside is escaped; no script is needed to read it."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"share": share, "interval": interval, "colour": colour_of}
    known = report.confidence
    return environment.get_template("report.html.j2").render(
        r=report,
        facets=FACETS,
        reliability=Markup(charts.reliability(known.bins)) if known else None,
        risk_coverage=Markup(charts.risk_coverage(known.risk_coverage)) if known else None,
        most=max((n for row in report.confusion.values() for n in row.values()), default=1) or 1,
        dearest=max((c for row in report.confusion_cost.values() for c in row.values()), default=0) or 1,
    )


def share(value: float) -> str:
    return f"{value:.3f}"


def interval(given: Interval) -> str:
    """`0.914 (0.896–0.929, n = 812)`, or a dash where nothing was counted."""
    if not given.n:
        return "—"
    return f"{given.value:.3f} ({given.low:.3f}–{given.high:.3f}, n = {given.n})"
