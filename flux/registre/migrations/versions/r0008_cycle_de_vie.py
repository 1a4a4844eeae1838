"""The life of an invoice: every status of Chorus Pro, the lines that bring them, who speaks for whom."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "r0008"
down_revision = "r0007"

# The statuses as they were at this revision.
_STATUTS = tuple(
    """
    BROUILLON INTERPRETEE_OCR EN_COURS_TRAITEMENT_PIVOT_S TECHNIQUE_INCONNU DEPOSEE NON_CONFORME EN_COURS_ACHEMINEMENT
    MISE_A_DISPOSITION PRISE_EN_COMPTE_DESTINATAIRE A_RECYCLER SUSPENDUE COMPLETEE REJETEE SERVICE_FAIT MANDATEE
    MISE_A_DISPOSITION_COMPTABLE COMPTABILISEE MISE_EN_PAIEMENT A_VALIDER_1 VALIDEE_1 REFUSEE_1 ERREUR_FOURNISSEUR_SUR_VALIDEUR
    ABSENCE_VALIDATION_1_HORS_DELAI A_VALIDER_2 VALIDEE_2 REFUSEE_2 ERREUR_COTRAITANT_SUR_VALIDEUR
    ABSENCE_VALIDATION_2_HORS_DELAI A_ASSOCIER_MOE MISE_A_DISPOSITION_MOE A_VALIDER_MOE PRISE_EN_COMPTE_MOE REFUSEE_MOE
    ERREUR_FOURNISSEUR_SUR_MOE ERREUR_FOURNISSEUR_SUR_MOA ABSENCE_VALIDATION_MOE_DELAI_REGLEMENTAIRE A_ASSOCIER_MOA
    TRANSMISE_MOA MISE_A_DISPOSITION_MOA PRISE_EN_COMPTE_MOA ASSOCIEE REFUSEE_MOA ERREUR_MOE_SUR_MOA ERREUR_DE_MOE ERREUR_DE_MOA
    A_ASSOCIER_FOURNISSEUR REFUSEE_FOURNISSEUR ERREUR_MOE_SUR_FOURNISSEUR ERREUR_MOA_SUR_FOURNISSEUR ERREUR_DESTINATAIRE_PD
    ERREUR_DESTINATAIRE_EA A_COMPLETER EN_ATTENTE_RECYCLAGE_FOURNISSEUR ABANDONNEE SUPPRIMEE DUPLIQUE_APRES_REFUS
    REMPLACEE_PAR_A22
    """.split()  # noqa: SIM905  sixty words, one list
)
_AVANT = ("DEPOSEE", "REJETEE")


# Table, column, and what becomes of its values on the way up and on the way down.
_COLONNES = (
    (
        "factures",
        "etat",
        "UPDATE factures SET etat = 'NON_CONFORME' WHERE etat = 'REJETEE'",
        "UPDATE factures SET etat = CASE etat WHEN 'NON_CONFORME' THEN 'REJETEE' ELSE 'DEPOSEE' END",
    ),
    (
        "statuts",
        "code",
        "UPDATE statuts SET code = 'NON_CONFORME' WHERE code = 'REJETEE'",
        "UPDATE statuts SET code = CASE code WHEN 'NON_CONFORME' THEN 'REJETEE' ELSE 'DEPOSEE' END",
    ),
)


def upgrade() -> None:
    """Apply the revision. What the platform rejected is NON_CONFORME: REJETEE is the recipient's word."""
    for table, column, monter, _ in _COLONNES:
        op.drop_constraint(op.f(f"ck_{table}_{column}"), table, type_="check")
        op.execute(monter)
        op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, sa.column(column).in_(_STATUTS))
    op.create_index("ix_factures_numero", "factures", ["numero"], postgresql_using="hash")
    for ajout in _ajouts():
        op.add_column("statuts", ajout)
    op.create_index(
        "uq_statuts_evenement",
        "statuts",
        ["flux_id", "membre_rang", "code", "horodatage"],
        unique=True,
        postgresql_where=sa.text("rang > 0"),
    )
    op.create_index("ix_statuts_a_emettre", "statuts", ["flux_id", "membre_rang", "rang"], postgresql_where=sa.text("a_emettre"))
    _tables()


