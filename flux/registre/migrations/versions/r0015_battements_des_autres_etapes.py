"""More steps are waited for; the lots launched since the last verdict are found by index."""

from alembic import op

revision = "r0015"
down_revision = "r0014"

# As in r0012: silent from the upgrade on, not since ever. A step that ran before the upgrade did not beat.
_ATTENDUES = """
INSERT INTO battements (etape, depuis, paliers)
SELECT etape, now(), '{0,0,0,0,0,0,0,0,0}' FROM unnest(ARRAY['purger', 'sceller', 'verdict', 'bilan']) AS e (etape)
"""


def upgrade() -> None:
    """Apply the revision."""
    op.execute(_ATTENDUES)
    op.create_index("ix_lots_lance_le", "lots", ["lance_le"], unique=False)


def downgrade() -> None:
    """Undo it."""
    op.drop_index("ix_lots_lance_le", table_name="lots")
    op.execute("DELETE FROM battements WHERE etape IN ('purger', 'sceller', 'verdict', 'bilan')")
