"""What people of the house see, and what they are answered."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from app.core.backoffice import Approval, Outcome
from app.core.dialog import Dialog, Message, Rating
from app.core.escalation import Escalation
from app.core.models import Handler, Status
from app.services.dialogs.views import MessageView
from app.services.operators.priority import Priority
from app.services.operators.records import RecordsState
from app.services.operators.summary import Briefing


class Held(BaseModel):
    """Who serves now: `held_by` is null while the bot does."""

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
    """`proposal` is the example that waits for a second person; null where the router chose this agent."""

    proposal: str | None


class Replied(BaseModel):
    """The line as the customer sees it."""

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
    """`waiting_seconds` is 0 while the customer waits for nobody; `approvals` are numbers to decide on."""

    dialog_id: str
    customer_id: str
    assigned_agent: str | None
    handler: Handler
    held_by: str | None
    waiting_seconds: int
    priority: Priority
    approvals: list[str]
    summary: Briefing


class QueueView(BaseModel):
    """The most urgent first. `records` tells whether the customers' records could be asked."""

    dialogs: list[QueueRow]
    total: int
    records: RecordsState
    next_cursor: str | None = None


class ApprovalView(BaseModel):
    """`arguments` are those of the action (`tool`); `outcome` is what came of it when it was approved."""

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
    def of(cls, approval: Approval) -> ApprovalView:
        visit = approval.visit
        rest = approval.model_dump(exclude={"visit"})
        return cls(dialog_id=visit.dialog_id, customer_id=visit.customer_id, **rest)


class ApprovalsView(BaseModel):
    approvals: list[ApprovalView] = Field(default_factory=list)
