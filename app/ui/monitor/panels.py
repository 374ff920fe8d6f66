"""Lists of the monitor as HTML: the queue, approvals, live dialogs. Rows are buttons.

One dialog as HTML: who and what, then every line.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape

from app.services.operators.views import (
    ApprovalView,
    LiveRow,
    OpenDialog,
    QueueRow,
    QueueView,
    TranscriptLine,
)
from app.services.operators.wording import values_named
from app.ui.format import number, roubles
from app.ui.monitor.words import MonitorTexts
from app.ui.room import empty


def dialog_part(opened: OpenDialog, said: MonitorTexts) -> dict[str, str]:
    """`about` and `lines`, so that a new line does not redraw what stands above."""
    lines = "".join(_line(line, said) for line in opened.lines)
    return {"about": _about(opened, said), "lines": lines or empty(said.words["no_lines"])}


def _about(opened: OpenDialog, said: MonitorTexts) -> str:
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


def _standing(opened: OpenDialog, said: MonitorTexts) -> str:
    words = said.words
    if opened.dialog.status == "closed":
        return said.closed(opened.closed_because, opened.closed_by)
    if opened.held_by:
        return str(words["held"].format(who=opened.held_by))
    return str(words["is_waiting" if opened.dialog.escalated else "is_bot"])


def _line(line: TranscriptLine, said: MonitorTexts) -> str:
    side = "customer" if line.role == "customer" else "answer"
    state = said.words["states"].get(line.state, "")
    mark = f'<span class="mon-state">{escape(state)}</span>' if state else ""
    return (
        f'<div class="mon-line mon-{side}"><div class="mon-first">{said.badge(line.role)} '
        f"<span>{escape(_how(line, said))}</span>{mark}{said.time(line.timestamp)}</div>"
        f'<div class="mon-text">{escape(line.content)}</div></div>'
    )


def _how(line: TranscriptLine, said: MonitorTexts) -> str:
    """How surely and by what this agent was chosen; or which person wrote."""
    if line.path is None:
        return line.by or ""
    decision = line.path.decision
    sure = number(decision.confidence, said.language, 2)
    how = f"{sure} · {said.words['sources'].get(decision.source, decision.source)}"
    return f"{how} · ▲ {said.words['stand_in']}" if line.path.degraded else how


def queue_part(queue: QueueView, as_of: datetime, said: MonitorTexts) -> str:
    """How many wait and how long the first of them, then the most urgent first."""
    words = said.words
    if not queue.dialogs:
        return _none(words["queue_title"], words["queue_empty"])
    oldest = max(row.waiting_seconds for row in queue.dialogs)
    head = escape(words["queue"].format(count=queue.total) + (words["longest"] if oldest else ""))
    absent = f'<p class="mon-note">{escape(words["records"])}</p>' if queue.records == "unavailable" else ""
    rows = "".join(_queued(row, as_of, said) for row in queue.dialogs)
    return f"<h3>{head} {_waits(oldest, as_of, said)}</h3>{absent}{rows}"


def _none(title: str, sentence: str) -> str:
    return f"<h3>{escape(title)}</h3>{empty(sentence)}"


def _waits(seconds: int, as_of: datetime, said: MonitorTexts) -> str:
    """To the second, so that the mark of the part does not change without need."""
    return said.since((as_of - timedelta(seconds=seconds)).replace(microsecond=0)) if seconds else ""


def _queued(row: QueueRow, as_of: datetime, said: MonitorTexts) -> str:
    words = said.words
    held = f" · {escape(words['held'].format(who=row.held_by))}" if row.held_by else ""
    return (
        f'<button type="button" class="mon-row" data-dialog="{row.dialog_id}">'
        f'<span class="mon-first"><b class="mon-score" title="{escape(words["priority"])}">'
        f"{row.priority.score}</b> {said.badge(row.assigned_agent)} "
        f"<span>{escape(row.customer_id)}{held}</span>{_waits(row.waiting_seconds, as_of, said)}</span>"
        f'<span class="mon-why">{escape("; ".join(row.priority.reasons))}</span>'
        f'<span class="mon-last">{escape(row.summary.wanted)}</span></button>'
    )


def approvals_part(approvals: Sequence[ApprovalView], said: MonitorTexts) -> str:
    words = said.words
    title = f"<h3>{escape(words['approvals'].format(count=len(approvals)))}</h3>"
    if not approvals:
        return _none(words["approvals_title"], words["approvals_empty"])
    return title + "".join(_approval(approval, said) for approval in approvals)


def _approval(approval: ApprovalView, said: MonitorTexts) -> str:
    words, number = said.words, escape(approval.number)
    reason = words["reasons"].get(approval.reason, approval.reason)
    buttons = "".join(_decide(what, approval, said) for what in ("approve", "reject"))
    return (
        f'<div class="mon-approval" data-number="{number}">'
        f'<span class="mon-first"><b>{number}</b> <span>{escape(_action(approval, said))}</span>'
        f"{said.time(approval.requested_at)}</span>"
        f'<span class="mon-why">{escape(approval.customer_id)} · {escape(reason)}</span>'
        f'<span class="mon-last">{escape(_arguments(approval, said))}</span>'
        f'<span class="mon-buttons">{buttons}'
        f'<button type="button" class="mon-button" data-dialog="{approval.dialog_id}">'
        f"{escape(words['open'])}</button></span></div>"
    )


def _decide(what: str, approval: ApprovalView, said: MonitorTexts) -> str:
    about = {"action": _action(approval, said, ", "), "customer": approval.customer_id}
    ask = said.words["ask"][what].format(number=approval.number, **about)
    return (
        f'<button type="button" class="mon-button" data-do="{what}" data-number="{escape(approval.number)}" '
        f'data-ask="{escape(ask)}" data-note>{escape(said.words[what])}</button>'
    )


def _action(approval: ApprovalView, said: MonitorTexts, between: str = " · ") -> str:
    tool: str = said.words["tools"].get(approval.tool, approval.tool)
    return between.join(
        [tool, *([roubles(approval.amount_rub, said.language)] if approval.amount_rub else [])]
    )


def _arguments(approval: ApprovalView, said: MonitorTexts) -> str:
    labels = said.words["arguments"]
    told = values_named(approval.arguments, said.language)
    return "; ".join(f"{labels.get(name, name)}: {value}" for name, value in told.items())


def dialogs_part(rows: Sequence[LiveRow], said: MonitorTexts, filtered: bool) -> str:
    if not rows:
        return empty(said.words["none_found" if filtered else "none_yet"])
    return "".join(_row(row, said) for row in rows)


def _row(row: LiveRow, said: MonitorTexts) -> str:
    marks = [row.language.upper(), *_marks(row, said)]
    angry = f'<b class="mon-angry">{escape(said.words["angry"])}</b>' if row.angry else ""
    return (
        f'<button type="button" class="mon-row" data-dialog="{row.dialog_id}">'
        f'<span class="mon-first">{said.badge("operator" if row.held_by else row.assigned_agent)} {angry}'
        f"<span>{escape(row.customer_id)}</span>{said.since(row.updated_at)}</span>"
        f'<span class="mon-why">{escape(" · ".join(marks))}</span>'
        f'<span class="mon-last">{escape(row.last_message)}</span></button>'
    )


def _marks(row: LiveRow, said: MonitorTexts) -> list[str]:
    words = said.words
    if row.status == "closed":
        return [words["is_closed"]]
    if row.held_by:
        return [words["held"].format(who=row.held_by)]
    return [words["is_waiting"]] if row.escalated else []
