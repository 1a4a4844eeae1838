"""Verdicts on certificates, notices, trusted lists, addresses of the verification service; answers that tell of no flow."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "r0007"
down_revision = "r0006"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply the revision."""
    op.alter_column("sorties", "flux_id", nullable=True)
    _verdicts()
    _listes()
    op.create_table(
        "adresses_verification",
        sa.Column("adresse", sa.Text(), nullable=False),
        sa.Column("echecs", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("ouvert_jusqu_au", _INSTANT),
        sa.Column("panne", sa.Text()),
        sa.Column("vers", sa.Text()),
        sa.Column("dernier_succes", _INSTANT),
        sa.Column("dernier_echec", _INSTANT),
        sa.PrimaryKeyConstraint("adresse", name=op.f("pk_adresses_verification")),
    )


def _verdicts() -> None:
    op.create_table(
        "verdicts_certificat",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("certificat_id", sa.BigInteger(), nullable=False),
        sa.Column("le", _INSTANT, nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("reverifier_le", _INSTANT),
        sa.Column("lignes", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint(
            "decision IN ('accepte', 'accepte_a_reverifier', 'retenu', 'refuse')", name=op.f("ck_verdicts_certificat_decision")
        ),
        sa.ForeignKeyConstraint(
            ["certificat_id"], ["certificats_partenaire.id"], name=op.f("fk_verdicts_certificat_certificats_partenaire")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdicts_certificat")),
    )
    op.create_index("ix_verdicts_certificat_dernier", "verdicts_certificat", ["certificat_id", "id"])
    op.create_table(
        "preavis",
        sa.Column("certificat_id", sa.BigInteger(), nullable=False),
        sa.Column("objet", sa.Text(), nullable=False),
        sa.Column("voie", sa.Text(), nullable=False),
        sa.Column("le", _INSTANT, nullable=False),
        sa.CheckConstraint("voie IN ('courriel', 'fichier')", name=op.f("ck_preavis_voie")),
        sa.ForeignKeyConstraint(["certificat_id"], ["certificats_partenaire.id"], name=op.f("fk_preavis_certificats_partenaire")),
        sa.PrimaryKeyConstraint("certificat_id", "objet", "voie", name=op.f("pk_preavis")),
    )


def _listes() -> None:
    op.create_table(
        "listes_de_confiance",
        sa.Column("territoire", sa.Text(), nullable=False),
        sa.Column("numero", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("sha256", sa.CHAR(length=64), nullable=False),
        sa.Column("emise_le", _INSTANT, nullable=False),
        sa.Column("prochaine", _INSTANT, nullable=False),
        sa.Column("importee_le", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("territoire", name=op.f("pk_listes_de_confiance")),
    )
    op.create_table(
        "autorites",
        sa.Column("territoire", sa.Text(), nullable=False),
        sa.Column("empreinte", sa.CHAR(length=64), nullable=False),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.Column("prestataire", sa.Text(), nullable=False),
        sa.Column("nom", sa.Text(), nullable=False),
        sa.Column("statut", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["territoire"], ["listes_de_confiance.territoire"], name=op.f("fk_autorites_listes_de_confiance")),
        sa.PrimaryKeyConstraint("territoire", "empreinte", name=op.f("pk_autorites")),
    )


def downgrade() -> None:
    """Undo it. Answers that tell of no flow go with it."""
    for table in ("adresses_verification", "autorites", "listes_de_confiance", "preavis", "verdicts_certificat"):
        op.drop_table(table)
    op.execute("DELETE FROM sorties WHERE flux_id IS NULL")
    op.alter_column("sorties", "flux_id", nullable=False)
