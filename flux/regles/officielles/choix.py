"""Which official rule sets judge a document.

EN 16931, or the set of its Factur-X level, or EXTENDED-CTC-FR; then BR-FR. Lifecycle messages: BR-FR-CDV. The classic interfaces follow
Chorus Pro's conventions of 2018 (party schemes 1 to 7, cadres A1…), which EN 16931's code lists refuse: no official set judges them.
"""

from __future__ import annotations

from datetime import date

from flux.referentiel.espaces_de_noms import CDAR, CII, UBL_CREDIT_NOTE, UBL_INVOICE
from flux.referentiel.facturx import NIVEAU_DU_PROFIL
from flux.referentiel.interfaces import Ere
from flux.referentiel.jeux import jeu_en_vigueur

_UBL = frozenset((f"{{{UBL_INVOICE}}}Invoice", f"{{{UBL_CREDIT_NOTE}}}CreditNote"))
_CII = f"{{{CII}}}CrossIndustryInvoice"
_CDAR = f"{{{CDAR}}}CrossDomainAcknowledgementAndResponse"
#: Code of the French extension of EN 16931, in :data:`flux.referentiel.facturx.NIVEAUX`.
_EXTENSION = "EXTENDED-CTC-FR"
#: Level code → set. A CII document of no known guideline is judged as EN 16931, the base of them all; BR-FR tells the guideline.
_CII_PAR_NIVEAU = {
    "MINIMUM": ("facturx-minimum",),  # no notes, no electronic addresses: it is no whole invoice, and BR-FR-05, 12 and 13 cannot be kept
    "BASIC WL": ("facturx-basicwl", "br-fr-cii"),
    "BASIC": ("facturx-basic", "br-fr-cii"),
    "EN 16931": ("facturx-en16931", "br-fr-cii"),
    "EXTENDED": ("facturx-extended", "br-fr-cii"),
    _EXTENSION: ("extended-ctc-fr-cii", "br-fr-cii"),
}


def jeux_applicables(racine: str, profil: str | None, ere: Ere, le: date) -> tuple[str, ...]:
    """Return the keys of the sets that judge a document, in the order in which they are told (rows of ``referentiel.schemas.REGLES``).

    :param racine: its root, in Clark notation. :param profil: BT-24. :param ere: era of its interface.
    :param le: day of reception, Europe/Paris: before the first dated set with official rules, none judges.
    """
    if ere is Ere.CLASSIQUE or not jeu_en_vigueur(le).officielles:
        return ()
    if racine == _CDAR:
        return ("br-fr-cdv",)
    niveau = NIVEAU_DU_PROFIL.get(profil or "")
    if racine in _UBL:
        base = "extended-ctc-fr-ubl" if niveau is not None and niveau.code == _EXTENSION else "en16931-ubl"
        return (base, "br-fr-ubl")
    if racine == _CII:
        return _CII_PAR_NIVEAU[niveau.code if niveau is not None else "EN 16931"]
    return ()
