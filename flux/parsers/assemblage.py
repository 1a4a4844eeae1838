"""What the two syntaxes write differently and the model holds once: the same invoice gives the same terms from both."""

from __future__ import annotations

from decimal import Decimal

from flux.modele.facture import Compte, FactureAnterieure, Identifiant, Note, Paiement, Partie, PieceJointe, RemiseCharge
from flux.parsers.lecture import Termes, de

#: UNTDID 4461 codes of a direct debit, to which BG-19 belongs.
_PRELEVEMENTS = frozenset({"49", "59"})
#: Chorus Pro's types of attachment: the invoice's own visual, a supporting document.
PIECES_CHORUS = frozenset({"01", "02"})
_partie, _remise, _paiement = de(Partie), de(RemiseCharge), de(Paiement)


def note(termes: Termes) -> Note | None:
    """BG-1; a subject with no text says nothing."""
    return Note(**termes) if "texte" in termes else None


def anterieure(termes: Termes) -> FactureAnterieure | None:
    """BG-3."""
    return FactureAnterieure(**termes) if "numero" in termes else None


def compte(termes: Termes) -> Compte | None:
    """BG-17."""
    return Compte(**termes) if "numero" in termes else None


def attribut(termes: Termes) -> tuple[str, str] | None:
    """BG-32; BR-54 wants both."""
    return (termes["nom"], termes["valeur"]) if len(termes) == 2 else None


def remise(termes: Termes) -> RemiseCharge | None:
    """BG-20, BG-21, BG-27, BG-28: ``charge`` is still the text of the indicator."""
    if "montant" not in termes:
        return None
    termes["charge"] = termes.get("charge") in ("true", "1")
    return _remise(termes)


def partie(termes: Termes) -> Partie:
    """BG-4, BG-7, BG-10, BG-11. Identifiers with no scheme come first: CII's order, while UBL has none.

    CII may write a second address inside the legal organization: it counts when there is no other.
    """
    legale = termes.pop("adresse_legale", None)
    if legale is not None:
        termes.setdefault("adresse", legale)
    found: list[Identifiant] = termes.pop("identifiants", [])
    if len(found) > 1:
        found.sort(key=lambda one: one.schema is not None)
    termes["identifiants"] = tuple(found)
    return _partie(termes)


def ranger_document(document: Termes, termes: Termes, type_50: str | None) -> None:
    """Put an additional document where its type code says: 130 is BT-18, 50 is ``type_50``, all others are BG-24."""
    code = document.pop("type_code", None)
    reference: Identifiant | None = document.pop("reference", None)
    if code == "130":
        if reference is not None:
            termes.setdefault("objet", reference)
    elif code == "50" and type_50 is not None:
        if reference is not None:
            termes.setdefault(type_50, reference.valeur)
    else:
        if code in PIECES_CHORUS:
            document["type_piece"] = code
        valeur = None if reference is None else reference.valeur
        if valeur is not None or document:
            termes.setdefault("pieces_jointes", []).append(PieceJointe(reference=valeur, **document))


def repartir_tva(totaux: list[tuple[Decimal, str | None]], termes: Termes, devise: str | None, comptable: str | None) -> None:
    """BT-110 and BT-111: both syntaxes write them as two totals of VAT that only the currency tells apart."""
    for amount, currency in totaux:
        if currency is not None and currency == comptable != devise:
            termes.setdefault("tva_comptable", amount)
        elif currency in (None, devise):
            termes.setdefault("tva", amount)
    if "tva" not in termes:
        # a currency that is neither: still the VAT of the invoice, for the rule to look at
        autres = [amount for amount, currency in totaux if currency != comptable or comptable == devise]
        if autres:
            termes["tva"] = autres[0]


def paiements(moyens: list[Termes], reference: str | None, mandat: str | None, creancier: str | None) -> tuple[Paiement, ...]:
    """BG-16: one payment for each (code, text, reference), with all its accounts.

    UBL repeats the means for each account and writes the reference in each; CII repeats the means too, but writes reference (BT-83),
    mandate (BT-89) and creditor (BT-90) once for the invoice. A reference said once holds for all means; mandate and creditor
    go to the direct debit, or to the first means when none is one.

    :param moyens: each with any of the fields of :class:`Paiement`, but ``compte`` for its account.
    """
    references = {m["reference"] for m in moyens if "reference" in m} | ({reference} if reference else set())
    commune = references.pop() if len(references) == 1 else reference
    if not moyens and (commune or mandat or creancier):
        moyens = [{}]
    groupes: dict[tuple[str | None, ...], Termes] = {}
    for moyen in moyens:
        moyen.setdefault("reference", commune)
        key = (moyen.get("code"), moyen.get("libelle"), moyen["reference"])
        found = groupes.setdefault(key, {"comptes": []})
        un_compte = moyen.pop("compte", None)
        if un_compte is not None:
            found["comptes"].append(un_compte)
        for nom, value in moyen.items():
            found.setdefault(nom, value)
    if mandat or creancier:
        debit = next((m for m in groupes.values() if m.get("code") in _PRELEVEMENTS), next(iter(groupes.values())))
        for nom, value in (("mandat", mandat), ("creancier", creancier)):
            if value:
                debit.setdefault(nom, value)
    return tuple(_paiement({**found, "comptes": tuple(found["comptes"])}) for found in groupes.values())
