"""What a declaration withdrawn or replaced named: its bytes stay in the staging store for a while, and the balance knows why."""

import sqlalchemy as sa
from alembic import op

revision = "r0018"
down_revision = "r0017"


def upgrade() -> None:
    """Apply the revision."""
    op.create_table(
        "pieces_retirees",
        sa.Column("sha256", sa.CHAR(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_pieces_retirees")),
    )


def downgrade() -> None:
    """Undo it."""
    op.drop_table("pieces_retirees")
