"""Official rule sets that the reference engine judged in place of the compiled one, by member."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0004"
down_revision = "r0003"


def upgrade() -> None:
    """Add the column: NULL where the compiled engine judged alone."""
    op.add_column("membres", sa.Column("replis", sa.ARRAY(sa.Text)))


def downgrade() -> None:
    """Remove it."""
    op.drop_column("membres", "replis")
