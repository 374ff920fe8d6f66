"""Tables and statements of the outbox. A reset of the back office does not touch them.

The row of a dialog names its first waiting message, so claiming is quick.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    Row,
    Select,
    String,
    Table,
    Text,
    delete,
    false,
    insert,
    or_,
    select,
    update,
)

from app.core.events import Event
from app.core.outbox import LONGEST_PAUSE, OutboxMessage
from app.engines.backoffice.tables import Utc
from app.engines.backoffice.tables import metadata as records

metadata = MetaData(naming_convention=records.naming_convention)

parcels = Table(
    "outbox_parcels",
    metadata,
    Column("id", String, primary_key=True),
    Column("dialog_id", String, nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", Utc, nullable=False),
    Column("event", Text, nullable=False),
    Column("dead", Boolean, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("since", Utc),
    Column("why", String, nullable=False),
    Index("ix_outbox_parcels_dialog", "dialog_id", "dead", "number"),
    Index("ix_outbox_parcels_at", "dead", "at"),
)

dialogs = Table(
    "outbox_dialogs",
    metadata,
    Column("dialog_id", String, primary_key=True),
    Column("customer_id", String),
    Column("copied", Integer, nullable=False),
    Column("waits_since", Utc, index=True),
    Column("due", Utc),
    Column("lease", String),
    Column("leased_until", Utc, index=True),
)
"""`waits_since` is the time of the first event that waits, `due` when it may be tried again."""


APART = timedelta(minutes=1)
"""So far may the clocks of processes be apart, the wait for each other's writing included."""


def copied(connection: Connection, dialog_id: str) -> int | None:
    return connection.scalar(select(dialogs.c.copied).where(dialogs.c.dialog_id == dialog_id))


def note(connection: Connection, dialog_id: str, **values: object) -> None:
    """Into the dialog's row, which is made where there is none."""
    changed = connection.execute(update(dialogs).where(dialogs.c.dialog_id == dialog_id).values(values))
    if not changed.rowcount:
        connection.execute(insert(dialogs).values(dialog_id=dialog_id, **values))


def enter_event(connection: Connection, event: Event) -> None:
    row = {
        "id": event.id,
        "dialog_id": event.dialog_id,
        "number": event.number,
        "at": event.at,
        "event": event.model_dump_json(),
        "dead": False,
        "tries": 0,
        "why": "",
    }
    connection.execute(insert(parcels).values(row))


def wait(connection: Connection, dialog_id: str, since: datetime) -> None:
    """Unless something waits there already."""
    idle = (dialogs.c.dialog_id == dialog_id) & dialogs.c.waits_since.is_(None)
    connection.execute(update(dialogs).where(idle).values(waits_since=since, due=None))


def schedule(connection: Connection, dialog_id: str, due: datetime | None = None) -> None:
    """After anything that may have changed which event of the dialog is the first."""
    first = connection.execute(_waiting(dialog_id)).first()
    since = first.at if first else None
    note(connection, dialog_id, waits_since=since, due=due if first else None)


def due_dialogs(now: datetime, limit: int, lease: timedelta) -> Select[Any]:
    """Those that wait longest. None of a customer for whom something is under way."""
    known = dialogs.c.customer_id.is_not(None)
    leased = (dialogs.c.leased_until > now) & (dialogs.c.leased_until <= now + lease + APART)
    busy = select(dialogs.c.customer_id).where(leased, known)
    far = dialogs.c.due > now + LONGEST_PAUSE + APART
    return (
        select(dialogs)
        .where(dialogs.c.waits_since.is_not(None))
        .where(or_(dialogs.c.due.is_(None), dialogs.c.due <= now, far))
        .where(dialogs.c.customer_id.not_in(busy))
        .order_by(dialogs.c.waits_since, dialogs.c.dialog_id)
        .limit(limit)
    )


def take(connection: Connection, dialog_id: str, now: datetime, lease: timedelta) -> OutboxMessage | None:
    row = connection.execute(_waiting(dialog_id)).first()
    if row is None:
        return None
    message = _message(row, now)
    tried = {"tries": message.tries, "since": message.since}
    connection.execute(update(parcels).where(parcels.c.id == row.id).values(tried))
    note(connection, dialog_id, lease=message.lease, leased_until=now + lease)
    return message


def release(connection: Connection, message: OutboxMessage) -> bool:
    """False where the lease has passed to another."""
    mine = (dialogs.c.dialog_id == message.event.dialog_id) & (dialogs.c.lease == message.lease)
    free = update(dialogs).where(mine).values(lease=None, leased_until=None)
    return connection.execute(free).rowcount > 0


def drop(connection: Connection, event_id: str) -> None:
    connection.execute(delete(parcels).where(parcels.c.id == event_id))


def drop_all(connection: Connection, dialog_id: str) -> None:
    connection.execute(delete(parcels).where(parcels.c.dialog_id == dialog_id))


def _waiting(dialog_id: str) -> Select[Any]:
    here = select(parcels).where(parcels.c.dialog_id == dialog_id, parcels.c.dead == false())
    return here.order_by(parcels.c.number).limit(1)


def _message(row: Row[Any], now: datetime) -> OutboxMessage:
    return OutboxMessage(
        Event.model_validate_json(row.event), row.tries + 1, min(row.since or now, now), uuid4().hex
    )
