"""The tables. A change here needs a revision in `migrations/versions`; a test compares the two."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Utc(TypeDecorator[datetime]):
    """Aware on the way in and out; SQLite keeps UTC without saying so."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def _owner() -> Column[str]:
    return Column("customer_id", String, ForeignKey("customers.customer_id"), nullable=False, index=True)


def _number() -> Column[str]:
    return Column("number", String, primary_key=True)


def _required(name: str, kind: type[String | Integer | Utc | JSON]) -> Column[object]:
    return Column(name, kind, nullable=False)


counters = Table(
    "counters", metadata, Column("prefix", String, primary_key=True), _required("value", Integer)
)

customers = Table(
    "customers",
    metadata,
    Column("customer_id", String, primary_key=True),
    _required("name", String),
    _required("email", String),
    _required("phone", String),
    Column("since", Date, nullable=False),
    _required("discount", String),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("customer_id", String, ForeignKey("customers.customer_id"), primary_key=True),
    _required("plan", String),
    _required("period", String),
    _required("status", String),
    _required("price_rub", Integer),
    _required("started", Utc),
    _required("renews", Utc),
    _required("used_gb", Integer),
    _required("storage_gb", Integer),
    Column("next_plan", String),
    Column("next_period", String),
)

devices = Table(
    "devices",
    metadata,
    Column("id", Integer, primary_key=True),
    _owner(),
    _required("name", String),
    _required("platform", String),
    _required("app_version", String),
    _required("last_seen", Utc),
    Column("problem", String),
)

orders = Table(
    "orders",
    metadata,
    _number(),
    _owner(),
    _required("at", Utc),
    _required("item", String),
    _required("title", String),
    _required("quantity", Integer),
    Column("period", String),
    _required("total_rub", Integer),
    Column("delivery", String),
    _required("delivery_rub", Integer),
    _required("status", String),
    Column("delivered_at", Utc),
    Column("address", String),
)

payments = Table(
    "payments",
    metadata,
    _number(),
    _owner(),
    _required("at", Utc),
    _required("amount_rub", Integer),
    _required("purpose", String),
    Column("order", String, ForeignKey("orders.number")),
    Column("plan", String),
    Column("period", String),
    _required("refunded_rub", Integer),
    Column("duplicate_of", String, ForeignKey("payments.number")),
    CheckConstraint("refunded_rub >= 0 AND refunded_rub <= amount_rub", name="refunded"),
)

refunds = Table(
    "refunds",
    metadata,
    _number(),
    _owner(),
    Column("payment", String, ForeignKey("payments.number"), nullable=False, index=True),
    _required("at", Utc),
    _required("amount_rub", Integer),
    _required("reason", String),
    CheckConstraint("amount_rub > 0", name="amount"),
)

credits = Table(
    "credits",
    metadata,
    _number(),
    _owner(),
    _required("at", Utc),
    _required("amount_rub", Integer),
    _required("reason", String),
)

tickets = Table(
    "tickets",
    metadata,
    _number(),
    _owner(),
    _required("kind", String),
    _required("at", Utc),
    _required("subject", String),
    _required("details", String),
    _required("severity", String),
    _required("status", String),
    Column("due", Utc),
    _required("notes", JSON),
)

incidents = Table(
    "incidents",
    metadata,
    _number(),
    _required("service", String),
    _required("title", JSON),
    _required("since", Utc),
    Column("until", Utc),
)

compensations = Table(
    "compensations",
    metadata,
    Column("incident", String, ForeignKey("incidents.number"), primary_key=True),
    Column("customer_id", String, ForeignKey("customers.customer_id"), primary_key=True),
    _required("at", Utc),
    _required("days", Integer),
)

callbacks = Table(
    "callbacks",
    metadata,
    _number(),
    _owner(),
    _required("at", Utc),
    _required("phone", String),
    UniqueConstraint("customer_id", "at"),
)

approvals = Table(
    "approvals",
    metadata,
    _number(),
    _required("dialog_id", String),
    _required("seq", Integer),
    _owner(),
    _required("language", String),
    _required("tool", String),
    _required("arguments", JSON),
    _required("reason", String),
    Column("amount_rub", Integer),
    Column("payment", String),
    _required("requested_at", Utc),
    Column("status", String, nullable=False, index=True),
    Column("decided_at", Utc),
    Column("decided_by", String),
    _required("note", String),
    Column("outcome", JSON(none_as_null=True)),
    Index(
        "uq_approvals_pending",
        "payment",
        unique=True,
        sqlite_where=text("status = 'pending'"),
        postgresql_where=text("status = 'pending'"),
    ),
)

effects = Table(
    "effects",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("dialog_id", String),
    _required("seq", Integer),
    _required("tool", String),
    _required("at", Utc),
    _required("customer_id", String),
    _required("about", String),
    _required("arguments", JSON),
    _required("wording", String),
    _required("outcome", JSON),
    Column("decided_by", String),
    _required("proposal", String),
    Column("undo", JSON(none_as_null=True)),
    Index("ix_effects_dialog_id", "dialog_id"),
    Index(
        "uq_effects_once",
        "dialog_id",
        "seq",
        "tool",
        "customer_id",
        "about",
        unique=True,
        sqlite_where=text("decided_by IS NULL"),
        postgresql_where=text("decided_by IS NULL"),
    ),
)
