"""Attachments that an invoice names by reference alone: looked up among those its supplier declared, and joined."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Engine

from flux.modele.anomalie import Anomalie, anomalie
from flux.modele.facture import Facture, PieceJointe
from flux.referentiel.schemas_identifiants import TYPE_PAR_NOM
from flux.registre.annuaire_pj import Fournisseur, PieceDeclaree, pieces_declarees
from flux.registre.doublons import fournisseur
from flux.registre.valeurs import PieceRetrouvee


@dataclass(slots=True)
class Declarations:
    """The attachments of the suppliers met in one tranche, each asked of the ledger once.

    :ivar stricte: see ``FLUX_PJ_REFERENCE_STRICTE``.
    """

    engine: Engine
    stricte: bool = False
    _connues: dict[Fournisseur, dict[str, PieceDeclaree]] = field(default_factory=dict)

    def joindre(self, facture: Facture, member: str) -> tuple[tuple[PieceRetrouvee, ...], tuple[Anomalie, ...]]:
        """Return the attachments found, and an anomaly for each that its supplier did not declare.

        Only the supplier that the invoice names is asked for. :raises ErreurRegistre: the ledger did not answer.
        """
        citees = [(rang, one) for rang, one in enumerate(facture.pieces_jointes) if one.contenu is None and one.uri is None]
        if not citees:
            return (), ()
        connues = self._du_fournisseur(facture)
        found: list[PieceRetrouvee] = []
        faults: list[Anomalie] = []
        for rang, one in citees:
            reference = one.reference or one.nom or ""
            declaree = connues.get(reference)
            if declaree is not None:
                found.append(PieceRetrouvee(rang, declaree.nom, declaree.mime, declaree.taille, declaree.sha256))
            elif self.stricte or _est_jointe(one):
                faults.append(anomalie("PJR-01", member=member, found=reference))
        return tuple(found), tuple(faults)

    def _du_fournisseur(self, facture: Facture) -> dict[str, PieceDeclaree]:
        schema, identifiant = fournisseur(facture.vendeur) or ("", "")
        type_identifiant = TYPE_PAR_NOM.get(schema)
        if type_identifiant is None:
            return {}
        qui = Fournisseur(identifiant, type_identifiant)
        if qui not in self._connues:
            self._connues[qui] = {one.reference: one for one in pieces_declarees(self.engine, qui)}
        return self._connues[qui]


def _est_jointe(piece: PieceJointe) -> bool:
    """Tell an attachment from a mere reference to a document: it has a file name, or Chorus Pro's type of attachment.

    A reference alone may be anything in BG-24: EN 16931's own examples name objects and lots so.
    """
    return piece.nom is not None or piece.type_piece is not None
