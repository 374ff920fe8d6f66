"""One dialog as HTML: who and what, then every line."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from app.services.operators.views_monitor import Line, OpenDialog
from app.ui.format import number
from app.ui.monitor.words import Said
from app.ui.parts import empty


def dialog_part(opened: OpenDialog, said: Said) -> dict[str, str]:
    """`about` and `lines`, so that a new line does not redraw what stands above."""
    lines = "".join(_line(line, said) for line in opened.lines)
    return {"about": _about(opened, said), "lines": lines or empty(said.words["no_lines"])}


def _about(opened: OpenDialog, said: Said) -> str:
    dialog, summary, labels = opened.dialog, opened.summary, said.words["summary"]
    told: list[tuple[str, str | Sequence[str]]] = [
        ("who", summary.who),
        ("wanted", summary.wanted),
        ("why", summary.why),
        ("tried", summary.tried),
        ("promised", summary.promised),
        ("withheld", summary.withheld),
        ("notes", summary.notes),
    ]
    rows = "".join(f"<dt>{escape(labels[name])}</dt><dd>{_text(value)}</dd>" for name, value in told if value)
    return (
        f'<div class="mon-head">{said.badge("operator" if opened.held_by else dialog.assigned_agent)} '
        f"<b>{escape(dialog.customer_id)}</b><span>{escape(_standing(opened, said))}</span>"
        f"<span>{opened.language.upper()}</span>{said.time(dialog.created_at)}</div>"
        f'<dl class="cc-path mon-summary">{rows}</dl>'
    )


def _text(value: str | Sequence[str]) -> str:
    return escape(value if isinstance(value, str) else "; ".join(value))


def _standing(opened: OpenDialog, said: Said) -> str:
    words = said.words
    if opened.dialog.status == "closed":
        return said.closed(opened.closed_because, opened.closed_by)
    if opened.held_by:
        return str(words["held"].format(who=opened.held_by))
    return str(words["is_waiting" if opened.dialog.escalated else "is_bot"])


def _line(line: Line, said: Said) -> str:
    side = "customer" if line.role == "customer" else "answer"
    state = said.words["states"].get(line.state, "")
    mark = f'<span class="mon-state">{escape(state)}</span>' if state else ""
    return (
        f'<div class="mon-line mon-{side}"><div class="mon-first">{said.badge(line.role)} '
        f"<span>{escape(_how(line, said))}</span>{mark}{said.time(line.timestamp)}</div>"
        f'<div class="mon-text">{escape(line.content)}</div></div>'
    )


def _how(line: Line, said: Said) -> str:
    """How surely and by what this agent was chosen; or which person wrote."""
    if line.path is None:
        return line.by or ""
    decision = line.path.decision
    sure = number(decision.confidence, said.language, 2)
    how = f"{sure} · {said.words['sources'].get(decision.source, decision.source)}"
    return f"{how} · ▲ {said.words['stand_in']}" if line.path.degraded else how
