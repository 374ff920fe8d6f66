"""Events on their way to the CRM."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"


def upgrade() -> None:
    op.create_index(op.f("ix_effects_dialog_id"), "effects", ["dialog_id"])
    _parcels()
    _dialogs()


def downgrade() -> None:
    op.drop_table("outbox_dialogs")
    op.drop_table("outbox_parcels")
    op.drop_index(op.f("ix_effects_dialog_id"), "effects")


def _parcels() -> None:
    op.create_table(
        "outbox_parcels",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dialog_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("dead", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_parcels")),
    )
    op.create_index("ix_outbox_parcels_dialog", "outbox_parcels", ["dialog_id", "dead", "number"])
    op.create_index("ix_outbox_parcels_at", "outbox_parcels", ["dead", "at"])


def _dialogs() -> None:
    op.create_table(
        "outbox_dialogs",
        sa.Column("dialog_id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=True),
        sa.Column("copied", sa.Integer(), nullable=False),
        sa.Column("waits_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.String(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("dialog_id", name=op.f("pk_outbox_dialogs")),
    )
    op.create_index(op.f("ix_outbox_dialogs_waits_since"), "outbox_dialogs", ["waits_since"])
    op.create_index(op.f("ix_outbox_dialogs_leased_until"), "outbox_dialogs", ["leased_until"])
