"""Charts as plotly reads them; the page has plotly's own script, so no library is needed here.

Text takes the colour of the page (analytics.css), so that a chart follows light and dark.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from gradio.components.plot import PlotData

from app.core.palette import NEUTRAL, PERSON, colour_of
from app.core.stats import Interval
from app.services.analytics.views import Figures
from app.ui.words import Words, fitting, number, percent, room_texts, short_day

Trace = dict[str, Any]
GRID = "rgba(128,128,128,.22)"
SHADES = ("#08306B", "#2171B5", "#6BAED6", "#9ECAE1", "#C6DBEF")
"""Five stars to one, of one hue."""
HEIGHT = 270
READABLE = 0.16  # of a bar: words of a narrower slice would not fit
SEPARATORS = {"ru": ",\u00a0", "en": ".,"}


def plot_days(figures: Figures, words: Words, language: str) -> PlotData:
    """Dialogs of each day, those that needed a person on top."""
    days = [short_day(date.fromisoformat(part.name), language) for part in figures.by_day]
    person = [round(part.escalated.value * part.escalated.n) for part in figures.by_day]
    alone = [part.dialogs - hit for part, hit in zip(figures.by_day, person, strict=True)]
    places = list(range(len(days)))
    series = ((words["alone"], alone, NEUTRAL), (words["person"], person, PERSON))
    step = max(1, len(days) // 7)
    return _plot(
        [_bars(name, places, values, colour, days) for name, values, colour in series],
        language,
        barmode="stack",
        xaxis={"tickvals": places[::step], "ticktext": days[::step]},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
    )


def plot_hours(figures: Figures, words: Words, language: str) -> PlotData:
    hours = [hour.hour for hour in figures.by_hour]
    labels = [f"{hour:02}:00" for hour in hours]
    wanted = [hour.escalations for hour in figures.by_hour]
    trace = _bars(words["escalations"], hours, wanted, PERSON, labels)
    return _plot([trace], language, xaxis={"tickvals": hours[::3], "ticktext": labels[::3]}, showlegend=False)


def plot_resolution(figures: Figures, _: Words, language: str) -> PlotData:
    """A dot with its interval for each agent and language of which anything is known."""
    agents = room_texts(language, "analytics").agents
    named = [(agents.get(p.name, p.name), colour_of(p.name), p.resolved) for p in figures.by_agent]
    named += [(p.name, NEUTRAL, p.resolved) for p in figures.by_language]
    rows = [row for row in reversed(named) if row[2].n]
    names = [f"{name} ({number(share.n, language)})" for name, _, share in rows]
    shares = [share for _, _, share in rows]
    error = {
        "type": "data", "symmetric": False, "array": [s.high - s.value for s in shares],
        "arrayminus": [s.value - s.low for s in shares], "color": NEUTRAL, "thickness": 1.5, "width": 5,
    }  # fmt: skip
    trace = {
        "type": "scatter", "mode": "markers", "x": [s.value for s in shares], "y": names, "error_x": error,
        "marker": {"size": 11, "color": [colour for _, colour, _ in rows]},
        "text": [_interval(share, language) for share in shares],
        "hovertemplate": "%{y}: %{text}<extra></extra>",
    }  # fmt: skip
    ticks = [0, 0.25, 0.5, 0.75, 1]
    return _plot(
        [trace],
        language,
        showlegend=False,
        xaxis={"range": [-0.02, 1.02], "tickvals": ticks, "ticktext": [percent(t, language) for t in ticks],
               "showgrid": True, "gridcolor": GRID},
        yaxis={"type": "category", "automargin": True, "showgrid": False},
    )  # fmt: skip


def plot_ratings(figures: Figures, words: Words, language: str) -> PlotData:
    """Two bars that each sum to one: what customers said, and what their endings suggest."""
    given, feelings = figures.satisfaction.ratings, figures.satisfaction
    stars = [(f"{'★' * score}", given[score], SHADES[5 - score]) for score in range(5, 0, -1)]
    felt = [
        (words["feelings"]["content"], feelings.content, "#009E73"),
        (words["feelings"]["unknown"], feelings.unknown, NEUTRAL),
        (words["feelings"]["discontent"], feelings.discontent, "#D55E00"),
    ]
    names = [words["said"], words["inferred"]]
    traces = _slices(stars, names[0], language) + _slices(felt, names[1], language)
    return _plot(
        traces,
        language,
        barmode="stack",
        showlegend=False,
        bargap=0.35,
        xaxis={"visible": False, "range": [0, 1]},
        yaxis={"type": "category", "categoryarray": names[::-1], "categoryorder": "array", "automargin": True,
               "showgrid": False},
    )  # fmt: skip


def _interval(share: Interval, language: str) -> str:
    low, high = percent(share.low, language), percent(share.high, language)
    return f"{fitting(share.value, language)} ({low}–{high})"


def _slices(parts: list[tuple[str, int, str]], row: str, language: str) -> list[Trace]:
    total = sum(n for _, n, _ in parts)
    return [
        {
            "type": "bar", "orientation": "h", "x": [n / total], "y": [row], "name": name,
            "marker": {"color": colour, "line": {"width": 0}}, "textangle": 0,
            "text": [f"{name} {number(n, language)}" if n / total >= READABLE else ""],
            "textposition": "inside", "insidetextanchor": "middle", "constraintext": "none",
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
        "hovertemplate": "%{customdata}: %{y}<extra>%{fullData.name}</extra>",
    }  # fmt: skip


def _plot(traces: list[Trace], language: str, **layout: Any) -> PlotData:
    axis = {"gridcolor": GRID, "zeroline": False, "rangemode": "tozero", "fixedrange": True}
    xaxis = {"showgrid": False, "zeroline": False, "fixedrange": True, **layout.pop("xaxis", {})}
    yaxis = {**axis, "tickformat": ",d", "nticks": 5, **layout.pop("yaxis", {})}
    whole = {
        "height": HEIGHT, "margin": {"l": 36, "r": 24, "t": 30, "b": 34}, "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 12, "color": NEUTRAL},
        "separators": SEPARATORS[language], "hovermode": "closest", "bargap": 0.25, "dragmode": False,
        "xaxis": xaxis, "yaxis": yaxis, **layout,
    }  # fmt: skip
    figure = {"data": traces, "layout": whole, "config": {"displayModeBar": False}}
    return PlotData(type="plotly", plot=json.dumps(figure, ensure_ascii=False))
