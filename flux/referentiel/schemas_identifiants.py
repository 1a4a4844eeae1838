"""Schemes of identifiers of a party, era by era, and what an identifier of each looks like.

Sources: reform, annexe 7 V1.8 rules G1.73 and G2.07 (ISO 6523 codes) and BR-FR-CPRO-03 to 08; classic, CPPStatutPivot V1_19
(``TypeIdentifiant``) and AIFE's samples FSO1116A P03, P04, P57, P58, FSO1117A P03 to P05.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from stdnum import iban
from stdnum.eu import vat
from stdnum.exceptions import ValidationError
from stdnum.fr import tva

from flux.referentiel.interfaces import Ere
from flux.referentiel.pays import PREFIXES_TVA_UE

#: SIREN of La Poste: the digits of its SIRETs add up to a multiple of five, but for its head office, which has Luhn's key.
_LA_POSTE = "356000000"
_SIEGE_LA_POSTE = "35600000000048"
_SANS_CLE = "0" * 9
#: Byte of a digit → byte of the digits of its double, added up.
_DOUBLES = bytes.maketrans(b"0123456789", b"0246813579")
_ZERO = ord("0")
_LETTRES = {ord(letter): str(10 + rank) for rank, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}


def cle_luhn(digits: str) -> bool:
    """Return whether a string of ASCII digits ends with its Luhn key; half a micro-second, a twentieth of python-stdnum's time."""
    data = digits.encode("ascii")
    return (sum(data[-1::-2]) + sum(data[-2::-2].translate(_DOUBLES)) - _ZERO * len(data)) % 10 == 0


def siren_valide(value: str) -> bool:
    """Return whether ``value`` is nine digits with their key."""
    return len(value) == 9 and value.isascii() and value.isdigit() and cle_luhn(value)


def siret_valide(value: str) -> bool:
    """Return whether ``value`` is fourteen digits with their key.

    No key is asked of a SIREN of nine zeros: fourteen zeros stand for a State service (AIFE's sample P46), and the published
    CPPFactureMixte names its test structures 00000000000727.
    """
    if not (len(value) == 14 and value.isascii() and value.isdigit() and cle_luhn(value[:9])):
        return False
    if value.startswith(_SANS_CLE):
        return True
    if value.startswith(_LA_POSTE) and value != _SIEGE_LA_POSTE:
        return sum(map(int, value)) % 5 == 0
    return cle_luhn(value)


@lru_cache(maxsize=8192)  # python-stdnum takes 50 to 100 µs for a number, and suppliers come back
def tva_valide(value: str) -> bool:
    """Return whether a VAT number is right: key and length for the European Union, nothing is asked of other countries."""
    if value[:2] not in PREFIXES_TVA_UE:
        return value[:2].isalpha() and value[:2].isascii()
    try:
        vat.validate(value)
        if value.startswith("FR"):
            tva.validate(value)
    except ValidationError:
        return False
    return True


@lru_cache(maxsize=8192)
def tva_ue_valide(value: str) -> bool:
    """Return whether ``value`` is a right VAT number of the European Union outside France, in its one spelling: no blank, no dot.

    It identifies a party (BR-FR-CPRO-04): under a second spelling an invoice would not be seen as a duplicate.
    """
    return value[:2] in PREFIXES_TVA_UE and not value.startswith("FR") and tva_valide(value) and vat.compact(value) == value


#: Bank and branch (10 digits), account (11 characters), key (2 digits): the commonest form, checked here without the library's tables.
_IBAN_FRANCAIS = re.compile(r"FR[0-9]{12}[0-9A-Z]{11}[0-9]{2}").fullmatch


@lru_cache(maxsize=8192)
def iban_valide(value: str) -> bool:
    """Return whether ``value``, blanks left out, is an IBAN: length of its country and key (ISO 13616). Hyphens are no part of it."""
    compact = value.replace(" ", "").upper()
    if not compact.isalnum():
        return False
    if _IBAN_FRANCAIS(compact):
        return int((compact[4:] + compact[:4]).translate(_LETTRES)) % 97 == 1
    try:
        iban.validate(compact, check_country=False)
    except ValidationError:
        return False
    return True


#: What looks like an IBAN, right or wrong.
RESSEMBLE_IBAN = re.compile(r"[A-Za-z]{2}[0-9]{2}[A-Za-z0-9 ]{8,}").fullmatch
#: ISO 9362.
BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?").fullmatch

_RIDET = re.compile(r"[0-9]{9,10}").fullmatch
_TAHITI = re.compile(r"[A-Z0-9]{9}").fullmatch
_TAHITI_REFORME = re.compile(r"[A-Z0-9]{9,10}").fullmatch
#: 18 characters are right (G1.73, AIFE's sample P57) although BR-FR-CPRO-05 is quoted as "less than 18".
_HORS_UE = re.compile(r"[A-Z]{2}.{1,16}").fullmatch
_PARTICULIER = re.compile(r"[0-9]{10}\S{1,70}").fullmatch


