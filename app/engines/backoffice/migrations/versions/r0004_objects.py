"""An action happens once for what it is about. Lines from before hold for anything: they have no `about`."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"

BEFORE = ["dialog_id", "seq", "tool", "customer_id"]
FURTHER = """
UPDATE effects SET decided_by = '' WHERE decided_by IS NULL AND id NOT IN (
    SELECT min(id) FROM effects WHERE decided_by IS NULL GROUP BY dialog_id, seq, tool, customer_id
)
"""


def upgrade() -> None:
    for name in ("about", "wording"):
        op.add_column("effects", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.drop_index("uq_effects_once", "effects")
    _once([*BEFORE, "about"])


def downgrade() -> None:
    """Older code keeps one line a tool; further ones stay as if somebody had decided them."""
    op.drop_index("uq_effects_once", "effects")
    op.execute(FURTHER)
    for name in ("wording", "about"):
        op.drop_column("effects", name)
    _once(BEFORE)


def _once(columns: list[str]) -> None:
    alone = sa.text("decided_by IS NULL")
    op.create_index(
        "uq_effects_once", "effects", columns, unique=True, sqlite_where=alone, postgresql_where=alone
    )
