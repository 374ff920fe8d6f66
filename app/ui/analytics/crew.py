"""How many operators are needed: the answer as a sentence, then what it rests on."""

from __future__ import annotations

from dataclasses import dataclass

from app.services.analytics.staffing import Crew, Staffing, Wanted
from app.services.analytics.views import Load
from app.ui.room import render
from app.ui.words import RoomTexts

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


def read_wanted(given: tuple[float | None, ...]) -> Wanted:
    """From minutes and per cents. Raises ValidationError."""
    per_hour, minutes, level, within, shrinkage = (value or 0 for value in given)
    return Wanted(
        per_hour=per_hour, handling=minutes * 60, level=level / 100, within=within, shrinkage=shrinkage / 100
    )


def render_load(load: Load, texts: RoomTexts) -> str:
    """Where the suggestion comes from."""
    words = texts.words
    if load.peak_hour is None:
        return render("shared.note", sentence=words["no_load"])
    busiest = words["load"].format(
        hour=f"{load.peak_hour:02}:00–{load.peak_hour:02}:59",
        peak=texts.number(load.peak, 2),
        busiest=texts.number(load.busiest, 0),
    )
    handling = words["handled" if load.n >= ENOUGH_SPELLS else "unhandled"].format(
        n=texts.number(load.n), mean=texts.seconds(load.handling)
    )
    return render("shared.note", sentence=f"{busiest} {handling}")


def render_staffing(staffing: Staffing, texts: RoomTexts) -> tuple[str, str]:
    """The answer, and the crews around it."""
    verdict = describe_crew(staffing, texts)
    if staffing.enough is None:
        return render("shared.problem", sentence=verdict), ""
    crews = [_crew_row(crew, crew.serving == staffing.enough.serving, texts) for crew in staffing.around]
    load = texts.words["erlangs"].format(load=texts.number(staffing.load, 2))
    return render("analytics.verdict", sentence=verdict), render(
        "analytics.crews", load=load, crews=crews, t=texts
    )


def describe_crew(staffing: Staffing, texts: RoomTexts) -> str:
    if staffing.enough is None or staffing.paid is None:
        return str(texts.words["never"])
    wanted = staffing.wanted
    return str(
        texts.words["crew"].format(
            serving=texts.number(staffing.enough.serving),
            paid=texts.number(staffing.paid),
            level=texts.percent(wanted.level),
            within=texts.seconds(wanted.within),
        )
    )


def _crew_row(crew: Crew, enough: bool, texts: RoomTexts) -> CrewRow:
    cells = [
        texts.percent(crew.level, 1),
        texts.seconds(crew.mean_wait),
        texts.percent(crew.waits, 1),
        texts.percent(crew.occupancy),
    ]
    return CrewRow(texts.number(crew.serving), cells, enough)
