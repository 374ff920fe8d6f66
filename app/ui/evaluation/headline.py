"""The headline as cards, and how a run is getting on.

The confusion matrix: a table of buttons.
"""

from __future__ import annotations

from html import escape
from typing import Literal

from app.evaluation.metrics import Headline
from app.evaluation.report import Report
from app.services.evaluation.runs import RunProgress
from app.ui.evaluation.marks import agent, named, said, share, within
from app.ui.format import dollars, number, percent
from app.ui.room import empty

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


def cards(h: Headline, language: str) -> str:
    words = said(language)
    shown = {
        "accuracy": (
            share(h.accuracy.value, language) if h.accuracy.n else "—",
            within(h.accuracy, language),
        ),
        "missed": (
            share(h.missed_escalations.value, language) if h.missed_escalations.n else "—",
            within(h.missed_escalations, language),
        ),
        "f1": (
            share(h.macro_f1, language) if h.accuracy.n else "—",
            words["f1_note"].format(n=number(h.accuracy.n, language)),
        ),
        "coverage": (share(h.coverage.value, language) if h.coverage.n else "—", _coverage(h, language)),
        "p95": _latency(h, language),
        "cost": (
            number(round(h.mistake_cost, 2), language),
            words["cost_note"].format(money=dollars(h.cost, language), tokens=number(h.tokens, language)),
        ),
    }
    inside = "".join(
        f'<div class="cc-card" data-card="{name}"><span>{escape(words["cards"][name])}</span>'
        f"<b>{escape(value)}</b><span>{escape(note)}</span></div>"
        for name, (value, note) in shown.items()
    )
    return f'<div class="cc-cards ev-cards">{inside}</div>'


def _coverage(h: Headline, language: str) -> str:
    known = said(language)["outcomes"]
    outcomes = " · ".join(
        f"{known.get(name, name)} {number(n, language)}" for name, n in h.outcomes.items() if n
    )
    return f"{within(h.coverage, language)} · {outcomes}" if outcomes else within(h.coverage, language)


def _latency(h: Headline, language: str) -> tuple[str, str]:
    words = said(language)
    if h.p50 is None or h.p95 is None:
        return "—", words["p95_none"]
    note = words["p95_note"].format(p50=number(h.p50 * 1000, language, 0), n=number(h.timed, language))
    return f"{number(h.p95 * 1000, language, 0)}\u00a0{words['ms']}", note


def status(now: RunProgress, language: str) -> str:
    """A bar with words beside it; nothing remains of it but a sentence once the run has ended."""
    told, part = _told(now, language), 100 * now.done / now.total if now.total else 0
    label = escape(said(language)["running"])
    track = (
        f'<div class="ev-track" role="progressbar" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{part:.0f}" aria-label="{label}">'
        f'<i style="width:{part:.1f}%"></i></div>'
        if now.state == "running"
        else ""
    )
    return f'<div class="ev-status ev-{now.state}" role="status">{track}<span>{escape(told)}</span></div>'


def halted(language: str) -> str:
    told = said(language)["progress"]["halted"]
    return f'<div class="ev-status" role="status"><span>{escape(told)}</span></div>'


def _told(now: RunProgress, language: str) -> str:
    words = said(language)["progress"]
    counts = {"done": number(now.done, language), "total": number(now.total, language)}
    if now.state != "running":
        return str(words[now.state].format(**counts, problem=now.problem.rstrip(".")))
    if not now.total:
        return str(words["preparing"])
    parts = [words["running"].format(**counts)]
    if now.rate:
        parts.append(words["rate"].format(rate=number(now.rate, language, 1 if now.rate < 10 else 0)))
    if now.left is not None:
        parts.append(words["left"].format(left=_long(now.left, language)))
    return " · ".join(parts)


def _long(seconds: float, language: str) -> str:
    words = said(language)["progress"]
    if seconds < 90:
        return str(words["seconds"].format(n=max(1, round(seconds))))
    return str(words["minutes"].format(n=round(seconds / 60)))
