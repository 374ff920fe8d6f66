"""Read-only tools over the records of the customer being served, and the diagnosis codes they return."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, Field

from app.agents.base import Result, Tool, ToolContext
from app.agents.tools.actions import UNAVAILABLE
from app.agents.tools.presentation import render_facts
from app.core.actions import GOODS, Quote
from app.core.backoffice import Account, ActionContext, Device, Incident, Order, Payment, Subscription, Ticket
from app.core.company import in_use
from app.core.exceptions import BackOfficeUnavailable
from app.core.ports import BackOffice

NEARLY_FULL = 0.9
TRIAL_WARNING = timedelta(days=3)
SILENT = timedelta(days=7)


def account_facts(account: Account, now: datetime) -> dict[str, Any]:
    subscription = account.subscription
    if subscription is None:
        return {"status": "found", "problems": ["no_subscription"]}
    facts = subscription.model_dump(
        include={"plan", "period", "renews", "used_gb", "storage_gb", "next_plan"}
    )
    state = {"subscription_status": subscription.status, "price_rub": subscription.price_rub}
    return {"status": "found", **facts, **state, "problems": [*_account_problems(subscription, now)]}


def device_facts(account: Account, now: datetime) -> dict[str, Any]:
    devices = [
        {
            **d.model_dump(include={"name", "platform", "app_version", "last_seen"}),
            "problems": sorted({*_device(d, now)}),
        }
        for d in account.devices
    ]
    return {"status": "found" if devices else "nothing", "devices": devices}


def _account_problems(subscription: Subscription, now: datetime) -> Iterator[str]:
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


def _device(device: Device, now: datetime) -> Iterator[str]:
    if _version(device.app_version) < tuple(in_use().profile.current_app):
        yield "outdated_app"
    if now - device.last_seen >= SILENT:
        yield "not_seen_lately"
    if device.problem:
        yield device.problem


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:2] if part.isdigit())


RECENT = timedelta(days=30)  # how long after its end an incident may still be compensated
SHOWN = 5
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CustomerRecords:
    """The back office as far as it concerns one customer, now."""

    office: BackOffice
    customer_id: str
    language: str
    now: datetime


Read = Callable[[CustomerRecords, Any], Facts]


class ServiceStatus(BaseModel):
    """Incidents of the service: those that last now, and those of the last 30 days."""


class DiagnoseAccount(BaseModel):
    """The customer's account: plan, renewal, storage, and what is wrong with them."""


class DiagnoseDevices(BaseModel):
    """The customer's devices: version of the app, last connection, and what is wrong with them."""


class FindTickets(BaseModel):
    """The customer's tickets and complaints, latest first."""


class ListPlans(BaseModel):
    """All plans and products with their prices."""


class DeliveryTerms(BaseModel):
    """Price and days of each way of delivery for an item."""

    item: Annotated[str, GOODS] = ""
    quantity: int = Field(default=1, ge=1, le=1000)


class FindOrders(BaseModel):
    """The customer's orders, latest first."""

    order: str | None = Field(default=None, max_length=40, description="Only this one, such as O-1001.")


class FindPayments(BaseModel):
    """The customer's payments, latest first."""

    amount_rub: int | None = Field(default=None, description="Only payments of this sum in roubles.")
    on: date | None = Field(default=None, description="Only payments of this day, ISO 8601.")
    payment: str | None = Field(default=None, max_length=40, description="Only this one, such as P-1001.")


def _status(records: CustomerRecords, _: ServiceStatus) -> Facts:
    found = records.office.incidents(since=records.now - RECENT)
    return {"status": "found", "incidents": [_incident(i, records) for i in found[:SHOWN]]}


def _incident(incident: Incident, records: CustomerRecords) -> Facts:
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


def _account(records: CustomerRecords, _: DiagnoseAccount) -> Facts:
    account = records.office.account(records.customer_id)
    return account_facts(account, records.now) if account else _stranger()


def _devices(records: CustomerRecords, _: DiagnoseDevices) -> Facts:
    account = records.office.account(records.customer_id)
    return device_facts(account, records.now) if account else _stranger()


