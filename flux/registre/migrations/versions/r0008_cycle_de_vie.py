"""The life of an invoice: every status of Chorus Pro."""

import sqlalchemy as sa
from alembic import op

revision = "r0008"
down_revision = "r0003"

# The statuses as they were at this revision.
_STATUTS = tuple(
    """
    BROUILLON INTERPRETEE_OCR EN_COURS_TRAITEMENT_PIVOT_S TECHNIQUE_INCONNU DEPOSEE NON_CONFORME EN_COURS_ACHEMINEMENT
    MISE_A_DISPOSITION PRISE_EN_COMPTE_DESTINATAIRE A_RECYCLER SUSPENDUE COMPLETEE REJETEE SERVICE_FAIT MANDATEE
    MISE_A_DISPOSITION_COMPTABLE COMPTABILISEE MISE_EN_PAIEMENT A_VALIDER_1 VALIDEE_1 REFUSEE_1 ERREUR_FOURNISSEUR_SUR_VALIDEUR
    ABSENCE_VALIDATION_1_HORS_DELAI A_VALIDER_2 VALIDEE_2 REFUSEE_2 ERREUR_COTRAITANT_SUR_VALIDEUR
    ABSENCE_VALIDATION_2_HORS_DELAI A_ASSOCIER_MOE MISE_A_DISPOSITION_MOE A_VALIDER_MOE PRISE_EN_COMPTE_MOE REFUSEE_MOE
    ERREUR_FOURNISSEUR_SUR_MOE ERREUR_FOURNISSEUR_SUR_MOA ABSENCE_VALIDATION_MOE_DELAI_REGLEMENTAIRE ASSOCIEE A_ASSOCIER_MOA
    TRANSMISE_MOA MISE_A_DISPOSITION_MOA PRISE_EN_COMPTE_MOA REFUSEE_MOA ERREUR_MOE_SUR_MOA ERREUR_DE_MOE ERREUR_DE_MOA
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


def downgrade() -> None:
    """Undo it. Invoices that have moved on are given back as deposited."""
    op.execute("DELETE FROM statuts WHERE rang > 0")
    for table, column, _, descendre in _COLONNES:
        op.drop_constraint(op.f(f"ck_{table}_{column}"), table, type_="check")
        op.execute(descendre)
        op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, sa.column(column).in_(_AVANT))
