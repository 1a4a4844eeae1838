"""The few helpers with which invoices are written as text. Text, because 20,000 invoices are made at a time (see ecrire_ubl)."""

from __future__ import annotations

from base64 import b64encode
from datetime import date
from decimal import Decimal
from html import escape

ENTETE = '<?xml version="1.0" encoding="UTF-8"?>\n'


def el(nom: str, valeur: str | Decimal | date | None, attributs: str = "") -> str:
    """Return element ``nom`` holding ``valeur`` on a line of its own; nothing at all when ``valeur`` is ``None``.

    One element a line, so that a fault's line number says something.

    :param attributs: as they are written, with the leading space.
    """
    if valeur is None:
        return ""
    texte = escape(valeur) if type(valeur) is str else format(valeur, "f") if type(valeur) is Decimal else str(valeur)
    return f"<{nom}{attributs}>{texte}</{nom}>\n"


def bloc(nom: str, contenu: str) -> str:
    """Return element ``nom`` around ``contenu``; nothing when there is no content."""
    return f"<{nom}>\n{contenu}</{nom}>\n" if contenu else ""


def attribut(nom: str, valeur: str | None) -> str:
    """Return `` nom="valeur"`` or nothing."""
    return "" if valeur is None else f' {nom}="{escape(valeur)}"'


def base64(contenu: bytes) -> str:
    """Return ``contenu`` in base64."""
    return b64encode(contenu).decode("ascii")
