"""From the text of a field to a value, the same for both formats. Raises :class:`Illisible` with the fault."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from flux.annuaire.fautes import Illisible
from flux.annuaire.modele import CODE_SERVICE_MAX, SIRET_NON_RENSEIGNE
from flux.modele.temps import PARIS

_SIRET = re.compile(r"[0-9]{14}").fullmatch
_JOUR = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
_HORODATE = re.compile(r"[0-9]{14}").fullmatch
#: Texts of a boolean, lower case. The F14 export writes ``True`` and ``False``.
BOOLEENS = {
    **dict.fromkeys(("true", "1", "oui", "o", "vrai"), True),
    **dict.fromkeys(("false", "0", "non", "n", "faux"), False),
}
#: The F14 export does not say in which zone its times are (DT-0): Paris, as every time of that platform.


def siret(texte: str) -> str:
    """Return a SIRET. Its key is not checked: La Poste's do not have one, and an unknown SIRET harms nobody."""
    if not _SIRET(texte) or texte == SIRET_NON_RENSEIGNE:
        raise Illisible("ANN-06", valeur=texte)
    return texte


def code_service(texte: str) -> str:
    """Return a service code of 1 to 100 characters."""
    if not 1 <= len(texte) <= CODE_SERVICE_MAX:
        raise Illisible("ANN-08", valeur=texte, maximum=CODE_SERVICE_MAX)
    return texte


def nom(texte: str) -> str:
    """Return a name."""
    if not texte:
        raise Illisible("ANN-07")
    return texte


def booleen(champ: str, texte: str, defaut: bool) -> bool:
    """Return a boolean, ``defaut`` for an empty text."""
    if not texte:
        return defaut
    found = BOOLEENS.get(texte.lower())
    if found is None:
        raise Illisible("ANN-09", champ=champ, valeur=texte, admises="oui, non, true, false, 1, 0")
    return found


def jour(champ: str, texte: str) -> date | None:
    """Return a day, ``None`` for an empty text."""
    if not texte:
        return None
    try:
        if _JOUR(texte):
            return date.fromisoformat(texte)
    except ValueError:
        pass  # the 31st of February
    raise Illisible("ANN-10", champ=champ, valeur=texte)


def horodate(champ: str, texte: str) -> datetime:
    """Return the UTC time of ``AAAAMMJJHHMMSS``."""
    try:
        if _HORODATE(texte):
            return datetime.strptime(texte, "%Y%m%d%H%M%S").replace(tzinfo=PARIS).astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # no such day; year 1
    raise Illisible("ANN-15", champ=champ, valeur=texte)
