"""What models have cost today, in a SQLite file that the processes of one machine share."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path

from sqlalchemy import (
    Column,
    Date,
    Float,
    MetaData,
    String,
    Table,
    delete,
    select,
)
from sqlalchemy.dialects.sqlite import insert

from app.adapters.access.owned_tables import OwnedTables
from app.core.spend import Spend

EVERYBODY = ""
metadata = MetaData()
spend = Table(
    "spend",
    metadata,
    Column("day", Date, primary_key=True),
    Column("whose", String, primary_key=True),
    Column("dollars", Float, nullable=False),
)


class SqliteSpend:
    """Inert until used. Names of customers are digests, and go with their day."""

    def __init__(self, file: Path) -> None:
        self._tables = OwnedTables(file, metadata, "synchronous=NORMAL")

    def add(self, day: date, customer: str, dollars: float) -> None:
        with self._tables.begin() as connection:
            connection.execute(delete(spend).where(spend.c.day < day))
            for whose in dict.fromkeys((EVERYBODY, _digest(customer))):
                row = insert(spend).values(day=day, whose=whose, dollars=dollars)
                more = {"dollars": spend.c.dollars + dollars}
                connection.execute(row.on_conflict_do_update(index_elements=["day", "whose"], set_=more))

    def of(self, day: date, customer: str) -> Spend:
        asked = select(spend.c.whose, spend.c.dollars).where(
            spend.c.day == day, spend.c.whose.in_((EVERYBODY, _digest(customer)))
        )
        with self._tables.begin() as connection:
            sums: dict[str, float] = {row.whose: row.dollars for row in connection.execute(asked)}
        return Spend(sums.get(EVERYBODY, 0.0), sums.get(_digest(customer), 0.0) if customer else 0.0)

    def close(self) -> None:
        self._tables.close()


def _digest(customer: str) -> str:
    return sha256(customer.encode()).hexdigest() if customer else EVERYBODY
