"""What models have cost today, in a SQLite file that the processes of one machine share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from sqlalchemy import (
    Column,
    Connection,
    Date,
    Engine,
    Float,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    event,
    select,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DBAPIError

from app.core import durable
from app.core.exceptions import StorageUnavailable
from app.core.spend import Spend

WAIT = 10
"""Seconds that a writer waits for another one."""
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
        self._file = file

    def add(self, day: date, customer: str, dollars: float) -> None:
        with self._begin() as connection:
            connection.execute(delete(spend).where(spend.c.day < day))
            for whose in dict.fromkeys((EVERYBODY, _digest(customer))):
                row = insert(spend).values(day=day, whose=whose, dollars=dollars)
                more = {"dollars": spend.c.dollars + dollars}
                connection.execute(row.on_conflict_do_update(index_elements=["day", "whose"], set_=more))

    def of(self, day: date, customer: str) -> Spend:
        asked = select(spend.c.whose, spend.c.dollars).where(
            spend.c.day == day, spend.c.whose.in_((EVERYBODY, _digest(customer)))
        )
        with self._begin() as connection:
            sums: dict[str, float] = {row.whose: row.dollars for row in connection.execute(asked)}
        return Spend(sums.get(EVERYBODY, 0.0), sums.get(_digest(customer), 0.0) if customer else 0.0)

    def close(self) -> None:
        if "_engine" in vars(self):
            self._engine.dispose()

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except (DBAPIError, OSError) as error:
            raise StorageUnavailable from error

    @cached_property
    def _engine(self) -> Engine:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.touch(durable.OWNER)
        engine = create_engine(f"sqlite:///{self._file}", connect_args={"timeout": WAIT})
        event.listen(engine, "connect", _prepare)
        metadata.create_all(engine)
        return engine


def _prepare(connection: object, _: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]


def _digest(customer: str) -> str:
    return sha256(customer.encode()).hexdigest() if customer else EVERYBODY
