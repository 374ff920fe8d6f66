"""What a report holds as pandas tables, for notebooks. Imported only there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
from pandas.io.formats.style import Styler
from pydantic import BaseModel

from app.core.stats import Interval
from app.evaluation.calibration import CascadePoint
from app.evaluation.cases import Case
from app.evaluation.compare import Comparison
from app.evaluation.metrics import By
from app.evaluation.predictions import Prediction
from app.evaluation.report import Report

READ = ["case", "turn", "text", "before", "expected", "got", "confidence", "reason"]
SAID = ["nth", "event", "text", "serving", "expected", "got", "outcome", "confidence"]


def headline(report: Report) -> pd.DataFrame:
    """Shares with their 95 % intervals; n is the denominator."""
    h = report.headline
    shares = {"accuracy": h.accuracy, "missed escalations": h.missed_escalations, "coverage": h.coverage}
    plain = {
        "macro-F1": round(h.macro_f1, 3), "cost of mistakes": _whole(h.mistake_cost),
        "cost, $": round(h.cost, 4), "p50, ms": _ms(h.p50), "p95, ms": _ms(h.p95),
    }  # fmt: skip
    rows: list[list[object]] = [
        [round(s.value, 3), round(s.low, 3), round(s.high, 3), s.n] for s in shares.values()
    ]
    rows += [[value, "", "", ""] for value in plain.values()]
    return pd.DataFrame(rows, [*shares, *plain], ["value", "low", "high", "n"], dtype=object)


def side_by_side(reports: Mapping[str, Report]) -> pd.DataFrame:
    """A column each."""
    columns = {name: _told(report) for name, report in reports.items()}
    return pd.DataFrame(columns, dtype=object)


def _told(report: Report) -> dict[str, object]:
    h = report.headline
    return {
        "accuracy": round(h.accuracy.value, 3),
        "95 % interval": f"{h.accuracy.low:.3f} … {h.accuracy.high:.3f}",
        "missed escalations": round(h.missed_escalations.value, 3),
        "coverage": round(h.coverage.value, 3),
        "cost of mistakes": _whole(h.mistake_cost),
        "cost, $": round(h.cost, 4),
        "p95, ms": _ms(h.p95),
    }


def _whole(price: float) -> float:
    """Without decimals where it has none."""
    return int(price) if float(price).is_integer() else round(price, 2)


def _ms(seconds: float | None) -> int | str:
    return "" if seconds is None else round(seconds * 1000)


def agents(report: Report) -> pd.DataFrame:
    return _rows(report.agents).set_index("name").round(3)


def matrix(report: Report, cost: bool = False) -> pd.DataFrame:
    """Expected down, got across: counts, or what the mistakes cost."""
    counted: Mapping[str, Mapping[str, float]] = report.confusion_cost if cost else report.confusion
    counted = {row: {got: _whole(n) for got, n in cells.items()} for row, cells in counted.items()}
    return pd.DataFrame(counted).T.rename_axis(index="expected", columns="got")


def slices(report: Report, by: By | None = None, least: int = 1) -> pd.DataFrame:
    """Worst first; parts with fewer than `least` turns are left out."""
    rows = [
        {
            "by": s.by, "part": s.value, "turns": s.turns, "accuracy": s.accuracy.value,
            "low": s.accuracy.low, "high": s.accuracy.high, "missed": s.missed.value,
        }
        for s in report.slices
        if s.turns >= least and by in (None, s.by)
    ]  # fmt: skip
    columns = ["by", "part", "turns", "accuracy", "low", "high", "missed"]
    return pd.DataFrame(rows, columns=columns).sort_values("accuracy", ignore_index=True).round(3)


def misroutes(report: Report, most: int | None = None) -> pd.DataFrame:
    """Costliest and surest first."""
    return _rows(report.misroutes[:most], READ)


def pairs(comparison: Comparison) -> pd.DataFrame:
    """Turns on which the two runs differ."""
    both = [("broken", comparison.broken), ("fixed", comparison.fixed)]
    rows = [{"what": what, **pair.model_dump()} for what, each in both for pair in each]
    return pd.DataFrame(rows, columns=["what", "case", "turn", "text", "expected", "got_a", "got_b"])


def comparisons(found: Mapping[str, Comparison]) -> pd.DataFrame:
    rows = {
        name: {
            "verdict": c.verdict, "points": 100 * c.difference.value, "low": 100 * c.difference.low,
            "high": 100 * c.difference.high, "p": _p(c.p_value),
            "fixed": len(c.fixed), "broken": len(c.broken),
            "missed, points": 100 * c.missed_difference, "cost, $": c.cost_difference, "needed": c.needed,
        }
        for name, c in found.items()
    }  # fmt: skip
    tenths = dict.fromkeys(("points", "low", "high", "missed, points"), 1)
    table = pd.DataFrame.from_dict(rows, orient="index").round({**tenths, "cost, $": 4})
    return table.astype({"needed": "Int64"}).astype(object).fillna("")


def _p(value: float) -> float | str:
    return "< 0.001" if value < 0.001 else round(value, 3)


def cascade(points: Sequence[CascadePoint]) -> pd.DataFrame:
    return _rows(points)


def flips(report: Report) -> pd.DataFrame:
    """How often a harmless change of the text changed the answer."""
    rows = [
        {"change": f.perturbation, **_within(f.flips), "accuracy": f.accuracy.value}
        for f in report.robustness
    ]
    table = pd.DataFrame(rows, columns=["change", "value", "low", "high", "n", "accuracy"])
    return table.rename(columns={"value": "flips"}).set_index("change").round(3)


def labels(cases: Iterable[Case]) -> pd.DataFrame:
    """How many labelled turns of each agent, by language."""
    rows = [(str(case.turns[at].expected), case.lang) for case in cases for at in case.labelled]
    found = pd.DataFrame(rows, columns=["agent", "lang"])
    return pd.crosstab(found["agent"], found["lang"])


def dialogs(report: Report) -> pd.DataFrame:
    """Empty where no conversation has several turns."""
    d = report.dialogs
    shares = {
        "stayed where the agent was right (high is good)": d.sticky,
        "left on a turn marked stay (low is good)": d.needless_switches,
        "stayed where another was needed (low is good)": d.stuck,
        "came back to the right agent (high is good)": d.returns,
    } if d else {}  # fmt: skip
    found = {name: _within(share) for name, share in shares.items()}
    return pd.DataFrame.from_dict(found, orient="index", columns=["value", "low", "high", "n"]).round(3)


def turns(predictions: Iterable[Prediction], case: str) -> pd.DataFrame:
    """One conversation, turn by turn."""
    found = [p for p in predictions if p.case == case and p.perturbation is None]
    return _rows(found, SAID).set_index("nth")


def table(rows: Iterable[BaseModel]) -> pd.DataFrame:
    """Any records, one a row."""
    found = _rows(rows)
    return found if len(found) else pd.DataFrame(columns=["nothing yet"])


def readable(table: pd.DataFrame) -> Styler:
    """Whole texts, wrapped. The same table is the same HTML, which a stored notebook needs."""
    wrapped = {"white-space": "pre-wrap", "text-align": "left", "vertical-align": "top"}
    shown = table.style.set_uuid(f"table{len(table)}").set_properties(**wrapped)
    return shown.format(precision=3, na_rep="").hide(axis="index")


def _rows(rows: Iterable[BaseModel], columns: list[str] | None = None) -> pd.DataFrame:
    return pd.DataFrame([row.model_dump() for row in rows], columns=columns)


def _within(share: Interval) -> dict[str, float]:
    return {"value": share.value, "low": share.low, "high": share.high, "n": share.n}
