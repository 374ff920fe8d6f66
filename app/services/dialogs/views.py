"""Response models of the dialog endpoints, and export of a dialog (its text is escaped)."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from app.core.backoffice import Value
from app.core.dialog import Dialog, Message, Rating
from app.core.models import Fork, Handler, Status, Summary, Turn
from app.core.ports import DialogPage
from app.core.proposals import Proposal, State
from app.core.text import FORMULA
from app.services.dialogs.consents import live_proposal


class RouteView(BaseModel):
    agent: str
    confidence: float
    source: str
    reason: str

    @classmethod
    def of(cls, turn: Turn) -> RouteView:
        d = turn.decision
        return cls(agent=d.agent, confidence=round(d.confidence, 4), source=d.source, reason=d.reason)


PROPOSED: JsonDict = {
    "id": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "tool": "create_order",
    "state": "open",
    "question": "Заказ: тариф «Профи», период год. К оплате 19 104 ₽. Оформить заказ?",
    "confirm": "Да, оформите заказ",
    "decline": "Нет, не оформляйте",
    "facts": {"item": "pro", "period": "year", "total_rub": 19104},
    "at": "2026-11-22T11:51:35Z",
    "expires_at": "2026-11-22T12:21:35Z",
}


class ProposalView(BaseModel):
    """What waits for the customer's word: `question` is put to them, `confirm` and `decline` label buttons.

    `facts` are the terms: sums in roubles (`*_rub`), times in ISO 8601. While it is `suspended` a typed yes
    no longer confirms it; the buttons do until `expires_at`.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [PROPOSED]})

    id: str
    tool: str
    state: State
    question: str
    confirm: str
    decline: str
    facts: dict[str, Value]
    at: datetime
    expires_at: datetime | None

    @classmethod
    def of(cls, proposal: Proposal | None) -> ProposalView | None:
        if proposal is None:
            return None
        words = proposal.question
        known = proposal.model_dump(include={"id", "tool", "state", "facts", "at", "expires_at"})
        return cls(question=words.text, confirm=words.confirm, decline=words.decline, **known)


Waiting = Annotated[ProposalView | None, Field(exclude_if=lambda proposal: proposal is None)]
"""Absent where nothing waits for the customer's word."""


class Created(BaseModel):
    """`model` is the model that answered, `embedded` for the offline model.

    `degraded_reason` is the problem code of what failed, or the outcome of the routing call.

    While an operator holds the dialog (`handler`), `response` is null. `proposal` is what waits for the
    customer's word.
    """

    dialog_id: str
    customer_id: str
    assigned_agent: str | None = None
    status: Status
    response: str | None = None
    created_at: datetime
    model: str | None = None
    degraded: bool = False
    degraded_reason: str | None = None
    route: RouteView | None = None
    handler: Handler = "bot"
    proposal: Waiting = None


class Answered(BaseModel):
    """`model` is the model that answered; `processing_time` is in seconds.

    While an operator holds the dialog (`handler`), `response` is null; read their lines from the dialog.
    `proposal` is what waits for the customer's word.
    """

    dialog_id: str
    current_agent: str | None
    response: str | None = None
    status: Status
    tokens_used: int = 0
    processing_time: float = 0.0
    model: str | None = None
    degraded: bool = False
    degraded_reason: str | None = None
    route: RouteView | None = None
    handler: Handler = "bot"
    proposal: Waiting = None


class MessageView(BaseModel):
    """`role` is `customer`, `operator` or the agent's name; `path` shows how an agent's line was produced."""

    role: str
    content: str
    timestamp: datetime
    seq: int
    state: str
    path: Turn | None = None
    liked: bool | None = None

    @classmethod
    def of(cls, m: Message) -> MessageView:
        role = "customer" if m.role == "customer" else m.agent_type or "agent"
        known = m.model_dump(include={"content", "timestamp", "seq", "state", "liked"})
        return cls(role=role, path=m.turn, **known)


