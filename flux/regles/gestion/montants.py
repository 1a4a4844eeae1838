"""Amounts: how they are written, and whether the totals add up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain

from flux.modele.facture import Facture
from flux.referentiel.catalogue import Severite
from flux.referentiel.devises import SANS_DECIMALE
from flux.regles.gestion.regle import (
    AIFE,
    ANNEXE_7,
    CLASSIQUE,
    EN,
    OCT_2025,
    PIVOT,
    REFORME,
    TOUTES,
    Constat,
    ContexteRegles,
    Regle,
    Syntaxe,
    Verifier,
    recherche,
    valeurs_cherchees,
)

CENT = Decimal("0.01")
#: BT-24 of Factur-X MINIMUM.
PROFIL_MINIMUM = "urn:factur-x.eu:1p0:minimum"
_ZERO, _UN = Decimal(0), Decimal(1)
#: Characters of a number, sign included, point not (G1.14 to G1.16).
_POSITIONS = 19
_DEUX = re.compile(r"-?[0-9]+(?:\.[0-9]{1,2})?").fullmatch
_QUATRE = re.compile(r"-?[0-9]+(?:\.[0-9]{1,4})?").fullmatch
_SIX = re.compile(r"-?[0-9]+(?:\.[0-9]{1,6})?").fullmatch
_PRIX = re.compile(r"[0-9]+(?:\.[0-9]{1,6})?").fullmatch

Nombre = tuple[str, int | None, Decimal | None]


def _totaux(f: Facture) -> tuple[Nombre, ...]:
    t = f.totaux
    return (
        ("BT-106", None, t.lignes),
        ("BT-107", None, t.remises),
        ("BT-108", None, t.charges),
        ("BT-109", None, t.ht),
        ("BT-110", None, t.tva),
        ("BT-111", None, t.tva_comptable),
        ("BT-112", None, t.ttc),
        ("BT-113", None, t.acompte),
        ("BT-114", None, t.arrondi),
        ("BT-115", None, t.net_a_payer),
    )


def _details(f: Facture) -> Iterator[Nombre]:
    for rang, part in enumerate(f.tva):
        yield "BT-116", rang, part.base
        yield "BT-117", rang, part.montant
    for rang, one in enumerate(f.remises_charges):
        yield "BT-92", rang, one.montant
        yield "BT-93", rang, one.base
    for rang, ligne in enumerate(f.lignes):
        yield "BT-131", rang, ligne.montant
        for one in ligne.remises_charges:
            yield "BT-136", rang, one.montant


def _quantites(f: Facture) -> Iterator[Nombre]:
    for rang, ligne in enumerate(f.lignes):
        yield "BT-129", rang, ligne.quantite
        yield "BT-149", rang, ligne.prix_quantite


def _prix(f: Facture) -> Iterator[Nombre]:
    for rang, ligne in enumerate(f.lignes):
        yield "BT-146", rang, ligne.prix_net
        yield "BT-147", rang, ligne.prix_remise
        yield "BT-148", rang, ligne.prix_brut


def _somme(amounts: list[Decimal | None]) -> Decimal | None:
    """Return a sum, ``None`` when there is nothing to add or one of them is missing."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, _ZERO) if known and len(known) == len(amounts) else None


def _mal_ecrits(nombres: Iterable[Nombre], admis: Callable[[str], object]) -> list[Constat]:
    found = []
    for terme, rang, value in nombres:
        if value is not None:
            text = str(value)
            if len(text) > _POSITIONS or not admis(text):
                text = format(value, "f")
                if len(text.replace(".", "")) > _POSITIONS or not admis(text):
                    found.append(Constat(terme, text, rang=rang))
    return found


