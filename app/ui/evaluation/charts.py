"""Reliability and risk against coverage. Gradio brings plotly's script: its Python package is not needed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gradio.components.plot import PlotData

from app.core.palette import NEUTRAL, WRONG, colour_of
from app.evaluation.calibration import Confidence
from app.evaluation.report import Report
from app.ui.evaluation.marks import interval, said, share, table
from app.ui.format import number, percent

BLUE = colour_of("tech_support")
FAINT = "rgba(128,128,128,.25)"


def reliability(known: Confidence, language: str) -> PlotData:
    """The area of a dot grows with the turns in its bin."""
    words = said(language)
    most = max((b.n for b in known.bins), default=1)
    dots = {
        "x": [b.confidence for b in known.bins],
        "y": [b.accuracy for b in known.bins],
        "text": [f"n = {number(b.n, language)}" for b in known.bins],
        "mode": "lines+markers",
        "name": words["measured"],
        "line": {"color": BLUE, "width": 1.5},
        "marker": {"size": [7 + 15 * (b.n / most) ** 0.5 for b in known.bins], "color": BLUE},
        "hovertemplate": "%{x:.2f} → %{y:.2f}<br>%{text}<extra></extra>",
        "cliponaxis": False,
    }
    honest = {
        "x": [0, 1], "y": [0, 1], "mode": "lines", "name": words["honest"], "hoverinfo": "skip",
        "line": {"color": NEUTRAL, "width": 1, "dash": "dash"},
    }  # fmt: skip
    axis = words["axis"]
    return _figure([honest, dots], axis["confidence"], axis["right"], [0, 1.04], language)


def risk(known: Confidence, language: str) -> PlotData:
    words = said(language)
    points = known.risk_coverage
    line = {
        "x": [p.coverage for p in points],
        "y": [p.risk for p in points],
        "text": [f"{words['confidence']} ≥ {number(p.threshold, language, 3)}" for p in points],
        "mode": "lines" if len(points) > 1 else "markers",
        "line": {"color": WRONG, "width": 2, "shape": "hv"},
        "hovertemplate": "%{x:.3f} → %{y:.3f}<br>%{text}<extra></extra>",
        "showlegend": False,
    }
    top = max(0.05, 1.1 * max((p.risk for p in points), default=0))
    axis = words["axis"]
    return _figure([line], axis["kept"], axis["wrong"], [0, top], language)


def promises(report: Report, language: str) -> str:
    """Which threshold keeps mistakes rare."""
    words = said(language)["promise"]
    rows = [
        [
            percent(p.risk, language),
            share(p.point.threshold, language) if p.point else words["none"],
            interval(p.kept, language) if p.point else "",
            interval(p.wrong, language) if p.point else "",
        ]
        for p in report.promises
    ]
    return table([words["risk"], words["from"], words["kept"], words["wrong"]], rows)


def note(known: Confidence, language: str) -> str:
    told = {name: share(getattr(known, name), language) for name in ("ece", "brier", "aurc")}
    n = number(sum(b.n for b in known.bins), language)
    return str(said(language)["trust_note"].format(**told, n=n))


def _figure(data: list[dict[str, Any]], x: str, y: str, height: list[float], language: str) -> PlotData:
    axis: Mapping[str, Any] = {"gridcolor": FAINT, "zeroline": False, "linecolor": FAINT, "fixedrange": True}
    layout = {
        "height": 320,
        "margin": {"l": 56, "r": 12, "t": 34, "b": 48},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": NEUTRAL},
        "xaxis": {**axis, "title": {"text": x}, "range": [0, 1.02]},
        "yaxis": {**axis, "title": {"text": y}, "range": height},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "hovermode": "closest",
        "separators": ",\u00a0" if language == "ru" else ".,",
    }
    config = {"displayModeBar": False, "responsive": True}
    return PlotData(type="plotly", plot=json.dumps({"data": data, "layout": layout, "config": config}))
