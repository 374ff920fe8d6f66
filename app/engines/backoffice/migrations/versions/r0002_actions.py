"""What agents do: credits, compensations, calls, approvals, the audit."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"


def upgrade() -> None:
    _effects()
    _approvals()
    _approvals_indexes()
    _callbacks()
    _compensations()
    _credits()


def downgrade() -> None:
    op.drop_table("credits")
    op.drop_table("compensations")
    op.drop_table("callbacks")
    op.drop_table("approvals")
    op.drop_table("effects")


def _effects() -> None:
    op.create_table(
        "effects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dialog_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("tool", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_effects")),
    )
    op.create_index(
        "uq_effects_once",
        "effects",
        ["dialog_id", "seq", "tool", "customer_id"],
        unique=True,
        sqlite_where=sa.text("decided_by IS NULL"),
        postgresql_where=sa.text("decided_by IS NULL"),
    )


def _approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("dialog_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("tool", sa.String(), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("amount_rub", sa.Integer(), nullable=True),
        sa.Column("payment", sa.String(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("outcome", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.customer_id"], name=op.f("fk_approvals_customer_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_approvals")),
    )


def _approvals_indexes() -> None:
    op.create_index(op.f("ix_approvals_customer_id"), "approvals", ["customer_id"], unique=False)
    op.create_index(op.f("ix_approvals_status"), "approvals", ["status"], unique=False)
    op.create_index(
        "uq_approvals_pending",
        "approvals",
        ["payment"],
        unique=True,
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    )


def _callbacks() -> None:
    op.create_table(
        "callbacks",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.customer_id"], name=op.f("fk_callbacks_customer_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_callbacks")),
        sa.UniqueConstraint("customer_id", "at", name=op.f("uq_callbacks_customer_id_at")),
    )
    op.create_index(op.f("ix_callbacks_customer_id"), "callbacks", ["customer_id"], unique=False)


def _compensations() -> None:
    op.create_table(
        "compensations",
        sa.Column("incident", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.customer_id"], name=op.f("fk_compensations_customer_id")
        ),
        sa.ForeignKeyConstraint(["incident"], ["incidents.number"], name=op.f("fk_compensations_incident")),
        sa.PrimaryKeyConstraint("incident", "customer_id", name=op.f("pk_compensations")),
    )


def _credits() -> None:
    op.create_table(
        "credits",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount_rub", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.customer_id"], name=op.f("fk_credits_customer_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_credits")),
    )
    op.create_index(op.f("ix_credits_customer_id"), "credits", ["customer_id"], unique=False)
