"""Dialogs to store, and words for storing and listing them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from app.core.dialog import Closing, Dialog, Message
from app.core.models import Decision, Handoff, Reply, Summary, ToolUse, Turn, Usage
from app.core.ports import DialogQuery, DialogStore

NOON = datetime(2026, 3, 8, 12, 0, 0, 123456, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def new_dialog(customer_id: str = "customer-1", when: datetime = NOON) -> Dialog:
    return Dialog(dialog_id=str(uuid4()), customer_id=customer_id, created_at=when, updated_at=when)


def reply(text: str, agent: str = "sales") -> Reply:
    """A reply whose trace has something in every field."""
    usage = Usage(input_tokens=7, output_tokens=5, cost=0.25, calls=2)
    turn = Turn(
        decision=Decision(agent=agent, confidence=0.75, source="llm", scores={agent: 0.75}, usage=usage),
        agent=agent,
        model="embedded",
        degraded=True,
        failure="timeout",
        hops=[Handoff(from_agent="tech_support", to=agent, reason="цена", timestamp=NOON)],
        tools=[ToolUse(name="price", arguments={"plan": "Про", "count": 2}, result="10")],
        citations=["plans-compare"],
        usage=usage,
        timings={"route": 0.001},
    )
    return Reply(text=text, turn=turn)


def answered(dialog: Dialog, asked: str, said: str, agent: str = "sales", when: datetime = NOON) -> Message:
    return dialog.answer(dialog.receive(asked, when), reply(said, agent), when, 0.5)


def closing(when: datetime) -> Closing:
    summary = Summary(total_messages=2, total_tokens=12, duration_minutes=1, resolution="resolved")
    return Closing(reason="resolved", at=when, summary=summary)


async def kept(store: DialogStore, *dialogs: Dialog) -> None:
    for dialog in dialogs:
        async with store.lock(dialog.dialog_id):
            await store.write(dialog)


async def ids(store: DialogStore, query: DialogQuery) -> list[str]:
    return [row.dialog_id for row in (await store.find(query)).rows]


def names(*dialogs: Dialog) -> list[str]:
    return [dialog.dialog_id for dialog in dialogs]
