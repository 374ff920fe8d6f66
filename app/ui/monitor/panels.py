"""The monitor's HTML: the page, its lists, and the open dialog."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from app.services.operators.summary import name_values
from app.services.operators.views import (
    ApprovalView,
    LiveRow,
    OpenDialog,
    QueueRow,
    QueueView,
    TranscriptLine,
)
from app.ui.room import render
from app.ui.words import LANGUAGES, NOTHING, RoomTexts, room_texts


@lru_cache
def monitor_texts(language: str) -> RoomTexts:
    """A dialog that no agent serves has a name for that."""
    texts = room_texts(language, "monitor")
    return replace(texts, agents={**texts.agents, NOTHING: texts.words["nobody"]})


def render_page(agents: Sequence[str], keyed: bool, texts: RoomTexts) -> str:
    """`keyed`: the page asks for the operator key."""
    return render(
        "monitor.page",
        keyed=keyed,
        agents=[(name, texts.agent(name)) for name in agents],
        languages=[(code, texts.words["languages"].get(code, code)) for code in LANGUAGES],
        t=texts,
    )


@dataclass(frozen=True)
class QueuedDialog:
    """`who` is the customer, and who holds the dialog; `since` is None for somebody who does not wait."""

    dialog: str
    score: int
    agent: str | None
    who: str
    since: datetime | None
    reasons: str
    wanted: str


@dataclass(frozen=True)
class QueuePanel:
    title: str
    longest: datetime | None
    records: str
    rows: list[QueuedDialog]


def render_queue(queue: QueueView, as_of: datetime, texts: RoomTexts) -> str:
    oldest = max((row.waiting_seconds for row in queue.dialogs), default=0)
    words = texts.words
    title = words["queue"].format(count=queue.total) + (words["longest"] if oldest else "")
    rows = [_queue_row(row, as_of, texts) for row in queue.dialogs]
    shown = QueuePanel(title, _waits_since(oldest, as_of), queue.records, rows)
    return render("monitor.queue", queue=shown, t=texts)


def _waits_since(seconds: int, as_of: datetime) -> datetime | None:
    """To the second, so that the mark of the part does not change without need."""
    return (as_of - timedelta(seconds=seconds)).replace(microsecond=0) if seconds else None


def _queue_row(row: QueueRow, as_of: datetime, texts: RoomTexts) -> QueuedDialog:
    held = f" · {texts.words['held'].format(who=row.held_by)}" if row.held_by else ""
    return QueuedDialog(
        dialog=row.dialog_id,
        score=row.priority.score,
        agent=row.assigned_agent,
        who=f"{row.customer_id}{held}",
        since=_waits_since(row.waiting_seconds, as_of),
        reasons="; ".join(row.priority.reasons),
        wanted=row.summary.wanted,
    )


@dataclass(frozen=True)
class ApprovalRow:
    """`questions` are what the page asks before each decision, by its name."""

    number: str
    dialog: str
    action: str
    requested: datetime
    customer: str
    reason: str
    arguments: str
    questions: list[tuple[str, str]]


def render_approvals(approvals: Sequence[ApprovalView], texts: RoomTexts) -> str:
    return render("monitor.approvals", rows=[_approval(each, texts) for each in approvals], t=texts)


def _approval(approval: ApprovalView, texts: RoomTexts) -> ApprovalRow:
    words = texts.words
    about = {"action": _action(approval, texts, ", "), "customer": approval.customer_id}
    asks = {act: words["ask"][act].format(number=approval.number, **about) for act in ("approve", "reject")}
    return ApprovalRow(
        number=approval.number,
        dialog=approval.dialog_id,
        action=_action(approval, texts, " · "),
        requested=approval.requested_at,
        customer=approval.customer_id,
        reason=words["reasons"].get(approval.reason, approval.reason),
        arguments=_arguments(approval, texts),
        questions=list(asks.items()),
    )


def _action(approval: ApprovalView, texts: RoomTexts, between: str) -> str:
    tool: str = texts.words["tools"].get(approval.tool, approval.tool)
    return between.join([tool, *([texts.roubles(approval.amount_rub)] if approval.amount_rub else [])])


def _arguments(approval: ApprovalView, texts: RoomTexts) -> str:
    labels = texts.words["arguments"]
    values = name_values(approval.arguments, texts.language)
    return "; ".join(f"{labels.get(name, name)}: {value}" for name, value in values.items())


@dataclass(frozen=True)
class LiveDialog:
    dialog: str
    agent: str | None
    angry: bool
    customer: str
    updated: datetime
    marks: str
    last: str


def render_dialogs(rows: Sequence[LiveRow], filtered: bool, texts: RoomTexts) -> str:
    otherwise = texts.words["none_found" if filtered else "none_yet"]
    return render("monitor.dialogs", rows=[_live(row, texts) for row in rows], otherwise=otherwise, t=texts)


def _live(row: LiveRow, texts: RoomTexts) -> LiveDialog:
    return LiveDialog(
        dialog=row.dialog_id,
        agent="operator" if row.held_by else row.assigned_agent,
        angry=row.angry,
        customer=row.customer_id,
        updated=row.updated_at,
        marks=" · ".join([row.language.upper(), *_marks(row, texts)]),
        last=row.last_message,
    )


def _marks(row: LiveRow, texts: RoomTexts) -> list[str]:
    words = texts.words
    if row.status == "closed":
        return [words["is_closed"]]
    if row.held_by:
        return [words["held"].format(who=row.held_by)]
    return [words["is_waiting"]] if row.escalated else []


@dataclass(frozen=True)
class About:
    """`standing` says who holds the dialog, or why it is closed."""

    agent: str | None
    customer: str
    standing: str
    language: str
    created: datetime
    summary: list[tuple[str, str]]


@dataclass(frozen=True)
class Line:
    side: str
    role: str
    how: str
    state: str
    at: datetime
    text: str


def render_dialog(opened: OpenDialog, texts: RoomTexts) -> dict[str, str]:
    """`about` and `lines`, so that a new line does not redraw what stands above."""
    return {
        "about": render("monitor.about", about=_about(opened, texts), t=texts),
        "lines": render("monitor.lines", lines=[_line(line, texts) for line in opened.lines], t=texts),
    }


def _about(opened: OpenDialog, texts: RoomTexts) -> About:
    dialog, summary, labels = opened.dialog, opened.summary, texts.words["summary"]
    values: dict[str, str | Sequence[str]] = {name: getattr(summary, name) for name in labels}
    return About(
        agent="operator" if opened.held_by else dialog.assigned_agent,
        customer=dialog.customer_id,
        standing=_standing(opened, texts),
        language=opened.language.upper(),
        created=dialog.created_at,
        summary=[
            (labels[name], value if isinstance(value, str) else "; ".join(value))
            for name, value in values.items()
            if value
        ]
        + ([(texts.words["proposal"], dialog.proposal.question)] if dialog.proposal else []),
    )


def _standing(opened: OpenDialog, texts: RoomTexts) -> str:
    if opened.dialog.status == "closed":
        return describe_closing(opened.closed_because, opened.closed_by, texts)
    if opened.held_by:
        return str(texts.words["held"].format(who=opened.held_by))
    return str(texts.words["is_waiting" if opened.dialog.escalated else "is_bot"])


def describe_closing(reason: str | None, by: str | None, texts: RoomTexts) -> str:
    """A person is named; a reason that has no sentence of ours is quoted."""
    words: dict[str, str] = texts.words["closings"]
    sentence = words["person"] if by else words.get(reason or "", words["other"])
    return sentence.format(who=by, reason=reason)


def _line(line: TranscriptLine, texts: RoomTexts) -> Line:
    return Line(
        side="customer" if line.role == "customer" else "answer",
        role=line.role,
        how=_how(line, texts),
        state=texts.words["states"].get(line.state, ""),
        at=line.timestamp,
        text=line.content,
    )


def _how(line: TranscriptLine, texts: RoomTexts) -> str:
    """Confidence and source of the routing decision; or the operator who wrote."""
    if line.path is None:
        return line.by or ""
    decision, words = line.path.decision, texts.words
    how = f"{texts.number(decision.confidence, 2)} · {words['sources'].get(decision.source, decision.source)}"
    return f"{how} · ▲ {words['stand_in']}" if line.path.degraded else how
