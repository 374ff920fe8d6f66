"""Response models of the operator endpoints and of the Monitor room."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from app.core.backoffice import ActionApproval, Outcome
from app.core.dialog import Dialog, HandbackNote, Message, Rating
from app.core.escalation import Escalation
from app.core.models import Handler, Status
from app.services.dialogs.views import DialogView, MessageView, RowView
from app.services.operators.priority import Priority
from app.services.operators.records import RecordsState
from app.services.operators.summary import Briefing


class Held(BaseModel):
    """The current handler: `held_by` is null while the bot serves."""

    dialog_id: str
    status: Status
    handler: Handler
    held_by: str | None
    assigned_agent: str | None
    escalation: Escalation | None

    @classmethod
    def of(cls, dialog: Dialog) -> Held:
        return cls(
            dialog_id=dialog.dialog_id,
            status=dialog.status,
            handler=dialog.handler,
            held_by=dialog.operator,
            assigned_agent=dialog.assigned_agent,
            escalation=dialog.escalation,
        )


class Moved(Held):
    """`proposal` is the training example awaiting confirmation; null if the router had chosen this agent."""

    proposal: str | None


class Replied(BaseModel):
    """The operator's line as the customer sees it."""

    dialog_id: str
    handler: Handler
    message: MessageView

    @classmethod
    def of(cls, dialog: Dialog, line: Message) -> Replied:
        return cls(dialog_id=dialog.dialog_id, handler=dialog.handler, message=MessageView.of(line))


class Rated(BaseModel):
    dialog_id: str
    rating: Rating


class QueueRow(BaseModel):
    """`waiting_seconds` is 0 if the customer is not waiting; `approvals` are numbers of pending approvals.

    `latest`: the customer's latest line that is no answer to our question. `unread`: they wrote after
    the operator.
    """

    dialog_id: str
    customer_id: str
    assigned_agent: str | None
    handler: Handler
    held_by: str | None
    waiting_seconds: int
    priority: Priority
    approvals: list[str]
    summary: Briefing
    latest: str = ""
    unread: bool = False


class QueueView(BaseModel):
    """Most urgent first. `records` tells whether the customers' records were available."""

    dialogs: list[QueueRow]
    total: int
    records: RecordsState
    next_cursor: str | None = None


class ApprovalView(BaseModel):
    """`arguments` are those of the action (`tool`); `outcome` is its result once it was approved."""

    number: str
    dialog_id: str
    customer_id: str
    tool: str
    arguments: dict[str, object]
    reason: str
    amount_rub: int | None
    requested_at: datetime
    status: Literal["pending", "approved", "rejected"]
    decided_at: datetime | None
    decided_by: str | None
    note: str
    outcome: Outcome | None

    @classmethod
    def of(cls, approval: ActionApproval) -> ApprovalView:
        origin = approval.origin
        rest = approval.model_dump(exclude={"origin"})
        return cls(dialog_id=origin.dialog_id, customer_id=origin.customer_id, **rest)


class ApprovalsView(BaseModel):
    approvals: list[ApprovalView] = Field(default_factory=list)


class LiveRow(RowView):
    """`held_by` is the person who serves; None while the bot does. `angry`: the customer sounds so."""

    language: str
    held_by: str | None
    angry: bool


class Board(BaseModel):
    """As of `version` of the changes; waiting times are as of `counted_at`; `names` are customers'."""

    version: int
    counted_at: datetime
    queue: QueueView
    approvals: list[ApprovalView]
    dialogs: list[LiveRow]
    names: dict[str, str] = Field(default_factory=dict)


class TranscriptLine(MessageView):
    """`by` is the person who wrote an operator's line."""

    by: str | None = None

    @classmethod
    def of(cls, m: Message) -> TranscriptLine:
        return cls(**MessageView.of(m).model_dump(), by=m.by)


class OpenDialog(BaseModel):
    dialog: DialogView
    lines: list[TranscriptLine]
    held_by: str | None
    language: str
    escalation: Escalation | None
    notes: list[HandbackNote]
    closed_because: str | None
    closed_by: str | None
    summary: Briefing
    name: str = ""

    @classmethod
    def of(cls, dialog: Dialog, summary: Briefing, name: str = "") -> OpenDialog:
        """`name` is the customer's, where the records have one."""
        return cls(
            name=name,
            dialog=DialogView.of(dialog),
            lines=[TranscriptLine.of(m) for m in dialog.messages],
            held_by=dialog.operator if dialog.handler == "person" else None,
            language=summary.language,
            escalation=dialog.escalation,
            notes=[note for note in dialog.notes if note.text],
            closed_because=dialog.closing.reason if dialog.closing else None,
            closed_by=dialog.closing.by if dialog.closing else None,
            summary=summary,
        )
