"""The headline as cards, and how a run is getting on."""

from __future__ import annotations

from html import escape

from app.evaluation.metrics import Headline
from app.services.eval_jobs import Progress
from app.ui.evaluation.marks import share, within
from app.ui.format import number
from app.ui.words import Words


def cards(h: Headline, words: Words, language: str) -> str:
    names = words["cards"]
    rows = [
        (names["accuracy"], share(h.accuracy.value) if h.accuracy.n else "—", within(h.accuracy, words)),
        (
            names["missed"],
            share(h.missed_escalations.value) if h.missed_escalations.n else "—",
            within(h.missed_escalations, words),
        ),
        (
            names["f1"],
            share(h.macro_f1) if h.accuracy.n else "—",
            words["f1_note"].format(n=h.accuracy.n),
        ),
        (names["coverage"], share(h.coverage.value) if h.coverage.n else "—", _coverage(h, words)),
        (names["p95"], _p95(h, words), words["p95_note"].format(p50=f"{h.p50 * 1000:.0f}")),
        (
            names["cost"],
            f"{round(h.mistake_cost, 2):g}",
            words["cost_note"].format(money=f"{h.cost:.4f}", tokens=number(h.tokens, language)),
        ),
    ]
    inside = "".join(
        f'<div class="cc-card"><span>{escape(name)}</span><b>{escape(value)}</b>'
        f"<span>{escape(note)}</span></div>"
        for name, value, note in rows
    )
    return f'<div class="cc-cards ev-cards">{inside}</div>'


def _coverage(h: Headline, words: Words) -> str:
    outcomes = " · ".join(f"{words['outcomes'].get(name, name)} {n}" for name, n in h.outcomes.items() if n)
    return f"{within(h.coverage, words)} · {outcomes}" if outcomes else within(h.coverage, words)


def _p95(h: Headline, words: Words) -> str:
    answered = h.turns and list(h.outcomes) != ["error"]
    return f"{h.p95 * 1000:.0f}\u00a0{words['ms']}" if answered else "—"


def status(now: Progress, words: Words, language: str) -> str:
    """A bar with words beside it; nothing remains of it but a sentence once the run has ended."""
    said, part = _said(now, words["progress"], language), 100 * now.done / now.total if now.total else 0
    track = (
        f'<div class="ev-track" role="progressbar" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{part:.0f}" aria-label="{escape(words["running"])}">'
        f'<i style="width:{part:.1f}%"></i></div>'
        if now.state == "running"
        else ""
    )
    return f'<div class="ev-status ev-{now.state}" role="status">{track}<span>{escape(said)}</span></div>'


def halted(words: Words) -> str:
    return f'<div class="ev-status" role="status"><span>{escape(words["progress"]["halted"])}</span></div>'


def _said(now: Progress, words: Words, language: str) -> str:
    if now.state != "running":
        told = words[now.state].format(
            done=number(now.done, language),
            total=number(now.total, language),
            problem=now.problem.rstrip("."),
        )
        return str(told)
    if not now.total:
        return str(words["preparing"])
    parts = [words["running"].format(done=number(now.done, language), total=number(now.total, language))]
    if now.rate:
        parts.append(words["rate"].format(rate=f"{now.rate:.1f}" if now.rate < 10 else f"{now.rate:.0f}"))
    if now.left is not None:
        parts.append(words["left"].format(left=_long(now.left, words)))
    return " · ".join(parts)


def _long(seconds: float, words: Words) -> str:
    if seconds < 90:
        return str(words["seconds"].format(n=max(1, round(seconds))))
    return str(words["minutes"].format(n=round(seconds / 60)))
