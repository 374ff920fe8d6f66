"""Short words for writing demo records."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert, update

from app.core.backoffice import Delivery, Discount, Period, PlanName
from app.engines.backoffice.catalogue import DELIVERY_RUB, PLANS, title
from app.engines.backoffice.dates import add_months, end_of
from app.engines.backoffice.pricing import price_of
from app.engines.backoffice.records import Prefix, next_number
from app.engines.backoffice.tables import (
    customers,
    devices,
    incidents,
    orders,
    payments,
    refunds,
    subscriptions,
    tickets,
)

_PERIOD = {"ru": {"month": "месяц", "year": "год"}, "en": {"month": "month", "year": "year"}}


class Writer:
    """Writes for the customer that was named last. `ago` is in days."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self.now = now
        self._owner, self._language, self._discount = "", "ru", "none"
        self._people = 0

    def customer(
        self, customer_id: str, name: str, since: float, language: str = "ru", discount: Discount = "none"
    ) -> None:
        self._owner, self._language, self._discount = customer_id, language, discount
        self._people += 1
        self._add(
            customers,
            name=name,
            email=f"{customer_id.replace('_', '.')}@example.{'ru' if language == 'ru' else 'com'}",
            phone=f"+7 000 555-01-{self._people:02}"
            if language == "ru"
            else f"+1 202 555 01{self._people:02}",
            since=self._ago(since).date(),
            discount=discount,
        )

    def subscribed(
        self, plan: PlanName, period: Period, paid: float, times: int = 1, used_gb: int = 20, **other: Any
    ) -> str:
        """Paid so many days ago, and before that each period; gives the latest payment's number."""
        price = price_of(plan, period, discount=self._discount).total_rub  # type: ignore[arg-type]
        step, last, number = 12 if period == "year" else 1, self._ago(paid), ""
        for back in reversed(range(times)):
            number = self.payment(add_months(last, -step * back), price, plan=plan, period=period)
        values = {
            "status": "active",
            "price_rub": price,
            "started": add_months(last, -step * (times - 1)),
            "renews": end_of(period, last),
            "used_gb": used_gb,
            "storage_gb": PLANS[plan].storage_gb,
        }
        self._add(subscriptions, plan=plan, period=period, **(values | other))
        return number

    def payment(self, at: datetime, amount_rub: int, purpose: str = "", **other: Any) -> str:
        plan, period = other.get("plan"), other.get("period")
        if plan:
            purpose = f"{title(plan, self._language)}, {_PERIOD[self._language][str(period)]}"
        values = {"at": at, "amount_rub": amount_rub, "purpose": purpose, "refunded_rub": 0}
        return self._numbered("P", payments, **values, **other)

    def refunded(self, payment: str, amount_rub: int, ago: float) -> None:
        self._numbered("R", refunds, payment=payment, at=self._ago(ago), amount_rub=amount_rub, reason="full")
        change = update(payments).where(payments.c.number == payment).values(refunded_rub=amount_rub)
        self._connection.execute(change)

    def goods(
        self, item: str, ago: float, status: str, quantity: int = 1, delivery: Delivery = "courier"
    ) -> str:
        """Paid at once unless it awaits payment; delivered after four days."""
        at = self._ago(ago)
        price = price_of(item, "month", quantity, delivery=delivery)
        values = {
            "at": at,
            "item": item,
            "title": title(item, self._language),
            "quantity": quantity,
            "total_rub": price.total_rub,
            "delivery": delivery,
            "delivery_rub": price.delivery_rub if price.delivery_rub is not None else DELIVERY_RUB[delivery],
            "status": status,
            "delivered_at": at + timedelta(days=4) if status == "delivered" else None,
        }
        order = self._numbered("O", orders, **values)
        if status != "awaiting_payment":
            self.payment(at, price.total_rub, title(item, self._language), order=order)
        return order

    def device(self, name: str, platform: str, version: str, ago: float, problem: str | None = None) -> None:
        values = {"name": name, "platform": platform, "app_version": version, "last_seen": self._ago(ago)}
        self._add(devices, **values, problem=problem)

    def ticket(self, subject: str, ago: float, status: str = "open", details: str = "", **other: Any) -> str:
        values = {
            "kind": "problem",
            "at": self._ago(ago),
            "subject": subject,
            "details": details,
            "severity": "normal",
            "status": status,
            "notes": [],
        }
        prefix: Prefix = "C" if other.get("kind") == "complaint" else "T"
        return self._numbered(prefix, tickets, **(values | other))

    def incident(self, service: str, titles: dict[str, str], since: datetime, until: datetime | None) -> None:
        number = next_number(self._connection, "I")
        values = {"number": number, "service": service, "title": titles, "since": since, "until": until}
        self._connection.execute(insert(incidents).values(values))

    def _ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def _numbered(self, prefix: Prefix, table: Table, **values: Any) -> str:
        number = next_number(self._connection, prefix)
        self._add(table, number=number, **values)
        return number

    def _add(self, table: Table, **values: Any) -> None:
        self._connection.execute(insert(table).values(customer_id=self._owner, **values))
