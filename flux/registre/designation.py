"""Which invoice a deposited status speaks of, and what its sender is to that invoice."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from flux.modele.anomalie import Anomalie
from flux.modele.statut import Acteur
from flux.modele.statut_lu import StatutLu
from flux.referentiel.statuts import NON_INTEGREE, Role
from flux.registre import tables as t
from flux.registre.paroles import dire
from flux.registre.statuts import Cle

#: UNCL 3035 role of who says it (MDT-40) → what it may be towards an invoice; any other code restricts nothing.
_ROLES_DITS: dict[str, frozenset[Role]] = {
    **dict.fromkeys(("BY", "AB"), frozenset((Role.DESTINATAIRE, Role.MOA))),
    **dict.fromkeys(("SE", "SR"), frozenset((Role.FOURNISSEUR, Role.VALIDEUR_1, Role.VALIDEUR_2, Role.MOE))),
}


@dataclass(frozen=True, slots=True)
class FactureDesignee:
    """An invoice that may be the one a line speaks of. :ivar depositaire: the partner who deposited it.

    :ivar valideur: its validator as ``detail`` holds it.
    """

    cle: Cle
    depositaire: int
    date_emission: date | None
    fournisseur_id: str | None
    fournisseur_siren: str | None
    destinataire: str | None
    valideur: Mapping[str, Any] | None


def candidates(conn: Connection, numeros: Collection[str]) -> dict[str, list[FactureDesignee]]:
    """Return the integrated invoices that bear one of these numbers, by number."""
    f = t.factures.c
    rows = conn.execute(
        select(f.flux_id, f.membre_rang, f.partenaire_id, f.numero, f.date_emission, f.fournisseur_id, f.fournisseur_siren,
               f.destinataire_id, f.detail["valideur"].label("valideur"))
        .where(f.numero == func.any(list(numeros)), f.etat != NON_INTEGREE)
        .order_by(f.flux_id, f.membre_rang)
    )  # fmt: skip
    found: dict[str, list[FactureDesignee]] = {}
    for row in rows:
        one = FactureDesignee(
            (row.flux_id, row.membre_rang), row.partenaire_id, row.date_emission, row.fournisseur_id, row.fournisseur_siren,
            row.destinataire_id, row.valideur,
        )  # fmt: skip
        found.setdefault(row.numero, []).append(one)
    return found


def trouver(lu: StatutLu, candidates: Sequence[FactureDesignee]) -> FactureDesignee | Anomalie:
    """Return the one invoice a line speaks of: number, supplier and, when it is given, date; else what is wrong."""
    fitting = [
        one for one in candidates if _meme_fournisseur(lu.fournisseur, one) and lu.date_facture in (None, one.date_emission)
    ]  # fmt: skip
    if len(fitting) == 1:
        return fitting[0]
    qui = "—" if lu.fournisseur is None else lu.fournisseur.siren or lu.fournisseur.identifiant
    return dire("STA-02" if fitting else "STA-01", lu, found=lu.numero or "—", fournisseur=qui)


def _meme_fournisseur(acteur: Acteur | None, facture: FactureDesignee) -> bool:
    if acteur is None:
        return False
    known = {facture.fournisseur_id, facture.fournisseur_siren} - {None, ""}
    siren = acteur.siren or (acteur.identifiant[:9] if acteur.type_identifiant == 1 and len(acteur.identifiant) == 14 else None)
    # A SIRET names its supplier; a SIREN names any of its establishments.
    if acteur.identifiant and len(facture.fournisseur_id or "") == len(acteur.identifiant):
        return acteur.identifiant == facture.fournisseur_id
    return siren in known or acteur.identifiant in known


def _mauvais_destinataire(lu: StatutLu, facture: FactureDesignee) -> str | None:
    """Return the recipient a line names when the invoice is another one's."""
    said = lu.destinataire
    if said is None and lu.role in ("BY", "AB"):
        said = lu.auteur
    if said is None or not said.identifiant:
        return None
    whole = said.identifiant == facture.destinataire
    return None if whole or (said.siren is not None and (facture.destinataire or "")[:9] == said.siren) else said.identifiant


def _identifiants(partie: Mapping[str, Any] | None) -> set[str]:
    if partie is None:
        return set()
    known = [partie.get("identifiant_legal"), *partie.get("identifiants", ())]
    return {one["valeur"] for one in known if one}


def roles_du_partenaire(facture: FactureDesignee, partenaire_id: int, structures: Collection[str], dit: str | None) -> frozenset[Role]:
    """Return what a partner is towards an invoice: it deposited it, it represents its recipient or its validator.

    :param structures: the SIRETs it represents. :param dit: role of who speaks (MDT-40), which may restrict it.
    """
    roles: set[Role] = set()
    if facture.depositaire == partenaire_id:
        roles.add(Role.FOURNISSEUR)
    if facture.destinataire in structures:
        roles |= {Role.DESTINATAIRE, Role.MOA}
    if not _identifiants(facture.valideur).isdisjoint(structures):
        roles |= {Role.VALIDEUR_1, Role.VALIDEUR_2, Role.MOE}
    return frozenset(roles) & _ROLES_DITS.get(dit or "", frozenset(Role))


def habilitation(lu: StatutLu, facture: FactureDesignee, roles: Collection[Role], par: str) -> Anomalie | None:
    """Say why a partner may not speak of an invoice: the line names another recipient, or it is nothing to the invoice."""
    wrong = _mauvais_destinataire(lu, facture)
    if wrong is not None:
        return dire("STA-03", lu, found=wrong, numero=lu.numero)
    if not roles:
        return dire("STA-04", lu, found=par, numero=lu.numero, expected=facture.destinataire or "—")
    return None