def _ajouts() -> list[sa.Column[object]]:
    return [
        sa.Column("par", sa.Text()),
        sa.Column("pose_le", sa.DateTime(timezone=True)),
        sa.Column("source_flux_id", sa.BigInteger()),
        sa.Column("source_membre_rang", sa.Integer()),
        sa.Column("source_rang", sa.Integer()),
        sa.Column("detail", postgresql.JSONB()),
        sa.Column("a_emettre", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    ]


def _tables() -> None:
    op.create_table(
        "representations",
        sa.Column("siret", sa.String(14), nullable=False),
        sa.Column("partenaire_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("siret", name=op.f("pk_representations")),
        sa.ForeignKeyConstraint(["partenaire_id"], ["partenaires.id"], name=op.f("fk_representations_partenaires")),
    )
    op.create_index("ix_representations_partenaire_id", "representations", ["partenaire_id"])
    op.create_table(
        "lignes_statut",
        sa.Column("flux_id", sa.BigInteger(), nullable=False),
        sa.Column("membre_rang", sa.Integer(), nullable=False),
        sa.Column("rang", sa.Integer(), nullable=False),
        sa.Column("numero", sa.Text()),
        sa.Column("code_lu", sa.Text(), nullable=False),
        sa.Column("statut", sa.Text()),
        sa.Column("horodatage", sa.DateTime(timezone=True)),
        sa.Column("issue", sa.Text(), nullable=False),
        sa.Column("facture_flux_id", sa.BigInteger()),
        sa.Column("facture_membre_rang", sa.Integer()),
        sa.Column("statut_rang", sa.Integer()),
        sa.CheckConstraint("issue IN ('applique', 'deja', 'sans_effet', 'refuse')", name=op.f("ck_lignes_statut_issue")),
        sa.CheckConstraint(sa.column("statut").in_(_STATUTS), name=op.f("ck_lignes_statut_statut")),
        sa.PrimaryKeyConstraint("flux_id", "membre_rang", "rang", name=op.f("pk_lignes_statut")),
        sa.ForeignKeyConstraint(["flux_id", "membre_rang"], ["membres.flux_id", "membres.rang"], name=op.f("fk_lignes_statut_membres")),
    )
    facture = (["flux_id", "membre_rang"], ["factures.flux_id", "factures.membre_rang"])
    op.create_table(
        "transitions_refusees",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("flux_id", sa.BigInteger(), nullable=False),
        sa.Column("membre_rang", sa.Integer(), nullable=False),
        sa.Column("de", sa.Text(), nullable=False),
        sa.Column("vers", sa.Text(), nullable=False),
        sa.Column("horodatage", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issue", sa.Text(), nullable=False),
        sa.Column("par", sa.Text(), nullable=False),
        sa.Column("le", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source_flux_id", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transitions_refusees")),
        sa.ForeignKeyConstraint(*facture, name=op.f("fk_transitions_refusees_factures")),
    )
    op.create_index("ix_transitions_refusees_facture", "transitions_refusees", ["flux_id", "membre_rang"])
    op.create_table(
        "rejets_traites",
        sa.Column("flux_id", sa.BigInteger(), nullable=False),
        sa.Column("membre_rang", sa.Integer(), nullable=False),
        sa.Column("par", sa.Text(), nullable=False),
        sa.Column("le", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("flux_id", "membre_rang", name=op.f("pk_rejets_traites")),
        sa.ForeignKeyConstraint(*facture, name=op.f("fk_rejets_traites_factures")),
    )


def downgrade() -> None:
    """Undo it. Invoices that have moved on are given back as deposited."""
    for table in ("rejets_traites", "transitions_refusees", "lignes_statut", "representations"):
        op.drop_table(table)
    op.drop_index("ix_statuts_a_emettre", table_name="statuts")
    op.drop_index("uq_statuts_evenement", table_name="statuts")
    op.drop_index("ix_factures_numero", table_name="factures")
    op.execute("DELETE FROM statuts WHERE rang > 0")
    for ajout in _ajouts():
        op.drop_column("statuts", ajout.name)
    for table, column, _, descendre in _COLONNES:
        op.drop_constraint(op.f(f"ck_{table}_{column}"), table, type_="check")
        op.execute(descendre)
        op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, sa.column(column).in_(_AVANT))
