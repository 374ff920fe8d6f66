"""The outbox in the back office's database. A delivered event leaves it: from then on it is the CRM's."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, insert, select, true, update

from app.core.events import Event
from app.core.outbox import DeadLetter, OutboxMessage, OutboxState
from app.engines.backoffice import outbox_rows as rows
from app.engines.backoffice.database import Database, prepare
from app.engines.backoffice.outbox_rows import dialogs, parcels

BEGUN = ""  # the row that says that the outbox is in use
FORGOTTEN = 2**31 - 1
NAMED = 500  # more dialogs than these are not named in a question: all are read


class SqlOutbox:
    """`storage` is the path of an SQLite file or an SQLAlchemy DSN. Nothing is opened before first use."""

    def __init__(self, storage: str | Path) -> None:
        self._database = Database(storage, lambda database: prepare(database, None))

    def close(self) -> None:
        """The next use opens it again."""
        self._database.close()

    def begin(self, counts: Mapping[str, int]) -> None:
        with self._database.writing("outbox") as connection:
            if rows.copied(connection, BEGUN) is None:
                known = {BEGUN: 0, **counts}.items()
                connection.execute(insert(dialogs), [{"dialog_id": d, "copied": n} for d, n in known])

    def copied(self, among: Collection[str] | None = None) -> dict[str, int]:
        known = select(dialogs.c.dialog_id, dialogs.c.copied).where(dialogs.c.dialog_id != BEGUN)
        if among is not None and len(among) <= NAMED:
            known = known.where(dialogs.c.dialog_id.in_(among))
        with self._database.reading() as connection:
            return {row.dialog_id: row.copied for row in connection.execute(known)}

    def add(self, dialog_id: str, events: Sequence[Event]) -> int:
        with self._database.writing(_of(dialog_id)) as connection:
            copied = rows.copied(connection, dialog_id) or 0
            new = [event for event in events if event.number > copied]
            for event in new:
                rows.enter_event(connection, event)
            if new:
                last = new[-1]
                rows.note(connection, dialog_id, customer_id=last.customer_id, copied=last.number)
                rows.wait(connection, dialog_id, new[0].at)
            return len(new)

    def claim(self, now: datetime, limit: int, lease: timedelta) -> list[OutboxMessage]:
        """A look without the write lock comes first: mostly there is nothing to do."""
        with self._database.reading() as connection:
            if connection.execute(rows.due_dialogs(now, 1, lease)).first() is None:
                return []
        with self._database.writing("outbox claim") as connection:
            due = connection.execute(rows.due_dialogs(now, limit, lease)).all()
            chosen = {row.customer_id: row.dialog_id for row in reversed(due)}
            taken = [rows.take(connection, dialog_id, now, lease) for dialog_id in chosen.values()]
            return [message for message in taken if message]

    def delivered(self, message: OutboxMessage) -> None:
        """Whoever has the lease by now: it is there."""
        dialog_id = message.event.dialog_id
        with self._database.writing(_of(dialog_id)) as connection:
            rows.drop(connection, message.event.id)
            rows.release(connection, message)
            rows.schedule(connection, dialog_id)

    def failed(self, message: OutboxMessage, why: str, retry_at: datetime | None) -> None:
        dialog_id = message.event.dialog_id
        with self._database.writing(_of(dialog_id)) as connection:
            if rows.release(connection, message):
                end = {"why": why, "dead": retry_at is None}
                connection.execute(update(parcels).where(parcels.c.id == message.event.id).values(end))
                rows.schedule(connection, dialog_id, retry_at)

    def state(self) -> OutboxState:
        counted = select(parcels.c.dead, func.count(), func.min(parcels.c.at)).group_by(parcels.c.dead)
        with self._database.reading() as connection:
            found = {dead: (count, oldest) for dead, count, oldest in connection.execute(counted)}
        waiting, oldest = found.get(False, (0, None))
        return OutboxState(waiting, found.get(True, (0, None))[0], oldest)

    def dead(self, limit: int) -> list[DeadLetter]:
        found = select(parcels).where(parcels.c.dead == true()).order_by(parcels.c.at, parcels.c.id)
        with self._database.reading() as connection:
            letters = connection.execute(found.limit(limit)).all()
        return [DeadLetter(Event.model_validate_json(row.event), row.tries, row.why) for row in letters]

    def revive(self, event_id: str | None = None) -> int:
        wanted = select(parcels.c.id, parcels.c.dialog_id).where(parcels.c.dead == true())
        if event_id is not None:
            wanted = wanted.where(parcels.c.id == event_id)
        with self._database.reading() as connection:
            found = [(row.id, row.dialog_id) for row in connection.execute(wanted)]
        return sum(self._revive(*each) for each in found)

    def dialogs(self) -> list[str]:
        with self._database.reading() as connection:
            return list(connection.scalars(select(parcels.c.dialog_id).distinct()))

    def forget(self, dialog_id: str) -> None:
        """What is said of it afterwards is not taken in: a copy may be under way while it is deleted."""
        with self._database.writing(_of(dialog_id)) as connection:
            rows.drop_all(connection, dialog_id)
            gone = {"customer_id": None, "waits_since": None, "lease": None, "leased_until": None}
            rows.note(connection, dialog_id, copied=FORGOTTEN, **gone)

    def _revive(self, event_id: str, dialog_id: str) -> int:
        anew = {"dead": False, "tries": 0, "since": None}
        with self._database.writing(_of(dialog_id)) as connection:
            lying = update(parcels).where(parcels.c.id == event_id, parcels.c.dead == true())
            revived = connection.execute(lying.values(anew)).rowcount
            rows.schedule(connection, dialog_id)
            return revived


def _of(dialog_id: str) -> str:
    return f"outbox {dialog_id}"
