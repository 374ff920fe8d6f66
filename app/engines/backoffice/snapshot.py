"""All records of a back office as plain values, and a new one from them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Date, insert, select

from app.engines.backoffice.database import Database, prepare
from app.engines.backoffice.tables import Utc, metadata

Row = dict[str, Any]
Rows = dict[str, list[Row]]


def dump(storage: Path) -> Rows:
    """By table. Dates and moments are texts of the ISO form."""
    database = Database(storage, lambda _: None)
    try:
        with database.reading() as connection:
            return {
                table.name: [_plain(row._asdict()) for row in connection.execute(select(table))]
                for table in metadata.sorted_tables
            }
    finally:
        database.close()


def restore(storage: Path, rows: Rows) -> None:
    """Into a file that does not exist yet."""
    prepare(Database(storage, lambda _: None), lambda connection: _put(connection, rows))


def _put(connection: Connection, rows: Rows) -> None:
    for table in metadata.sorted_tables:
        if known := rows.get(table.name):
            connection.execute(insert(table), [_typed(table.name, row) for row in known])


def _plain(row: Row) -> Row:
    return {name: v.isoformat() if isinstance(v, date) else v for name, v in row.items()}


def _typed(table: str, row: Row) -> Row:
    kinds = {column.name: column.type for column in metadata.tables[table].columns}
    return {name: _value(kinds[name], value) for name, value in row.items()}


def _value(kind: object, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, Utc):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value
