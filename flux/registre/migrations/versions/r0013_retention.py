"""What was purged and when; the reports of the upkeep."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "r0013"
down_revision = "r0012"

_DATES = (("flux", "original_purge_le"), ("tranches", "purge_le"), ("sorties", "octets_purges_le"))
_EMPREINTES = ("flux", "sorties", "pieces_declarees", "pieces_jointes")
_GARDES = (
    ("ix_flux_originaux", "flux", "recu_le", "original_purge_le IS NULL"),
    ("ix_tranches_gardees", "tranches", "flux_id", "purge_le IS NULL"),
    ("ix_sorties_octets", "sorties", "emise_le", "octets_purges_le IS NULL"),
)


def upgrade() -> None:
    """Apply the revision."""
    for table, column in _DATES:
        op.add_column(table, sa.Column(column, sa.DateTime(timezone=True), nullable=True))
    for table in _EMPREINTES:
        op.create_index(f"ix_{table}_sha256", table, ["sha256"], unique=False, postgresql_using="hash")
    for name, table, column, where in _GARDES:
        op.create_index(name, table, [column], unique=False, postgresql_where=sa.text(where))
    op.create_table(
        "entretiens",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("le", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rapport", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entretiens")),
    )


def downgrade() -> None:
    """Undo it; when things were purged is forgotten, and that they were."""
    op.drop_table("entretiens")
    for name, table, _, _ in reversed(_GARDES):
        op.drop_index(name, table_name=table)
    for table in reversed(_EMPREINTES):
        op.drop_index(f"ix_{table}_sha256", table_name=table)
    for table, column in reversed(_DATES):
        op.drop_column(table, column)
