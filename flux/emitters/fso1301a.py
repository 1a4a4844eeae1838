"""FSO1301A: the lifecycle of invoices, as CPPStatut with CPPFactureStatuts. One file, one CPPFactureStatutUnitaire a status.

Sources: structure of CPPStatutPivot V1_19; length of ComplementStatut, release notes V3.9.4 (:mod:`flux.referentiel.longueurs`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import BinaryIO

from flux.emitters.balises import bloc, element
from flux.emitters.cpp import FIN, debut
from flux.emitters.textes import a_paris, complement_et_commentaire, couper, date_heure, propre
from flux.errors import ErreurUsage
from flux.modele.statut import Acteur, Enveloppe, Statut
from flux.referentiel.longueurs import longueur_complement
from flux.referentiel.statuts import code_cpp, statut_facture

#: TypeIdentifiant of Debiteur: the format knows recipients by their SIRET only.
TYPE_SIRET = "1"
#: Written in Debiteur where the invoice's recipient has no identifier of 14 characters, which the format requires.
SIRET_INCONNU = "0" * 14
#: Characters of CodeService (CPPStatutPivot V1_19).
LONGUEUR_SERVICE = 100

_AUCUN: Mapping[str, str] = MappingProxyType({})


def ecrire_fso1301a(sortie: BinaryIO, enveloppe: Enveloppe, statuts: Iterable[Statut], nombre: int) -> None:
    """Write the statuses of invoices, UTF-8, in memory that does not grow with ``statuts``.

    ComplementStatut holds what the rule of the production day allows (50 characters, 80 from 20/06/2024). A longer complement is cut
    at a word; it then stands whole at the head of Commentaire, before the status's comment, its reasons (``CODE : text``) and what of
    the recipient fits nowhere else.

    :param statuts: read once. :param nombre: how many, at least 1: the format has no empty message.
    :raises ErreurUsage: when ``nombre`` is 0 or not the number given, a status is unknown or has no code here, or an instant has no zone;
        what was written is then worth nothing.
    """
    if nombre < 1:
        raise ErreurUsage("a FSO1301A needs at least one status", announced=nombre)
    length = longueur_complement(a_paris(enveloppe.produit_le).date())
    sortie.write(f'{debut(enveloppe)}<CPPFactureStatuts compteur="{nombre}">\n'.encode())
    written = 0
    for written, statut in enumerate(statuts, 1):
        sortie.write(unite(written, statut, length).encode())
    if written != nombre:
        raise ErreurUsage(f"{nombre} statuses were announced, {written} were given", announced=nombre, given=written)
    sortie.write(f"</CPPFactureStatuts>\n{FIN}".encode())


def message_fso1301a(enveloppe: Enveloppe, unites: Sequence[str]) -> bytes:
    """Return a whole CPPStatut of units already written by :func:`unite`, numbered from 1.

    :raises ErreurUsage: when there is none.
    """
    if not unites:
        raise ErreurUsage("a FSO1301A needs at least one status", announced=0)
    corps = "".join(unites)
    return f'{debut(enveloppe)}<CPPFactureStatuts compteur="{len(unites)}">\n{corps}</CPPFactureStatuts>\n{FIN}'.encode()


def unite(rang: int, statut: Statut, longueur: int, choix: Mapping[str, str] = _AUCUN) -> str:
    """Return one CPPFactureStatutUnitaire.

    :param rang: NumOrdre. :param longueur: characters of ComplementStatut (:func:`flux.referentiel.longueurs.longueur_complement`).
    :param choix: status → IdStatut put in place of the table's (setting ``codes_cpp``).
    :raises ErreurUsage: when the status is unknown or has no code here, or an instant has no zone.
    """
    debiteur, rest = _debiteur(statut.destinataire)
    # One whose words are the complement's own adds nothing: CPPStatut knows no codes.
    reasons = [f"{motif.code} : {motif.texte}" for motif in statut.motifs if motif.texte != (statut.complement or statut.commentaire)]
    complement, commentaire = complement_et_commentaire(statut.complement, longueur, statut.commentaire, *reasons, *rest)
    return bloc(
        "CPPFactureStatutUnitaire",
        _fournisseur(statut.fournisseur),
        debiteur,
        bloc(
            "DonneesStatut",
            element("IdStatut", _code(statut, choix)),
            element("ComplementStatut", complement),
            element("Commentaire", commentaire),
            element("Horodatage", date_heure(statut.horodatage)),
            "" if statut.producteur is None else element("Producteur", "", Id=statut.producteur),
            element("IdFacture", statut.numero),
            element("DateFacture", statut.date_facture.isoformat()),
            element("IdMandatDP", statut.id_mandat),
        ),
        NumOrdre=str(rang),
    )


def _code(statut: Statut, choix: Mapping[str, str]) -> str:
    code = code_cpp(statut_facture(statut.code), choix)
    if code is None:
        raise ErreurUsage(f"status {statut.code} has no code in CPPStatut: it is sent in no CPPStatut file", statut=statut.code)
    return code


def _fournisseur(acteur: Acteur) -> str:
    pays = propre(acteur.pays or "")
    return bloc(
        "Fournisseur",
        element("TypeIdentifiant", str(acteur.type_identifiant)),
        element("Identifiant", acteur.identifiant),
        element("RaisonSociale", acteur.nom),
        element("CodePays", pays if len(pays) == 2 else None),
    )


def _debiteur(acteur: Acteur) -> tuple[str, list[str]]:
    """Return Debiteur and what of it did not fit, for the comment: an invoice may be rejected for its recipient's very identifier."""
    identifiant, service, rest = propre(acteur.identifiant), propre(acteur.code_service or ""), []
    court = couper(service, LONGUEUR_SERVICE)
    if len(identifiant) != len(SIRET_INCONNU):
        rest.append(f"Identifiant du destinataire : {identifiant}")
        identifiant = SIRET_INCONNU
    if court != service:
        rest.append(f"Code service : {service}")
    debiteur = bloc(
        "Debiteur",
        element("TypeIdentifiant", TYPE_SIRET),
        element("Identifiant", identifiant),
        element("Nom", acteur.nom),
        element("CodeService", court or None),
        element("NomService", acteur.nom_service),
    )
    return debiteur, rest
