"""A customer's records as they stood at an earlier moment: what was done since is taken back, in a copy.

Each audit line keeps what its act changed (`undo`), without what people wrote: an address or a phone is only
known to have been there, notes by their number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Column, Connection, Date, Table, insert, select

from app.engines.backoffice.database import Database, begin_writing
from app.engines.backoffice.tables import Utc, counters, effects, incidents, metadata

Values = dict[str, Any]
Place = tuple[str, tuple[str, ...]]
"""Table and primary key."""
Records = dict[Place, Values]
Undo = list[Values]
"""Of each record that changed: its table, its key, and what it `was`; None for one that was not there."""

UNTOLD = "—"
WRITTEN = {"address", "phone"}
FIXED = {"customers", "devices"}
"""What no act changes."""
OWNED = [t for t in metadata.sorted_tables if "customer_id" in t.c and t is not effects]


def snapshot(connection: Connection, customer_id: str) -> Records:
    """What acts may change of a customer."""
    tables = (table for table in OWNED if table.name not in FIXED)
    return _read(connection, tables, customer_id)


def changes(before: Records, after: Records) -> Undo:
    """How to get from `after` back to `before`."""
    out: Undo = []
    for place in sorted({*before, *after}):
        old, new = before.get(place), after.get(place, {})
        if old == new:
            continue
        was = (
            None
            if old is None
            else {name: value for name, value in old.items() if value != new.get(name, ...)}
        )
        table, key = place
        out.append({"table": table, "key": list(key), "was": was and _packed(was)})
    return out


def records_at(connection: Connection, customer_id: str, moment: datetime) -> Records:
    """With what is everybody's: incidents, and counters as they stood before the customer's later records.

    Lines from before `undo` was kept cannot be taken back, nor what other programs did to the tables.
    """
    found = _read(connection, OWNED, customer_id)
    drawn: list[str] = []
    later = select(effects.c.undo).where(effects.c.customer_id == customer_id, effects.c.at >= moment)
    for undo in connection.scalars(later.order_by(effects.c.id.desc())):
        for change in undo or ():
            _take_back(found, change, drawn)
    for table in (incidents, counters):
        found |= {_place(table, row): row for row in _rows(connection, table)}
    for number in drawn:
        prefix, _, value = number.rpartition("-")
        counter = found.get(("counters", (prefix,)))
        if counter:
            counter["value"] = min(counter["value"], int(value) - 1)
    return found


class PrivateCopy(Database):
    """Records in a file of their own, which is gone once it is closed."""

    def __init__(self, records: Records) -> None:
        self._folder = TemporaryDirectory(prefix="records-")
        self._records = records
        super().__init__(Path(self._folder.name) / "records.sqlite", self._fill)

    def close(self) -> None:
        super().close()
        self._folder.cleanup()

    def _fill(self, database: Database) -> None:
        engine = database.connect()
        with begin_writing(engine) as connection:
            metadata.create_all(connection)
            for table in metadata.sorted_tables:
                mine = sorted((place for place in self._records if place[0] == table.name), key=_age)
                if mine:
                    connection.execute(insert(table), [self._records[place] for place in mine])
        engine.dispose()


def _read(connection: Connection, tables: Iterable[Table], customer_id: str) -> Records:
    return {
        _place(table, row): row
        for table in tables
        for row in _rows(connection, table, table.c.customer_id == customer_id)
    }


def _rows(connection: Connection, table: Table, *conditions: Any) -> list[Values]:
    return [row._asdict() for row in connection.execute(select(table).where(*conditions))]


def _place(table: Table, row: Mapping[str, Any]) -> Place:
    return table.name, tuple(str(row[column.name]) for column in table.primary_key)


def _age(place: Place) -> tuple[int, tuple[str, ...]]:
    """Numbers grow: a record names only earlier ones."""
    return max(map(len, place[1])), place[1]


def _take_back(found: Records, change: Values, drawn: list[str]) -> None:
    place: Place = (change["table"], tuple(change["key"]))
    if change["was"] is None:
        found.pop(place, None)
        drawn += [key for key in place[1][:1] if "number" in metadata.tables[place[0]].c]
        return
    now = found.setdefault(place, {})
    table = metadata.tables[place[0]]
    for name, value in change["was"].items():
        now[name] = _unpacked(table.c[name], value, now.get(name))


def _packed(was: Values) -> Values:
    return {name: _pack(name, value) for name, value in was.items()}


def _pack(name: str, value: Any) -> Any:
    if name == "notes":
        return len(value)
    if name in WRITTEN and value is not None:
        return UNTOLD
    return value.isoformat() if isinstance(value, date) else value


def _unpacked(column: Column[Any], value: Any, now: Any) -> Any:
    if column.name == "notes":
        return list(now or ())[:value]
    if value is None or not isinstance(column.type, Utc | Date):
        return value
    return datetime.fromisoformat(value) if isinstance(column.type, Utc) else date.fromisoformat(value)
