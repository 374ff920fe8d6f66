"""The printable report: one HTML file that opens offline, without a script."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.core.palette import NEUTRAL, colour_of
from app.services.analytics.period import zone_of
from app.services.analytics.staffing import Staffing
from app.services.analytics.views import Figures
from app.ui.analytics.cards import SIGNS, Cards
from app.ui.analytics.tables import Tables
from app.ui.format import long_day, moment, number, short_day
from app.ui.words import words

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Column:
    """A bar of a chart without a script: `high` and `part` (of it) are shares of the tallest."""

    name: str
    label: str
    value: int
    high: float
    part: float = 0.0


def render(figures: Figures, staffing: Staffing, language: str) -> str:
    """Everything from outside is escaped; nothing is fetched."""
    told = words(language, "analytics")
    tables = Tables(figures, told, language)
    main = [tables.routed(), tables.agents(), tables.languages(), tables.feelings(), tables.gaps()]
    return _environment().get_template("report.html.j2").render(
        w=told,
        language=language,
        title=title(figures, language),
        made=moment(figures.made_at, language, zone_of(figures.period.zone)),
        before=title(figures, language, before=True),
        empty=figures.empty,
        cards=list(Cards(figures, told, language).all()),
        signs=SIGNS,
        days=list(_days(figures, language)),
        hours=list(_hours(figures)),
        tables=main,
        details=[tables.sources(), tables.tools(), tables.days()],
        staffing=staffing,
        number=lambda value, digits=0: number(value, language, digits),
        style=Markup((TEMPLATES / "report.css").read_text(encoding="utf-8")),
        person=colour_of("operator"),
        neutral=NEUTRAL,
    )  # fmt: skip


def title(figures: Figures, language: str, before: bool = False) -> str:
    span = figures.before if before else figures.period
    if span.first == span.last:
        return long_day(span.first, language)
    return f"{long_day(span.first, language)} – {long_day(span.last, language)}"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def _days(figures: Figures, language: str) -> Iterator[Column]:
    most = max((part.dialogs for part in figures.by_day), default=0) or 1
    step = max(1, len(figures.by_day) // 7)
    for place, part in enumerate(figures.by_day):
        name = short_day(date.fromisoformat(part.name), language)
        label = name if place % step == 0 else ""
        yield Column(
            name, label, part.dialogs, part.dialogs / most, part.escalated.value if part.dialogs else 0
        )


def _hours(figures: Figures) -> Iterator[Column]:
    most = max((hour.escalations for hour in figures.by_hour), default=0) or 1
    for hour in figures.by_hour:
        label = f"{hour.hour:02}" if hour.hour % 3 == 0 else ""
        yield Column(f"{hour.hour:02}:00", label, hour.escalations, hour.escalations / most)
