"""Circuits: the paths an invoice of a billing framework may take, made of the blocks of :mod:`flux.referentiel.transitions`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flux.referentiel import transitions as x
from flux.referentiel.statut_facture import Certitude
from flux.referentiel.transitions import Transition


class Circuit(StrEnum):
    """Family of billing frameworks whose invoices live alike."""

    SIMPLE = "simple"
    SOUS_TRAITANCE = "sous-traitance"
    COTRAITANCE = "cotraitance"
    DECOMPTE_MENSUEL = "décompte mensuel"
    DECOMPTE_FINAL = "décompte final"
    DECOMPTE_VALIDE = "décompte à valider"
    VERS_MOA = "pièce pour la MOA"
    VERS_FOURNISSEUR = "pièce pour le fournisseur"
    TRAVAUX_A_PAYER = "pièce de travaux à payer"
    REMBOURSEMENT = "remboursement"
    JUSTICE = "mémoire de justice"


@dataclass(frozen=True, slots=True)
class LigneCircuit:
    """One circuit. :ivar cadres: BT-23 codes of both eras. :ivar transitions: its rows. :ivar source: why these frameworks go this way."""

    circuit: Circuit
    cadres: tuple[str, ...]
    transitions: tuple[Transition, ...]
    certitude: Certitude
    source: str


_V1 = "VALIDEE_1 ABSENCE_VALIDATION_1_HORS_DELAI"
_V2 = "VALIDEE_2 ABSENCE_VALIDATION_2_HORS_DELAI"
_SIMPLE = (*x.ENTREE, *x.acheminement("DEPOSEE"), *x.PAIEMENT)
_MOA_APRES_MOE = x.vers_moa("TRANSMISE_MOA")
_VU, _INFERE = Certitude.VU, Certitude.INFERE
_SANS_SOURCE = "no public source tells its statuses apart: as a simple invoice"

#: circuit → row. A framework that no row names goes the simple way.
CIRCUITS: dict[Circuit, LigneCircuit] = {
    row.circuit: row
    for row in (
        LigneCircuit(Circuit.SIMPLE, ("A1", "A2"), _SIMPLE, _VU, "community page, life cycle; every framework of the reform that is not named below"),
        LigneCircuit(
            Circuit.SOUS_TRAITANCE, ("A9", "S3"),
            (*x.ENTREE, *x.NIVEAU_1, *x.NIVEAU_2, *x.acheminement(f"{_V1} {_V2}"), *x.PAIEMENT),
            _VU, "community guide: validated by the main contractor, or by the co-contractor then by it; S3, BR-FR-CPRO-21",
        ),
        LigneCircuit(
            Circuit.COTRAITANCE, ("A12", "S6"), (*x.ENTREE, *x.NIVEAU_1, *x.acheminement(_V1), *x.PAIEMENT),
            _VU, "community guide: the representative of the group validates; S6, BR-FR-CPRO-21",
        ),
        LigneCircuit(
            Circuit.DECOMPTE_MENSUEL, ("A4",), (*x.ENTREE, *x.vers_moe("DEPOSEE", autre_motif=False), *_MOA_APRES_MOE),
            _VU, "release notes V3.9.4: the MOE refuses a monthly statement for the wrong MOE or MOA only",
        ),
        LigneCircuit(
            Circuit.DECOMPTE_FINAL, ("A7", "A22"), (*x.ENTREE, *x.vers_moe("DEPOSEE"), *_MOA_APRES_MOE, *x.TACITE),
            _INFERE, "final statements go to the MOE as monthly ones do, any reason of refusal admitted",
        ),
        LigneCircuit(
            Circuit.DECOMPTE_VALIDE, ("A10", "A11", "A13", "A14"),
            (*x.ENTREE, *x.NIVEAU_1, *x.vers_moe(_V1), *_MOA_APRES_MOE, *x.TACITE),
            _INFERE, "AIFE's samples: works invoices of subcontractors and co-contractors have a validator, before the MOE",
        ),
        LigneCircuit(
            Circuit.VERS_MOA, ("A5", "A15", "A17"), (*x.ENTREE, *x.vers_moa("DEPOSEE")),
            _INFERE, "statement of advance and draft general statement are written for the owner (community guides)",
        ),
        LigneCircuit(
            Circuit.VERS_FOURNISSEUR, ("A18", "A20"), (*x.ENTREE, *x.VERS_FOURNISSEUR),
            _VU, "community page on the general statement",
        ),
        LigneCircuit(
            Circuit.TRAVAUX_A_PAYER, ("A6", "A8", "A16", "A19", "A23", "A24", "A25"), (*_SIMPLE, *x.ERREURS_DU_PAYEUR),
            _INFERE, "validated statements and signed general statements go to the financial service, which pays",
        ),
        LigneCircuit(Circuit.REMBOURSEMENT, ("A21",), _SIMPLE, _INFERE, _SANS_SOURCE),
        LigneCircuit(Circuit.JUSTICE, ("A3",), _SIMPLE, _INFERE, _SANS_SOURCE),
    )
}  # fmt: skip

_DU_CADRE = {cadre: row.circuit for row in CIRCUITS.values() for cadre in row.cadres}


def circuit_du_cadre(cadre: str | None) -> Circuit:
    """Return the circuit of a billing framework (BT-23); the simple one for any other value."""
    return _DU_CADRE.get(cadre or "", Circuit.SIMPLE)
