"""Customers, what they have, bought and paid, and what broke."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None


def upgrade() -> None:
    _counters()
    _customers()
    _incidents()
    _devices()
    _orders()
    _subscriptions()
    _tickets()
    _payments()
    _refunds()


def downgrade() -> None:
    op.drop_table("refunds")
    op.drop_table("payments")
    op.drop_table("tickets")
    op.drop_table("subscriptions")
    op.drop_table("orders")
    op.drop_table("devices")
    op.drop_table("incidents")
    op.drop_table("customers")
    op.drop_table("counters")


def _counters() -> None:
    op.create_table(
        "counters",
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_counters")),
    )


def _customers() -> None:
    op.create_table(
        "customers",
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("discount", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customers")),
    )


def _incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_incidents")),
    )


def _devices() -> None:
    op.create_table(
        "devices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("app_version", sa.String(), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.customer_id"], name=op.f("fk_devices_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
    )
    op.create_index(op.f("ix_devices_customer_id"), "devices", ["customer_id"], unique=False)


def _orders() -> None:
    op.create_table(
        "orders",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(), nullable=True),
        sa.Column("total_rub", sa.Integer(), nullable=False),
        sa.Column("delivery", sa.String(), nullable=True),
        sa.Column("delivery_rub", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.customer_id"], name=op.f("fk_orders_customer_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_orders")),
    )
    op.create_index(op.f("ix_orders_customer_id"), "orders", ["customer_id"], unique=False)


def _subscriptions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("price_rub", sa.Integer(), nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("renews", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_gb", sa.Integer(), nullable=False),
        sa.Column("storage_gb", sa.Integer(), nullable=False),
        sa.Column("next_plan", sa.String(), nullable=True),
        sa.Column("next_period", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.customer_id"], name=op.f("fk_subscriptions_customer_id")
        ),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_subscriptions")),
    )


def _tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("details", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.customer_id"], name=op.f("fk_tickets_customer_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_tickets")),
    )
    op.create_index(op.f("ix_tickets_customer_id"), "tickets", ["customer_id"], unique=False)


def _payments() -> None:
    op.create_table(
        "payments",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount_rub", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("order", sa.String(), nullable=True),
        sa.Column("plan", sa.String(), nullable=True),
        sa.Column("period", sa.String(), nullable=True),
        sa.Column("refunded_rub", sa.Integer(), nullable=False),
        sa.Column("duplicate_of", sa.String(), nullable=True),
        sa.CheckConstraint(
            "refunded_rub >= 0 AND refunded_rub <= amount_rub", name=op.f("ck_payments_refunded")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.customer_id"], name=op.f("fk_payments_customer_id")
        ),
        sa.ForeignKeyConstraint(["duplicate_of"], ["payments.number"], name=op.f("fk_payments_duplicate_of")),
        sa.ForeignKeyConstraint(["order"], ["orders.number"], name=op.f("fk_payments_order")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_payments")),
    )
    op.create_index(op.f("ix_payments_customer_id"), "payments", ["customer_id"], unique=False)


def _refunds() -> None:
    op.create_table(
        "refunds",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("payment", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount_rub", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("amount_rub > 0", name=op.f("ck_refunds_amount")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.customer_id"], name=op.f("fk_refunds_customer_id")
        ),
        sa.ForeignKeyConstraint(["payment"], ["payments.number"], name=op.f("fk_refunds_payment")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_refunds")),
    )
    op.create_index(op.f("ix_refunds_customer_id"), "refunds", ["customer_id"], unique=False)
    op.create_index(op.f("ix_refunds_payment"), "refunds", ["payment"], unique=False)
