"""What an action would come to if the customer agreed: it is tried, and the transaction is rolled back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, select

from app.core.actions import Action, CreateOrder, RefundPayment, plain_arguments, tool_name
from app.core.backoffice import ActionApproval, ActionContext, Outcome, Policy, Value
from app.engines.backoffice import repeats
from app.engines.backoffice.outcomes import proposed
from app.engines.backoffice.records import as_number
from app.engines.backoffice.tables import payments

Attempt = Callable[[Action, ActionApproval | None], Outcome]


def rehearse(
    connection: Connection,
    origin: ActionContext,
    action: Action,
    now: datetime,
    policy: Policy,
    attempt: Attempt,
) -> Outcome:
    """`proposed` with the terms, else what stands in the way.

    What waits for a person already is told so, and so is that no more may wait.
    """
    outcome = attempt(action, None)
    if outcome.reason == "just_done" and isinstance(action, CreateOrder):
        more = attempt(action.model_copy(update={"again": True}), None)
        return (
            _as_proposed(action, more, again=True, same_as=outcome.number)
            if more.status == "done"
            else outcome
        )
    if outcome.status == "refused":
        return outcome
    told = _purpose(connection, action)
    if outcome.status == "done":
        return _as_proposed(action, outcome, **told)
    if outcome.number:
        return outcome
    same = repeats.approval(connection, origin, action, now, policy)
    if stands := same or repeats.waiting(connection, origin, action, policy):
        return stands
    allowed = attempt(action, _assume_approved(origin, action, outcome, now))
    return _as_proposed(action, allowed, **told, **_beside(allowed, outcome), person=outcome.reason)


def _as_proposed(action: Action, outcome: Outcome, **more: Value) -> Outcome:
    """Without the number that was drawn in vain; one that the action names stands."""
    named = {as_number(value) for value in plain_arguments(action).values() if isinstance(value, str)}
    drawn = {outcome.number} - named - {""}
    return proposed(**{name: v for name, v in outcome.facts.items() if v not in drawn}, **more)


def _purpose(connection: Connection, action: Action) -> dict[str, Value]:
    """What a payment was for, so that the customer recognises it."""
    if not isinstance(action, RefundPayment):
        return {}
    mine = select(payments.c.purpose, payments.c.at).where(payments.c.number == as_number(action.payment))
    row = connection.execute(mine).first()
    return {"purpose": row.purpose, "paid": row.at} if row else {}


def _assume_approved(
    origin: ActionContext, action: Action, outcome: Outcome, now: datetime
) -> ActionApproval:
    amount = outcome.facts.get("amount_rub")
    return ActionApproval(
        number="",
        origin=origin,
        tool=tool_name(type(action)),
        arguments={},
        reason=outcome.reason,
        amount_rub=amount if isinstance(amount, int) else None,
        requested_at=now,
    )


def _beside(allowed: Outcome, waits: Outcome) -> dict[str, Value]:
    return {name: value for name, value in waits.facts.items() if name not in allowed.facts}
