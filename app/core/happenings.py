"""What is told of a dialog, and in which words: event kinds and their data. Pure.

No line of a customer and no phone number gets here: numbers, sums, agents, reasons, subjects, summaries.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from app.core.backoffice import Effect, Value
from app.core.events import EventKind
from app.core.models import Summary, Turn

Data = dict[str, str | int | float | bool | None]
Told = tuple[EventKind, Data]
LONGEST = 300

DONE: dict[str, EventKind] = {
    "open_ticket": "ticket.opened",
    "update_ticket": "ticket.updated",
    "escalate_to_developers": "ticket.opened",
    "create_order": "order.created",
    "change_subscription": "subscription.changed",
    "cancel_subscription": "subscription.cancelled",
    "refund_payment": "refund.made",
    "compensate_outage": "credit.granted",
    "grant_credit": "credit.granted",
    "open_complaint": "complaint.opened",
    "book_callback": "callback.booked",
}
WAITS: dict[str, EventKind] = {"refund_payment": "refund.requested"}
RENAMED = {("book_callback", "at"): "callback_at"}
HUSHED = {"days_from", "days_to", "days_max", "url"}
SUBJECTS = {"open_ticket", "escalate_to_developers", "open_complaint"}


def of_turn(turn: Turn) -> Iterator[Told]:
    """Where the line went, and every hop after that."""
    decision = turn.decision
    yield (
        "dialog.routed",
        {
            "agent": decision.agent,
            "confidence": round(decision.confidence, 3),
            "source": decision.source,
            "language": turn.language,
        },
    )
    for hop in turn.hops:
        yield (
            "dialog.handed_over",
            {
                "agent": hop.to,
                "from_agent": hop.from_agent,
                "to_agent": hop.to,
                "reason": short(hop.reason),
                "language": turn.language,
            },
        )


def of_closing(reason: str, summary: Summary) -> Told:
    return "dialog.closed", {"reason": short(reason), "summary": short(summary.resolution)}


def of_effect(effect: Effect, subject: str = "") -> Told | None:
    """None for a refusal, and for what nobody outside is told of."""
    outcome = effect.outcome
    kind = {"done": DONE, "approval": WAITS, "refused": {}}[outcome.status].get(effect.tool)
    if kind is None:
        return None
    data: Data = {"number": outcome.number, "subject": short(subject), "reason": outcome.reason}
    for name, value in outcome.facts.items():
        if name not in HUSHED:
            data[RENAMED.get((effect.tool, name), name)] = plain(value)
    if effect.tool == "escalate_to_developers":
        data["kind"] = "developers"
    if effect.decided_by:
        data["approved"] = True
    return kind, {name: value for name, value in data.items() if value not in (None, "")}


def key_of(effect: Effect) -> str:
    """A tool acts once in a turn, and once more when a person has decided."""
    return f"{effect.seq}/{effect.tool}{'/decided' if effect.decided_by else ''}"


def plain(value: Value) -> str | int | bool | None:
    return value.isoformat() if isinstance(value, date) else value


def short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
