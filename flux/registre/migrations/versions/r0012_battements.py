"""Heartbeats of the steps, and what health asks for by index."""

import sqlalchemy as sa
from alembic import op

revision = "r0012"
down_revision = "r0011"

# From now on these are waited for: a platform that is installed and never started shows.
_ATTENDUES = """
INSERT INTO battements (etape, depuis, paliers)
SELECT etape, now(), '{0,0,0,0,0,0,0,0,0}'
FROM unnest(ARRAY['recevoir', 'emettre', 'grouper', 'surveiller', 'entretenir', 'juger']) AS e (etape)
"""


def upgrade() -> None:
    """Apply the revision."""
    op.create_table(
        "battements",
        sa.Column("etape", sa.Text(), nullable=False),
        sa.Column("depuis", sa.DateTime(timezone=True), nullable=False),
        sa.Column("le", sa.DateTime(timezone=True), nullable=True),
        sa.Column("echec_le", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reussites", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("echecs", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("secondes", sa.Float(), server_default=sa.text("0"), nullable=False),
        sa.Column("paliers", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.PrimaryKeyConstraint("etape", name=op.f("pk_battements")),
    )
    op.execute(_ATTENDUES)
    op.create_index("ix_flux_en_cours", "flux", ["recu_le"], unique=False, postgresql_where=sa.text("etat <> 'repondu'"))
    op.create_index("ix_envois_refuses", "envois", ["id"], unique=False, postgresql_where=sa.text("refus IS NOT NULL"))


def downgrade() -> None:
    """Undo it."""
    op.drop_index("ix_envois_refuses", table_name="envois")
    op.drop_index("ix_flux_en_cours", table_name="flux")
    op.drop_table("battements")
