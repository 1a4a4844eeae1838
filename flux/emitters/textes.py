"""Texts that must fit a field without losing anything, and instants as the partners read them."""

from __future__ import annotations

import re
from datetime import datetime

from flux.emitters.balises import INTERDITS
from flux.errors import ErreurUsage
from flux.modele.temps import PARIS

_INTERDITS = re.compile(INTERDITS)
# All that stands before the last white space, provided a word stands there.
_MOTS_ENTIERS = re.compile(r"(\s*\S.*)\s", re.DOTALL)


def propre(texte: str) -> str:
    r"""Return ``texte`` with what XML forbids made visible (``\u0007``), so that its length is the length once written."""
    return _INTERDITS.sub(lambda found: f"\\u{ord(found[0]):04x}", texte)


def couper(texte: str, longueur: int) -> str:
    """Return the start of ``texte`` in at most ``longueur`` characters, cut after a whole word; a first word too long is cut."""
    if len(texte) <= longueur:
        return texte
    found = _MOTS_ENTIERS.match(texte[: longueur + 1])
    return found[1].rstrip() if found else texte[:longueur]


def complement_et_commentaire(complement: str | None, longueur: int, *suite: str | None) -> tuple[str | None, str | None]:
    """Share texts between a short field and a long one so that nothing is lost.

    :param complement: text wanted in the short field. :param longueur: what the short field holds, in characters.
    :param suite: texts of the long field, one a line, in order.
    :return: the short text, cut at a word when it must be; the long text, which then begins with the whole of the short one.
        Either is ``None`` when it has nothing to say.
    """
    whole = propre(complement or "")
    short = couper(whole, longueur)
    lines = [whole] if short != whole else []
    lines += [propre(text) for text in suite if text]
    return short or None, "\n".join(lines) or None


def morceaux(texte: str, longueur: int) -> list[str]:
    """Return ``texte`` in pieces of at most ``longueur`` characters, cut between words where there are any."""
    rest, pieces = propre(texte).strip(), []
    while rest:
        piece = couper(rest, longueur)
        pieces.append(piece)
        rest = rest[len(piece) :].lstrip()
    return pieces


def a_paris(instant: datetime) -> datetime:
    """Return an aware instant on the clock of Paris.

    :raises ErreurUsage: when ``instant`` has no zone: the same digits could mean two instants.
    """
    if instant.tzinfo is None:
        raise ErreurUsage(f"the instant {instant.isoformat()} has no time zone", instant=instant.isoformat())
    return instant.astimezone(PARIS)


def date_heure(instant: datetime) -> str:
    """Return xs:dateTime with milliseconds and the offset of Paris, as Chorus Pro writes it: ``2018-12-18T16:51:55.000+01:00``."""
    return a_paris(instant).isoformat(timespec="milliseconds")
