"""The staffing view: what is asked, what comes out, and what it rests on."""

from __future__ import annotations

from html import escape

from app.services.analytics.staffing import Crew, Staffing, Wanted
from app.services.analytics.views import Load
from app.ui.format import number, percent, seconds
from app.ui.room import empty
from app.ui.words import Words

USUAL = Wanted(per_hour=1)
ENOUGH_SPELLS = 5


def suggested(load: Load) -> tuple[float, float]:
    """(escalations an hour, minutes of handling) to start from; few spells say little, so they are left."""
    handling = load.handling if load.handling and load.n >= ENOUGH_SPELLS else USUAL.handling
    return round(load.peak, 2), round(max(1.0, handling) / 60, 1)


def source(load: Load, words: Words, language: str) -> str:
    """Where the suggestion comes from."""
    if load.peak_hour is None:
        return f'<p class="an-note">{escape(words["no_load"])}</p>'
    told = words["load"].format(
        hour=f"{load.peak_hour:02}:00–{load.peak_hour:02}:59",
        peak=number(load.peak, language, 2),
        busiest=number(load.busiest, language, 0),
    )
    measured = load.n >= ENOUGH_SPELLS
    handling = words["handled" if measured else "unhandled"].format(
        n=number(load.n, language), mean=seconds(load.handling, language, words["units"])
    )
    return f'<p class="an-note">{escape(told)} {escape(handling)}</p>'


def html(staffing: Staffing, words: Words, language: str) -> str:
    if staffing.enough is None or staffing.paid is None:
        return empty(words["never"])
    enough = staffing.enough
    told = words["crew"].format(
        serving=number(enough.serving, language),
        paid=number(staffing.paid, language),
        shrinkage=percent(staffing.wanted.shrinkage, language),
        load=number(staffing.load, language, 2),
    )
    return f'<p class="an-verdict">{escape(told)}</p>{_choices(staffing, words, language)}'


def _choices(staffing: Staffing, words: Words, language: str) -> str:
    if not staffing.around:
        return ""
    head = "".join(f"<th scope=col class=n>{escape(name)}</th>" for name in words["crew_columns"])
    rows = "".join(_row(crew, staffing, words, language) for crew in staffing.around)
    return (
        f'<div class="an-wide" tabindex="0" role="region" aria-label="{escape(words["crew_title"])}">'
        f'<table class="cc-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _row(crew: Crew, staffing: Staffing, words: Words, language: str) -> str:
    chosen = staffing.enough is not None and crew.serving == staffing.enough.serving
    mark = f" ← {words['enough']}" if chosen else ""
    cells = [
        percent(crew.level, language, 1),
        seconds(crew.mean_wait, language, words["units"]),
        percent(crew.waits, language, 1),
        percent(crew.occupancy, language),
    ]
    row = "".join(f"<td class=n>{escape(cell)}</td>" for cell in cells)
    name = f"{number(crew.serving, language)}{mark}"
    return f"<tr{' class=an-chosen' if chosen else ''}><th scope=row class=n>{escape(name)}</th>{row}</tr>"
