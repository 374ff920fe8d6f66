"""The path of a turn, as HTML. Everything that came from outside is escaped."""

from __future__ import annotations

from html import escape

from app.core.models import Decision, Turn
from app.core.palette import colour_of


def badge(agent: str) -> str:
    colour = colour_of(agent)
    return f'<span class="cc-badge" style="background:{colour}">{escape(agent)}</span>'


def decided(decision: Decision, words: dict[str, str]) -> str:
    """The router's decision with a bar for each agent."""
    scores = decision.scores or {decision.agent: decision.confidence}
    bars = "".join(_bar(agent, score) for agent, score in sorted(scores.items(), key=lambda s: -s[1]))
    rows = [
        ("", f"{badge(decision.agent)} {words['confidence']} {decision.confidence:.2f}"),
        (words["source"], escape(decision.source)),
        (words["why"], escape(decision.reason) or "—"),
    ]
    return _rows(rows) + f'<div class="cc-bars">{bars}</div>'


def finished(turn: Turn, dialog_id: str, words: dict[str, str]) -> str:
    """The whole path: decision, hops, articles, time and tokens."""
    hops = "<br>".join(f"{escape(h.from_agent or '')} → {badge(h.to)} {escape(h.reason)}" for h in turn.hops)
    seconds = " · ".join(f"{escape(step)} {value * 1000:.0f} ms" for step, value in turn.timings.items())
    rows = [
        (words["hops"], hops or "—"),
        (words["knowledge"], ", ".join(map(escape, turn.citations)) or "—"),
        (words["time"], seconds),
        (words["tokens"], f"{turn.usage.total} · ${turn.usage.cost:.4f} · {escape(turn.model)}"),
        (words["dialog"], escape(dialog_id)),
    ]
    return decided(turn.decision, words) + _rows(rows)


def _bar(agent: str, score: float) -> str:
    colour = colour_of(agent)
    return (
        f'<div class="cc-bar"><span>{escape(agent)}</span>'
        f'<i style="width:{score * 100:.0f}%;background:{colour}"></i><b>{score:.2f}</b></div>'
    )


def _rows(rows: list[tuple[str, str]]) -> str:
    cells = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows)
    return f'<dl class="cc-path">{cells}</dl>'
