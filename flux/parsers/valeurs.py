"""From the text of an element to a value. What cannot be read is absent (``None``): the schema layer says the fault."""

from __future__ import annotations

import binascii
import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from flux.limites import NOMBRE_MAX
from flux.modele.temps import en_utc, lire_instant


class NombreDemesureError(Exception):
    """A number of more than :data:`~flux.limites.NOMBRE_MAX` characters: no amount, and arithmetic on it would take the whole day.

    A signal from the parsers to :mod:`flux.controle`, which tells it as XML-09.

    :ivar texte: the number, as written.
    """

    def __init__(self, texte: str) -> None:
        super().__init__(texte[:NOMBRE_MAX])
        self.texte = texte


_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)").fullmatch
_DECALAGE = re.compile(r"Z|[+-][0-9]{2}:[0-9]{2}").fullmatch


def texte(value: str | None) -> str | None:
    """Return the text stripped, ``None`` when nothing is left."""
    return None if value is None else value.strip() or None


def decimal(value: str | None) -> Decimal | None:
    """Read an ``xs:decimal``: no exponent, no grouping, no NaN.

    :raises NombreDemesureError: it is longer than any number may be.
    """
    if value is None:
        return None
    value = value.strip()
    if len(value) > NOMBRE_MAX and _DECIMAL(value):
        raise NombreDemesureError(value)
    return Decimal(value) if _DECIMAL(value) else None


def jour_iso(value: str | None) -> date | None:
    """Read an ``xs:date`` (UBL): the day as written, a time zone is passed over."""
    if value is None:
        return None
    value = value.strip()
    if len(value) < 10 or not value[4] == value[7] == "-" or (len(value) > 10 and not _DECALAGE(value[10:])):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def jour_102(value: str | None) -> date | None:
    """Read a day in the format 102 of UNTDID 2379 (CII): ``AAAAMMJJ``."""
    if value is None:
        return None
    value = value.strip()
    return _jour_de_huit_chiffres(value) if len(value) == 8 else None


@lru_cache(maxsize=4096)  # the days of a flow are few
def _jour_de_huit_chiffres(value: str) -> date | None:
    if not (value.isascii() and value.isdigit()):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def instant_204(value: str | None) -> datetime | None:
    """Read an instant in the format 204 of UNTDID 2379 (CDAR): ``AAAAMMJJHHMMSS`` on the clock of Paris. In UTC."""
    if value is None:
        return None
    value = value.strip()
    if len(value) != 14 or not (value.isascii() and value.isdigit()):
        return None
    try:
        return en_utc(datetime.strptime(value, "%Y%m%d%H%M%S"))  # noqa: DTZ007 - its zone comes at once
    except ValueError:
        return None


def instant_iso(value: str | None) -> datetime | None:
    """Read an ``xs:dateTime``, in UTC; one written without a zone is on the clock of Paris."""
    return None if value is None or "T" not in value else lire_instant(value.strip())


def octets_base64(value: str | None) -> bytes | None:
    """Decode an ``xs:base64Binary``, which may hold blanks anywhere."""
    if value is None:
        return None
    for attempt in (str.strip, lambda text: "".join(text.split())):
        try:
            return binascii.a2b_base64(attempt(value), strict_mode=True) or None
        except ValueError:  # binascii.Error, or a character outside ASCII
            continue
    return None