def _forme_montants(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    return _mal_ecrits(chain(_totaux(f), _details(f)), _DEUX)


def _forme_quantites(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    return _mal_ecrits(_quantites(f), _QUATRE)


def _forme_prix(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    return _mal_ecrits(_prix(f), _PRIX)


def _forme_classique(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    return _mal_ecrits(chain(_totaux(f), _details(f), _quantites(f), _prix(f)), _SIX)


# --- totals -----------------------------------------------------------------------------------------------------------


def etendue(f: Facture) -> bool:
    """Tell whether the invoice follows the EXTENDED profile, whose lines may be parts of others and whose tolerance grows with them."""
    return f.profil is not None and "extended" in f.profil.lower()


def tolerance(f: Facture) -> Decimal:
    """One cent (G1.53), or one unit of a currency that has no cents; in the EXTENDED profile as much for each line, allowance and charge
    of the invoice (BR-FREXT-CO-13 and -15, BR-FREXT-S-09, and the same of BR-FXEXT).
    """
    unit = _UN if f.devise in SANS_DECIMALE else CENT
    return unit * max(1, len(f.lignes) + len(f.remises_charges)) if etendue(f) else unit


def _somme_lignes(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    total = f.totaux.lignes
    if total is None or etendue(f):
        return ()
    computed = _somme([ligne.montant for ligne in f.lignes])
    return () if computed is None or abs(total - computed) <= CENT else (Constat("BT-106", total, computed),)


def _total_ht(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    t = f.totaux
    if t.ht is None or t.lignes is None:
        return ()
    remises, charges = t.remises or _ZERO, t.charges or _ZERO
    computed = t.lignes - remises + charges
    if abs(t.ht - computed) <= tolerance(f):
        return ()
    return (Constat("BT-109", t.ht, computed, faits={"lignes": t.lignes, "remises": remises, "charges": charges}),)


def _somme_bases(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    total, computed = f.totaux.ht, _somme([part.base for part in f.tva])
    if total is None or computed is None or abs(total - computed) <= tolerance(f):
        return ()
    return (Constat("BT-109", total, computed),)


def _somme_tva(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    total, computed = f.totaux.tva, _somme([part.montant for part in f.tva])
    if total is None or computed is None or abs(total - computed) <= tolerance(f):
        return ()
    return (Constat("BT-110", total, computed),)


def _tva_du_taux(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    found = []
    for rang, part in enumerate(f.tva):
        if part.base is not None and part.taux is not None and part.montant is not None:
            computed = part.base * part.taux / 100
            if abs(part.montant - computed) > tolerance(f):
                wanted = computed.quantize(CENT) if abs(computed) < 10**20 else computed
                found.append(Constat("BT-117", part.montant, wanted, rang, faits={"base": part.base, "taux": part.taux}))
    return found


def _total_ttc(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    """CPPFactureMixte has no total of VAT: its rates are added up."""
    t = f.totaux
    tva = t.tva if t.tva is not None else _somme([part.montant for part in f.tva])
    if t.ttc is None or t.ht is None or tva is None:
        return ()
    computed = t.ht + tva
    if abs(t.ttc - computed) <= tolerance(f):
        return ()
    return (Constat("BT-112", t.ttc, computed, faits={"ht": t.ht, "tva": tva}),)


def _net_a_payer(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    """The MINIMUM profile has no room for what was paid."""
    t = f.totaux
    if t.net_a_payer is None or t.ttc is None or (t.acompte is None and f.profil == PROFIL_MINIMUM):
        return ()
    acompte, arrondi = t.acompte or _ZERO, t.arrondi or _ZERO
    computed = t.ttc - acompte + arrondi
    if abs(t.net_a_payer - computed) <= CENT:
        return ()
    return (Constat("BT-115", t.net_a_payer, computed, faits={"ttc": t.ttc, "acompte": acompte, "arrondi": arrondi}),)


def _total_absent(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    t = f.totaux
    if t.ht is not None and t.ttc is not None and t.net_a_payer is not None:
        return ()
    needed = (("BT-109", t.ht), ("BT-112", t.ttc), ("BT-115", t.net_a_payer))
    return [Constat(terme, absent=True) for terme, value in needed if value is None]


def _total_negatif(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    total = f.totaux.ttc
    if total is None or total >= 0:
        return ()
    return (Constat("BT-112", total, faits={"type": f.type_code or "∅"}),)


_TOTAUX, _TVA = "cac:LegalMonetaryTotal/*", "cac:TaxTotal/cbc:TaxAmount"
_DEVISES_DES_TOTAUX = valeurs_cherchees(f"{_TOTAUX}/@currencyID | {_TVA}/@currencyID")


def _devise_des_totaux(f: Facture, c: ContexteRegles) -> Sequence[Constat]:
    """UBL alone writes a currency on each amount; the VAT may be told in two (BT-110, BT-111), not in a third."""
    if c.syntaxe is not Syntaxe.UBL or f.devise is None or not {*_DEVISES_DES_TOTAUX(c.root)} - {f.devise}:
        return ()
    admises: dict[str, set[str | None]] = {_TOTAUX: {f.devise}, _TVA: {f.devise, f.devise_comptable}}
    return [
        Constat("BT-115" if chemin is _TOTAUX else "BT-110", code, f.devise, noeud=node)
        for chemin, devises in admises.items()
        for node in recherche(chemin)(c.root)
        if (code := node.get("currencyID", f.devise)) not in devises
    ]


_LIGNES_DU_DOCUMENT = recherche(
    "cac:InvoiceLine | cac:CreditNoteLine | rsm:SupplyChainTradeTransaction/ram:IncludedSupplyChainTradeLineItem"
)
_BRUT = "ram:SpecifiedLineTradeAgreement/ram:GrossPriceProductTradePrice"
_QUANTITE_DU_NET = "../../ram:NetPriceProductTradePrice/ram:BasisQuantity"
_CHARGE = "[normalize-space({0}) = 'true' or normalize-space({0}) = '1']"
#: What leaves the net price without a rule: a charge on the price (EXTENDED), a gross price for another quantity than the net one.
_PRIX_AUTREMENT = recherche(
    f"cac:Price/cac:AllowanceCharge{_CHARGE.format('cbc:ChargeIndicator')}"
    f" | {_BRUT}/ram:AppliedTradeAllowanceCharge{_CHARGE.format('ram:ChargeIndicator')}"
    f" | {_BRUT}/ram:BasisQuantity[{_QUANTITE_DU_NET} and number(.) != number({_QUANTITE_DU_NET})]"
)


def _prix_net(f: Facture, c: ContexteRegles) -> Sequence[Constat]:
    """Gross price less discounts, where nothing else makes the price."""
    found = []
    for rang, ligne in enumerate(f.lignes):
        if ligne.prix_brut is not None and ligne.prix_remise is not None and ligne.prix_net is not None:
            computed = ligne.prix_brut - ligne.prix_remise
            if abs(ligne.prix_net - computed) > CENT:
                faits = {"brut": ligne.prix_brut, "rabais": ligne.prix_remise}
                found.append(Constat("BT-146", ligne.prix_net, computed, rang, faits=faits))
    if not found:
        return found
    lignes = _LIGNES_DU_DOCUMENT(c.root)
    return [one for one in found if not _PRIX_AUTREMENT(lignes[one.rang or 0])]


_W = Severite.AVERTISSEMENT
_G153 = f"{ANNEXE_7}, G1.53"
#: Mixed flows (E2) whose published samples do not add up: there the PDF is what counts, and a wrong sum only informs.
_CII_2018, _FACTURX_2018 = frozenset({"FSO1116A", "FSO1117A"}), frozenset({"FSO1117A"})
_NOMBRES = "Chorus Pro EDI, numbers of 19 positions and 6 decimals (Akuiteo's documentation of the annex)"

_MONTANTS = (
    "BT-106", "BT-107", "BT-108", "BT-109", "BT-110", "BT-111", "BT-112", "BT-113", "BT-114", "BT-115",
    "BT-116", "BT-117", "BT-92", "BT-93", "BT-131", "BT-136",
)  # fmt: skip
_QUANTITES = ("BT-129", "BT-149")
_PRIX_UNITAIRES = ("BT-146", "BT-147", "BT-148")


def _souple(cle: str, publie: str, terme: str, verifier: Verifier, interfaces: frozenset[str], exemples: str) -> Regle:
    """Return the milder row of a sum, for the interfaces whose published samples contradict it."""
    source = f"contradicted by {AIFE} ({exemples})"
    return Regle(cle, publie, CLASSIQUE, (terme,), source, verifier, interfaces=interfaces, severite=_W, calcul=True)


REGLES = (
    Regle("MNT-01", "", TOUTES, ("BT-109", "BT-112", "BT-115"), f"{PIVOT}, Montants; BR-13 to BR-15", _total_absent, officielle="BR-13"),
    Regle("GES-G1.14a", "G1.14", REFORME, _MONTANTS, f"{ANNEXE_7}, G1.14", _forme_montants, depuis=OCT_2025, officielle="BR-FR-DEC-01"),
    Regle("GES-G1.14b", "", CLASSIQUE, (*_MONTANTS, *_QUANTITES, *_PRIX_UNITAIRES), _NOMBRES, _forme_classique),
    Regle("GES-G1.15", "G1.15", REFORME, _QUANTITES, f"{ANNEXE_7}, G1.15", _forme_quantites, depuis=OCT_2025, officielle="BR-FR-DEC-02"),
    Regle("GES-G1.16", "G1.16", REFORME, _PRIX_UNITAIRES, f"{ANNEXE_7}, G1.16", _forme_prix, depuis=OCT_2025, officielle="BR-FR-DEC-03"),
    Regle("GES-CO-10", "BR-CO-10", TOUTES, ("BT-106",), EN, _somme_lignes, hors=_CII_2018, officielle="BR-CO-10", calcul=True),
    _souple("GES-CO-10", "BR-CO-10", "BT-106", _somme_lignes, _CII_2018, "P20"),
    Regle("GES-CO-13", "BR-CO-13", TOUTES, ("BT-109",), EN, _total_ht, officielle="BR-CO-13", calcul=True),
    Regle("GES-G1.53a", "G1.53", TOUTES, ("BT-109",), _G153, _somme_bases, hors=_CII_2018, calcul=True),
    _souple("GES-G1.53a", "G1.53", "BT-109", _somme_bases, _CII_2018, "P17, P48"),
    Regle("GES-G1.53b", "G1.53", TOUTES, ("BT-110",), _G153, _somme_tva, hors=_CII_2018, officielle="BR-CO-14", calcul=True),
    _souple("GES-G1.53b", "G1.53", "BT-110", _somme_tva, _CII_2018, "P17, P31, P48"),
    Regle("GES-G1.53c", "G1.53", TOUTES, ("BT-117",), f"{_G153}; BR-CO-17", _tva_du_taux, hors=_CII_2018, calcul=True),
    _souple("GES-G1.53c", "G1.53", "BT-117", _tva_du_taux, _CII_2018, "P31, FSO1117A P04"),
    Regle("GES-CO-15", "BR-CO-15", TOUTES, ("BT-112",), EN, _total_ttc, hors=_FACTURX_2018, officielle="BR-CO-15", calcul=True),
    _souple("GES-CO-15", "BR-CO-15", "BT-112", _total_ttc, _FACTURX_2018, "FSO1117A P01, P02, P17"),
    Regle("GES-CO-16", "BR-CO-16", TOUTES, ("BT-115",), EN, _net_a_payer, officielle="BR-CO-16", calcul=True),
    Regle("MNT-02", "", TOUTES, ("BT-112",), f"{AIFE}, P17: a negative total is taken", _total_negatif),
    Regle("MNT-03", "", TOUTES, ("BT-110", "BT-115"), f"{EN}: one currency, but for BT-111; no French rule rejects", _devise_des_totaux),
    Regle("GES-G1.55", "G1.55", REFORME, ("BT-146",), f"{ANNEXE_7}, G1.55", _prix_net, depuis=OCT_2025),
)  # fmt: skip
