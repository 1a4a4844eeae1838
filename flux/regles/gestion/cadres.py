"""Frameworks with duties of their own, classic era: statements of justice costs (A3), TIC refunds (A21), those with a validator."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from flux.modele.facture import Adresse, Facture, Ligne
from flux.referentiel.cadres import CADRES_AVEC_VALIDEUR, CADRES_CLASSIQUES, MEMOIRE_JUSTICE, REMBOURSEMENT_TIC
from flux.referentiel.catalogue import Severite
from flux.regles.gestion.regle import AIFE, CLASSIQUE, V394, Constat, ContexteRegles, Regle

#: Interface of statements of justice costs (E3).
_INTERFACE_MEMOIRE = "FSO1120A"
_DEPUIS_ADRESSE = date(2024, 6, 20)
_DEPUIS_MEMOIRE = date(2024, 5, 22)
_ANNEE = re.compile(r"\b20[0-9]{2}\b")
_PARTIES_ADRESSE = (("code_postal", "un code postal", "a postal code"), ("ville", "une ville", "a city"), ("pays", "un pays", "a country"))


def _memoire(f: Facture, c: ContexteRegles) -> bool:
    return f.cadre == MEMOIRE_JUSTICE or c.interface.code == _INTERFACE_MEMOIRE


def _juridiction(f: Facture, c: ContexteRegles) -> Sequence[Constat]:
    """The jurisdiction is the recipient: by its name, or by its service code."""
    if not _memoire(f, c) or f.acheteur.nom is not None or f.code_service is not None:
        return ()
    return (Constat("BT-44", absent=True),)


def _prestations(f: Facture, c: ContexteRegles) -> Sequence[Constat]:
    return (Constat("BG-25", absent=True),) if _memoire(f, c) and not f.lignes else ()


def _adresse(f: Facture) -> Adresse:
    """The structure refunded: the payee when the invoice names one with an address, else the supplier."""
    for partie in (f.beneficiaire, f.vendeur):
        if partie is not None and partie.adresse is not None:
            return partie.adresse
    return Adresse()


def _rue(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    if f.cadre != REMBOURSEMENT_TIC or _adresse(f).ligne1 is not None:
        return ()
    return (Constat("BT-35", absent=True),)


def _adresse_incomplete(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    if f.cadre != REMBOURSEMENT_TIC:
        return ()
    adresse = _adresse(f)
    return [
        Constat("BG-5", absent=True, faits={"partie_fr": fr, "partie_en": en})
        for champ, fr, en in _PARTIES_ADRESSE
        if getattr(adresse, champ) is None
    ]


def _annees(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    """The first line whose year is before the one of a line above it."""
    if f.cadre != REMBOURSEMENT_TIC:
        return ()
    last = 0
    for rang, ligne in enumerate(f.lignes):
        year = _annee(ligne)
        if year is not None:
            if year < last:
                return (Constat("BT-153", year, rang=rang, faits={"avant": last}),)
            last = year
    return ()


def _annee(ligne: Ligne) -> int | None:
    if ligne.periode is not None and ligne.periode.debut is not None:
        return ligne.periode.debut.year
    for text in (ligne.nom, ligne.description):
        found = _ANNEE.search(text or "")
        if found is not None:
            return int(found[0])
    return None


def _valideur(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    if f.cadre not in CADRES_AVEC_VALIDEUR or f.valideur is not None:
        return ()
    fr, en = CADRES_CLASSIQUES[f.cadre]
    return (Constat("valideur", absent=True, faits={"cadre": f.cadre, "sens_fr": fr, "sens_en": en}),)


_AVEC_VALIDEUR = f"{AIFE}, P57, P58, P74 to P76, P87, P88 (“avec valideur”)"
#: Interfaces whose format has a published place for the validator: CII and Factur-X. In UBL its place is a choice of this project, so a
#: missing one only informs; CPPFactureMixte has none.
_PLACE_PUBLIEE = frozenset({"FSO1106A", "FSO1116A", "FSO1117A"})
_PLACE_CHOISIE = frozenset({"FSO1100A", "FSO1110A"})

REGLES = (
    Regle("CAD-03a", "", CLASSIQUE, ("BT-44",), V394, _juridiction, depuis=_DEPUIS_MEMOIRE),
    Regle("CAD-03b", "", CLASSIQUE, ("BG-25",), V394, _prestations, depuis=_DEPUIS_MEMOIRE),
    Regle("CAD-21a", "", CLASSIQUE, ("BT-35",), V394, _rue, depuis=_DEPUIS_ADRESSE),
    Regle("CAD-21b", "", CLASSIQUE, ("BG-5",), V394, _adresse_incomplete, depuis=_DEPUIS_ADRESSE),
    Regle("CAD-21c", "", CLASSIQUE, ("BT-153",), V394, _annees, depuis=_DEPUIS_ADRESSE),
    Regle("CAD-09", "", CLASSIQUE, ("valideur",), _AVEC_VALIDEUR, _valideur, interfaces=_PLACE_PUBLIEE),
    Regle("CAD-09", "", CLASSIQUE, ("valideur",), _AVEC_VALIDEUR, _valideur, interfaces=_PLACE_CHOISIE, severite=Severite.AVERTISSEMENT),
)  # fmt: skip
