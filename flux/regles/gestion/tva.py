"""VAT: rates, categories, exemption reasons."""

from __future__ import annotations

from collections.abc import Sequence

from flux.modele.facture import Facture
from flux.referentiel.catalogue import Severite
from flux.referentiel.taux_tva import AVOIR_NET_DE_TAXE, CATEGORIES_TVA, TAUX_TVA
from flux.referentiel.types_facture import AVOIRS, RECTIFICATIVES
from flux.regles.gestion.regle import (
    AIFE,
    ANNEXE_7,
    CLASSIQUE,
    OCT_2025,
    REFORME,
    Constat,
    ContexteRegles,
    Regle,
    recherche,
)

_TAUX_ADMIS = ", ".join(str(rate) for rate in sorted(TAUX_TVA))
_CATEGORIES_ADMISES = "S, E, AE, K, G, O, Z"
#: Total with VAT, in the invoice's currency, below which an exemption needs no reason (G1.41).
_PETITE_FACTURE = 150


def _taux(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    found = [
        Constat("BT-119", one.taux, _TAUX_ADMIS, n) for n, one in enumerate(f.tva) if one.taux is not None and one.taux not in TAUX_TVA
    ]
    if f.remises_charges:
        found += [
            Constat("BT-96", one.tva_taux, _TAUX_ADMIS, n)
            for n, one in enumerate(f.remises_charges)
            if one.tva_taux is not None and one.tva_taux not in TAUX_TVA
        ]
    known = {one.taux for one in f.tva}
    # a line's rate mostly is one of the breakdown, told above when it is wrong
    return found + [
        Constat("BT-152", one.tva_taux, _TAUX_ADMIS, n)
        for n, one in enumerate(f.lignes)
        if one.tva_taux is not None and one.tva_taux not in known and one.tva_taux not in TAUX_TVA
    ]


def _categorie(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    found = [
        Constat("BT-118", one.categorie, _CATEGORIES_ADMISES, n)
        for n, one in enumerate(f.tva)
        if one.categorie is not None and one.categorie not in CATEGORIES_TVA
    ]
    known = {one.categorie for one in f.tva}
    return found + [
        Constat("BT-151", one.tva_categorie, _CATEGORIES_ADMISES, n)
        for n, one in enumerate(f.lignes)
        if one.tva_categorie is not None and one.tva_categorie not in CATEGORIES_TVA and one.tva_categorie not in known
    ]


def _motif_exoneration(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    exemptes = [(n, one) for n, one in enumerate(f.tva) if one.categorie == "E" and not (one.exoneration and one.exoneration_code)]
    if not exemptes or f.type_code in RECTIFICATIVES or (f.totaux.ttc is not None and f.totaux.ttc < _PETITE_FACTURE):
        return ()
    return [Constat("BT-120" if one.exoneration is None else "BT-121", rang=n, absent=True) for n, one in exemptes]


def _tva_du_vendeur_exonere(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    if f.vendeur.tva is not None or all(one.categorie != "E" for one in f.tva):
        return ()
    representant = f.representant_fiscal
    return () if representant is not None and representant.tva is not None else (Constat("BT-31", absent=True),)


def _taux_de_remise(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    return [
        Constat("BT-96", rang=n, absent=True)
        for n, one in enumerate(f.remises_charges)
        if not one.charge and one.tva_taux is None and one.tva_categorie != "O"
    ]


def _avoir_net_de_taxe(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    if f.type_code in AVOIRS:
        return ()
    return [
        Constat("BT-121", AVOIR_NET_DE_TAXE, rang=n, faits={"type": f.type_code or "∅"})
        for n, one in enumerate(f.tva)
        if one.exoneration_code == AVOIR_NET_DE_TAXE
    ]


_CODES_EXIGIBILITE = recherche("*/ram:ApplicableHeaderTradeSettlement/ram:ApplicableTradeTax/ram:DueDateTypeCode")


def _exigibilite(f: Facture, c: ContexteRegles) -> Sequence[Constat]:
    """BT-8 stands in each VAT breakdown of CII."""
    if not c.cii or len(f.tva) < 2:
        return ()
    nodes = _CODES_EXIGIBILITE(c.root)
    if len(nodes) < 2:
        return ()
    first = (nodes[0].text or "").strip()
    other = next((node for node in nodes if (node.text or "").strip() != first), None)
    return () if other is None else (Constat("BT-8", (other.text or "").strip(), first, noeud=other),)


_W = Severite.AVERTISSEMENT
_TERMES_TAUX, _CATEGORIES = ("BT-119", "BT-96", "BT-152"), ("BT-118", "BT-151")

REGLES = (
    Regle("GES-G1.24", "G1.24", REFORME, _TERMES_TAUX, f"{ANNEXE_7}, G1.24", _taux, officielle="BR-FR-16"),
    Regle("GES-G1.24", "G1.24", CLASSIQUE, _TERMES_TAUX, f"{ANNEXE_7}, G1.24; contradicted by {AIFE} (P20: 15 %)", _taux, severite=_W),
    Regle("GES-G2.31", "G2.31", REFORME, _CATEGORIES, f"{ANNEXE_7}, G2.31", _categorie, officielle="BR-FR-15"),
    Regle("GES-G2.31", "G2.31", CLASSIQUE, _CATEGORIES, f"{ANNEXE_7}, G2.31; contradicted by {AIFE} (P07: M)", _categorie, severite=_W),
    Regle("GES-G1.41", "G1.41", REFORME, ("BT-120", "BT-121"), f"{ANNEXE_7}, G1.41", _motif_exoneration, depuis=OCT_2025),
    Regle("GES-G1.47", "G1.47", REFORME, ("BT-31",), f"{ANNEXE_7}, G1.47", _tva_du_vendeur_exonere, depuis=OCT_2025, officielle="BR-E-02"),
    Regle("GES-G6.10", "G6.10", REFORME, ("BT-96",), f"{ANNEXE_7}, G6.10", _taux_de_remise, depuis=OCT_2025),
    Regle("GES-G6.21", "G6.21", REFORME, ("BT-121",), f"{ANNEXE_7}, G6.21", _avoir_net_de_taxe, depuis=OCT_2025),
    Regle("GES-S1.13", "S1.13", REFORME, ("BT-8",), f"{ANNEXE_7}, S1.13", _exigibilite, depuis=OCT_2025),
)  # fmt: skip
