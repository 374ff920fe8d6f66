"""The audit knows how a customer's records stood before an act."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision: str | None = "0006"


def upgrade() -> None:
    op.add_column("effects", sa.Column("undo", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column("effects", "undo")
