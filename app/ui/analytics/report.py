"""The printable report: one HTML file that opens offline, without a script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from app.core.html import read_asset
from app.core.palette import PERSON
from app.services.analytics.period import zone_of
from app.services.analytics.staffing import Staffing
from app.services.analytics.views import Figures
from app.ui.analytics.asked import hour_of, name_period
from app.ui.analytics.charts import CALM
from app.ui.analytics.crew import describe_crew
from app.ui.analytics.tables import Tables, Titles
from app.ui.analytics.tiles import SIGNS, Tiles
from app.ui.room import FOLDER, TEMPLATES
from app.ui.words import RoomTexts, language_name, moment, room_texts, short_day, zone_name


@dataclass(frozen=True)
class Column:
    """A bar of a chart without a script: `high` and `part` (of it) are shares of the tallest."""

    name: str
    label: str
    value: int
    high: float
    part: float = 0.0


def render_report(figures: Figures, staffing: Staffing, language: str, titles: Titles | None = None) -> str:
    """Everything from outside is escaped; nothing is fetched. `titles` of articles, by id."""
    texts = room_texts(language, "analytics")
    tiles, tables = Tiles(figures, texts), Tables(figures, texts, titles or {})
    zone = zone_of(figures.period.zone)
    return TEMPLATES.render_page(
        "analytics_report.html.j2",
        w=texts.words,
        language=language,
        title=" · ".join([name_period(figures, language), *_choice(figures, texts)]),
        made=moment(figures.made_at, language, zone),
        zone=zone_name(zone, figures.made_at, language),
        before=name_period(figures, language, before=True) if figures.volumes.messages.before else "",
        empty=figures.empty,
        cards=[*tiles.headline, *(tile for _, group in tiles.groups for tile in group)],
        missing=tiles.missing,
        signs=SIGNS,
        days=list(_days(figures, language)),
        hours=list(_hours([hour.escalations for hour in figures.by_hour])),
        written=list(_hours([hour.dialogs for hour in figures.by_hour])),
        tables=tables.main(),
        details=tables.details(),
        crew=describe_crew(staffing, texts),
        style=read_asset(FOLDER / "analytics_report.css"),
        person=PERSON,
        calm=CALM,
    )


def _choice(figures: Figures, texts: RoomTexts) -> Iterator[str]:
    if figures.language:
        yield language_name(figures.language, texts.language)
    if figures.agent:
        yield texts.agent(figures.agent)


def _days(figures: Figures, language: str) -> Iterator[Column]:
    most = max((part.dialogs for part in figures.by_day), default=0) or 1
    step = max(1, len(figures.by_day) // 7)
    for place, part in enumerate(figures.by_day):
        day = short_day(date.fromisoformat(part.name), language)
        told = room_texts(language, "analytics").words["charts"]["today"].format(time=hour_of(figures.period))
        name = f"{day}, {told}" if part.name == figures.today else day
        label = day if place % step == 0 else ""
        yield Column(
            name, label, part.dialogs, part.dialogs / most, part.escalated.value if part.dialogs else 0
        )


def _hours(values: Sequence[int]) -> Iterator[Column]:
    """None where nothing happened at any hour."""
    most = max(values, default=0)
    for hour, value in enumerate(values if most else ()):
        yield Column(f"{hour:02}:00", f"{hour:02}" if hour % 3 == 0 else "", value, value / most)
