"""What a lifecycle message says of an invoice: its first status, and the parties as CPPStatut and CDAR name them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from flux.modele.anomalie import Anomalie, anomalie
from flux.modele.facture import Facture
from flux.modele.statut import Acteur, MontantStatut, Motif, Statut
from flux.modele.verdict import Decision
from flux.referentiel.codes_cdar import MONTANT_PAYE
from flux.referentiel.motifs import MOTIFS
from flux.referentiel.schemas_identifiants import TYPE_IDENTIFIANT
from flux.registre.valeurs import LigneStatut, StatutPose

#: The status of payment.
PAIEMENT = "MISE_EN_PAIEMENT"
#: Status → what its reader is asked to do (MDT-121). inféré: from the words of the status; no table of Chorus Pro's ties them.
ACTIONS_DEMANDEES: dict[str, tuple[str, ...]] = {
    "SUSPENDUE": ("PIN",), "A_COMPLETER": ("PIN",), "A_RECYCLER": ("OTH",), "EN_ATTENTE_RECYCLAGE_FOURNISSEUR": ("OTH",),
    "REJETEE": ("NIN",),
}  # fmt: skip

#: Anomalies whose sentence is repeated in a status; the feedback has them all.
_CITEES = 10


def statut_initial(
    member: str, facture: Facture, decision: Decision, anomalies: Iterable[Anomalie], now: datetime
) -> tuple[StatutPose, tuple[Anomalie, ...]]:
    """Return the first status of a readable invoice, and the warning to add when no lifecycle file can speak of it."""
    missing = ", ".join(_manquants(facture))
    added = (anomalie("CDV-01", member=member, found=missing),) if missing else ()
    if decision is Decision.ACCEPTE:
        return StatutPose("DEPOSEE", now), added
    blocking = [one for one in anomalies if one.bloquante]
    return StatutPose("NON_CONFORME", now, blocking[0].fr, commentaire(blocking), tuple(_motifs(blocking))), added


def _motifs(blocking: list[Anomalie]) -> Iterator[Motif]:
    """Each reason code once, with its published label: the sentences stand in the comment."""
    for code in dict.fromkeys(one.ligne.motif_213 for one in blocking):
        yield Motif(code, MOTIFS[code].libelle)


def commentaire(blocking: Iterable[Anomalie]) -> str:
    """Join the sentences of the first anomalies, and count the others: the feedback has them all. Reads a stream in flat memory."""
    texts: list[str] = []
    total = 0
    for total, one in enumerate(blocking, 1):
        if total <= _CITEES:
            texts.append(one.fr)
    if total > _CITEES:
        texts.append(f"{total - _CITEES} autres anomalies : voir le retour du flux.")
    return " | ".join(texts)


def _manquants(facture: Facture) -> Iterator[str]:
    if facture.numero is None:
        yield "BT-1"
    if facture.date_emission is None:
        yield "BT-2"
    if facture.type_code is None:
        yield "BT-3"
    if facture.vendeur.nom is None:
        yield "BT-27"
    if facture.siret_destinataire is None:
        yield "BT-46 (SIRET)"


def statut_de(row: LigneStatut) -> Statut | None:
    """Build the status the emitters write from a row of the ledger; ``None`` when the invoice cannot be named (see CDV-01)."""
    if (
        row.numero is None
        or row.date_emission is None
        or row.type_code is None
        or row.fournisseur_nom is None
        or row.destinataire_id is None
    ):
        return None
    said = row.detail or {}
    return Statut(
        code=row.code,
        horodatage=row.horodatage,
        numero=row.numero,
        date_facture=row.date_emission,
        type_code=row.type_code,
        recu_le=row.recu_le,
        fournisseur=Acteur(
            type_identifiant=TYPE_IDENTIFIANT.get(row.fournisseur_schema or "", 1),
            identifiant=row.fournisseur_id or "",
            nom=row.fournisseur_nom,
            pays=row.fournisseur_pays,
            siren=row.fournisseur_siren,
            adresse_electronique=row.fournisseur_adresse_electronique,
        ),
        destinataire=Acteur(1, row.destinataire_id, row.destinataire_nom or "", code_service=row.code_service),
        complement=row.complement,
        commentaire=row.commentaire,
        motifs=row.motifs,
        actions=tuple(said["actions"]) if "actions" in said else ACTIONS_DEMANDEES.get(row.code, ()),
        montants=_montants(row, said),
        beneficiaire=_beneficiaire(row),
        producteur=said.get("producteur"),
        id_mandat=said.get("id_mandat"),
    )


def _montants(row: LigneStatut, said: Mapping[str, Any]) -> tuple[MontantStatut, ...]:
    """Return the amounts that the recipient told; of a payment that comes without any, the amount due (BT-115)."""
    if "montants" in said:
        return tuple(
            MontantStatut(one["type_code"], Decimal(one["valeur"]), one.get("devise"), Decimal(taux) if (taux := one.get("taux")) else None)
            for one in said["montants"]
        )
    paid = row.net_a_payer if row.net_a_payer is not None else row.ttc
    return (MontantStatut(MONTANT_PAYE, paid, row.devise),) if row.code == PAIEMENT and paid is not None else ()


def _beneficiaire(row: LigneStatut) -> Acteur | None:
    """Return the payee (BG-10), which payment is told to, when it has a name and an identifier."""
    if row.code != PAIEMENT or row.beneficiaire is None or "nom" not in row.beneficiaire:
        return None
    known = [row.beneficiaire.get("identifiant_legal"), *row.beneficiaire.get("identifiants", ())]
    one = next((known_id for known_id in known if known_id), None)
    if one is None:
        return None
    schema, value = one.get("schema") or "", one["valeur"]
    siren = value if schema == "0002" and len(value) == 9 else None
    return Acteur(TYPE_IDENTIFIANT.get(schema, 1), value, row.beneficiaire["nom"], siren=siren)
