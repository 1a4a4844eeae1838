"""Number, dates, type, framework, currency, countries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from flux.modele.facture import Facture
from flux.parsers.lecture import DATES_ISO, jour_d_un_instant
from flux.parsers.valeurs import jour_102
from flux.referentiel.cadres import CADRES_CLASSIQUES, CADRES_DEFINITIFS, CADRES_REFORME
from flux.referentiel.catalogue import Severite
from flux.referentiel.devises import devise_connue
from flux.referentiel.espaces_de_noms import QDT, RAM, UBL_CAC, UBL_CBC, UDT
from flux.referentiel.interfaces import Ere
from flux.referentiel.pays import PAYS
from flux.referentiel.types_facture import ACOMPTES, TYPES_CLASSIQUES, TYPES_REFORME
from flux.regles.gestion.regle import (
    AIFE,
    ANNEXE_7,
    CLASSIQUE,
    EDI,
    FEV_2026,
    OCT_2025,
    PIVOT,
    REFORME,
    TOUTES,
    XP,
    Constat,
    ContexteRegles,
    Regle,
    recherche,
)

NUMERO_MAX = 20
_NUMERO_CLASSIQUE = re.compile(r"[A-Za-z0-9 +_/-]+").fullmatch
_NUMERO_REFORME = re.compile(r"[A-Za-z0-9+_/-]+(?: [A-Za-z0-9+_/-]+)*").fullmatch


def _numero_absent(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    return () if f.numero else (Constat("BT-1", absent=True),)


def _numero_long(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    if f.numero is None or len(f.numero) <= NUMERO_MAX:
        return ()
    return (Constat("BT-1", f.numero, NUMERO_MAX, faits={"length": len(f.numero)}),)


def _numero_caracteres(f: Facture, c: ContexteRegles) -> Sequence[Constat]:
    admis = _NUMERO_REFORME if c.interface.ere is Ere.REFORME else _NUMERO_CLASSIQUE
    return () if f.numero is None or admis(f.numero) else (Constat("BT-1", f.numero),)


_ANTERIEURE_UBL = (f"{{{UBL_CAC}}}InvoiceDocumentReference", f"{{{UBL_CBC}}}ID")
_ANTERIEURE_CII = (f"{{{RAM}}}InvoiceReferencedDocument", f"{{{RAM}}}IssuerAssignedID")


def _anterieure_longue(f: Facture, c: ContexteRegles) -> Sequence[Constat]:
    """BT-25, and EXT-FR-FE-136 which the model does not hold."""
    found = [
        Constat("BT-25", one.numero, NUMERO_MAX, rang, faits={"length": len(one.numero)})
        for rang, one in enumerate(f.factures_anterieures)
        if len(one.numero) > NUMERO_MAX
    ]
    groupe, numero = _ANTERIEURE_CII if c.cii else _ANTERIEURE_UBL
    for reference in c.root.iter(groupe) if f.lignes else ():
        node = reference.find(numero)
        value = None if node is None else (node.text or "").strip()
        parent = reference.getparent()
        if value and len(value) > NUMERO_MAX and parent is not None and _dans_une_ligne(parent.tag, parent.getparent()):
            found.append(Constat("EXT-FR-FE-136", value, NUMERO_MAX, noeud=node, faits={"length": len(value)}))
    return found


def _dans_une_ligne(parent: object, au_dessus: object) -> bool:
    """Tell whether a group's parent belongs to a line: CII names it, UBL puts ``BillingReference`` in the line."""
    return str(parent).endswith("SpecifiedLineTradeSettlement") or str(getattr(au_dessus, "tag", "")).endswith("Line")


# --- dates ------------------------------------------------------------------------------------------------------------


def _dates(f: Facture) -> Iterator[tuple[str, int | None, date | None]]:
    yield "BT-2", None, f.date_emission
    yield "BT-7", None, f.date_exigibilite
    yield "BT-9", None, f.echeance
    if f.livraison is not None:
        yield "BT-72", None, f.livraison.date
    if f.periode is not None:
        yield "BT-73", None, f.periode.debut
        yield "BT-74", None, f.periode.fin
    for rang, anterieure in enumerate(f.factures_anterieures):
        yield "BT-26", rang, anterieure.date_emission
    for rang, ligne in enumerate(f.lignes):
        if ligne.periode is not None:
            yield "BT-134", rang, ligne.periode.debut
            yield "BT-135", rang, ligne.periode.fin


_EMISSION_ISO = recherche("rsm:ExchangedDocument/ram:IssueDateTime/udt:DateTime")


