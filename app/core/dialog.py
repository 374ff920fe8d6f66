"""A dialog and its state changes. No I/O: stores persist the document."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal
from uuid import uuid4

from pydantic import BaseModel, Field

from app.core import event_data
from app.core.backoffice import Effect
from app.core.escalation import Escalation
from app.core.events import Event, EventKind
from app.core.exceptions import DialogClosed, IdempotencyKeyReused, NotHeld, TakenOver
from app.core.models import OPERATOR, Fork, Handler, Handoff, Reply, Role, Said, Status, Summary, Turn
from app.core.proposals import LineVerdict, Proposal

RECORD_LIFETIME = timedelta(hours=24)


class Message(BaseModel):
    """One line. `agent_type` names the agent (`operator` for people); None on customer lines.

    `state` is the state of the turn that a customer's line began: pending until answered or failed.
    `by` is the person who wrote an operator's line; customers are not told. `verdict` is what a customer's
    line does to a proposal.
    """

    id: str = Field(default_factory=lambda: str(uuid4()))
    seq: int
    role: Role
    content: str
    timestamp: datetime
    agent_type: str | None = None
    state: Literal["pending", "done", "failed"] = "done"
    turn: Turn | None = None
    by: str | None = None
    about: str | None = None
    liked: bool | None = None
    verdict: LineVerdict | None = None


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
    """`by` is the operator who closed it; not shown to customers."""

    reason: str
    at: datetime
    summary: Summary
    by: str | None = None


class HandbackNote(BaseModel):
    """What a person leaves for the agents when handing a dialog back."""

    by: str
    text: str
    at: datetime


class Rating(BaseModel):
    score: int = Field(ge=1, le=5)
    comment: str = ""
    at: datetime


class Dialog(BaseModel):
    """The stored document: the documented format, and more.

    `events` are written with what they tell, so that neither is ever there without the other;
    `told_effects` are the effects of the back office that have theirs.
    """

    dialog_id: str
    customer_id: str
    status: Status = "active"
    assigned_agent: str | None = None
    handler: Handler = "bot"
    created_at: datetime
    updated_at: datetime
    messages: list[Message] = Field(default_factory=list)
    metadata: Metadata = Field(default_factory=Metadata)
    closing: Closing | None = None
    operator: str | None = None
    notes: list[HandbackNote] = Field(default_factory=list)
    escalation: Escalation | None = None
    rating: Rating | None = None
    requests: dict[str, RequestRecord] = Field(default_factory=dict)
    events: list[Event] = Field(default_factory=list)
    told_effects: list[str] = Field(default_factory=list)
    forked_from: Fork | None = None
    proposals: list[Proposal] = Field(default_factory=list)

    def receive(self, text: str, now: datetime) -> Message:
        """Append the customer's line as a pending turn. Raises DialogClosed."""
        self._expect_open()
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
        for kind, data in event_data.of_turn(reply.turn):
            self.add_event(kind, data, now)
        if reply.turn.escalated:
            self._want_person(reply.turn, now)
        return said

    def resume(self, asked: Message, now: datetime) -> None:
        """Take a cut or failed turn up again; where a person serves it is done. Raises DialogClosed."""
        self._expect_open()
        self.give_up_pending(now)
        asked.state = "pending" if self.handler == "bot" else "done"

    def take_over(self, operator: str, reason: str, now: datetime, force: bool = False) -> bool:
        """False where this person has it already. Raises DialogClosed, or TakenOver unless forced."""
        self._expect_open()
        if self.operator == operator:
            return False
        if self.operator is not None and not force:
            raise TakenOver(self.dialog_id)
        self.give_up_pending(now)
        if self.escalation is None:
            self._escalate(Escalation(since=now, reason=reason, by=self.assigned_agent))
        elif reason:
            self.escalation = self.escalation.model_copy(update={"reason": reason})
        self.handler, self.operator, self.updated_at = "person", operator, now
        self.add_event("dialog.taken_over", {"by": operator}, now)
        return True

    def say(self, operator: str, text: str, now: datetime) -> Message:
        """Append the line of the person who holds the dialog. Raises DialogClosed or NotHeld."""
        self._expect_holder(operator)
        line = Message(seq=0, role="agent", content=text, timestamp=now, agent_type=OPERATOR, by=operator)
        return self._append(line)

    def hand_back(self, note: HandbackNote, agent: str | None = None) -> None:
        """The bot goes on, `agent` where one is named. Raises DialogClosed or NotHeld."""
        self._expect_holder(note.by)
        self.notes.append(note)
        self.handler, self.operator, self.escalation = "bot", None, None
        self.assigned_agent = agent or self.assigned_agent
        self.updated_at = note.at

    def report(self, reply: Reply, about: str, now: datetime) -> Message:
        """Append what an approval has come to; in a closed dialog too, because the matter is settled."""
        line = Message(seq=0, role="agent", content=reply.text, timestamp=now, agent_type=reply.turn.agent)
        line.turn, line.about = reply.turn, about
        self.metadata.total_tokens += reply.turn.usage.total
        if self.escalation and self.handler == "bot" and not reply.turn.escalated:
            self.escalation = self.escalation.without(about)
        return self._append(line)

    def has_reported(self, about: str) -> bool:
        return any(m.about == about for m in self.messages)

    @property
    def escalated(self) -> bool:
        """A person is wanted or serves, in a dialog that goes on."""
        return self.status == "active" and (self.escalation is not None or self.handler == "person")

    def close(self, closing: Closing) -> None:
        """Who held it at the end stays on record."""
        self.give_up_pending(closing.at)
        self.status = "closed"
        self.escalation = None
        self.closing = closing
        self.updated_at = closing.at
        self.add_event(*event_data.of_closing(closing.reason, closing.summary), at=closing.at)

    def rate(self, rating: Rating) -> None:
        """Closed dialogs too; it is no change of the dialog that a list would show."""
        self.rating = rating
        self.add_event("dialog.rated", {"score": rating.score}, rating.at)

    def add_event(self, kind: EventKind, data: event_data.Data, at: datetime) -> None:
        """Append an event. What is known of agent and language goes with each."""
        number = len(self.events) + 1
        known: event_data.Data = {"agent": self.assigned_agent, "language": self._language()}
        told = {name: value for name, value in {**known, **data}.items() if value is not None}
        self.events.append(
            Event(
                id=f"{self.dialog_id}:{number}",
                dialog_id=self.dialog_id,
                number=number,
                kind=kind,
                customer_id=self.customer_id,
                at=at,
                data=told,
            )
        )

    def add_effect(self, effect: Effect, subject: str = "") -> None:
        """Once for each effect."""
        key = event_data.key_of(effect)
        if key in self.told_effects:
            return
        self.told_effects.append(key)
        if told := event_data.of_effect(effect, subject):
            self.add_event(*told, at=effect.at)

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
        """Lines are counted from 1. Raises IndexError."""
        if seq < 1:
            raise IndexError(seq)
        return self.messages[seq - 1]

    def lines(self, until: Message, limit: int) -> list[Said]:
        """The last `limit` lines up to and with `until`, as models see them."""
        told = self.messages[: until.seq]
        return [Said(role=m.role, content=m.content, agent=m.agent_type) for m in told[-limit:]]

    def forget_requests(self, now: datetime) -> None:
        """Drop idempotency records older than 24 hours."""
        self.requests = {k: r for k, r in self.requests.items() if now - r.at < RECORD_LIFETIME}

    def _want_person(self, turn: Turn, now: datetime) -> None:
        if self.escalation:
            self.escalation = self.escalation.joined(turn)
        else:
            self._escalate(Escalation(since=now, reason=_why(turn), by=turn.agent, about=turn.waits))

    def _escalate(self, escalation: Escalation) -> None:
        self.escalation = escalation
        self.add_event("dialog.escalated", {"reason": event_data.masked(escalation.reason)}, escalation.since)

    def _language(self) -> str | None:
        """As of the last answer."""
        return next((m.turn.language for m in reversed(self.messages) if m.turn), None)

    def _expect_open(self) -> None:
        if self.status == "closed":
            raise DialogClosed(self.dialog_id)

    def _expect_holder(self, operator: str) -> None:
        self._expect_open()
        if self.operator != operator:
            raise NotHeld(self.dialog_id)

    def _append(self, message: Message) -> Message:
        message.seq = len(self.messages) + 1
        self.messages.append(message)
        self.updated_at = message.timestamp
        return message


def _why(turn: Turn) -> str:
    """The words of whoever passed the customer on, else of the router."""
    return turn.hops[-1].reason if turn.hops else turn.decision.reason
