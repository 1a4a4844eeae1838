"""The index of members by tranche serves questions about tranches only.

While the statistics took the table for empty (those made during the opening of its first flow), it served as well as the key to find one
member, and read all members of the flow for each.
"""

import sqlalchemy as sa
from alembic import op

revision = "r0017"
down_revision = "r0016"


def upgrade() -> None:
    """Apply the revision."""
    op.drop_index("ix_membres_tranche", "membres")
    op.create_index("ix_membres_tranche", "membres", ["flux_id", "tranche_rang"], postgresql_where=sa.text("tranche_rang IS NOT NULL"))


def downgrade() -> None:
    """Undo it."""
    op.drop_index("ix_membres_tranche", "membres")
    op.create_index("ix_membres_tranche", "membres", ["flux_id", "tranche_rang"])
