"""Seeded mutations of bytes: the same seed gives the same inputs, on every machine."""

from __future__ import annotations

import random
from collections.abc import Iterator

#: Pieces that parsers trip over.
JETONS = (
    b"", b"\0", b"\xff", b"<", b">", b"&", b'"', b"<!--", b"-->", b"]]>", b"<![CDATA[", b"<?", b"&#0;", b"&#x80;", b"<!DOCTYPE a>", b"-1", b"1e999",
    b"9" * 150, b"NaN", b"2026-02-30", b"\xe2\x80\xae", b" " * 40, b"\n", b"xmlns:a='a'", b"<a/>", b"PK\x03\x04", b"endobj", b"<<", b"[", b"/Length",
)  # fmt: skip


def mutations(graines: tuple[bytes, ...], graine: int, nombre: int) -> Iterator[bytes]:
    """Yield ``nombre`` inputs, each a good one after one to four changes."""
    hasard = random.Random(graine)
    for _ in range(nombre):
        data = bytearray(hasard.choice(graines))
        for _ in range(hasard.choice((1, 1, 2, 4))):
            place, geste = hasard.randrange(len(data) + 1), hasard.randrange(5)
            end = min(len(data), place + hasard.choice((1, 4, 30, 400)))
            if geste == 0:
                data[place:place] = hasard.choice(JETONS)
            elif geste == 1:
                data[place:end] = hasard.choice(JETONS)
            elif geste == 2:
                del data[place:end]
            elif geste == 3:
                data[place:place] = data[place:end] * hasard.choice((1, 1, 20))
            elif place < len(data):
                data[place] ^= 1 << hasard.randrange(8)
        yield bytes(data)
