"""A dialog and the few things that may happen to it. No I/O: stores persist what stands here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal
from uuid import uuid4

from pydantic import BaseModel, Field

from app.core.exceptions import DialogClosed, IdempotencyKeyReused
from app.core.models import Handoff, Reply, Role, Said, Status, Summary, Turn

RECORD_LIFETIME = timedelta(hours=24)


class Message(BaseModel):
    """One line. `agent_type` names the agent (`operator` for people); None on customer lines.

    `state` is the state of the turn that a customer's line began: pending until answered or failed.
    """

    id: str = Field(default_factory=lambda: str(uuid4()))
    seq: int
    role: Role
    content: str
    timestamp: datetime
    agent_type: str | None = None
    state: Literal["pending", "done", "failed"] = "done"
    turn: Turn | None = None


class Metadata(BaseModel):
    """Running totals; `processing_times` are seconds, one a finished turn."""

    total_tokens: int = 0
    processing_times: list[float] = Field(default_factory=list)
    handoffs: list[Handoff] = Field(default_factory=list)


class RequestRecord(BaseModel):
    """What one Idempotency-Key stands for: a body's digest and, once known, the response."""

    operation: str
    body: str
    at: datetime
    seq: int | None = None
    response: dict[str, object] | None = None

    def matches(self, operation: str, body: str) -> bool:
        """True when it is the same request. Raises IdempotencyKeyReused when it is another."""
        if (self.operation, self.body) != (operation, body):
            raise IdempotencyKeyReused
        return True


class Closing(BaseModel):
    reason: str
    at: datetime
    summary: Summary


class Dialog(BaseModel):
    """The stored document: the documented format, and more."""

    dialog_id: str
    customer_id: str
    status: Status = "active"
    assigned_agent: str | None = None
    handler: Literal["bot", "person"] = "bot"
    created_at: datetime
    updated_at: datetime
    messages: list[Message] = Field(default_factory=list)
    metadata: Metadata = Field(default_factory=Metadata)
    closing: Closing | None = None
    requests: dict[str, RequestRecord] = Field(default_factory=dict)

    def receive(self, text: str, now: datetime) -> Message:
        """Append the customer's line as a pending turn. Raises DialogClosed."""
        if self.status == "closed":
            raise DialogClosed(self.dialog_id)
        self.give_up_pending(now)
        state: Literal["pending", "done"] = "pending" if self.handler == "bot" else "done"
        return self._append(Message(seq=0, role="customer", content=text, timestamp=now, state=state))

    def answer(self, asked: Message, reply: Reply, now: datetime, seconds: float) -> Message:
        """Append the agent's line, finish the turn and account for it."""
        asked.state = "done"
        said = self._append(
            Message(
                seq=0,
                role="agent",
                content=reply.text,
                timestamp=now,
                agent_type=reply.turn.agent,
                turn=reply.turn,
            )
        )
        self.metadata.total_tokens += reply.turn.usage.total
        self.metadata.processing_times.append(round(seconds, 3))
        self.metadata.handoffs.extend(reply.turn.hops)
        self.assigned_agent = reply.turn.agent
        return said

    def close(self, closing: Closing) -> None:
        self.give_up_pending(closing.at)
        self.status = "closed"
        self.closing = closing
        self.updated_at = closing.at

    def give_up_pending(self, now: datetime) -> bool:
        """Mark turns that nobody is answering any more as failed; True if there was one."""
        cut = self.pending()
        for message in cut:
            message.state = "failed"
            self.updated_at = now
        return bool(cut)

    def pending(self) -> list[Message]:
        return [m for m in self.messages if m.state == "pending"]

    def message(self, seq: int) -> Message:
        return self.messages[seq - 1]

    def lines(self, until: Message, limit: int) -> list[Said]:
        """The last `limit` lines up to and with `until`, as models see them."""
        told = self.messages[: until.seq]
        return [Said(role=m.role, content=m.content, agent=m.agent_type) for m in told[-limit:]]

    def forget_requests(self, now: datetime) -> None:
        """Drop idempotency records older than 24 hours."""
        self.requests = {k: r for k, r in self.requests.items() if now - r.at < RECORD_LIFETIME}

    def _append(self, message: Message) -> Message:
        message.seq = len(self.messages) + 1
        self.messages.append(message)
        self.updated_at = message.timestamp
        return message


def count_customer(messages: Iterable[Message]) -> int:
    return sum(m.role == "customer" for m in messages)
