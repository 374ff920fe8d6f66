"""The account of the customer being served: plan, dates, sums, and what is open, in one reading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import BaseModel

from app.core.actions import Quote
from app.core.backoffice import Account, BookedCall, Incident, Order, Payment, Subscription, Ticket
from app.core.company import in_use
from app.core.ports import BackOffice

NEARLY_FULL = 0.9
TRIAL_WARNING = timedelta(days=3)
RECENT = timedelta(days=30)
"""How long after its end an incident may still be compensated."""
SHOWN = 5
LAST_DIGITS = 4  # of a telephone number: enough for its owner to know it
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CustomerRecords:
    """The back office as far as it concerns one customer, now."""

    office: BackOffice
    customer_id: str
    language: str
    now: datetime


class AccountFacts(BaseModel):
    """The customer's account: plan, dates, next charge, debt, storage, what is open and what is wrong."""


def read_account(records: CustomerRecords, _: AccountFacts) -> Facts:
    account = records.office.account(records.customer_id)
    if account is None:
        return refuse_stranger()
    customer = account.customer
    facts: Facts = {"status": "found", "customer_since": customer.since, "discount": customer.discount}
    if account.subscription is None:
        return {**facts, "problems": ["no_subscription"], **_open_matters(records)}
    plan = _plan_facts(records, account.subscription)
    problems = [*_problems(account.subscription, records.now)]
    return {
        **facts,
        **plan,
        **_device_counts(records, account),
        "problems": problems,
        **_open_matters(records),
    }


def _plan_facts(records: CustomerRecords, subscription: Subscription) -> Facts:
    """`next_charge` is there only where renewal is on; `next_plan` where a change is planned."""
    told = {"plan", "period", "price_rub", "used_gb", "storage_gb", "next_plan", "next_period"}
    facts = subscription.model_dump(include=told)
    ends = day_of(subscription.renews)
    facts |= {"subscription_status": subscription.status, "paid_until": ends, "debt_rub": 0}
    if subscription.status == "active":
        facts |= {"next_charge_on": ends, "next_charge_rub": _next_price(records, subscription)}
    if subscription.status == "past_due":
        facts["debt_rub"] = subscription.price_rub
    return facts


def _next_price(records: CustomerRecords, subscription: Subscription) -> int:
    if subscription.next_plan is None:
        return subscription.price_rub
    wanted = Quote(item=subscription.next_plan, period=subscription.next_period or subscription.period)
    total = records.office.quote(records.customer_id, wanted).facts["total_rub"]
    assert isinstance(total, int)
    return total


def _device_counts(records: CustomerRecords, account: Account) -> Facts:
    """Without the limit where the plan has none."""
    now = account.subscription
    plan = next((p for p in records.office.plans() if now and p.name == now.plan), None)
    return {"devices_used": len(account.devices), "devices_allowed": plan.devices if plan else None}


def _open_matters(records: CustomerRecords) -> Facts:
    """What is not finished; lists without entries are left out."""
    office, who = records.office, records.customer_id
    payments = office.payments(who)
    open_orders = [o for o in office.orders(who) if o.status in ("awaiting_payment", "paid", "shipped")]
    double = [p.number for p in payments if p.duplicate_of and p.refunded_rub < p.amount_rub]
    lists = {
        "double_charges": double,
        "open_orders": [order_facts(o) for o in open_orders[:SHOWN]],
        "open_tickets": [ticket_facts(t) for t in office.tickets(who) if t.status == "open"][:SHOWN],
        "booked_calls": [call_facts(c, records) for c in office.calls(who) if c.at > records.now],
        "outages": [incident_facts(i, records) for i in _outages(records)],
    }
    last = {"last_payment": payment_facts(payments[0])} if payments else {}
    return {**last, **{name: rows for name, rows in lists.items() if rows}}


def _outages(records: CustomerRecords) -> list[Incident]:
    """Those that a subscriber has met: the present ones and the recent ones."""
    account = records.office.account(records.customer_id)
    if account is None or account.subscription is None:
        return []
    began = account.subscription.started
    found = records.office.incidents(since=records.now - RECENT)
    return [i for i in found if i.until is None or i.until > began][:SHOWN]


def _problems(subscription: Subscription, now: datetime) -> Iterator[str]:
    share = subscription.used_gb / max(subscription.storage_gb, 1)
    if share >= 1:
        yield "storage_full"
    elif share >= NEARLY_FULL:
        yield "storage_nearly_full"
    if subscription.status == "past_due":
        yield "past_due"
    if subscription.status == "cancelled":
        yield "cancelled"
    if subscription.status == "trial" and subscription.renews - now <= TRIAL_WARNING:
        yield "trial_ends"


def payment_facts(p: Payment) -> Facts:
    facts = p.model_dump(include={"number", "amount_rub", "purpose", "refunded_rub", "duplicate_of"})
    return {**facts, "paid": day_of(p.at)}


def order_facts(o: Order) -> Facts:
    """`to_pay_rub` is what is left to pay of it."""
    facts = o.model_dump(include={"number", "item", "quantity", "period", "total_rub", "address"})
    to_pay = o.total_rub if o.status == "awaiting_payment" else 0
    state = {"order_status": o.status, "to_pay_rub": to_pay, "delivery_method": o.delivery}
    return {**facts, "ordered": day_of(o.at), **state}


def ticket_facts(t: Ticket) -> Facts:
    facts = {"number": t.number, "kind": t.kind, "opened": day_of(t.at), "subject": t.subject}
    return {**facts, "ticket_status": t.status, "answer_due": day_of(t.due) if t.due else None}


def call_facts(c: BookedCall, records: CustomerRecords) -> Facts:
    """`phone_ends`: its last digits."""
    digits = "".join(filter(str.isdigit, c.phone))
    status = "booked" if c.at > records.now else "past"
    zone = in_use().profile.time_zone
    ends = digits[-LAST_DIGITS:]
    return {"number": c.number, "at": c.at, "time_zone": zone, "call_status": status, "phone_ends": ends}


def incident_facts(incident: Incident, records: CustomerRecords) -> Facts:
    title = incident.title.get(records.language) or incident.title.get("en", incident.service)
    lasted = (incident.until or records.now) - incident.since
    return {
        "number": incident.number,
        "service": incident.service,
        "title": title,
        "since": incident.since,
        "until": incident.until,
        "hours": int(lasted.total_seconds() // 3600),
        "state": "ended" if incident.until else "lasting",
    }


def day_of(moment: datetime) -> date:
    """In the company's time."""
    return moment.astimezone(in_use().zone).date()


def refuse_stranger() -> Facts:
    return {"status": "refused", "reason": "unknown_customer"}