def _date_absente(f: Facture, c: ContexteRegles) -> Sequence[Constat]:
    """BR-03 of CII asks for a day of format 102: one written otherwise is told as such, and not as missing."""
    if f.date_emission is not None:
        iso = _EMISSION_ISO(c.root) if c.cii and c.interface.ere is Ere.REFORME else ()
        return [Constat("BT-2", (node.text or "").strip(), noeud=node, regle="GES-G1.09b") for node in iso[:1]]
    return () if any(one.terme == "BT-2" for one in _illisible(f, c)) else (Constat("BT-2", absent=True),)


_CHAINES = (f"{{{UDT}}}DateTimeString", f"{{{QDT}}}DateTimeString", f"{{{UDT}}}DateString", *DATES_ISO)
_TERME_DE_DATE = {
    "IssueDateTime": "BT-2",
    "TaxPointDate": "BT-7",
    "DueDateDateTime": "BT-9",
    "FormattedIssueDateTime": "BT-26",
    "OccurrenceDateTime": "BT-72",
    "StartDateTime": "BT-73",
    "EndDateTime": "BT-74",
}


def _illisible(_: Facture, c: ContexteRegles) -> Sequence[Constat]:
    """CII only: its schema takes any text for a date, and in ``udt:DateTime`` years that no calendar here has; UBL's does not."""
    found = []
    for node in c.root.iter(*_CHAINES) if c.cii else ():
        text = node.text
        read = jour_102(text)
        if read is None and node.tag in DATES_ISO:
            read = jour_d_un_instant(text)
        if read is None or node.get("format", "102") != "102":
            parent = node.getparent()
            name = "" if parent is None else str(parent.tag).rpartition("}")[2]
            found.append(Constat(_TERME_DE_DATE.get(name, "date"), (text or "").strip(), noeud=node))
    return found


def _date_future(f: Facture, c: ContexteRegles) -> Sequence[Constat]:
    if f.date_emission is None or f.date_emission <= c.le:
        return ()
    return (Constat("BT-2", f.date_emission, c.le),)


