"""The company, not the establishment, holds the number of an invoice (BR-FR-CO-02)."""

from alembic import op

revision = "r0010"
down_revision = "r0009"

_SIRET = "(fournisseur_schema IN ('1', '0009') OR fournisseur_schema = '0002') AND length(fournisseur_id) = 14"


def _cle(schema: str, identifiant: str) -> str:
    """SQL of the key of flux.registre.doublons as it was at this revision."""
    return f"sha256(convert_to(concat_ws(chr(31), '{schema}', {identifiant}, annee, numero), 'UTF8'))"


#: Moves the keys of invoices whose supplier is a SIRET. Of those that the new key makes one the first gets it; the others keep the key they
#: have: nothing accepted is taken back, and a later deposit of theirs meets the first.
_DEPLACER = """
WITH gardees AS (
  SELECT flux_id, membre_rang, {neuve} AS neuve FROM factures WHERE {siret} AND cle_unicite = {ancienne}),
premieres AS (SELECT DISTINCT ON (neuve) neuve, flux_id, membre_rang FROM gardees ORDER BY neuve, flux_id, membre_rang)
UPDATE factures f SET cle_unicite = p.neuve FROM premieres p
WHERE f.flux_id = p.flux_id AND f.membre_rang = p.membre_rang AND NOT EXISTS (SELECT FROM factures x WHERE x.cle_unicite = p.neuve)
"""
_PAR_SIRET, _PAR_SIREN = _cle("SIRET", "fournisseur_id"), _cle("SIREN", "left(fournisseur_id, 9)")


def upgrade() -> None:
    """Apply the revision."""
    op.execute(_DEPLACER.format(siret=_SIRET, ancienne=_PAR_SIRET, neuve=_PAR_SIREN))


def downgrade() -> None:
    """Undo it."""
    op.execute(_DEPLACER.format(siret=_SIRET, ancienne=_PAR_SIREN, neuve=_PAR_SIRET))
