"""The same again within minutes: a double click, a retry without a key, two windows. Not done unasked."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, select

from app.core.actions import Action, tool_name
from app.core.backoffice import ActionContext, Outcome, Period, Policy
from app.engines.backoffice.actions.context import ActionRun
from app.engines.backoffice.outcomes import refused
from app.engines.backoffice.tables import approvals, orders, refunds, tickets


def order(
    case: ActionRun, item: str, quantity: int, period: Period | None, delivery: str | None
) -> Outcome | None:
    """In whatever dialog of the customer's it was placed."""
    same = (
        orders.c.item == item,
        orders.c.quantity == quantity,
        orders.c.period.is_not_distinct_from(period),
        orders.c.delivery.is_not_distinct_from(delivery),
        orders.c.status != "cancelled",
    )
    mine = (orders.c.customer_id == case.origin.customer_id, orders.c.at > case.now - window(case.policy))
    row = case.connection.execute(select(orders).where(*mine, *same)).first()
    return refused("just_done", row.number, total_rub=row.total_rub) if row else None


def refund(case: ActionRun, payment: str, amount_rub: int) -> Outcome | None:
    """A part of the payment, as large as one that was just returned."""
    same = (
        refunds.c.payment == payment,
        refunds.c.amount_rub == amount_rub,
        refunds.c.at > case.now - window(case.policy),
    )
    row = case.connection.execute(select(refunds).where(*same)).first()
    return refused("just_done", row.number, payment=payment, amount_rub=amount_rub) if row else None


def ticket(case: ActionRun, kind: str, subject: str) -> Outcome | None:
    """Case, blanks and punctuation make no other one."""
    mine = (tickets.c.customer_id == case.origin.customer_id, tickets.c.at > case.now - window(case.policy))
    for row in case.connection.execute(select(tickets).where(*mine, tickets.c.kind == kind)):
        if _words(row.subject) == _words(subject):
            return refused("just_done", row.number, ticket=row.number)
    return None


def approval(
    connection: Connection, origin: ActionContext, action: Action, now: datetime, policy: Policy
) -> Outcome | None:
    """The same that waits for a person waits once."""
    wanted = action.model_dump(mode="json", exclude_none=True)
    same: tuple[ColumnElement[bool], ...] = (
        approvals.c.customer_id == origin.customer_id,
        approvals.c.tool == tool_name(type(action)),
        approvals.c.status == "pending",
        approvals.c.requested_at > now - window(policy),
    )
    for row in connection.execute(select(approvals).where(*same)):
        if {name: value for name, value in row.arguments.items() if value is not None} == wanted:
            facts = {} if row.amount_rub is None else {"amount_rub": row.amount_rub}
            return Outcome(status="approval", reason=row.reason, number=row.number, facts=facts)
    return None


def waiting(connection: Connection, origin: ActionContext, action: Action, policy: Policy) -> Outcome | None:
    """As many of this kind as may wait for a person do already: other sums make no end of requests."""
    mine = (
        approvals.c.customer_id == origin.customer_id,
        approvals.c.tool == tool_name(type(action)),
        approvals.c.status == "pending",
    )
    latest = (
        select(approvals.c.number)
        .where(*mine)
        .order_by(approvals.c.requested_at.desc(), approvals.c.number.desc())
    )
    numbers = connection.scalars(latest).all()
    most = policy.requests_waiting
    return refused("requests_waiting", numbers[0], most=most) if len(numbers) >= most else None


def window(policy: Policy) -> timedelta:
    """Long enough for a retry by hand; whoever wants one more within it is asked one question."""
    return timedelta(minutes=policy.repeat_minutes)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
