"""The staffing panel, and the printable report: one HTML file that opens offline, without a script."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.core.html import read_asset
from app.core.palette import NEUTRAL, PERSON
from app.services.analytics.period import zone_of
from app.services.analytics.staffing import Crew, Staffing, Wanted
from app.services.analytics.views import Figures, Load
from app.ui.analytics.rows import SIGNS, Cards, Tables
from app.ui.room import FOLDER, TEMPLATES, render
from app.ui.words import RoomTexts, long_day, moment, room_texts, short_day

USUAL = Wanted(per_hour=1)
ENOUGH_SPELLS = 5


@dataclass(frozen=True)
class CrewRow:
    """`enough` marks the smallest crew that reaches the wanted level."""

    name: str
    cells: list[str]
    enough: bool


def suggest_load(load: Load) -> tuple[float, float]:
    """(escalations an hour, minutes of handling) to start from; the usual minutes while few were measured."""
    handling = load.handling if load.handling and load.n >= ENOUGH_SPELLS else USUAL.handling
    return round(load.peak, 2), round(max(1.0, handling) / 60, 1)


def render_load(load: Load, texts: RoomTexts) -> str:
    """Where the suggestion comes from."""
    words = texts.words
    if load.peak_hour is None:
        return render("analytics.note", sentence=words["no_load"])
    busiest = words["load"].format(
        hour=f"{load.peak_hour:02}:00–{load.peak_hour:02}:59",
        peak=texts.number(load.peak, 2),
        busiest=texts.number(load.busiest, 0),
    )
    handling = words["handled" if load.n >= ENOUGH_SPELLS else "unhandled"].format(
        n=texts.number(load.n), mean=texts.seconds(load.handling)
    )
    return render("analytics.load", load=busiest, handling=handling)


def render_staffing(staffing: Staffing, texts: RoomTexts) -> str:
    if staffing.enough is None or staffing.paid is None:
        return render("shared.empty", sentence=texts.words["never"])
    verdict = texts.words["crew"].format(
        serving=texts.number(staffing.enough.serving),
        paid=texts.number(staffing.paid),
        shrinkage=texts.percent(staffing.wanted.shrinkage),
        load=texts.number(staffing.load, 2),
    )
    crews = [_crew_row(crew, crew.serving == staffing.enough.serving, texts) for crew in staffing.around]
    return render("analytics.staffing", verdict=verdict, crews=crews, t=texts)


def _crew_row(crew: Crew, enough: bool, texts: RoomTexts) -> CrewRow:
    mark = f" ← {texts.words['enough']}" if enough else ""
    cells = [
        texts.percent(crew.level, 1),
        texts.seconds(crew.mean_wait),
        texts.percent(crew.waits, 1),
        texts.percent(crew.occupancy),
    ]
    return CrewRow(f"{texts.number(crew.serving)}{mark}", cells, enough)


@dataclass(frozen=True)
class Column:
    """A bar of a chart without a script: `high` and `part` (of it) are shares of the tallest."""

    name: str
    label: str
    value: int
    high: float
    part: float = 0.0


def render_report(figures: Figures, staffing: Staffing, language: str) -> str:
    """Everything from outside is escaped; nothing is fetched."""
    texts = room_texts(language, "analytics")
    tables = Tables(figures, texts)
    main = [tables.routing(), tables.agents(), tables.languages(), tables.feelings(), tables.gaps()]
    return TEMPLATES.render_page(
        "analytics_report.html.j2",
        w=texts.words,
        language=language,
        title=name_period(figures, language),
        made=moment(figures.made_at, language, zone_of(figures.period.zone)),
        before=name_period(figures, language, before=True),
        empty=figures.empty,
        cards=list(Cards(figures, texts).list_all()),
        signs=SIGNS,
        days=list(_days(figures, language)),
        hours=list(_hours(figures)),
        tables=main,
        details=[tables.sources(), tables.tools(), tables.days()],
        staffing=staffing,
        number=lambda value, digits=0: texts.number(value, digits),
        style=read_asset(FOLDER / "analytics_report.css"),
        person=PERSON,
        neutral=NEUTRAL,
    )  # fmt: skip


def name_period(figures: Figures, language: str, before: bool = False) -> str:
    span = figures.before if before else figures.period
    if span.first == span.last:
        return long_day(span.first, language)
    return f"{long_day(span.first, language)} – {long_day(span.last, language)}"


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
