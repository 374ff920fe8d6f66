"""What the back office's database keeps of a customer, the outbox included."""

from __future__ import annotations

import json
from datetime import date
from time import sleep
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, or_, select, update

from app.core.exceptions import BackOfficeUnavailable
from app.core.personal_data import DataSubject, Held
from app.core.threads import in_office
from app.engines.backoffice import outbox_rows
from app.engines.backoffice.database import Database
from app.engines.backoffice.outbox_rows import parcels
from app.engines.backoffice.tables import approvals, effects, metadata

OWNED = [table for table in metadata.sorted_tables if "customer_id" in table.c]
"""Those that others refer to come first."""
OVERWRITTEN = 1
"""The user version of a file in which everything that was ever deleted has been overwritten."""
TRIES, PAUSE = 40, 0.05


class OfficeRecords:
    """The tables with a `customer_id`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def dialogs_of(self, customer_id: str) -> set[str]:
        return await in_office(self._dialogs, customer_id)

    async def hold(self, subject: DataSubject) -> Held:
        return await in_office(self._hold, subject.customer_id)

    async def forget(self, subject: DataSubject) -> None:
        await in_office(self._forget, subject.customer_id)

    async def forget_dialog(self, dialog_id: str) -> None:
        """What agents did in it; what still waits for a person, and the records themselves, stay."""
        await in_office(self._forget_dialog, dialog_id)

    async def approvals(self, customer_id: str) -> list[str]:
        """Their numbers."""
        return [row["number"] for row in (await in_office(self._hold, customer_id))["approvals"]]

    def _dialogs(self, customer_id: str) -> set[str]:
        with self._database.reading() as connection:
            return {
                name
                for table in OWNED
                if "dialog_id" in table.c
                for name in connection.scalars(select(table.c.dialog_id).where(_is(table, customer_id)))
            }

    def _hold(self, customer_id: str) -> Held:
        with self._database.reading() as connection:
            return {table.name: _rows(connection, table, _is(table, customer_id)) for table in OWNED}

    def _forget_dialog(self, dialog_id: str) -> None:
        with self._database.writing(f"dialog {dialog_id}") as connection:
            connection.execute(delete(effects).where(effects.c.dialog_id == dialog_id))
            decided = (approvals.c.dialog_id == dialog_id) & (approvals.c.status != "pending")
            connection.execute(delete(approvals).where(decided))

    def _forget(self, customer_id: str) -> None:
        with self._database.writing(f"customer {customer_id}") as connection:
            delete_customer(connection, customer_id)
        overwrite(self._database)


class OutboxRecords:
    """Of a dialog that was forgotten its id stays, so that nothing of it is taken in again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def dialogs_of(self, customer_id: str) -> set[str]:
        return await in_office(self._dialogs, customer_id)

    async def hold(self, subject: DataSubject) -> Held:
        return await in_office(self._hold, subject)

    async def forget(self, subject: DataSubject) -> None:
        await in_office(self._forget, subject)

    def _dialogs(self, customer_id: str) -> set[str]:
        known = outbox_rows.dialogs
        with self._database.reading() as connection:
            mine = select(known.c.dialog_id).where(known.c.customer_id == customer_id)
            waiting = connection.execute(select(parcels.c.dialog_id, parcels.c.event)).all()
            told = {name for name, text in waiting if json.loads(text)["customer_id"] == customer_id}
            return {*connection.scalars(mine), *told}

    def _hold(self, subject: DataSubject) -> Held:
        with self._database.reading() as connection:
            rows = _rows(connection, parcels, parcels.c.dialog_id.in_(subject.dialogs))
            return {"outbox": [{**row, "event": json.loads(row["event"])} for row in rows]}

    def _forget(self, subject: DataSubject) -> None:
        known = outbox_rows.dialogs
        mine = or_(known.c.customer_id == subject.customer_id, known.c.dialog_id.in_(subject.dialogs))
        nobody = {"customer_id": None, "waits_since": None, "lease": None, "leased_until": None}
        with self._database.writing(*(f"outbox {name}" for name in sorted(subject.dialogs))) as connection:
            connection.execute(delete(parcels).where(parcels.c.dialog_id.in_(subject.dialogs)))
            connection.execute(update(known).where(mine).values(nobody))
        overwrite(self._database)


def delete_customer(connection: Connection, customer_id: str) -> None:
    for table in reversed(OWNED):
        connection.execute(delete(table).where(_is(table, customer_id)))


def overwrite(database: Database) -> None:
    """Leave no deleted words in an SQLite file and its log; a server's disk is the server's.

    Connections overwrite what they delete; what older versions of this program deleted is in the file until
    it is written anew once. Raises BackOfficeUnavailable where a reader keeps the log from being emptied.
    """
    if database.file is None:
        return
    engine = database.connect()
    try:
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            if cursor.execute("PRAGMA user_version").fetchone() != (OVERWRITTEN,):
                cursor.execute("VACUUM")
                cursor.execute(f"PRAGMA user_version = {OVERWRITTEN}")
            for _ in range(TRIES):
                [busy, *_] = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                if not busy:
                    return
                sleep(PAUSE)
        finally:
            connection.close()
    finally:
        engine.dispose()
    raise BackOfficeUnavailable


def _is(table: Table, customer_id: str) -> ColumnElement[bool]:
    return table.c.customer_id == customer_id


def _rows(connection: Connection, table: Table, where: ColumnElement[bool]) -> list[dict[str, Any]]:
    return [
        {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
        for row in connection.execute(select(table).where(where)).mappings()
    ]
