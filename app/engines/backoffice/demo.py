"""Writes the demo customers of a company into empty tables, with dates counted back from now."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert, update

from app.core.backoffice import Period
from app.core.company import Company
from app.core.demo_customers import (
    DemoCall,
    DemoGoods,
    DemoIncident,
    DemoPerson,
    DemoRefund,
    DemoSubscription,
    DemoTicket,
    DemoTrial,
)
from app.engines.backoffice.dates import add_months, end_of, working_days_after
from app.engines.backoffice.pricing import price_of
from app.engines.backoffice.records import Prefix, next_number
from app.engines.backoffice.tables import (
    callbacks,
    customers,
    devices,
    incidents,
    orders,
    payments,
    refunds,
    subscriptions,
    tickets,
)

DELIVERED_AFTER = timedelta(days=4)


def fill(connection: Connection, now: datetime, company: Company) -> None:
    """Into tables without records. The same moment gives the same data."""
    for incident in company.demo.incidents:
        _incident(connection, now, incident)
    for customer in company.demo.customers:
        _Writer(connection, now, company, customer).write()


def _incident(connection: Connection, now: datetime, known: DemoIncident) -> None:
    until = None if known.ended is None else now - timedelta(days=known.ended)
    since = (until or now) - timedelta(hours=known.hours, minutes=known.minutes)
    values = {"service": known.service, "title": known.title, "since": since, "until": until}
    connection.execute(insert(incidents).values(number=next_number(connection, "I"), **values))


class _Writer:
    """Writes one customer. `ago` is in days."""

    def __init__(self, connection: Connection, now: datetime, company: Company, customer: DemoPerson) -> None:
        self._connection = connection
        self._now = now
        self._company = company
        self._customer = customer

    def write(self) -> None:
        known = self._customer
        facts = known.model_dump(include={"name", "email", "phone", "discount"})
        self._add(customers, since=self._ago(known.since).date(), **facts)
        for refunded in known.refunded:
            self._refunded(refunded)
        for goods in known.goods:
            self._goods(goods)
        if known.subscription:
            self._subscribed(known.subscription)
        if known.trial:
            self._on_trial(known.trial)
        for device in known.devices:
            facts = device.model_dump(include={"name", "platform", "problem"})
            self._add(devices, app_version=device.version, last_seen=self._ago(device.seen), **facts)
        for ticket in known.tickets:
            self._ticket(ticket)
        for call in known.calls:
            self._call(call)

    def _refunded(self, known: DemoRefund) -> None:
        price = self._price(known.plan, known.period)
        payment = self._plan_paid(self._ago(known.paid), price, known.plan, known.period)
        values = {"at": self._ago(known.returned), "amount_rub": price, "reason": "full"}
        self._numbered("R", refunds, payment=payment, **values)
        change = update(payments).where(payments.c.number == payment).values(refunded_rub=price)
        self._connection.execute(change)

    def _goods(self, known: DemoGoods) -> None:
        at, way = self._ago(known.ago), known.delivery
        price = price_of(self._company, known.item, "month", known.quantity, delivery=way)
        title = self._company.catalogue[known.item].title(self._customer.language)
        values = known.model_dump(include={"item", "quantity", "delivery", "address", "status"}) | {
            "at": at,
            "title": title,
            "total_rub": price.total_rub,
            "delivery_rub": price.delivery_rub,
            "delivered_at": at + DELIVERED_AFTER if known.status == "delivered" else None,
        }
        order = self._numbered("O", orders, **values)
        if known.status != "awaiting_payment":
            self._paid(at, price.total_rub, title, order=order)

    def _subscribed(self, known: DemoSubscription) -> None:
        price = self._price(known.plan, known.period)
        step, last, number = 12 if known.period == "year" else 1, self._ago(known.paid), ""
        for back in reversed(range(known.times)):
            number = self._plan_paid(add_months(last, -step * back), price, known.plan, known.period)
        if known.again_after_minutes is not None:
            again = last + timedelta(minutes=known.again_after_minutes)
            self._plan_paid(again, price, known.plan, known.period, duplicate_of=number)
        started, renews = add_months(last, -step * (known.times - 1)), end_of(known.period, last)
        self._subscription(known, status=known.status, price_rub=price, started=started, renews=renews)

    def _on_trial(self, known: DemoTrial) -> None:
        started, ends = self._ago(known.began), self._now + timedelta(days=known.ends_in)
        self._subscription(known, status="trial", price_rub=0, started=started, renews=ends)

    def _subscription(self, known: DemoSubscription | DemoTrial, **values: Any) -> None:
        facts = known.model_dump(include={"plan", "period", "used_gb"})
        storage = self._company.catalogue.plans[known.plan].storage_gb
        self._add(subscriptions, storage_gb=storage, **facts, **values)

    def _ticket(self, known: DemoTicket) -> None:
        at, complaint = self._ago(known.ago), known.kind == "complaint"
        prefix: Prefix = "C" if complaint else "T"
        days = self._company.policy.complaint_days
        due = working_days_after(self._company, at, days) if complaint else None
        facts = known.model_dump(include={"kind", "subject", "details", "severity", "status"})
        self._numbered(prefix, tickets, at=at, notes=[], due=due, **facts)

    def _call(self, known: DemoCall) -> None:
        day = working_days_after(self._company, self._now, known.workdays).astimezone(self._company.zone)
        at = day.replace(hour=known.hour, minute=0, second=0, microsecond=0)
        self._numbered("CB", callbacks, at=at, phone=self._customer.phone)

    def _price(self, plan: str, period: Period) -> int:
        return price_of(self._company, plan, period, discount=self._customer.discount).total_rub

    def _plan_paid(self, at: datetime, price: int, plan: str, period: Period, **other: Any) -> str:
        language, demo = self._customer.language, self._company.demo
        title = self._company.catalogue[plan].title(language)
        purpose = f"{title}, {demo.periods[language][period]}"
        return self._paid(at, price, purpose, plan=plan, period=period, **other)

    def _paid(self, at: datetime, amount_rub: int, purpose: str, **other: Any) -> str:
        values = {"at": at, "amount_rub": amount_rub, "purpose": purpose, "refunded_rub": 0}
        return self._numbered("P", payments, **values, **other)

    def _ago(self, days: float) -> datetime:
        return self._now - timedelta(days=days)

    def _numbered(self, prefix: Prefix, table: Table, **values: Any) -> str:
        number = next_number(self._connection, prefix)
        self._add(table, number=number, **values)
        return number

    def _add(self, table: Table, **values: Any) -> None:
        self._connection.execute(insert(table).values(customer_id=self._customer.id, **values))
