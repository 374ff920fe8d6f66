"""What a report shows below the matrix: two charts, the thresholds, and tables.

Gradio brings plotly's script: its Python package is not needed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gradio.components.plot import PlotData

from app.core.palette import BLUE, NEUTRAL, WRONG
from app.core.stats import Interval
from app.evaluation.calibration import Confidence
from app.evaluation.metrics import Slice
from app.evaluation.predictions import Prediction, Provenance
from app.evaluation.report import Report
from app.ui.evaluation.rows import EvaluationTexts
from app.ui.room import render
from app.ui.words import NOTHING

FAINT = "rgba(128,128,128,.25)"
FAILURES = 50  # on the page
WEAKEST, ENOUGH = 5, 20  # slices shown first, and the turns that such a one has at least


def plot_reliability(known: Confidence, texts: EvaluationTexts) -> PlotData:
    """The area of a dot grows with the turns in its bin."""
    words = texts.words
    most = max((b.n for b in known.bins), default=1)
    dots = {
        "x": [b.confidence for b in known.bins],
        "y": [b.accuracy for b in known.bins],
        "text": [f"n = {texts.number(b.n)}" for b in known.bins],
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
    return _figure([honest, dots], axis["confidence"], axis["right"], [0, 1.04], texts.language)


def plot_risk(known: Confidence, texts: EvaluationTexts) -> PlotData:
    words = texts.words
    points = known.risk_coverage
    line = {
        "x": [p.coverage for p in points],
        "y": [p.risk for p in points],
        "text": [f"{words['confidence']} ≥ {texts.number(p.threshold, 3)}" for p in points],
        "mode": "lines" if len(points) > 1 else "markers",
        "line": {"color": WRONG, "width": 2, "shape": "hv"},
        "hovertemplate": "%{x:.3f} → %{y:.3f}<br>%{text}<extra></extra>",
        "showlegend": False,
    }
    top = max(0.05, 1.1 * max((p.risk for p in points), default=0))
    axis = words["axis"]
    return _figure([line], axis["kept"], axis["wrong"], [0, top], texts.language)


def render_thresholds(report: Report, texts: EvaluationTexts) -> str:
    return render("evaluation.thresholds", promises=report.promises, t=texts)


def describe_calibration(known: Confidence, texts: EvaluationTexts) -> str:
    errors = {name: texts.share(getattr(known, name)) for name in ("ece", "brier", "aurc")}
    n = texts.number(sum(b.n for b in known.bins))
    return str(texts.words["trust_note"].format(**errors, n=n))


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


@dataclass(frozen=True)
class DialogSection:
    note: str
    shares: list[tuple[str, Interval]]
    escalated: str


@dataclass(frozen=True)
class Failures:
    title: str
    rows: list[Prediction]


def render_sections(report: Report, texts: EvaluationTexts) -> str:
    sections = {
        "agents": report.agents,
        "weakest": _weakest(report, texts),
        "slices": _slices(report, texts),
        "robustness": report.robustness,
        "dialogs": _dialogs(report, texts),
        "failures": _failures(report, texts),
        "provenance": _provenance(report.provenance, texts),
    }
    return render("evaluation.sections", s=sections, t=texts)


def _slices(report: Report, texts: EvaluationTexts) -> list[tuple[str, Slice]]:
    """With the title of their facet, weakest first; a facet with one value says nothing."""
    titles: dict[str, str] = texts.words["by"]
    many = Counter(s.by for s in report.slices)
    found = [s for s in report.slices if s.by in titles and many[s.by] > 1 and s.accuracy.n]
    return [(titles[s.by], s) for s in sorted(found, key=lambda s: s.accuracy.value)]


def _weakest(report: Report, texts: EvaluationTexts) -> list[tuple[str, Slice]]:
    """The same turns are often a part by two facets, as a language is a set: they are told once."""
    weak = (
        each for each in _slices(report, texts) if each[1].accuracy.n >= ENOUGH and each[1].accuracy.value < 1
    )
    told = {(s.accuracy.n, s.accuracy.value, s.accuracy.low): (title, s) for title, s in reversed(list(weak))}
    return sorted(told.values(), key=lambda each: each[1].accuracy.value)[:WEAKEST]


def _dialogs(report: Report, texts: EvaluationTexts) -> DialogSection | None:
    words, d = texts.words, report.dialogs
    if not d:
        return None
    names = ("sticky", "needless_switches", "stuck", "returns")
    return DialogSection(
        words["dialogs_note"].format(n=texts.number(d.transcripts)),
        [(words["measures"][name], getattr(d, name)) for name in names],
        ", ".join(f"{words['when'][name]} {texts.number(n)}" for name, n in d.escalations.items()),
    )


def _failures(report: Report, texts: EvaluationTexts) -> Failures | None:
    if not report.failures:
        return None
    title = f"{texts.words['failures']}: {texts.number(len(report.failures))}"
    return Failures(title, list(report.failures[:FAILURES]))


def _provenance(p: Provenance, texts: EvaluationTexts) -> list[tuple[str, str]]:
    words, router = texts.words, texts.router(p.router)
    names = words["facts"]
    only = [f"{words['by'].get(k, k)}: {texts.value(k, v)}" for k, v in p.slices.items()]
    only += [words["cases_n"].format(n=texts.number(p.limit))] if p.limit else []
    settings = ", ".join(f"{k}={v}" for k, v in {**p.settings, **p.prompts}.items())
    finished = texts.moment(p.finished) if p.finished else words["interrupted"]
    return [
        (names["run"], p.run_id),
        (names["router"], router if p.model is None else f"{router} ({p.model})"),
        (names["sets"], ", ".join(f"{s.name}, {s.digest[:12]} ({s.turns})" for s in p.sets)),
        (names["started"], texts.moment(p.started)),
        (names["finished"], finished),
        (names["settings"], settings or NOTHING),
        (names["only"], ", ".join(only) or NOTHING),
        (names["version"], words["seeded"].format(version=p.version, seed=p.seed, repeat=p.repeat)),
    ]