class DialogView(BaseModel):
    dialog_id: str
    customer_id: str
    status: Status
    assigned_agent: str | None
    handler: str
    created_at: datetime
    updated_at: datetime
    message_count: int
    total_tokens: int
    messages: list[MessageView]
    escalated: bool = False
    rating: Rating | None = None
    closed_because: str | None = None
    forked_from: Fork | None = None
    proposal: Waiting = None

    @classmethod
    def of(cls, dialog: Dialog, now: datetime | None = None) -> DialogView:
        return cls(
            **dialog.model_dump(include={"dialog_id", "customer_id", "status", "assigned_agent", "handler"}),
            created_at=dialog.created_at,
            updated_at=dialog.updated_at,
            message_count=len(dialog.messages),
            total_tokens=dialog.metadata.total_tokens,
            messages=[MessageView.of(m) for m in dialog.messages],
            escalated=dialog.escalated,
            rating=dialog.rating,
            closed_because=dialog.closing.reason if dialog.closing else None,
            forked_from=dialog.forked_from,
            proposal=ProposalView.of(live_proposal(dialog, now)),
        )


class Closed(BaseModel):
    dialog_id: str
    status: Status = "closed"
    reason: str
    closed_at: datetime
    summary: Summary


class RowView(BaseModel):
    dialog_id: str
    customer_id: str
    status: Status
    assigned_agent: str | None
    created_at: datetime
    updated_at: datetime
    message_count: int
    last_message: str
    handler: Handler
    escalated: bool
    subject: str


class PageView(BaseModel):
    """`next_cursor` is null on the last page."""

    dialogs: list[RowView]
    next_cursor: str | None = Field(default=None)

    @classmethod
    def of(cls, page: DialogPage) -> PageView:
        rows = [RowView.model_validate(row, from_attributes=True) for row in page.rows]
        return cls(dialogs=rows, next_cursor=page.next_cursor)


def created(dialog: Dialog, said: Message | None, _seconds: float) -> Created:
    return Created(
        dialog_id=dialog.dialog_id,
        customer_id=dialog.customer_id,
        assigned_agent=dialog.assigned_agent,
        status=dialog.status,
        created_at=dialog.created_at,
        handler=dialog.handler,
        proposal=ProposalView.of(live_proposal(dialog)),
        **answer_of(said),
    )


def answered(dialog: Dialog, said: Message | None, seconds: float) -> Answered:
    return Answered(
        dialog_id=dialog.dialog_id,
        current_agent=dialog.assigned_agent,
        status=dialog.status,
        tokens_used=said.turn.usage.total if said and said.turn else 0,
        processing_time=round(seconds, 3),
        handler=dialog.handler,
        proposal=ProposalView.of(live_proposal(dialog)),
        **answer_of(said),
    )


def answer_of(said: Message | None) -> dict[str, object]:
    """What the responses say of an agent's line; nothing for silence."""
    if said is None or said.turn is None:
        return {}
    turn = said.turn
    return {
        "response": said.content,
        "model": turn.model,
        "degraded": turn.degraded,
        "degraded_reason": turn.why_degraded,
        "route": RouteView.of(turn),
    }


_MARKUP = re.compile(r"([\\`*_{}\[\]()#|<>&~$!])")


def to_json(view: DialogView) -> str:
    """The dialog as REST returns it; `<`, `>` and `&` are escaped, so it can be embedded in a page."""
    text = json.dumps(view.model_dump(mode="json"), ensure_ascii=False, indent=2)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def to_markdown(view: DialogView, names: dict[str, str]) -> str:
    """Every line is quoted, its markup and formulas escaped.

    `names` are those of customer and agents.
    """
    head = [f"# {view.dialog_id}", "", f"{plain(view.customer_id)} · {view.created_at:%Y-%m-%d %H:%M} UTC"]
    return "\n".join([*head, *(part for m in view.messages for part in _quote_lines(m, names))]) + "\n"


def plain(text: str) -> str:
    """Shown by a Markdown reader as it was written, and by a spreadsheet as text."""
    return FORMULA.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", text))


def _quote_lines(message: MessageView, names: dict[str, str]) -> list[str]:
    who = names.get(message.role, message.role)
    quoted = [f"> {line}" for line in plain(message.content).splitlines()]
    return ["", f"**{plain(who)}** · {message.timestamp:%Y-%m-%d %H:%M:%S} UTC{_path(message)}", "", *quoted]


def _path(message: MessageView) -> str:
    if message.path is None:
        return ""
    decision = message.path.decision
    cited = ", ".join(map(plain, message.path.citations))
    told = [f"{decision.confidence:.2f}", decision.source, plain(message.path.model), cited]
    return "".join(f" · {part}" for part in told if part)
