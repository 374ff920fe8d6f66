"""Returning money."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from app.core.actions import RefundPayment
from app.core.backoffice import Outcome, Payment, Value
from app.engines.backoffice import approvals, policy, repeats
from app.engines.backoffice.actions.context import ActionRun
from app.engines.backoffice.dates import YEAR, add_months, months_begun
from app.engines.backoffice.outcomes import done, refused
from app.engines.backoffice.policy import RefundCase
from app.engines.backoffice.records import as_number, next_number, owned, subscription_of
from app.engines.backoffice.tables import orders, payments, refunds, subscriptions


def refund_payment(case: ActionRun, action: RefundPayment) -> Outcome:
    row = owned(case.connection, payments, as_number(action.payment), case.origin.customer_id)
    if row is None:
        return refused("not_found")
    asked = action.amount_rub or (case.approved.amount_rub if case.approved else None)
    refund = _case_of(case, row, asked)
    if ban := policy.refund_ban(refund):
        return ban
    if case.approved is None:
        if waiting := approvals.waiting_for(case.connection, row.number):
            return waiting
        if stop := policy.refund(refund, case.now, case.policy):
            return stop
        if asked and (same := repeats.refund(case, row.number, asked)):
            return same
    return _pay_back(case, row, refund)


def _pay_back(case: ActionRun, row: Row[Any], refund: RefundCase) -> Outcome:
    amount = policy.refund_sum(refund, case.now, case.policy)
    reason = _reason(case, refund, amount)
    number = next_number(case.connection, "R")
    values = {
        "number": number,
        "customer_id": case.origin.customer_id,
        "payment": row.number,
        "at": case.now,
        "amount_rub": amount,
        "reason": reason,
    }
    case.connection.execute(insert(refunds).values(values))
    total = payments.c.refunded_rub + amount
    case.connection.execute(
        update(payments).where(payments.c.number == row.number).values(refunded_rub=total)
    )
    bank = case.company.profile.bank.model_dump()
    facts: dict[str, Value] = {"payment": row.number, "amount_rub": amount, **bank, "reason": reason}
    months = policy.unused_months(refund, case.now, case.policy)
    if months and amount == policy.refund_due(refund, case.now, case.policy):
        facts["months"] = months
    if amount == refund.rest:
        _call_off(case, row)
    if ends := _end(case, row, refund, amount):
        facts |= {"subscription": "cancelled", "plan": row.plan, "until": ends}
    return done(number, **facts)


def _reason(case: ActionRun, refund: RefundCase, amount: int) -> str:
    if refund.payment.duplicate_of:
        return "duplicate"
    if case.approved:
        return "approved"
    in_time = policy.refund_due(refund, case.now, case.policy) == refund.rest
    if not in_time:
        return "unused_months"
    return "full" if amount == refund.rest else "part"


def _end(case: ActionRun, row: Row[Any], refund: RefundCase, amount: int) -> datetime | None:
    """When the subscription ends that is no longer paid for; None where it goes on."""
    if row.plan is None or row.duplicate_of or not _is_current(case, row):
        return None
    if amount == refund.rest:
        until = case.now
    elif row.period == "year" and amount == policy.refund_due(refund, case.now, case.policy):
        until = add_months(row.at, months_begun(row.at, case.now))
    else:
        return None
    mine = subscriptions.c.customer_id == case.origin.customer_id
    ended = {"status": "cancelled", "renews": until, "next_plan": None, "next_period": None}
    case.connection.execute(update(subscriptions).where(mine).values(ended))
    return until


def _is_current(case: ActionRun, row: Row[Any]) -> bool:
    """Whether the subscription runs on this payment, even if the plan was changed after it."""
    now = subscription_of(case.connection, case.origin.customer_id)
    newest = select(payments.c.number).where(
        payments.c.customer_id == case.origin.customer_id,
        payments.c.plan.is_not(None),
        payments.c.duplicate_of.is_(None),
    )
    number = case.connection.scalar(newest.order_by(payments.c.at.desc()).limit(1))
    return now is not None and now.renews > case.now and bool(number == row.number)


def _call_off(case: ActionRun, row: Row[Any]) -> None:
    """What was not sent yet is not sent any more."""
    unsent = (orders.c.number == row.order) & (orders.c.status == "paid")
    case.connection.execute(update(orders).where(unsent).values(status="cancelled"))


def _case_of(case: ActionRun, row: Row[Any], asked: int | None) -> RefundCase:
    order = owned(case.connection, orders, row.order, case.origin.customer_id) if row.order else None
    return RefundCase(
        payment=Payment.model_validate(row._asdict()),
        goods=order is not None and case.company.catalogue.is_goods(order.item),
        delivered=order.delivered_at if order else None,
        earlier=_latest_refund(case, row.number),
        recent=_recent(case),
        asked=asked,
    )


def _latest_refund(case: ActionRun, payment: str) -> str:
    made = select(refunds.c.number).where(refunds.c.payment == payment).order_by(refunds.c.at.desc())
    return case.connection.scalar(made.limit(1)) or ""


def _recent(case: ActionRun) -> int:
    counted = select(func.count()).where(
        refunds.c.customer_id == case.origin.customer_id,
        refunds.c.reason != "duplicate",
        refunds.c.at > case.now - YEAR,
    )
    return case.connection.scalar(counted) or 0
