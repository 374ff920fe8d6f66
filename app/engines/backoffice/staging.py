"""Records for a rehearsal: rows are put into a copy of a prepared database, missing figures filled in."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert

from app.core.company import in_use
from app.engines.backoffice.customer_records import delete_customer
from app.engines.backoffice.database import Database
from app.engines.backoffice.dates import end_of
from app.engines.backoffice.office import SqlBackOffice
from app.engines.backoffice.tables import metadata

Row = tuple[str, dict[str, object]]
Values = dict[str, Any]


def prepare_template(file: Path, clock: Callable[[], datetime]) -> None:
    """A database with the demo data, once; migrating a fresh one takes longer than a dialog."""
    office = SqlBackOffice(file, demo=True, clock=clock)
    office.counts()
    office.close()


def stage(template: Path, file: Path, rows: Iterable[Row], now: datetime) -> None:
    """`rows` are (table, values); a row of `customers` empties what is there of that customer first."""
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(template, file)
    database = Database(file, lambda _: None)
    with database.writing() as connection:
        for table, values in rows:
            _put(connection, table, dict(values), now)
    database.close()


def _put(connection: Connection, table: str, values: Values, now: datetime) -> None:
    if table == "customers":
        delete_customer(connection, values["customer_id"])
    fill = _FILLED.get(table)
    connection.execute(insert(metadata.tables[table]).values(fill(values, now) if fill else values))


def _subscription(given: Values, now: datetime) -> Values:
    plan, period = in_use().catalogue.plans[given["plan"]], given["period"]
    renews = end_of(period, given["started"])
    while renews <= now:
        renews = end_of(period, renews)
    price = plan.year_rub if period == "year" else plan.month_rub
    return {"price_rub": price, "storage_gb": plan.storage_gb, "renews": renews, **given}


def _ticket(given: Values, _now: datetime) -> Values:
    return {"notes": [], **given}


_FILLED: dict[str, Callable[[Values, datetime], Values]] = {
    "subscriptions": _subscription,
    "tickets": _ticket,
}
