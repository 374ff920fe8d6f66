"""The audit names the proposal that a customer confirmed."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision: str | None = "0005"


def upgrade() -> None:
    op.add_column("effects", sa.Column("proposal", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("effects", "proposal")
