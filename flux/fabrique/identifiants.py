"""Identifiers with their check digits: SIREN, SIRET, French VAT number, IBAN, GTIN. All invented.

Every SIREN starts with ``000``: INSEE has never given such a number, so nothing made here can name a real company.
"""

from __future__ import annotations

from stdnum import ean, luhn
from stdnum.iso7064 import mod_97_10

#: Bank code of invented accounts: no bank bears it.
BANQUE = "99999"


def siren(n: int) -> str:
    """Return the ``n``-th invented SIREN (9 digits, Luhn), ``n`` from 0 to 99,999."""
    corps = f"000{n:05d}"
    return corps + str(luhn.calc_check_digit(corps))


def siret(entite: str, etablissement: int = 1) -> str:
    """Return the SIRET (14 digits, Luhn) of establishment ``etablissement`` (0 to 9,999) of the SIREN ``entite``."""
    corps = f"{entite}{etablissement:04d}"
    return corps + str(luhn.calc_check_digit(corps))


def numero_tva(entite: str) -> str:
    """Return the French VAT number of a SIREN: ``FR``, two key digits, the SIREN."""
    return f"FR{(12 + 3 * (int(entite) % 97)) % 97:02d}{entite}"


def iban(compte: int) -> str:
    """Return a French IBAN (27 characters) with a right RIB key and right IBAN key; ``compte`` from 0 to 10^11 - 1."""
    guichet = "00001"
    cle_rib = 97 - (89 * int(BANQUE) + 15 * int(guichet) + 3 * compte) % 97
    bban = f"{BANQUE}{guichet}{compte:011d}{cle_rib:02d}"
    return f"FR{mod_97_10.calc_check_digits(bban + 'FR')}{bban}"


def gtin(n: int) -> str:
    """Return a GTIN-13 of the range 200-299 that GS1 keeps for use inside a company; ``n`` from 0 to 999,999,999."""
    corps = f"200{n:09d}"
    return corps + str(ean.calc_check_digit(corps))