def _tickets(records: CustomerRecords, _: FindTickets) -> Facts:
    return _listed("tickets", [_ticket(t) for t in records.office.tickets(records.customer_id)])


def _ticket(t: Ticket) -> Facts:
    facts = {"number": t.number, "kind": t.kind, "opened": t.at, "subject": t.subject}
    return {**facts, "ticket_status": t.status, "answer_due": t.due}


def _plans(records: CustomerRecords, _: ListPlans) -> Facts:
    told = {"month_rub", "year_rub", "storage_gb", "devices", "people"}
    plans = [{**p.model_dump(include=told), "plan": p.name} for p in records.office.plans()]
    items = [{"item": i.name, "price_rub": i.price_rub} for i in records.office.items()]
    return {"status": "found", "plans": plans, "items": items}


def _quote(records: CustomerRecords, wanted: Quote) -> Facts:
    outcome = records.office.quote(records.customer_id, wanted)
    status = "found" if outcome.status == "done" else outcome.status
    return {"status": status, **({"reason": outcome.reason} if outcome.reason else {}), **outcome.facts}


def _delivery(records: CustomerRecords, wanted: DeliveryTerms) -> Facts:
    quotes = [
        records.office.quote(
            records.customer_id,
            Quote.model_validate({"item": wanted.item, "quantity": wanted.quantity, "delivery": way}),
        )
        for way in ("courier", "pickup")
    ]
    keys = ("delivery_by", "delivery_rub", "days_from", "days_to")
    ways = [{k: q.facts[k] for k in keys if k in q.facts} for q in quotes]
    return {"status": "found", "item": wanted.item, "quantity": wanted.quantity, "ways": ways}


def _orders(records: CustomerRecords, wanted: FindOrders) -> Facts:
    found = [o for o in records.office.orders(records.customer_id) if _is(wanted.order, o.number)]
    return _listed("orders", [_order(o) for o in found])


def _order(o: Order) -> Facts:
    facts = o.model_dump(include={"number", "item", "quantity", "period", "total_rub"})
    return {**facts, "ordered": o.at, "order_status": o.status, "delivery_method": o.delivery}


def _payments(records: CustomerRecords, wanted: FindPayments) -> Facts:
    found = [
        p
        for p in records.office.payments(records.customer_id)
        if _is(wanted.payment, p.number)
        and wanted.amount_rub in (None, p.amount_rub)
        and wanted.on in (None, p.at.astimezone(in_use().zone).date())
    ]
    return _listed("payments", [_payment(p) for p in found])


def _payment(p: Payment) -> Facts:
    facts = p.model_dump(include={"number", "amount_rub", "purpose", "refunded_rub", "duplicate_of"})
    return {**facts, "paid": p.at}


def _is(wanted: str | None, number: str) -> bool:
    return wanted is None or wanted.strip().casefold() == number.casefold()


def _listed(name: str, found: list[Facts]) -> Facts:
    """`more` tells how many are not shown."""
    if not found:
        return {"status": "nothing", name: []}
    return {"status": "found", name: found[:SHOWN], "more": max(0, len(found) - SHOWN)}


def _stranger() -> Facts:
    return {"status": "refused", "reason": "unknown_customer"}


def _reading(read: Read, context: ToolContext, origin: ActionContext, wanted: BaseModel) -> Result:
    if context.office is None:
        return render_facts(UNAVAILABLE, origin.language)
    records = CustomerRecords(context.office, origin.customer_id, origin.language, context.clock())
    try:
        return render_facts(read(records, wanted), origin.language)
    except BackOfficeUnavailable:
        return render_facts(UNAVAILABLE, origin.language)


TOOLS: tuple[Tool, ...] = tuple(
    Tool(args, partial(_reading, read))
    for args, read in (
        (ServiceStatus, _status),
        (DiagnoseAccount, _account),
        (DiagnoseDevices, _devices),
        (FindTickets, _tickets),
        (ListPlans, _plans),
        (Quote, _quote),
        (DeliveryTerms, _delivery),
        (FindOrders, _orders),
        (FindPayments, _payments),
    )
)