@dataclass(frozen=True, slots=True)
class Schema:
    """One scheme.

    :ivar code: value of ``schemeID``. :ivar nom: what it is called, the same in both languages. :ivar ere: the era that uses it.
    :ivar valide: tells whether an identifier of it is right; ``None`` when nothing is published on its form. :ivar forme_fr: what a right one looks like. :ivar forme_en: the same.
    :ivar regle: key of the rule that says it, in the catalogue of anomalies.
    :ivar fournisseur: it may identify a supplier towards the public sector (BR-FR-CPRO-03).
    """

    code: str
    nom: str
    ere: Ere
    valide: Callable[[str], object] | None
    forme_fr: str = ""
    forme_en: str = ""
    regle: str = ""
    fournisseur: bool = True


_C, _R = Ere.CLASSIQUE, Ere.REFORME
_SIRET = ("14 chiffres dont une clé", "14 digits with a key")
_UE = (
    "le numéro de TVA d'un autre pays de l'Union européenne, sans espace ni point",
    "the VAT number of another country of the European Union, without blanks or dots",
)
_PAYS_NOM = ("le code du pays puis les 16 premiers caractères du nom", "the country code, then the first 16 characters of the name")
_LIGNES = (
    Schema("1", "SIRET", _C, siret_valide, *_SIRET, "GES-G2.07"),
    Schema("2", "UE_HORS_FRANCE", _C, tva_ue_valide, *_UE, "IDT-02"),
    Schema("3", "HORS_UE", _C, _HORS_UE, *_PAYS_NOM, "IDT-03"),
    Schema("ETR", "HORS_UE", _C, _HORS_UE, *_PAYS_NOM, "IDT-03"),
    Schema("4", "RIDET", _C, _RIDET, "9 ou 10 chiffres", "9 or 10 digits", "IDT-04"),
    Schema("RIDET", "RIDET", _C, _RIDET, "9 ou 10 chiffres", "9 or 10 digits", "IDT-04"),
    Schema("5", "TAHITI", _C, _TAHITI, "9 caractères", "9 characters", "IDT-05"),
    Schema("TAHITI", "TAHITI", _C, _TAHITI, "9 caractères", "9 characters", "IDT-05"),
    Schema("6", "EN COURS D'IMMATRICULATION", _C, None),
    Schema("7", "PARTICULIER", _C, None),
    Schema("0009", "SIRET", _R, siret_valide, *_SIRET, "GES-G2.07"),
    Schema("0002", "SIREN", _R, siren_valide, "9 chiffres dont une clé", "9 digits with a key", "GES-G1.89", fournisseur=False),
    Schema("0223", "UE_HORS_FRANCE", _R, tva_ue_valide, *_UE, "CPRO-04"),
    Schema("0227", "HORS_UE", _R, _HORS_UE, *_PAYS_NOM, "CPRO-05"),
    Schema("0228", "RIDET", _R, _RIDET, "9 ou 10 chiffres", "9 or 10 digits", "CPRO-06"),
    Schema("0229", "TAHITI", _R, _TAHITI_REFORME, "9 ou 10 caractères", "9 or 10 characters", "CPRO-07"),
    Schema("0226", "PARTICULIER", _R, _PARTICULIER, "10 chiffres puis 70 caractères au plus, sans espace", "10 digits, then 70 characters at most, no blank", "CPRO-08"),
)  # fmt: skip

#: Code → scheme.
SCHEMAS_IDENTIFIANTS: dict[str, Schema] = {row.code: row for row in _LIGNES}

#: Schemes that stand for a service, not for a party.
SERVICE = "0224"
#: Codes that say by themselves which era a document was written for. ``0002`` is not one: Factur-X towards Chorus Pro has used it since 2018.
PROPRES_A: dict[Ere, frozenset[str]] = {
    Ere.CLASSIQUE: frozenset({"1", "2", "3", "4", "5", "6", "7", "ETR", "RIDET", "TAHITI"}),
    Ere.REFORME: frozenset({"0009", "0223", "0224", "0226", "0227", "0228", "0229"}),
}
#: Name of a scheme → TypeIdentifiant of Chorus Pro.
TYPE_PAR_NOM: dict[str, int] = {row.nom: int(row.code) for row in _LIGNES if row.code.isdecimal() and len(row.code) == 1}
#: Scheme of an identifier → TypeIdentifiant of Chorus Pro.
#: A SIREN alone is given as type 1: no TypeIdentifiant exists for it, and the SIRET it begins is not known.
TYPE_IDENTIFIANT: dict[str, int] = {row.code: TYPE_PAR_NOM[row.nom] for row in _LIGNES if row.nom in TYPE_PAR_NOM} | {"0002": 1}
#: Schemes that may name a supplier.
SCHEMAS_FOURNISSEUR = frozenset(row.code for row in _LIGNES if row.fournisseur)
