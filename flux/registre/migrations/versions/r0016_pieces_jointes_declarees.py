"""An attachment that an invoice took from a declaration says so: its bytes must stay in the staging store, withdrawn or not."""

import sqlalchemy as sa
from alembic import op

revision = "r0016"
down_revision = "r0015"

# Those withdrawn before this revision cannot be told from those that came inside an invoice: they are kept all the same.
_CONNUES = """
UPDATE pieces_jointes SET declaree = true
FROM pieces_declarees d WHERE d.sha256 = pieces_jointes.sha256 AND d.reference = pieces_jointes.reference
"""


def upgrade() -> None:
    """Apply the revision."""
    op.add_column("pieces_jointes", sa.Column("declaree", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(_CONNUES)


def downgrade() -> None:
    """Undo it."""
    op.drop_column("pieces_jointes", "declaree")
