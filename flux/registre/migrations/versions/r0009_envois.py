"""Grouped outgoing files, and numbers without holes for every partner."""

import sqlalchemy as sa
from alembic import op

revision = "r0009"
down_revision = "r0008"

# Names given before end with the id of a flow: the counters begin after the greatest of them, so that no name comes twice.
_COMPTEURS = """
INSERT INTO numeros (partenaire_id, premier, dernier)
SELECT partenaire_id, max(right(nom, 15)::bigint) + 1, max(right(nom, 15)::bigint) FROM sorties
WHERE right(nom, 15) ~ '^[0-9]{15}$' GROUP BY partenaire_id
"""


def upgrade() -> None:
    """Apply the revision."""
    op.create_table(
        "numeros",
        sa.Column("partenaire_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("premier", sa.BigInteger(), nullable=False),
        sa.Column("dernier", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["partenaire_id"], ["partenaires.id"], name=op.f("fk_numeros_partenaires")),
        sa.PrimaryKeyConstraint("partenaire_id", name=op.f("pk_numeros")),
    )
    op.execute(_COMPTEURS)
    op.add_column("sorties", sa.Column("numero", sa.BigInteger(), nullable=True))
    op.add_column("sorties", sa.Column("elements", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.add_column("sorties", sa.Column("retiree_le", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sorties", sa.Column("purgee_le", sa.DateTime(timezone=True), nullable=True))
    op.create_unique_constraint(op.f("uq_sorties_partenaire_id_numero"), "sorties", ["partenaire_id", "numero"])
    op.create_index(
        "ix_sorties_en_place",
        "sorties",
        ["partenaire_id", "emise_le"],
        unique=False,
        postgresql_where=sa.text("etat = 'emise' AND retiree_le IS NULL AND purgee_le IS NULL"),
    )
    op.create_table(
        "envois",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("partenaire_id", sa.BigInteger(), nullable=False),
        sa.Column("interface", sa.String(length=8), nullable=False),
        sa.Column("flux_id", sa.BigInteger(), nullable=False),
        sa.Column("membre_rang", sa.Integer(), nullable=False),
        sa.Column("statut_rang", sa.Integer(), nullable=False),
        sa.Column("cree_le", sa.DateTime(timezone=True), nullable=False),
        sa.Column("octets", sa.BigInteger(), nullable=False),
        sa.Column("sortie_id", sa.BigInteger(), nullable=True),
        sa.Column("refus", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["partenaire_id"], ["partenaires.id"], name=op.f("fk_envois_partenaires")),
        sa.ForeignKeyConstraint(["sortie_id"], ["sorties.id"], name=op.f("fk_envois_sorties")),
        sa.ForeignKeyConstraint(
            ["flux_id", "membre_rang"], ["factures.flux_id", "factures.membre_rang"], name=op.f("fk_envois_factures")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_envois")),
        sa.UniqueConstraint(
            "flux_id", "membre_rang", "statut_rang", "interface", "partenaire_id",
            name=op.f("uq_envois_flux_id_membre_rang_statut_rang_interface_partenaire_id"),
        ),
    )  # fmt: skip
    op.create_index(
        "ix_envois_a_grouper",
        "envois",
        ["partenaire_id", "interface", "id"],
        unique=False,
        postgresql_where=sa.text("sortie_id IS NULL AND refus IS NULL"),
    )
    op.create_index("ix_envois_sortie_id", "envois", ["sortie_id"], unique=False)


def downgrade() -> None:
    """Undo it; files of several flows, which the older revision does not know, are forgotten."""
    op.drop_table("envois")
    op.execute("DELETE FROM sorties WHERE flux_id IS NULL AND numero IS NOT NULL")
    op.drop_index("ix_sorties_en_place", table_name="sorties")
    op.drop_constraint(op.f("uq_sorties_partenaire_id_numero"), "sorties", type_="unique")
    for column in ("purgee_le", "retiree_le", "elements", "numero"):
        op.drop_column("sorties", column)
    op.drop_table("numeros")
