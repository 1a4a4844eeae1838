"""The published numbers of official rules."""

from __future__ import annotations

import re

_ENTRE_CROCHETS = re.compile(r"\s*\[(?P<regle>[A-Z][\w./-]*)\]\s*[-:]?\s*")
_EN_TETE = re.compile(rf"{_ENTRE_CROCHETS.pattern}|\s*BR-[\w./-]+\s*:\s*")


def numero_publie(identifiant: str, message: str) -> str:
    """Return the published number of an assertion.

    The Factur-X sets write it at the start of the text (``[BR-CO-10]-…``), under a number of the file's own, or none.

    :param identifiant: its ``id``, ``""`` when it has none. :param message: its text.
    :return: ``BR-CO-10``; the file's own number for a structural assertion, ``FX-SCH`` when it has none.
    """
    if identifiant and not identifiant.startswith("FX-"):
        return identifiant
    found = _ENTRE_CROCHETS.match(message)
    return found["regle"] if found else identifiant or "FX-SCH"


def sans_numero(message: str) -> str:
    """Return the text without its number and the full stop it may end with; what stands before the number, values, is set off from it."""
    return _EN_TETE.sub(lambda found: " – " if found.start() else "", message, count=1).removesuffix(".")


def base(numero: str) -> str:
    """Return the number without the term that BR-FR adds to it: ``BR-FR-08_BT-23`` is BR-FR-08."""
    return numero.partition("_")[0]
