"""CPPStatut with CPPFactureStatuts: statuses of invoices that a partner deposits (FSO1301A) → :class:`StatutLu`.

Structure: CPPStatutPivot V1_19; see flux/xsd/cpp-statut.xsd.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from lxml.etree import _Element

from flux.modele.statut import Acteur
from flux.modele.statut_lu import StatutLu
from flux.parsers.valeurs import instant_iso, jour_iso, texte

#: The statuses of a message, from the root.
UNITES = "CPPFactureStatuts/CPPFactureStatutUnitaire"


def lire_cpp_statut(root: _Element) -> Iterator[StatutLu]:
    """Yield the statuses of invoices of a message; none for statuses of flows (CPPFluxStatuts).

    Free texts are kept as they are, blanks included; a message valid by its schema loses nothing.

    :param root: ``CPPStatut``.
    """
    for rank, unit in enumerate(root.iterfind(UNITES), 1):
        donnees = unit.find("DonneesStatut")
        if donnees is None:
            continue
        producteur = donnees.find("Producteur")
        yield StatutLu(
            rang=rank,
            chemin=f"/CPPStatut/CPPFactureStatuts/CPPFactureStatutUnitaire[{rank}]",
            ligne=cast(int | None, unit.sourceline),
            code=(texte(donnees.findtext("IdStatut")) or "").lstrip("+").zfill(2),
            horodatage=instant_iso(donnees.findtext("Horodatage")),
            numero=texte(donnees.findtext("IdFacture")),
            date_facture=jour_iso(donnees.findtext("DateFacture")),
            fournisseur=_fournisseur(unit.find("Fournisseur")),
            destinataire=_debiteur(unit.find("Debiteur")),
            complement=donnees.findtext("ComplementStatut") or None,
            commentaire=donnees.findtext("Commentaire") or None,
            producteur=None if producteur is None else producteur.get("Id"),
            id_mandat=donnees.findtext("IdMandatDP"),
        )


def _fournisseur(tiers: _Element | None) -> Acteur | None:
    if tiers is None:
        return None
    return Acteur(_type(tiers), tiers.findtext("Identifiant") or "", tiers.findtext("RaisonSociale") or "", tiers.findtext("CodePays"))


def _debiteur(tiers: _Element | None) -> Acteur | None:
    if tiers is None:
        return None
    return Acteur(
        _type(tiers), tiers.findtext("Identifiant") or "", tiers.findtext("Nom") or "",
        code_service=tiers.findtext("CodeService"), nom_service=tiers.findtext("NomService"),
    )  # fmt: skip


def _type(tiers: _Element) -> int:
    found = texte(tiers.findtext("TypeIdentifiant")) or ""
    return int(found) if found.isascii() and found.isdigit() and len(found) == 1 else 0
