"""What a supervisor sees of the dialogs of the house."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from app.core.dialog import Dialog, Message, Note
from app.core.escalation import Escalation
from app.services.dialogs.views import DialogView, MessageView, RowView
from app.services.operators.summary import Briefing
from app.services.operators.views import ApprovalView, QueueView


class LiveRow(RowView):
    """`held_by` is the person who serves; None while the bot does. `angry`: the customer sounds so."""

    language: str
    held_by: str | None
    angry: bool


class Board(BaseModel):
    """As of `version` of the changes; waiting times are as of `counted_at`."""

    version: int
    counted_at: datetime
    queue: QueueView
    approvals: list[ApprovalView]
    dialogs: list[LiveRow]


class Line(MessageView):
    """`by` is the person who wrote an operator's line."""

    by: str | None = None

    @classmethod
    def of(cls, m: Message) -> Line:
        return cls(**MessageView.of(m).model_dump(), by=m.by)


class OpenDialog(BaseModel):
    dialog: DialogView
    lines: list[Line]
    held_by: str | None
    language: str
    escalation: Escalation | None
    notes: list[Note]
    closed_because: str | None
    closed_by: str | None
    summary: Briefing

    @classmethod
    def of(cls, dialog: Dialog, summary: Briefing) -> OpenDialog:
        return cls(
            dialog=DialogView.of(dialog),
            lines=[Line.of(m) for m in dialog.messages],
            held_by=dialog.operator if dialog.handler == "person" else None,
            language=summary.language,
            escalation=dialog.escalation,
            notes=dialog.notes,
            closed_because=dialog.closing.reason if dialog.closing else None,
            closed_by=dialog.closing.by if dialog.closing else None,
            summary=summary,
        )
