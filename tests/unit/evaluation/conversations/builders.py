"""A customer on Pro with a duplicate payment, orders, a ticket and a call; turns and their answers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from app.core.backoffice import (
    Account,
    BookedCall,
    Customer,
    Device,
    Effect,
    Order,
    Outcome,
    Payment,
    Subscription,
    Ticket,
)
from app.evaluation.conversations.checks import TurnCase, TurnVerdict, judge_turn
from app.evaluation.conversations.facts import CustomerSnapshot
from app.evaluation.conversations.model import Conversation
from app.evaluation.conversations.world import Deed, PlayedAnswer

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
ACCOUNT = Account(
    customer=Customer(
        customer_id="demo_en", name="Emma", email="e@e.example", phone="1", since=date(2025, 1, 1)
    ),
    subscription=Subscription(
        plan="pro",
        period="month",
        status="active",
        price_rub=1990,
        started=NOW - timedelta(days=60),
        renews=datetime(2026, 12, 30, 9, 0, tzinfo=UTC),
        used_gb=212,
        storage_gb=500,
    ),
    devices=[Device(name="Phone of Emma", platform="iOS 17", app_version="4.11.0", last_seen=NOW)],
)
PAYMENTS = [
    Payment(number="P-1002", at=NOW, amount_rub=1990, purpose="Pro", period="month", duplicate_of="P-1001"),
    Payment(number="P-1001", at=NOW, amount_rub=1990, purpose="Pro", period="month"),
]
ORDERS = [
    Order(number="O-7", at=NOW, item="hub", title="Hub", quantity=1, total_rub=12900, status="shipped"),
    Order(number="O-6", at=NOW, item="key", title="Key", quantity=1, total_rub=2490, status="delivered"),
]
TICKETS = [
    Ticket(number="T-3", kind="problem", at=NOW, subject="s", details="", severity="normal", status="open")
]
CALLS = [BookedCall(number="CB-1", at=datetime(2026, 12, 2, 12, 45, tzinfo=UTC), phone="1")]
EVERYTHING: dict[str, Any] = {
    "account": ACCOUNT, "payments": PAYMENTS, "orders": ORDERS, "tickets": TICKETS, "calls": CALLS,
    "refund_due": 1990,
}  # fmt: skip


def snapshot(**other: Any) -> CustomerSnapshot:
    return CustomerSnapshot(**{"now": NOW, **EVERYTHING, **other})


def past_due() -> CustomerSnapshot:
    subscription = ACCOUNT.subscription
    assert subscription is not None
    owing = subscription.model_copy(update={"status": "past_due"})
    return snapshot(account=ACCOUNT.model_copy(update={"subscription": owing}))


def effect(tool: str, number: str = "", **facts: Any) -> Effect:
    outcome = Outcome(status="done", number=number, facts=facts)
    return Effect(
        dialog_id="d", seq=1, tool=tool, at=NOW, customer_id="demo_en", arguments={}, outcome=outcome
    )


def conversation(*turns: dict[str, Any], language: str = "en", name: str = "c-1") -> Conversation:
    """Filled up with turns that ask for nothing."""
    told = [{"say": f"line {at}", "right": "anything", **turn} for at, turn in enumerate(turns)]
    rest = [{"say": "and then", "right": "anything"}] * max(0, 4 - len(told))
    return Conversation.model_validate(
        {"id": name, "language": language, "customer": "demo_en", "kind": "messy", "turns": [*told, *rest]}
    )


def judged(answer: str | PlayedAnswer, earlier: tuple[PlayedAnswer, ...] = (), **turn: Any) -> TurnVerdict:
    """The verdict on an answer to a turn of that language."""
    language = turn.pop("language", "en")
    played = PlayedAnswer(text=answer) if isinstance(answer, str) else answer
    return judge_turn(TurnCase(conversation(turn, language=language), 0, played, snapshot(), earlier))


def kinds(verdict: TurnVerdict) -> list[str]:
    return [failure.kind for failure in verdict.failures]


def deed(tool: str, proposal: str = "", status: str = "done") -> Deed:
    return Deed(tool=tool, status=status, proposal=proposal)
