"""Small pieces of HTML that the whole room uses. Everything that came from outside is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from app.core.palette import colour_of
from app.evaluation.intervals import Interval
from app.ui.words import Words


def agent(name: str | None) -> str:
    """A dot in the agent's colour, and the name."""
    shown = name or "—"
    told = escape(shown).replace("_", "_<wbr>")
    return f'<span class="ev-agent"><i style="background:{colour_of(shown)}"></i><span>{told}</span></span>'


def empty(sentence: str) -> str:
    return f'<p class="cc-empty">{escape(sentence)}</p>'


def share(value: float) -> str:
    return f"{value:.3f}"


def within(given: Interval, words: Words) -> str:
    if not given.n:
        return str(words["nothing"])
    return str(words["within"]).format(low=share(given.low), high=share(given.high), n=given.n)


def interval(given: Interval) -> str:
    """`0.914 (0.896–0.929, n = 812)`, or a dash where nothing was counted."""
    if not given.n:
        return "—"
    return f"{share(given.value)} ({share(given.low)}–{share(given.high)}, n\u00a0=\u00a0{given.n})"


def bar(given: Interval) -> str:
    """Where the value and its interval lie between 0 and 1."""
    if not given.n:
        return ""
    left, width = 100 * given.low, 100 * (given.high - given.low)
    return (
        f'<span class="ev-bar" aria-hidden="true"><i style="left:{left:.1f}%;width:{width:.1f}%"></i>'
        f'<b style="left:{100 * given.value:.1f}%"></b></span>'
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> str:
    """`rows` are HTML already, `head` is text."""
    top = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f'<div class="ev-wide"><table class="cc-table {kind}"><thead><tr>{top}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def fold(title: str, inside: str, unfolded: bool = False) -> str:
    return (
        f'<details class="ev-fold"{" open" if unfolded else ""}><summary>{escape(title)}</summary>'
        f"{inside}</details>"
    )
