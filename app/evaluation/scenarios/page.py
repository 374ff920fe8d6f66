"""A run of scenarios as one HTML file that opens offline. Imported only where a page is rendered."""

from __future__ import annotations

from markupsafe import Markup

from app.evaluation.html import TEMPLATES, template
from app.evaluation.scenarios.report import TITLES, ScenarioReport


def render(report: ScenarioReport) -> str:
    """Everything from outside is escaped; nothing is fetched and no script runs."""
    return template("scenarios.html.j2").render(
        r=report,
        s=report.score,
        titles=TITLES,
        bad=[t for t in report.trials if t.outcome != "pass" or t.forbidden or t.promises],
        good=[t for t in report.trials if t.outcome == "pass" and not t.forbidden and not t.promises],
        style=Markup((TEMPLATES / "report.css").read_text(encoding="utf-8")),
    )
