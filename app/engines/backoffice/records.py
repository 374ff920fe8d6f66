"""Converts rows to domain values, and allocates the numbers that people quote (O-1001)."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite

from app.core.backoffice import (
    Account,
    BookedCall,
    Customer,
    Device,
    Incident,
    Order,
    Payment,
    Subscription,
    Ticket,
    Worth,
)
from app.engines.backoffice.tables import (
    callbacks,
    counters,
    customers,
    devices,
    incidents,
    metadata,
    orders,
    payments,
    subscriptions,
    tickets,
)

Prefix = Literal["O", "P", "T", "C", "A", "I", "R", "CB", "CR"]
FIRST = 1001

_LATIN = str.maketrans("АВСЕНКМОРТХ–—−", "ABCEHKMOPTX---")
_SHAPE = re.compile(r"([A-Z]{1,2})\s*-?\s*(\d{1,12})")


def next_number(connection: Connection, prefix: Prefix) -> str:
    """Unique over processes: the counter's row stays locked until the transaction ends.

    One statement: two who need the first number of all at the same moment wait for each other too.
    """
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    first = insert(counters).values(prefix=prefix, value=FIRST)
    step = first.on_conflict_do_update(index_elements=["prefix"], set_={"value": counters.c.value + 1})
    return f"{prefix}-{connection.scalar(step.returning(counters.c.value))}"


def as_number(said: str) -> str:
    """As people write it: small letters, Cyrillic look-alikes, spaces. Anything else comes back empty."""
    shape = _SHAPE.fullmatch(said.strip().upper().translate(_LATIN).lstrip("№#").strip())
    return f"{shape[1]}-{int(shape[2])}" if shape else ""


def customer_of(connection: Connection, customer_id: str) -> Customer | None:
    row = connection.execute(select(customers).where(customers.c.customer_id == customer_id)).first()
    return None if row is None else Customer.model_validate(row._asdict())


def subscription_of(connection: Connection, customer_id: str) -> Subscription | None:
    row = connection.execute(select(subscriptions).where(subscriptions.c.customer_id == customer_id)).first()
    return None if row is None else Subscription.model_validate(row._asdict())


def account_of(connection: Connection, customer_id: str) -> Account | None:
    customer = customer_of(connection, customer_id)
    if customer is None:
        return None
    owned = select(devices).where(devices.c.customer_id == customer_id).order_by(devices.c.last_seen.desc())
    return Account(
        customer=customer,
        subscription=subscription_of(connection, customer_id),
        devices=[Device.model_validate(row._asdict()) for row in connection.execute(owned)],
    )


def worths_of(connection: Connection, customer_ids: Collection[str]) -> dict[str, Worth]:
    paid = func.sum(payments.c.amount_rub - payments.c.refunded_rub).label("paid_rub")
    mine = payments.c.customer_id.in_(customer_ids)
    sums = select(payments.c.customer_id, paid).where(mine).group_by(payments.c.customer_id).subquery()
    known = (
        select(
            customers.c.customer_id, subscriptions.c.plan, func.coalesce(sums.c.paid_rub, 0).label("paid_rub")
        )
        .outerjoin(subscriptions, subscriptions.c.customer_id == customers.c.customer_id)
        .outerjoin(sums, sums.c.customer_id == customers.c.customer_id)
        .where(customers.c.customer_id.in_(customer_ids))
    )
    found = connection.execute(known)
    return {row.customer_id: Worth(paid_rub=row.paid_rub, plan=row.plan) for row in found}


def payments_of(connection: Connection, customer_id: str) -> list[Payment]:
    rows = connection.execute(latest(payments, customer_id))
    return [Payment.model_validate(row._asdict()) for row in rows]


def orders_of(connection: Connection, customer_id: str) -> list[Order]:
    return [Order.model_validate(row._asdict()) for row in connection.execute(latest(orders, customer_id))]


def tickets_of(connection: Connection, customer_id: str) -> list[Ticket]:
    return [Ticket.model_validate(row._asdict()) for row in connection.execute(latest(tickets, customer_id))]


def calls_of(connection: Connection, customer_id: str) -> list[BookedCall]:
    rows = connection.execute(latest(callbacks, customer_id))
    return [BookedCall.model_validate(row._asdict()) for row in rows]


def incident_of(connection: Connection, number: str) -> Incident | None:
    row = connection.execute(select(incidents).where(incidents.c.number == number)).first()
    return None if row is None else Incident.model_validate(row._asdict())


def owned(connection: Connection, table: Table, number: str, customer_id: str) -> Row[Any] | None:
    """None for what is not there and for what is another customer's alike."""
    mine = select(table).where(table.c.number == number, table.c.customer_id == customer_id)
    return connection.execute(mine).first()


def latest(table: Table, customer_id: str) -> Select[Any]:
    mine = select(table).where(table.c.customer_id == customer_id)
    return mine.order_by(table.c.at.desc(), table.c.number.desc())


def has_customers(connection: Connection) -> bool:
    return connection.scalar(select(customers.c.customer_id).limit(1)) is not None


def counts(connection: Connection) -> dict[str, int]:
    tables = [table for table in metadata.sorted_tables if table.name != "counters"]
    return {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables}
