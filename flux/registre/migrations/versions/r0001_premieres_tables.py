"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "r0001"
down_revision = None


def upgrade() -> None:
    """Apply the revision."""
    op.create_table(
        "partenaires",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code_application", sa.CHAR(length=6), nullable=False),
        sa.Column("nom", sa.Text(), nullable=False),
        sa.Column("dossier", sa.Text(), nullable=False),
        sa.Column("actif", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("cree_le", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partenaires")),
        sa.UniqueConstraint("code_application", name=op.f("uq_partenaires_code_application")),
        sa.UniqueConstraint("dossier", name=op.f("uq_partenaires_dossier")),
    )
    op.create_table(
        "lots",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("partenaire_id", sa.BigInteger(), nullable=False),
        sa.Column("cree_le", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lance_le", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["partenaire_id"], ["partenaires.id"], name=op.f("fk_lots_partenaires")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lots")),
    )
    op.create_index("ix_lots_a_lancer", "lots", ["id"], unique=False, postgresql_where=sa.text("lance_le IS NULL"))
    op.create_table(
        "flux",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("partenaire_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=True),
        sa.Column("nom", sa.Text(), nullable=False),
        sa.Column("reclamation", sa.Text(), nullable=False),
        sa.Column("identifiant", sa.String(length=25), nullable=True),
        sa.Column("interface", sa.String(length=8), nullable=True),
        sa.Column("sha256", sa.CHAR(length=64), nullable=False),
        sa.Column("taille", sa.BigInteger(), nullable=False),
        sa.Column("depose_le", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recu_le", sa.DateTime(timezone=True), nullable=False),
        sa.Column("etat", sa.Text(), server_default="recu", nullable=False),
        sa.Column("statut", sa.Text(), nullable=True),
        sa.Column("repete_de", sa.BigInteger(), nullable=True),
        sa.Column("tient_identifiant", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("jeu_de_regles", sa.Text(), nullable=True),
        sa.Column("membres", sa.Integer(), nullable=True),
        sa.Column("acceptees", sa.Integer(), nullable=True),
        sa.Column("rejetees", sa.Integer(), nullable=True),
        sa.Column("illisibles", sa.Integer(), nullable=True),
        sa.Column("repondu_le", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(etat = 'repondu') = (statut IS NOT NULL)", name=op.f("ck_flux_statut_si_repondu")),
        sa.CheckConstraint("(statut IS NOT DISTINCT FROM 'REPETE') = (repete_de IS NOT NULL)", name=op.f("ck_flux_repete_de")),
        sa.CheckConstraint("etat IN ('recu', 'ouvert', 'traite', 'repondu')", name=op.f("ck_flux_etat")),
        sa.CheckConstraint("statut IN ('INTEGRE', 'INTEGRE_PARTIEL', 'REJETE', 'IRRECEVABLE', 'REPETE')", name=op.f("ck_flux_statut")),
        sa.CheckConstraint("NOT tient_identifiant OR identifiant IS NOT NULL", name=op.f("ck_flux_identifiant_tenu")),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_flux_lots")),
        sa.ForeignKeyConstraint(["partenaire_id"], ["partenaires.id"], name=op.f("fk_flux_partenaires")),
        sa.ForeignKeyConstraint(["repete_de"], ["flux.id"], name=op.f("fk_flux_flux")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flux")),
        sa.UniqueConstraint("partenaire_id", "reclamation", name=op.f("uq_flux_partenaire_id_reclamation")),
    )
    op.create_index("ix_flux_lot_id", "flux", ["lot_id"], unique=False)
    op.create_index(
        "ix_flux_sans_lot", "flux", ["partenaire_id", "id"], unique=False, postgresql_where=sa.text("lot_id IS NULL AND etat = 'recu'")
    )
    op.create_index(
        "uq_flux_identifiant_tenu", "flux", ["partenaire_id", "identifiant"], unique=True, postgresql_where=sa.text("tient_identifiant")
    )
    op.create_table(
        "anomalies",
        sa.Column("flux_id", sa.BigInteger(), nullable=False),
        sa.Column("membre_rang", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rang", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=True),
        sa.Column("path", sa.Text(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("column_", sa.Integer(), nullable=True),
        sa.Column("found", sa.Text(), nullable=True),
        sa.Column("expected", sa.Text(), nullable=True),
        sa.Column("fr", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.CheckConstraint("severity IN ('error', 'warning')", name=op.f("ck_anomalies_severity")),
        sa.ForeignKeyConstraint(["flux_id"], ["flux.id"], name=op.f("fk_anomalies_flux")),
        sa.PrimaryKeyConstraint("flux_id", "membre_rang", "rang", name=op.f("pk_anomalies")),
    )
    op.create_table(
        "sorties",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("partenaire_id", sa.BigInteger(), nullable=False),
        sa.Column("flux_id", sa.BigInteger(), nullable=False),
        sa.Column("interface", sa.String(length=8), nullable=False),
        sa.Column("nom", sa.Text(), nullable=False),
        sa.Column("sha256", sa.CHAR(length=64), nullable=False),
        sa.Column("taille", sa.BigInteger(), nullable=False),
        sa.Column("cle", sa.Text(), nullable=False),
        sa.Column("etat", sa.Text(), server_default="a_emettre", nullable=False),
        sa.Column("cree_le", sa.DateTime(timezone=True), nullable=False),
        sa.Column("emise_le", sa.DateTime(timezone=True), nullable=True),
        sa.Column("emissions", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("etat IN ('a_emettre', 'emise')", name=op.f("ck_sorties_etat")),
        sa.ForeignKeyConstraint(["flux_id"], ["flux.id"], name=op.f("fk_sorties_flux")),
        sa.ForeignKeyConstraint(["partenaire_id"], ["partenaires.id"], name=op.f("fk_sorties_partenaires")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sorties")),
        sa.UniqueConstraint("nom", name=op.f("uq_sorties_nom")),
    )
    op.create_index(
        "ix_sorties_a_emettre", "sorties", ["partenaire_id", "id"], unique=False, postgresql_where=sa.text("etat = 'a_emettre'")
    )
    op.create_index("ix_sorties_flux_id", "sorties", ["flux_id"], unique=False)
    op.create_table(
        "tranches",
        sa.Column("flux_id", sa.BigInteger(), nullable=False),
        sa.Column("rang", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cle", sa.Text(), nullable=False),
        sa.Column("nombre", sa.Integer(), nullable=False),
        sa.Column("octets", sa.BigInteger(), nullable=False),
        sa.Column("etat", sa.Text(), server_default="a_traiter", nullable=False),
        sa.CheckConstraint("etat IN ('a_traiter', 'traitee')", name=op.f("ck_tranches_etat")),
        sa.ForeignKeyConstraint(["flux_id"], ["flux.id"], name=op.f("fk_tranches_flux")),
        sa.PrimaryKeyConstraint("flux_id", "rang", name=op.f("pk_tranches")),
    )
    op.create_table(
        "membres",
        sa.Column("flux_id", sa.BigInteger(), nullable=False),
        sa.Column("rang", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("nom", sa.Text(), nullable=False),
        sa.Column("taille", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.CHAR(length=64), nullable=True),
        sa.Column("tranche_rang", sa.Integer(), nullable=True),
        sa.Column("debut", sa.BigInteger(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.CheckConstraint("decision IN ('accepted', 'rejected', 'unreadable')", name=op.f("ck_membres_decision")),
        sa.CheckConstraint("tranche_rang IS NOT NULL OR decision IS NOT NULL", name=op.f("ck_membres_tranche_ou_decision")),
        sa.ForeignKeyConstraint(["flux_id", "tranche_rang"], ["tranches.flux_id", "tranches.rang"], name=op.f("fk_membres_tranches")),
        sa.ForeignKeyConstraint(["flux_id"], ["flux.id"], name=op.f("fk_membres_flux")),
        sa.PrimaryKeyConstraint("flux_id", "rang", name=op.f("pk_membres")),
    )
    op.create_index("ix_membres_tranche", "membres", ["flux_id", "tranche_rang"], unique=False)
    op.create_table(
        "factures",
        sa.Column("flux_id", sa.BigInteger(), nullable=False),
        sa.Column("membre_rang", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("partenaire_id", sa.BigInteger(), nullable=False),
        sa.Column("etat", sa.Text(), nullable=False),
        sa.Column("numero", sa.Text(), nullable=True),
        sa.Column("date_emission", sa.Date(), nullable=True),
        sa.Column("annee", sa.SmallInteger(), nullable=True),
        sa.Column("type_code", sa.Text(), nullable=True),
        sa.Column("devise", sa.Text(), nullable=True),
        sa.Column("fournisseur_schema", sa.Text(), nullable=True),
        sa.Column("fournisseur_id", sa.Text(), nullable=True),
        sa.Column("fournisseur_siren", sa.Text(), nullable=True),
        sa.Column("fournisseur_nom", sa.Text(), nullable=True),
        sa.Column("fournisseur_pays", sa.Text(), nullable=True),
        sa.Column("fournisseur_adresse_electronique", sa.Text(), nullable=True),
        sa.Column("destinataire_id", sa.Text(), nullable=True),
        sa.Column("destinataire_nom", sa.Text(), nullable=True),
        sa.Column("code_service", sa.Text(), nullable=True),
        sa.Column("engagement", sa.Text(), nullable=True),
        sa.Column("contrat", sa.Text(), nullable=True),
        sa.Column("cadre", sa.Text(), nullable=True),
        sa.Column("profil", sa.Text(), nullable=True),
        sa.Column("echeance", sa.Date(), nullable=True),
        sa.Column("ht", sa.Numeric(), nullable=True),
        sa.Column("tva", sa.Numeric(), nullable=True),
        sa.Column("ttc", sa.Numeric(), nullable=True),
        sa.Column("net_a_payer", sa.Numeric(), nullable=True),
        sa.Column("detail", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("etat IN ('DEPOSEE', 'REJETEE')", name=op.f("ck_factures_etat")),
        sa.ForeignKeyConstraint(["flux_id", "membre_rang"], ["membres.flux_id", "membres.rang"], name=op.f("fk_factures_membres")),
        sa.PrimaryKeyConstraint("flux_id", "membre_rang", name=op.f("pk_factures")),
    )
    op.create_table(
        "lignes",
        sa.Column("flux_id", sa.BigInteger(), nullable=False),
        sa.Column("membre_rang", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rang", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("identifiant", sa.Text(), nullable=True),
        sa.Column("nom", sa.Text(), nullable=True),
        sa.Column("quantite", sa.Numeric(), nullable=True),
        sa.Column("unite", sa.Text(), nullable=True),
        sa.Column("prix_net", sa.Numeric(), nullable=True),
        sa.Column("montant", sa.Numeric(), nullable=True),
        sa.Column("tva_categorie", sa.Text(), nullable=True),
        sa.Column("tva_taux", sa.Numeric(), nullable=True),
        sa.Column("detail", postgresql.JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("flux_id", "membre_rang", "rang", name=op.f("pk_lignes")),
    )
    op.create_table(
        "pieces_jointes",
        sa.Column("flux_id", sa.BigInteger(), nullable=False),
        sa.Column("membre_rang", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rang", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("nom", sa.Text(), nullable=True),
        sa.Column("mime", sa.Text(), nullable=True),
        sa.Column("taille", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.CHAR(length=64), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("uri", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["flux_id", "membre_rang"], ["factures.flux_id", "factures.membre_rang"], name=op.f("fk_pieces_jointes_factures")
        ),
        sa.PrimaryKeyConstraint("flux_id", "membre_rang", "rang", name=op.f("pk_pieces_jointes")),
    )
    op.create_table(
        "statuts",
        sa.Column("flux_id", sa.BigInteger(), nullable=False),
        sa.Column("membre_rang", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rang", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("horodatage", sa.DateTime(timezone=True), nullable=False),
        sa.Column("complement", sa.Text(), nullable=True),
        sa.Column("commentaire", sa.Text(), nullable=True),
        sa.Column("motifs", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint("code IN ('DEPOSEE', 'REJETEE')", name=op.f("ck_statuts_code")),
        sa.ForeignKeyConstraint(["flux_id", "membre_rang"], ["factures.flux_id", "factures.membre_rang"], name=op.f("fk_statuts_factures")),
        sa.PrimaryKeyConstraint("flux_id", "membre_rang", "rang", name=op.f("pk_statuts")),
    )


def downgrade() -> None:
    """Undo it."""
    op.drop_table("statuts")
    op.drop_table("pieces_jointes")
    op.drop_table("lignes")
    op.drop_table("factures")
    op.drop_index("ix_membres_tranche", table_name="membres")
    op.drop_table("membres")
    op.drop_table("tranches")
    op.drop_index("ix_sorties_flux_id", table_name="sorties")
    op.drop_index("ix_sorties_a_emettre", table_name="sorties", postgresql_where=sa.text("etat = 'a_emettre'"))
    op.drop_table("sorties")
    op.drop_table("anomalies")
    op.drop_index("uq_flux_identifiant_tenu", table_name="flux", postgresql_where=sa.text("tient_identifiant"))
    op.drop_index("ix_flux_sans_lot", table_name="flux", postgresql_where=sa.text("lot_id IS NULL AND etat = 'recu'"))
    op.drop_index("ix_flux_lot_id", table_name="flux")
    op.drop_table("flux")
    op.drop_index("ix_lots_a_lancer", table_name="lots", postgresql_where=sa.text("lance_le IS NULL"))
    op.drop_table("lots")
    op.drop_table("partenaires")
