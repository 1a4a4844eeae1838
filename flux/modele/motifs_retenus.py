"""The coded reasons that a status keeps, whatever format it came in: CDAR needs a code where CPPStatut has words only."""

from __future__ import annotations

from flux.modele.statut import Motif
from flux.referentiel.motifs import MOTIFS, motif_du_libelle, motifs_admis
from flux.referentiel.statuts import StatutFacture

#: Reason code of a status whose author gave words only. 208 has no "other": missing documents are what a suspension is for.
_PAR_DEFAUT = {"208": "JUSTIF_ABS", "210": "AUTRE"}


def motifs_retenus(row: StatutFacture, motifs: tuple[Motif, ...], texte: str | None) -> tuple[Motif, ...]:
    """Return the reasons given; else, where CDAR needs one, the code whose label is ``texte``, or the default one with that text."""
    if motifs or row.cdar is None or not row.motif_obligatoire:
        return motifs
    admis = motifs_admis(row.cdar)
    code = motif_du_libelle(texte, admis) or _PAR_DEFAUT.get(row.cdar, admis[0])
    return (Motif(code, texte if texte and texte.strip() else MOTIFS[code].libelle),)
