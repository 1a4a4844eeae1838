"""The members of a tranche read a few at a time, so that the directory is asked for their recipients in one question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from flux.annuaire import Annuaire
from flux.registre.valeurs import Membre

#: Documents held at once, and bytes after which no other is added to them (house).
_DOCUMENTS, _OCTETS = 200, 8 * 1024 * 1024
#: What may be the SIRET of a recipient. The supplier's is asked for too: it costs one row that is not there.
_SIRET = re.compile(rb">\s*([0-9]{14})\s*<")


def devancer(annuaire: Annuaire | None, stored: BinaryIO, members: list[Membre]) -> Iterator[tuple[Membre, bytes]]:
    """Yield each member with its content; the directory is told beforehand which structures the next ones name.

    :param stored: the tranche, open. :param annuaire: ``None`` when recipients are not judged.
    """
    held: list[tuple[Membre, bytes]] = []
    size = 0
    for member in members:
        stored.seek(member.debut or 0)
        content = stored.read(member.taille)
        held.append((member, content))
        size += len(content)
        if annuaire is None or len(held) == _DOCUMENTS or size >= _OCTETS:
            yield from _annoncer(annuaire, held)
            held, size = [], 0
    yield from _annoncer(annuaire, held)


def _annoncer(annuaire: Annuaire | None, held: list[tuple[Membre, bytes]]) -> list[tuple[Membre, bytes]]:
    if annuaire is not None and held:
        annuaire.precharger({siret.decode() for _, content in held for siret in _SIRET.findall(content)})
    return held
