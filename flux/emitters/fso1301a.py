"""FSO1301A: the lifecycle of invoices, as CPPStatut with CPPFactureStatuts. One file, one CPPFactureStatutUnitaire a status.

Sources: structure of CPPStatutPivot V1_19; length of ComplementStatut, release notes V3.9.4 (:mod:`flux.referentiel.longueurs`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from flux.emitters.balises import bloc, element
from flux.emitters.cpp import FIN, debut
from flux.emitters.textes import a_paris, complement_et_commentaire, date_heure
from flux.errors import ErreurUsage
from flux.modele.statut import Acteur, Enveloppe, Statut
from flux.referentiel.longueurs import longueur_complement
from flux.referentiel.statuts import statut_facture


def ecrire_fso1301a(sortie: BinaryIO, enveloppe: Enveloppe, statuts: Iterable[Statut], nombre: int) -> None:
    """Write the statuses of invoices, UTF-8, in memory that does not grow with ``statuts``.

    ComplementStatut holds what the rule of the production day allows (50 characters, 80 from 20/06/2024). A longer complement is cut
    at a word; it then stands whole at the head of Commentaire, before the status's comment and its reasons (``CODE : text``).

    :param statuts: read once. :param nombre: how many, at least 1: the format has no empty message.
    :raises ErreurUsage: when ``nombre`` is 0 or not the number given, a status code is unknown or an instant has no zone; what was
        written is then worth nothing.
    """
    if nombre < 1:
        raise ErreurUsage("a FSO1301A needs at least one status", announced=nombre)
    length = longueur_complement(a_paris(enveloppe.produit_le).date())
    sortie.write(f'{debut(enveloppe)}<CPPFactureStatuts compteur="{nombre}">\n'.encode())
    written = 0
    for written, statut in enumerate(statuts, 1):
        sortie.write(_statut(written, statut, length).encode())
    if written != nombre:
        raise ErreurUsage(f"{nombre} statuses were announced, {written} were given", announced=nombre, given=written)
    sortie.write(f"</CPPFactureStatuts>\n{FIN}".encode())


def _statut(rang: int, statut: Statut, longueur: int) -> str:
    reasons = [f"{motif.code} : {motif.texte}" for motif in statut.motifs]
    complement, commentaire = complement_et_commentaire(statut.complement, longueur, statut.commentaire, *reasons)
    return bloc(
        "CPPFactureStatutUnitaire",
        _fournisseur(statut.fournisseur),
        _debiteur(statut.destinataire),
        bloc(
            "DonneesStatut",
            element("IdStatut", statut_facture(statut.code).cpp),
            element("ComplementStatut", complement),
            element("Commentaire", commentaire),
            element("Horodatage", date_heure(statut.horodatage)),
            element("IdFacture", statut.numero),
            element("DateFacture", statut.date_facture.isoformat()),
        ),
        NumOrdre=str(rang),
    )


def _fournisseur(acteur: Acteur) -> str:
    return bloc(
        "Fournisseur",
        element("TypeIdentifiant", str(acteur.type_identifiant)),
        element("Identifiant", acteur.identifiant),
        element("RaisonSociale", acteur.nom),
        element("CodePays", acteur.pays),
    )


def _debiteur(acteur: Acteur) -> str:
    return bloc(
        "Debiteur",
        element("TypeIdentifiant", str(acteur.type_identifiant)),
        element("Identifiant", acteur.identifiant),
        element("Nom", acteur.nom),
        element("CodeService", acteur.code_service),
    )
