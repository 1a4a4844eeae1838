"""Attacks in attachments of mixed flows: base64 and zip."""

from __future__ import annotations

import base64
import io
import re
import struct
import zipfile
from collections.abc import Callable

from tests.hostile.modele import ACCEPTE, MIXTE, Attaque, exemple

_MIO = 1 << 20


def _joindre(contenu: bytes) -> bytes:
    """The good mixed UBL invoice with another attachment in place of its own."""
    return _base64(base64.b64encode(contenu))


def _base64(texte: bytes) -> bytes:
    neuf, fois = re.subn(rb"(<cbc:EmbeddedDocumentBinaryObject[^>]*>)[^<]*", lambda m: m[1] + texte, exemple(MIXTE), count=1)
    assert fois
    return neuf


def _zip(*entrees: tuple[str, bytes], methode: int = zipfile.ZIP_DEFLATED) -> bytes:
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", methode, compresslevel=9) as paquet:
        for nom, contenu in entrees:
            paquet.writestr(zipfile.ZipInfo(nom), contenu, methode)
    return sortie.getvalue()


def _change(place: int, forme: str, valeur: int) -> bytes:
    """A good zip with one field of its first header changed."""
    data = bytearray(_zip(("a.pdf", b"%PDF-1.7\n" * 100)))
    struct.pack_into(forme, data, place, valeur)
    return bytes(data)


def _chevauchantes() -> bytes:
    """Many entries of the directory at the same data: the quine-like bomb."""
    data = _zip(("a.pdf", bytes(9 * _MIO)))
    centre = data.index(b"PK\x01\x02")
    fin = data.index(b"PK\x05\x06")
    return data[:centre] + data[centre:fin] * 10_000 + data[fin:]


def _emboites() -> bytes:
    data = bytes(9 * _MIO)
    for _ in range(6):
        data = _zip(("b.zip", data))
    return data


def _cas(nom: str, contenu: Callable[[], bytes], attendu: str) -> Attaque:
    return Attaque(nom, lambda: _joindre(contenu()), attendu, MIXTE)


PIECES: tuple[Attaque, ...] = (
    _cas("zip-bombe", lambda: _zip(("a.pdf", bytes(60 * _MIO))), "VIS-02"),
    _cas("zip-bombe-emboitee", _emboites, "VIS-03"),
    _cas("zip-chevauchant", _chevauchantes, "VIS-03"),
    _cas("zip-entrees-en-masse", lambda: _zip(*((f"{n}.pdf", b"") for n in range(20_000))), "VIS-02"),
    _cas("zip-zip64", lambda: _change(18, "<I", 0xFFFFFFFF), ACCEPTE),
    _cas("zip-stocke-taille-fausse", lambda: _zip(("a.pdf", b"%PDF-1.7"), methode=zipfile.ZIP_STORED).replace(struct.pack("<I", 8), struct.pack("<I", 0x7FFFFFFF), 1), "VIS-02"),
    _cas("zip-nom-immense", lambda: _change(26, "<H", 0xFFFF), "VIS-02"),
    _cas("zip-methode-inconnue", lambda: _change(8, "<H", 99), "VIS-02"),
    _cas("zip-chiffre", lambda: _change(6, "<H", 1), "VIS-02"),
    _cas("zip-tronque", lambda: _zip(("a.pdf", b"%PDF-1.7" * 100))[:40], "VIS-02"),
    _cas("zip-en-tete-seul", lambda: b"PK\x03\x04", "VIS-02"),
    _cas("zip-vide", _zip, "VIS-03"),
    _cas("zip-chemin-parent", lambda: _zip(("../../etc/x.pdf", b"%PDF-1.7")), ACCEPTE),
    _cas("zip-nom-ansi", lambda: _zip(("\x1b[2J\u202e.pdf", b"%PDF-1.7")), ACCEPTE),
    _cas("zip-un-exe", lambda: _zip(("facture.pdf", b"MZ" + bytes(1000))), "VIS-03"),
    Attaque("base64-immense", lambda: _base64(b"QUJD" * 5_000_000), "VIS-02", MIXTE),
    Attaque("base64-de-blancs", lambda: _base64(b"Q U\nJ D " * 1_000_000), "VIS-03", MIXTE),
    Attaque("base64-invalide", lambda: _base64(b"!" * 5_000_000), "PJ-05", MIXTE),
    Attaque("base64-de-egal", lambda: _base64(b"=" * 5_000_000), "PJ-05", MIXTE),
)  # fmt: skip
