"""Where an order is delivered to."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"


def upgrade() -> None:
    op.add_column("orders", sa.Column("address", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("orders", "address")
