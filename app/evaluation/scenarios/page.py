"""A run of scenarios as one HTML file that opens offline. Imported only where a page is rendered."""

from __future__ import annotations

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.core.palette import colour_of
from app.evaluation.html import TEMPLATES, interval, pc, seen
from app.evaluation.scenarios.report import TITLES, ScenarioReport


def render(report: ScenarioReport) -> str:
    """Everything from outside is escaped; nothing is fetched and no script runs."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: seen(value) if type(value) is str else value,
    )
    environment.filters |= {"interval": interval, "colour": colour_of, "pc": pc}
    return environment.get_template("scenarios.html.j2").render(
        r=report,
        s=report.score,
        titles=TITLES,
        bad=[t for t in report.trials if t.outcome != "pass" or t.forbidden or t.promises],
        good=[t for t in report.trials if t.outcome == "pass" and not t.forbidden and not t.promises],
        style=Markup((TEMPLATES / "report.css").read_text(encoding="utf-8")),
    )