def _annee(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    return [Constat(terme, day, rang=rang) for terme, rang, day in _dates(f) if day is not None and not 2000 <= day.year <= 2099]


# --- codes ------------------------------------------------------------------------------------------------------------


def _type(f: Facture, c: ContexteRegles) -> Sequence[Constat]:
    admis = TYPES_REFORME if c.interface.ere is Ere.REFORME else TYPES_CLASSIQUES
    if f.type_code in admis:
        return ()
    return (Constat("BT-3", f.type_code or "∅", ", ".join(sorted(admis)), absent=f.type_code is None),)


def _cadre_classique(f: Facture, c: ContexteRegles) -> Sequence[Constat]:
    if f.cadre not in CADRES_CLASSIQUES:
        return ()
    fr, en = CADRES_CLASSIQUES[f.cadre]
    faits = {"interface": c.interface.code, "sens_fr": fr, "sens_en": en}
    return (Constat("BT-23", f.cadre, ", ".join(CADRES_REFORME), faits=faits),)


def _cadre_reforme(f: Facture, c: ContexteRegles) -> Sequence[Constat]:
    if f.cadre not in CADRES_REFORME:
        return ()
    fr, en = CADRES_REFORME[f.cadre]
    faits = {"interface": c.interface.code, "sens_fr": fr, "sens_en": en}
    return (Constat("BT-23", f.cadre, ", ".join(CADRES_CLASSIQUES), faits=faits),)


def _cadre_inconnu(f: Facture, c: ContexteRegles) -> Sequence[Constat]:
    if f.cadre is None or f.cadre in CADRES_REFORME or f.cadre in CADRES_CLASSIQUES:
        return ()
    admis = CADRES_REFORME if c.interface.ere is Ere.REFORME else CADRES_CLASSIQUES
    return (Constat("BT-23", f.cadre, ", ".join(admis)),)


def _cadre_absent(f: Facture, c: ContexteRegles) -> Sequence[Constat]:
    if f.cadre is not None:
        return ()
    admis = CADRES_REFORME if c.interface.ere is Ere.REFORME else CADRES_CLASSIQUES
    return (Constat("BT-23", expected=", ".join(admis), absent=True),)


def _acompte_definitif(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    if f.cadre not in CADRES_DEFINITIFS or f.type_code not in ACOMPTES:
        return ()
    return (Constat("BT-3", f.type_code, faits={"cadre": f.cadre}),)


def _devise(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    return [
        Constat(terme, code)
        for terme, code in (("BT-5", f.devise), ("BT-6", f.devise_comptable))
        if code is not None and code != "EUR" and not devise_connue(code, f.date_emission)
    ]


def _hors_euro(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    if f.devise in ("EUR", None) or (f.devise_comptable == "EUR" and f.totaux.tva_comptable is not None):
        return ()
    return (Constat("BT-111", absent=True, faits={"devise": f.devise}),)


def _pays(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    livraison = None if f.livraison is None else f.livraison.adresse
    adresses = (("BT-40", f.vendeur.adresse), ("BT-55", f.acheteur.adresse), ("BT-80", livraison))
    return [
        Constat(terme, adresse.pays)
        for terme, adresse in adresses
        if adresse is not None and adresse.pays is not None and adresse.pays not in PAYS
    ]


_G105 = f"{EDI}, G1.05 p.73"
_W = Severite.AVERTISSEMENT

REGLES = (
    Regle("GES-G1.05a", "G1.05", TOUTES, ("BT-1",), _G105, _numero_absent, officielle="BR-02"),
    Regle("GES-G1.05b", "G1.05", CLASSIQUE, ("BT-1",), _G105, _numero_long),
    Regle("GES-G1.05c", "G1.05", CLASSIQUE, ("BT-1",), _G105, _numero_caracteres),
    Regle("GES-G1.05c", "G1.05", REFORME, ("BT-1",), f"{ANNEXE_7}, G1.05", _numero_caracteres, depuis=OCT_2025, officielle="BR-FR-02"),
    Regle("GES-G1.05d", "", CLASSIQUE, ("BT-25",), f"{PIVOT}, IdFactureOrigine", _anterieure_longue),
    Regle("CPRO-02a", "BR-FR-CPRO-02", REFORME, ("BT-1",), XP, _numero_long, depuis=FEV_2026),
    Regle("CPRO-02b", "BR-FR-CPRO-02", REFORME, ("BT-25", "EXT-FR-FE-136"), XP, _anterieure_longue, depuis=FEV_2026),
    Regle("GES-G1.09a", "G1.09", TOUTES, ("BT-2",), f"{PIVOT}, DateEmissionFacture; BR-03", _date_absente, officielle="BR-03"),
    Regle("GES-G1.09b", "G1.09", TOUTES, (*_TERME_DE_DATE.values(), "date"), f"{ANNEXE_7}, G1.09", _illisible),
    Regle("GES-G1.07", "G1.07", TOUTES, ("BT-2",), f"{ANNEXE_7}, G1.07; {EDI}, G1.07", _date_future),
    Regle(
        "GES-G1.36", "G1.36", TOUTES, ("BT-2", "BT-7", "BT-9", "BT-26", "BT-72", "BT-73", "BT-74", "BT-134", "BT-135"),
        f"{ANNEXE_7}, G1.36", _annee, officielle="BR-FR-03",
    ),
    Regle("GES-G1.01", "G1.01", REFORME, ("BT-3",), f"{ANNEXE_7}, G1.01", _type, officielle="BR-FR-04"),
    Regle("GES-G1.01", "", CLASSIQUE, ("BT-3",), f"{PIVOT}, Type", _type, severite=_W),
    Regle("ERE-01", "", REFORME, ("BT-23",), f"{ANNEXE_7}, G1.02; BR-FR-08", _cadre_classique),
    Regle("ERE-02", "", CLASSIQUE, ("BT-23",), f"{PIVOT}, Cadre", _cadre_reforme),
    Regle("GES-G1.02a", "G1.02", REFORME, ("BT-23",), f"{ANNEXE_7}, G1.02; BR-FR-08", _cadre_inconnu, officielle="BR-FR-08"),
    Regle("GES-G1.02a", "", CLASSIQUE, ("BT-23",), f"{PIVOT}, Cadre", _cadre_inconnu),
    Regle("GES-G1.02b", "G1.02", REFORME, ("BT-23",), f"{ANNEXE_7}, G1.02; BR-FR-08", _cadre_absent, officielle="BR-FR-08"),
    Regle("GES-G1.02b", "", CLASSIQUE, ("BT-23",), f"{PIVOT}, Cadre; absent from {AIFE} (P01, P02, P55)", _cadre_absent, severite=_W),
    Regle("GES-G1.60", "G1.60", REFORME, ("BT-3",), f"{ANNEXE_7}, G1.60", _acompte_definitif, depuis=OCT_2025, officielle="BR-FR-CO-08"),
    Regle("GES-G1.10", "G1.10", TOUTES, ("BT-5", "BT-6"), f"{ANNEXE_7}, G1.10; ISO 4217", _devise, officielle="BR-CL-04"),
    Regle("GES-G1.12", "G1.12", REFORME, ("BT-111",), f"{ANNEXE_7}, G1.12", _hors_euro, depuis=OCT_2025, officielle="BR-FR-CO-12"),
    Regle("GES-G2.01", "G2.01", TOUTES, ("BT-40", "BT-55", "BT-80"), f"{ANNEXE_7}, G2.01; ISO 3166-1", _pays, officielle="BR-CL-14"),
)  # fmt: skip
