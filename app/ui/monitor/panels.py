"""The monitor's HTML: the page and its lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from app.core.called import Why
from app.core.own_words import calls_person
from app.core.text import fold
from app.services.operators.summary import Briefing, name_values, quote, wording
from app.services.operators.views import ApprovalView, LiveRow, QueueRow, QueueView
from app.services.operators.wish import calm_words
from app.ui.room import render
from app.ui.words import LANGUAGES, NOTHING, RoomTexts, room_texts

Names = Mapping[str, str]
"""Of customers, by their ids; somebody who is not in it is called by the id."""


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
class NamedCustomer:
    id: str
    name: str

    @classmethod
    def of(cls, customer_id: str, names: Names) -> NamedCustomer:
        return cls(customer_id, names.get(customer_id, customer_id))


@dataclass(frozen=True)
class QueuedDialog:
    """`since` is None for somebody who does not wait; `held` names who serves, `mine` where the reader does;
    `called`: why a person; `latest`: what the customer wrote since, and nobody on this page has seen it.
    """

    dialog: str
    customer: NamedCustomer
    urgency: str
    agent: str | None
    held: str
    since: datetime | None
    called: str
    reasons: str
    open: str
    wish: str
    latest: str
    unread: bool
    mine: bool


@dataclass(frozen=True)
class QueuePanel:
    mine: list[QueuedDialog]
    waiting: list[QueuedDialog]
    held: list[QueuedDialog]
    title: str
    records: str


class Viewer(NamedTuple):
    """Who looks at the page, by the name they typed, and the dialog that is open there."""

    operator: str = ""
    dialog: str = ""


NOBODY = Viewer()


def render_queue(
    queue: QueueView, as_of: datetime, texts: RoomTexts, names: Names, viewer: Viewer = NOBODY
) -> str:
    rows = [_queue_row(row, as_of, texts, names, viewer) for row in queue.dialogs]
    mine = [row for row in rows if row.mine]
    held = [row for row in rows if row.held and not row.mine]
    title = texts.words["queue"].format(count=count_waiting(queue))
    shown = QueuePanel(mine, [row for row in rows if not row.held], held, title, queue.records)
    return render("monitor.queue", queue=shown, t=texts)


def count_waiting(queue: QueueView) -> int:
    """Those whom nobody has taken."""
    return queue.total - sum(row.held_by is not None for row in queue.dialogs)


def _waits_since(seconds: int, as_of: datetime) -> datetime | None:
    """To the second, so that the mark of the part does not change without need."""
    return (as_of - timedelta(seconds=seconds)).replace(microsecond=0) if seconds else None


def _queue_row(
    row: QueueRow, as_of: datetime, texts: RoomTexts, names: Names, viewer: Viewer
) -> QueuedDialog:
    mine = row.held_by is not None and row.held_by == viewer.operator
    wish = describe_wish(row.summary, texts)
    unread = row.unread and not (mine and row.dialog_id == viewer.dialog)
    return QueuedDialog(
        dialog=row.dialog_id,
        customer=NamedCustomer.of(row.customer_id, names),
        urgency=texts.words["urgency"].format(n=row.priority.score),
        agent=row.assigned_agent,
        held=row.held_by or "",
        since=_waits_since(row.waiting_seconds, as_of),
        called=describe_called(row.summary.called, texts),
        reasons="; ".join(_extras(row, texts)),
        open="; ".join(row.summary.open),
        wish=wish,
        latest=row.latest if unread and calm_words(row.latest) not in wish else "",
        unread=unread,
        mine=mine,
    )


def describe_wish(summary: Briefing, texts: RoomTexts) -> str:
    """The topic in our words and the customer's; that a person is asked for is told as the reason."""
    words = wording(texts.language)
    line = summary.wish or summary.wanted
    if calls_person(line):
        line = "" if summary.topic else words["briefing"]["unnamed"]
    if not summary.topic or not line or fold(line) == fold(summary.topic):
        return line or summary.topic
    return f"{summary.topic}: {quote(line, texts.language)}"


def describe_called(why: Why, texts: RoomTexts) -> str:
    """In the words of the analytics room, which counts it."""
    return str(room_texts(texts.language, "analytics").words["reasons"][why]) if why else ""


def _extras(row: QueueRow, texts: RoomTexts) -> list[str]:
    """What else makes it urgent. How long they wait has a mark of its own."""
    words = wording(texts.language)["reasons"]
    waits = words["waiting"].partition("{")[0]
    told = (each for each in row.priority.reasons if not each.startswith(waits))
    return [each for each in told if row.summary.called != "approval" or each != words["approval"]]


@dataclass(frozen=True)
class ApprovalRow:
    """`questions` are what the page asks before each decision, by its name."""

    number: str
    dialog: str
    action: str
    requested: datetime
    customer: NamedCustomer
    reason: str
    arguments: str
    questions: list[tuple[str, str]]


def render_approvals(approvals: Sequence[ApprovalView], texts: RoomTexts, names: Names) -> str:
    rows = [approval_row(each, texts, names) for each in approvals]
    return render("monitor.approvals", rows=rows, t=texts)


def approval_row(approval: ApprovalView, texts: RoomTexts, names: Names) -> ApprovalRow:
    words, customer = texts.words, NamedCustomer.of(approval.customer_id, names)
    about = {"number": approval.number, "customer": customer.name, "action": _action(approval, texts, ", ")}
    return ApprovalRow(
        number=approval.number,
        dialog=approval.dialog_id,
        action=_action(approval, texts, " · "),
        requested=approval.requested_at,
        customer=customer,
        reason=words["reasons"].get(approval.reason, approval.reason),
        arguments=_arguments(approval, texts),
        questions=[(act, words["ask"][act].format(**about)) for act in ("approve", "reject")],
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
    """`mark` is a word of state and the kind of its tag."""

    dialog: str
    agent: str | None
    angry: bool
    customer: NamedCustomer
    updated: datetime
    mark: tuple[str, str]
    language: str
    last: str


def render_dialogs(rows: Sequence[LiveRow], filtered: bool, texts: RoomTexts, names: Names) -> str:
    otherwise = texts.words["none_found" if filtered else "none_yet"]
    shown = [_live(row, texts, names) for row in rows]
    return render("monitor.dialogs", rows=shown, otherwise=otherwise, t=texts)


def _live(row: LiveRow, texts: RoomTexts, names: Names) -> LiveDialog:
    return LiveDialog(
        dialog=row.dialog_id,
        agent="operator" if row.held_by else row.assigned_agent,
        angry=row.angry,
        customer=NamedCustomer.of(row.customer_id, names),
        updated=row.updated_at,
        mark=_mark(row, texts),
        language=row.language.upper(),
        last=row.last_message,
    )


def _mark(row: LiveRow, texts: RoomTexts) -> tuple[str, str]:
    words = texts.words
    if row.status == "closed":
        return words["is_closed"], ""
    if row.held_by:
        return words["held"].format(who=row.held_by), "person"
    return (words["is_waiting"], "warn") if row.escalated else ("", "")
