"""Read-only tools over the records of the customer being served."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, Field

from app.agents.base import Result, Tool, ToolContext
from app.agents.tools.account import (
    RECENT,
    SHOWN,
    AccountFacts,
    CustomerRecords,
    Facts,
    call_facts,
    day_of,
    incident_facts,
    order_facts,
    payment_facts,
    read_account,
    refuse_stranger,
    ticket_facts,
)
from app.agents.tools.actions import UNAVAILABLE
from app.agents.tools.presentation import render_facts
from app.core.actions import GOODS, MOST, Quote
from app.core.backoffice import Account, ActionContext, Device
from app.core.company import in_use
from app.core.exceptions import BackOfficeUnavailable

SILENT = timedelta(days=7)


def device_facts(account: Account, now: datetime) -> dict[str, Any]:
    devices = [
        {
            **d.model_dump(include={"name", "platform", "app_version", "last_seen"}),
            "problems": sorted({*_device(d, now)}),
        }
        for d in account.devices
    ]
    return {"status": "found" if devices else "nothing", "devices": devices}


def _device(device: Device, now: datetime) -> Iterator[str]:
    if _version(device.app_version) < tuple(in_use().profile.current_app):
        yield "outdated_app"
    if now - device.last_seen >= SILENT:
        yield "not_seen_lately"
    if device.problem:
        yield device.problem


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:2] if part.isdigit())


Read = Callable[[CustomerRecords, Any], Facts]


class ServiceStatus(BaseModel):
    """Incidents of the service: those that last now, and those of the last 30 days."""


class DiagnoseDevices(BaseModel):
    """The customer's devices: version of the app, last connection, and what is wrong with them."""


class FindTickets(BaseModel):
    """The customer's tickets and complaints, latest first."""


class FindCalls(BaseModel):
    """The calls by a person that are booked for the customer, and those that were, latest first."""


class ListPlans(BaseModel):
    """All plans and products with their prices."""


class DeliveryTerms(BaseModel):
    """Price and days of each way of delivery for an item."""

    item: Annotated[str, GOODS] = ""
    quantity: int = Field(default=1, ge=1, le=MOST)


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
    return {"status": "found", "incidents": [incident_facts(i, records) for i in found[:SHOWN]]}


def _devices(records: CustomerRecords, _: DiagnoseDevices) -> Facts:
    account = records.office.account(records.customer_id)
    return device_facts(account, records.now) if account else refuse_stranger()


def _tickets(records: CustomerRecords, _: FindTickets) -> Facts:
    return _listed("tickets", [ticket_facts(t) for t in records.office.tickets(records.customer_id)])


def _calls(records: CustomerRecords, _: FindCalls) -> Facts:
    return _listed("calls", [call_facts(c, records) for c in records.office.calls(records.customer_id)])


def _plans(records: CustomerRecords, _: ListPlans) -> Facts:
    told = {"month_rub", "year_rub", "storage_gb", "devices", "people", "seat_rub"}
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
    if quotes[0].status == "refused":
        return {"status": "refused", "reason": quotes[0].reason, **quotes[0].facts}
    keys = ("delivery_by", "delivery_rub", "days_from", "days_to")
    ways = [{k: q.facts[k] for k in keys if k in q.facts} for q in quotes]
    return {"status": "found", "item": wanted.item, "quantity": wanted.quantity, "ways": ways}


def _orders(records: CustomerRecords, wanted: FindOrders) -> Facts:
    found = [o for o in records.office.orders(records.customer_id) if _is(wanted.order, o.number)]
    return _listed("orders", [order_facts(o) for o in found])


def _payments(records: CustomerRecords, wanted: FindPayments) -> Facts:
    found = [
        p
        for p in records.office.payments(records.customer_id)
        if _is(wanted.payment, p.number)
        and wanted.amount_rub in (None, p.amount_rub)
        and wanted.on in (None, day_of(p.at))
    ]
    return _listed("payments", [payment_facts(p) for p in found])


def _is(wanted: str | None, number: str) -> bool:
    return wanted is None or wanted.strip().casefold() == number.casefold()


def _listed(name: str, found: list[Facts]) -> Facts:
    """`more` tells how many are not shown."""
    if not found:
        return {"status": "nothing", name: []}
    return {"status": "found", name: found[:SHOWN], "more": max(0, len(found) - SHOWN)}


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
        (AccountFacts, read_account),
        (DiagnoseDevices, _devices),
        (FindTickets, _tickets),
        (FindCalls, _calls),
        (ListPlans, _plans),
        (Quote, _quote),
        (DeliveryTerms, _delivery),
        (FindOrders, _orders),
        (FindPayments, _payments),
    )
)
