"""Charts as plotly reads them; the page has plotly's own script, so no library is needed here.

Text takes the colour of the page (analytics.css), so that a chart follows light and dark.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from math import ceil
from typing import Any

from gradio.components.plot import PlotData

from app.core.palette import NEUTRAL, PERSON, RIGHT, WRONG, colour_of
from app.core.stats import Interval
from app.services.analytics.views import Figures
from app.ui.analytics.asked import hour_of
from app.ui.words import Words, fitting, language_name, number, percent, room_texts, short_day, short_month

Trace = dict[str, Any]
GRID = "rgba(128,128,128,.22)"
CALM = "#7C93B2"
"""What needs nobody; no agent has it. Seen on light and dark alike, as is the ink of what hovers."""
INK = "#141C28"
BREAK = "<br>"
FEW = 5
UNFINISHED = 0.45
"""How strong the bar of a day is that is not over."""
SHADES = ("#08306B", "#2171B5", "#6BAED6", "#9ECAE1", "#C6DBEF")
"""Five stars to one, of one hue."""
HEIGHT = 260  # as .an-plot of analytics.css, so that nothing moves when a chart comes
SEPARATORS = {"ru": ",\u00a0", "en": ".,"}


def plot_days(figures: Figures, words: Words, language: str) -> PlotData | None:
    """Dialogs of each day, those that needed a person on top; one day alone is no course of time.

    A day that is not over is paler, and says until when it was counted.
    """
    if len(figures.by_day) < 2:
        return None
    dates = [date.fromisoformat(part.name) for part in figures.by_day]
    days = [short_day(day, language) for day in dates]
    person = [round(part.escalated.value * part.escalated.n) for part in figures.by_day]
    alone = [part.dialogs - hit for part, hit in zip(figures.by_day, person, strict=True)]
    places = list(range(len(days)))
    series = ((words["alone"], alone, CALM), (words["person"], person, PERSON))
    step = max(1, ceil(len(days) / 8))
    ticks, marks = places[::step], list(_two_lines(dates[::step], language))
    bars = [_bars(name, places, values, colour, days) for name, values, colour in series if any(values)]
    if figures.today in (names := [part.name for part in figures.by_day]):
        at = names.index(figures.today)
        days[at] = f"{days[at]}, {words['today'].format(time=hour_of(figures.period))}"
        kept = [place for place, tick in enumerate(ticks) if abs(tick - at) >= step]
        ticks, marks = [*(ticks[k] for k in kept), at], [*(marks[k] for k in kept), words["now"]]
        for trace in bars:
            trace["marker"]["opacity"] = [UNFINISHED if place == at else 1 for place in places]
    return _plot(
        bars,
        language,
        yaxis=_whole([part.dialogs for part in figures.by_day]),
        barmode="stack",
        margin={"l": 32, "r": 8, "t": 34, "b": 42},
        xaxis={"tickvals": ticks, "ticktext": marks},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
    )


def _two_lines(days: list[date], language: str) -> Iterator[str]:
    """Narrow enough for a phone: the month stands under its first day alone."""
    month = 0
    for day in days:
        yield str(day.day) if day.month == month else f"{day.day}{BREAK}{short_month(day, language)}"
        month = day.month


def plot_written(figures: Figures, words: Words, language: str) -> PlotData | None:
    return _plot_hours(words["dialogs"], [hour.dialogs for hour in figures.by_hour], CALM, language)


def plot_escalated(figures: Figures, words: Words, language: str) -> PlotData | None:
    return _plot_hours(words["escalations"], [hour.escalations for hour in figures.by_hour], PERSON, language)


def _plot_hours(name: str, values: list[int], colour: str, language: str) -> PlotData | None:
    if not any(values):
        return None
    hours = list(range(len(values)))
    labels = [f"{hour:02}:00–{hour:02}:59" for hour in hours]
    ticks = {"tickvals": hours[::4], "ticktext": [f"{hour:02}:00" for hour in hours[::4]]}
    trace = _bars(name, hours, values, colour, labels)
    return _plot(
        [trace],
        language,
        xaxis={**ticks, "range": [-0.6, len(values) - 0.4]},
        yaxis=_whole(values),
        showlegend=False,
    )


def _whole(values: list[int]) -> dict[str, int]:
    """Of few, each has its line: halves of a dialog would be rounded to the same figure twice."""
    return {"dtick": 1} if max(values, default=0) <= FEW else {}


def plot_resolution(figures: Figures, _: Words, language: str) -> PlotData | None:
    """A dot with its interval for each agent and language; one alone is compared with nobody."""
    agents = room_texts(language, "analytics").agents
    desks = [(agents.get(p.name, p.name), colour_of(p.name), p.resolved) for p in figures.by_agent]
    spoken = [(language_name(p.name, language), NEUTRAL, p.resolved) for p in figures.by_language]
    both = [[row for row in rows if row[2].n] for rows in (desks, spoken)]
    rows = [row for several in both if len(several) > 1 for row in several][::-1]
    if not rows:
        return None
    names = [f"{name} ({number(share.n, language)})" for name, _, share in rows]
    shares = [share for _, _, share in rows]
    error = {
        "type": "data", "symmetric": False, "array": [s.high - s.value for s in shares],
        "arrayminus": [s.value - s.low for s in shares], "color": NEUTRAL, "thickness": 1.5, "width": 5,
    }  # fmt: skip
    trace = {
        "type": "scatter", "mode": "markers", "x": [s.value for s in shares], "y": names, "error_x": error,
        "cliponaxis": False, "marker": {"size": 11, "color": [colour for _, colour, _ in rows]},
        "text": [_interval(share, language) for share in shares],
        "hovertemplate": "%{y}: %{text}<extra></extra>",
    }  # fmt: skip
    ticks = [0, 0.5, 1]
    return _plot(
        [trace],
        language,
        showlegend=False,
        margin={"l": 32, "r": 28, "t": 10, "b": 30},
        xaxis={"range": [-0.02, 1.02], "tickvals": ticks, "ticktext": [percent(t, language) for t in ticks],
               "showgrid": True, "gridcolor": GRID},
        yaxis={"type": "category", "automargin": True, "showgrid": False},
    )  # fmt: skip


def plot_ratings(figures: Figures, words: Words, language: str) -> PlotData | None:
    """Bars that each sum to one: what customers said, and what their endings suggest, where they do."""
    given, feelings = figures.satisfaction.ratings, figures.satisfaction
    stars = [("★" * score, given[score], SHADES[5 - score]) for score in range(5, 0, -1)]
    felt = [
        (words["feelings"]["content"], feelings.content, RIGHT),
        (words["feelings"]["unknown"], feelings.unknown, NEUTRAL),
        (words["feelings"]["discontent"], feelings.discontent, WRONG),
    ]
    rows = {words["said"]: stars} if any(given.values()) else {}
    if feelings.content or feelings.discontent:
        rows[words["inferred"]] = felt
    if not rows:
        return None
    return _plot(
        [trace for name, parts in rows.items() for trace in _slices(parts, name, language)],
        language,
        barmode="stack",
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 0, "yanchor": "top",
                "traceorder": "normal", "itemclick": False, "itemdoubleclick": False},
        uniformtext={"minsize": 12, "mode": "hide"},
        bargap=0.5 if len(rows) > 1 else 0.7,
        margin={"l": 12, "r": 12, "t": 24, "b": 12},
        annotations=_headings(list(rows)[::-1]),
        xaxis={"visible": False, "range": [0, 1]},
        yaxis={"type": "category", "categoryarray": list(rows)[::-1], "categoryorder": "array",
               "visible": False},
    )  # fmt: skip


def _headings(rows: list[str]) -> list[dict[str, Any]]:
    """Above each bar, so that on a phone it has the whole width."""
    place = {"xref": "paper", "xanchor": "left", "yanchor": "bottom", "showarrow": False}
    return [{"text": row, "x": 0, "y": at + 0.27, **place} for at, row in enumerate(rows)]


def _interval(share: Interval, language: str) -> str:
    low, high = percent(share.low, language), percent(share.high, language)
    return f"{fitting(share.value, language)} ({low}–{high})"


def _slices(parts: list[tuple[str, int, str]], row: str, language: str) -> list[Trace]:
    total = sum(n for _, n, _ in parts)
    return [
        {
            "type": "bar", "orientation": "h", "x": [n / total], "y": [row],
            "name": f"{name} {number(n, language)}",
            "marker": {"color": colour, "line": {"width": 0}}, "textangle": 0,
            "text": [number(n, language)],
            "textposition": "inside", "insidetextanchor": "middle",
            "insidetextfont": {"color": "#fff" if colour not in SHADES[2:] else "#111827"},
            "customdata": [f"{name}: {number(n, language)} ({percent(n / total, language)})"],
            "hovertemplate": "%{customdata}<extra></extra>",
        }
        for name, n, colour in parts
        if n
    ]  # fmt: skip


def _bars(name: str, places: list[int], values: list[int], colour: str, labels: list[str]) -> Trace:
    return {
        "type": "bar", "name": name, "x": places, "y": values, "marker": {"color": colour},
        "customdata": labels,
        "hovertemplate": "%{customdata}<br>%{fullData.name}: %{y}<extra></extra>",
    }  # fmt: skip


def _plot(traces: list[Trace], language: str, **layout: Any) -> PlotData:
    axis = {"gridcolor": GRID, "zeroline": False, "rangemode": "tozero", "fixedrange": True}
    xaxis = {
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "tickangle": 0,
        **layout.pop("xaxis", {}),
    }
    yaxis = {**axis, "tickformat": ",d", "nticks": 5, **layout.pop("yaxis", {})}
    whole = {
        "height": HEIGHT, "margin": {"l": 32, "r": 8, "t": 10, "b": 30}, "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 12, "color": NEUTRAL},
        "hoverlabel": {"bgcolor": INK, "bordercolor": INK, "font": {"color": "#fff", "size": 13},
                       "align": "left"},
        "separators": SEPARATORS[language], "hovermode": "closest", "bargap": 0.25, "dragmode": False,
        "xaxis": xaxis, "yaxis": yaxis, **layout,
    }  # fmt: skip
    figure = {"data": traces, "layout": whole, "config": {"displayModeBar": False}}
    return PlotData(type="plotly", plot=json.dumps(figure, ensure_ascii=False))
