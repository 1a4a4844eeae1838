"""CSO: the integration feedback of a flow, as CPPStatut with CPPFluxStatuts. One for every deposit.

Source: structure of CPPStatutPivot V1_19. ``LigneErreurDetail`` is unbounded there: an archive of 20,000 invoices may have 100,000
lines, which are written one by one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO

from flux.emitters.balises import bloc, element
from flux.emitters.cpp import FIN, debut
from flux.emitters.textes import complement_et_commentaire, date_heure
from flux.errors import ErreurUsage
from flux.modele.statut import Enveloppe, LigneErreur
from flux.referentiel.statuts import StatutFlux

#: Characters of ComplementStatut of a flow, any day (CPPStatutPivot V1_19).
LONGUEUR_COMPLEMENT = 40


def ecrire_retour(
    sortie: BinaryIO,
    enveloppe: Enveloppe,
    statut_flux: StatutFlux,
    id_flux: str,
    horodatage: datetime,
    erreurs: Iterable[LigneErreur],
    nb_erreurs: int,
    commentaire: str | None = None,
) -> None:
    """Write the feedback of one flow, UTF-8, in memory that does not grow with ``erreurs``.

    :param enveloppe: of the feedback itself. :param statut_flux: row of ``STATUTS_FLUX``; its label is ComplementStatut (at most 40
        characters; a longer one is cut at a word and stands whole in Commentaire).
    :param id_flux: IdFlux, the deposited flow's own id, or its whole name when that cannot be read.
    :param horodatage: instant of the status, aware.
    :param erreurs: lines of Details, read once. :param nb_erreurs: how many; 0 writes no Details.
    :param commentaire: free text, of any length.
    :raises ErreurUsage: when an instant has no zone, or ``erreurs`` does not give ``nb_erreurs`` lines; what was written is then
        worth nothing.
    """
    complement, texte = complement_et_commentaire(statut_flux.libelle, LONGUEUR_COMPLEMENT, commentaire)
    tete = (
        debut(enveloppe),
        '<CPPFluxStatuts compteur="1">\n<CPPFluxStatutUnitaire NumOrdre="1">\n<DonneesStatut>\n',
        element("IdStatut", statut_flux.cpp),
        element("ComplementStatut", complement),
        element("Commentaire", texte),
        element("Horodatage", date_heure(horodatage)),
        element("IdFlux", id_flux),
    )
    sortie.write("".join(tete).encode())
    _ecrire_details(sortie, erreurs, nb_erreurs)
    sortie.write(f"</DonneesStatut>\n</CPPFluxStatutUnitaire>\n</CPPFluxStatuts>\n{FIN}".encode())


def _ecrire_details(sortie: BinaryIO, erreurs: Iterable[LigneErreur], nb_erreurs: int) -> None:
    if nb_erreurs:
        sortie.write(f'<Details NbLignesErreur="{nb_erreurs}">\n'.encode())
    written = 0
    for written, erreur in enumerate(erreurs, 1):
        sortie.write(_ligne(written, erreur).encode())
    if written != nb_erreurs:
        raise ErreurUsage(f"{nb_erreurs} error lines were announced, {written} were given", announced=nb_erreurs, given=written)
    if nb_erreurs:
        sortie.write(b"</Details>\n")


def _ligne(rang: int, erreur: LigneErreur) -> str:
    return bloc(
        "LigneErreurDetail",
        element("NatureErreur", erreur.nature),
        element("CodeErreur", erreur.code),
        element("LibelleErreur", erreur.libelle),
        element("DescriptionErreur", erreur.description),
        IdLigne=str(rang),
    )
