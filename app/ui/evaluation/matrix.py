"""The confusion matrix: a table of buttons."""

from __future__ import annotations

from html import escape
from typing import Literal

from app.evaluation.report import Report
from app.ui.evaluation.marks import agent, named, said
from app.ui.format import number, percent
from app.ui.parts import empty

Mode = Literal["count", "cost"]


def matrix(report: Report, mode: Mode, language: str, picked: str = "") -> str:
    words = said(language)
    rows = {e: row for e, row in report.confusion.items() if sum(row.values())}
    if not rows:
        return empty(words["nothing"])
    axis = list(report.confusion)
    top = "".join(f'<th scope="col">{agent(got, language)}</th>' for got in axis)
    corner = f"{escape(words['expected'])} ↓ {escape(words['got'])} →"
    body = "".join(
        f'<tr><th scope="row">{agent(expected, language)}</th>'
        + "".join(_cell(report, expected, got, mode, language, picked) for got in axis)
        + "</tr>"
        for expected in rows
    )
    return (
        f'<div class="ev-wide"><table class="ev-matrix"><thead><tr><td>{corner}</td>{top}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def key_of(expected: str, got: str) -> str:
    return f"{expected}\t{got}"


def _cell(report: Report, expected: str, got: str, mode: Mode, language: str, picked: str) -> str:
    count, cost = report.confusion[expected][got], report.confusion_cost[expected][got]
    price, words = report.prices[expected][got], said(language)
    whole = sum(report.confusion[expected].values())
    dearest = max((c for row in report.confusion_cost.values() for c in row.values()), default=0)
    value, small = number(count, language), percent(count / whole, language)
    weight = count / whole
    if mode == "cost":
        value, small = number(round(cost, 2), language), f"{value} × {number(price, language)}"
        weight = cost / dearest if dearest else 0
        if expected == got:
            value, small, weight = words["free"], number(count, language), 0
    told = words["cell"].format(expected=named(expected, language), got=named(got, language), value=value)
    hue = "right" if expected == got else "wrong"
    key = key_of(expected, got)
    shade = f"--part:{0.08 + 0.5 * weight:.2f}" if count else "--part:0"
    return (
        f'<td><button type="button" class="ev-{hue}" style="{shade}" data-pick="{escape(key)}" '
        f'aria-pressed="{str(key == picked).lower()}" aria-label="{escape(told)}">'
        f"<b>{escape(value)}</b><small>{escape(small) if count else ''}</small></button></td>"
    )
