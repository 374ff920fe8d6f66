"""Names, figures and small pieces of HTML in the language of the page. What came from outside is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from app.core.stats import Interval
from app.services.operators import wording
from app.ui.format import number
from app.ui.room import badge
from app.ui.words import Words, words


def said(language: str) -> Words:
    return words(language, "evaluation")


def agent(name: str | None, language: str) -> str:
    return badge(name, _agents(language))


def named(name: str | None, language: str) -> str:
    """An agent's name as text."""
    return _agents(language).get(name or "", name or "—")


def router(name: str, language: str) -> str:
    """`local`, `baseline:keywords`… for people."""
    kind, _, which = name.partition(":")
    if which and kind == "baseline":
        ours = said(language)
        return str(ours["baseline"].format(name=ours["baselines"].get(which, which)))
    return str(words(language, "frame")["routers"].get(name, name))


def valued(kind: str, value: str, language: str) -> str:
    """The value of a slice; what we have no word for stays as the set names it."""
    return str(said(language)["values"].get(kind, {}).get(value, value))


def because(reason: str, language: str) -> str:
    """What a router said, or the measuring itself; a model's words as they are."""
    words = said(language)
    known: dict[str, str] = {**words["baselines"], **words["reasons"]}
    return known.get(reason) or wording.because(reason, language)


def share(value: float, language: str) -> str:
    return number(value, language, 3)


def within(given: Interval, language: str) -> str:
    words = said(language)
    if not given.n:
        return str(words["nothing"])
    low, high = share(given.low, language), share(given.high, language)
    return str(words["within"].format(low=low, high=high, n=number(given.n, language)))


def interval(given: Interval, language: str) -> str:
    """`0.914 (0.896–0.929, n = 812)`, or a dash where nothing was counted."""
    if not given.n:
        return "—"
    value, low, high = (share(each, language) for each in (given.value, given.low, given.high))
    return f"{value} ({low}–{high}, n\u00a0=\u00a0{number(given.n, language)})"


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


def good(sentence: str) -> str:
    return f'<p role="status" class="ev-good">✓ {escape(sentence)}</p>'


def _agents(language: str) -> dict[str, str]:
    return {**words(language, "frame")["agents"], "nobody": said(language)["nobody"]}
