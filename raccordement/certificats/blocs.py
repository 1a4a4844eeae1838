"""The text forms of a deposit: what UTF-16 hides of it, and the blocks of a PEM file, the broken ones too."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

_BOM = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
#: A first or last line of a block, with five dashes or fewer on each side: a bad copy takes some away. Bounded, so that no file of dashes
#: costs the square of its length.
_MARQUE = re.compile(rb"(-{1,5})(BEGIN|END) ([A-Z0-9][A-Z0-9 #]{0,39})(-{1,5})")
_TIRETS = b"-----"


@dataclass(frozen=True, slots=True)
class Bloc:
    """One block of a PEM file. :ivar rang: from 1. :ivar der: what it holds, ``None`` when it is cut or is no base64."""

    rang: int
    etiquette: str
    der: bytes | None


def a_plat(data: bytes) -> bytes:
    """Return a text as one byte a character where it was UTF-16 or UTF-32, whichever way round, with a byte order mark or without.

    PEM and base64 are ASCII: only their zero bytes go. A file may be so in part: PowerShell's ``>>`` adds UTF-16 to what was there.
    """
    for bom in _BOM:
        data = data.removeprefix(bom)
    return data.replace(b"\0", b"")


def est_pem(texte: bytes) -> bool:
    """Return whether a text has a line of a block, whole or damaged."""
    return _MARQUE.search(texte) is not None


def blocs(texte: bytes) -> Iterator[Bloc]:
    """Yield the blocks of a PEM file in order; one that lost its first or its last line is a block without content."""
    rang, debut = 0, None
    for marque in _MARQUE.finditer(texte):
        etiquette = marque[3].decode("ascii")
        if marque[2] == b"BEGIN":
            if debut is not None:
                yield Bloc(rang, debut[0], None)
            rang += 1
            debut = (etiquette, marque.end() if marque[1] == marque[4] == _TIRETS else None)
            continue
        if debut is None:
            rang += 1
            yield Bloc(rang, etiquette, None)
            continue
        entiere = debut[0] == etiquette and debut[1] is not None and marque[1] == marque[4] == _TIRETS
        yield Bloc(rang, debut[0], _base64(texte[debut[1] : marque.start()]) if entiere else None)
        debut = None
    if debut is not None:
        yield Bloc(rang, debut[0], None)


def _base64(corps: bytes) -> bytes | None:
    try:
        return base64.b64decode(b"".join(corps.split()), validate=True)
    except binascii.Error:
        return None


def sans_base64(data: bytes, texte: bytes) -> bytes:
    """Return DER, undoing the bare base64 that some tools export. :param texte: :func:`a_plat` of ``data``."""
    if data[:1] == b"\x30":
        return data
    return _base64(texte) or data
