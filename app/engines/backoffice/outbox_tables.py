"""The tables of the outbox. They are no records: resetting the back office leaves them alone."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, String, Table, Text

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
