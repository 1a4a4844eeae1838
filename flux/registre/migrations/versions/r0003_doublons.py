"""One live invoice a number; a flow whose run died can have another."""

import sqlalchemy as sa
from alembic import op

revision = "r0003"
down_revision = "r0002"

# The key of flux.registre.doublons as it was at this revision. Of invoices stored twice before it, the first holds the number.
_CLES = """
WITH cles AS (
  SELECT flux_id, membre_rang, sha256(convert_to(concat_ws(chr(31),
    CASE
      WHEN fournisseur_schema IN ('1', '0009') OR fournisseur_schema = '0002' AND length(fournisseur_id) = 14 THEN 'SIRET'
      WHEN fournisseur_schema = '0002' THEN 'SIREN'
      WHEN fournisseur_schema IN ('2', '0223') THEN 'UE_HORS_FRANCE'
      WHEN fournisseur_schema IN ('3', 'ETR', '0227') THEN 'HORS_UE'
      WHEN fournisseur_schema IN ('4', '0228') THEN 'RIDET'
      WHEN fournisseur_schema IN ('5', '0229') THEN 'TAHITI'
      WHEN fournisseur_schema = '6' THEN 'EN COURS D''IMMATRICULATION'
      WHEN fournisseur_schema IN ('7', '0226') THEN 'PARTICULIER'
      ELSE coalesce(fournisseur_schema, '') END,
    fournisseur_id, annee, numero), 'UTF8')) AS cle
  FROM factures
  WHERE etat <> 'REJETEE' AND fournisseur_id IS NOT NULL AND annee IS NOT NULL AND numero IS NOT NULL),
premieres AS (SELECT DISTINCT ON (cle) cle, flux_id, membre_rang FROM cles ORDER BY cle, flux_id, membre_rang)
UPDATE factures f SET cle_unicite = p.cle FROM premieres p WHERE f.flux_id = p.flux_id AND f.membre_rang = p.membre_rang
"""


def upgrade() -> None:
    """Apply the revision."""
    op.add_column("factures", sa.Column("cle_unicite", sa.LargeBinary(), nullable=True))
    op.execute(_CLES)
    op.create_index(
        "uq_factures_cle_unicite", "factures", ["cle_unicite"], unique=True, postgresql_where=sa.text("cle_unicite IS NOT NULL")
    )
    op.drop_index("ix_flux_sans_lot", table_name="flux")
    op.create_index(
        "ix_flux_sans_lot", "flux", ["partenaire_id", "id"], unique=False, postgresql_where=sa.text("lot_id IS NULL AND etat <> 'repondu'")
    )


def downgrade() -> None:
    """Undo it."""
    op.drop_index("ix_flux_sans_lot", table_name="flux")
    op.create_index(
        "ix_flux_sans_lot", "flux", ["partenaire_id", "id"], unique=False, postgresql_where=sa.text("lot_id IS NULL AND etat = 'recu'")
    )
    op.drop_index("uq_factures_cle_unicite", table_name="factures")
    op.drop_column("factures", "cle_unicite")
