"""The directory and the declared attachments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "r0002"
down_revision = "r0001"


def upgrade() -> None:
    """Apply the revision."""
    op.create_table(
        "annuaire_versions",
        sa.Column("version", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("fichiers", postgresql.JSONB(), nullable=False),
        sa.Column("produit_le", sa.DateTime(timezone=True), nullable=True),
        sa.Column("importe_le", sa.DateTime(timezone=True), nullable=False),
        sa.Column("structures", sa.Integer(), nullable=False),
        sa.Column("services", sa.Integer(), nullable=False),
        sa.Column("ouvertes", sa.Integer(), nullable=False),
        sa.Column("fermees", sa.Integer(), nullable=False),
        sa.CheckConstraint("mode IN ('complet', 'difference')", name=op.f("ck_annuaire_versions_mode")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_annuaire_versions")),
    )
    op.create_table(
        "structures",
        sa.Column("siret", sa.String(length=14), nullable=False),
        sa.Column("nom", sa.Text(), nullable=False),
        sa.Column("actif", sa.Boolean(), nullable=False),
        sa.Column("engagement_requis", sa.Boolean(), nullable=False),
        sa.Column("service_requis", sa.Boolean(), nullable=False),
        sa.Column("engagement_ou_service", sa.Boolean(), nullable=False),
        sa.Column("moa", sa.Boolean(), nullable=False),
        sa.Column("moa_unique", sa.Boolean(), nullable=False),
        sa.Column("statut_mise_en_paiement", sa.Boolean(), nullable=False),
        sa.Column("etat", sa.Boolean(), nullable=False),
        sa.Column("debut", sa.Date(), nullable=True),
        sa.Column("fin", sa.Date(), nullable=True),
        sa.Column("version_debut", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version_fin", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("siret", "version_debut", name=op.f("pk_structures")),
    )
    op.create_index("uq_structures_en_cours", "structures", ["siret"], unique=True, postgresql_where=sa.text("version_fin IS NULL"))
    op.create_table(
        "services",
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("siret", sa.String(length=14), nullable=False),
        sa.Column("nom", sa.Text(), nullable=False),
        sa.Column("actif", sa.Boolean(), nullable=False),
        sa.Column("engagement_requis", sa.Boolean(), nullable=False),
        sa.Column("debut", sa.Date(), nullable=True),
        sa.Column("fin", sa.Date(), nullable=True),
        sa.Column("version_debut", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version_fin", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("code", "siret", "version_debut", name=op.f("pk_services")),
    )
    op.create_index("uq_services_en_cours", "services", ["siret", "code"], unique=True, postgresql_where=sa.text("version_fin IS NULL"))
    op.create_table(
        "pieces_declarees",
        sa.Column("fournisseur_type", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("fournisseur_id", sa.Text(), nullable=False),
        sa.Column("reference", sa.String(length=50), nullable=False),
        sa.Column("nom", sa.Text(), nullable=False),
        sa.Column("mime", sa.Text(), nullable=False),
        sa.Column("taille", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.CHAR(length=64), nullable=False),
        sa.Column("cle", sa.Text(), nullable=False),
        sa.Column("ajoutee_le", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("fournisseur_type BETWEEN 1 AND 7", name=op.f("ck_pieces_declarees_fournisseur_type")),
        sa.PrimaryKeyConstraint("fournisseur_type", "fournisseur_id", "reference", name=op.f("pk_pieces_declarees")),
    )


def downgrade() -> None:
    """Undo it."""
    op.drop_table("pieces_declarees")
    op.drop_table("services")
    op.drop_table("structures")
    op.drop_table("annuaire_versions")
