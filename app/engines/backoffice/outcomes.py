"""Words for what became of an action, and their form in the database."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from app.core.backoffice import Outcome, Value

Refusal = Literal[
    "unknown_customer", "not_found", "already_refunded", "period_used", "too_late", "more_than_paid",
    "too_short", "already_compensated", "no_subscription", "past_due", "period_missing", "delivery_missing",
    "too_many_people", "already_on_plan", "already_cancelled", "already_paid", "cancelled", "closed",
    "outside_hours", "in_the_past", "too_far", "already_booked", "phone_invalid", "rejected", "just_done",
    "on_trial", "period_over", "already_renewing", "refund_instead", "return_instead", "plan_runs",
    "not_delivered", "already_shipped", "paid_otherwise", "nothing_to_change", "no_call", "several_calls",
    "too_many", "requests_waiting",
    "not_confirmed",
]  # fmt: skip
Waiting = Literal["late", "goods_return", "above_limit", "often", "no_grounds"]
Note = Literal["discount_not_verified"]


def refused(reason: Refusal, number: str = "", **facts: Value) -> Outcome:
    return Outcome(status="refused", reason=reason, number=number, facts=facts)


def waits(reason: Waiting, number: str = "", **facts: Value) -> Outcome:
    """Without a number it still has to be given one."""
    return Outcome(status="approval", reason=reason, number=number, facts=facts)


def proposed(**facts: Value) -> Outcome:
    """What would come of it; nothing was done."""
    return Outcome(status="proposed", facts=facts)


def done(number: str = "", **facts: Value) -> Outcome:
    return Outcome(status="done", number=number, facts=facts)


def to_json(outcome: Outcome) -> dict[str, object]:
    """Times are tagged: a kept outcome must come back exactly as it was, not with texts for times."""
    return {**outcome.model_dump(exclude={"facts"}), "facts": {k: _pack(v) for k, v in outcome.facts.items()}}


def from_json(stored: dict[str, object]) -> Outcome:
    facts = stored["facts"]
    assert isinstance(facts, dict)
    return Outcome.model_validate({**stored, "facts": {k: _unpack(v) for k, v in facts.items()}})


def _pack(value: Value) -> object:
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    return {"date": value.isoformat()} if isinstance(value, date) else value


def _unpack(value: object) -> object:
    if not isinstance(value, dict):
        return value
    [(kind, text)] = value.items()
    return datetime.fromisoformat(text) if kind == "datetime" else date.fromisoformat(text)
