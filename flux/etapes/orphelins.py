"""What the staging store holds and no row of the ledger names: left by processes that died between the two.

Nothing of it is removed at once. It goes to a bin (``corbeille/DAY/KEY``) first, and comes back from there when a row turns out to need it:
a row written by a process that found the bytes in place just before loses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from flux.contexte import Contexte
from flux.registre.connexion import transaction
from flux.registre.orphelins import cles_libres

#: Folders of the store, and the one where orphans wait.
DOSSIERS = ("sha256", "tranches")
CORBEILLE = "corbeille"
#: Age from which bytes without row are taken for lost: nothing takes a day between writing bytes and committing their row.
RECENT = timedelta(days=1)
_LOT = 200
#: The keys that the platform writes; a file of another name is nobody's to remove.
_NOTRES = re.compile(r"sha256/[0-9a-f]{2}/[0-9a-f]{64}|tranches/[0-9]{12}/[0-9]{6}")
_ECARTES = re.compile(rf"{CORBEILLE}/([0-9]{{8}})/({_NOTRES.pattern})")


class Compte:
    """A count and a sum of bytes."""

    def __init__(self) -> None:
        self.nombre = self.octets = 0

    def ajouter(self, octets: int) -> None:
        """Count one."""
        self.nombre, self.octets = self.nombre + 1, self.octets + octets

    def dire(self) -> dict[str, int]:
        """Return it as the report has it."""
        return {"nombre": self.nombre, "octets": self.octets}


def vider_la_corbeille(contexte: Contexte, now: datetime, *, a_blanc: bool) -> dict[str, dict[str, int]]:
    """Give back what a row needs after all, remove what waited ``FLUX_RETENTION__ORPHELINS`` days; return what of each, and what waits."""
    gone, given, kept = Compte(), Compte(), Compte()
    limit = f"{now - timedelta(days=contexte.reglages.retention.orphelins):%Y%m%d}"
    for lot in _lots(contexte.entrepot.lister(CORBEILLE), _ECARTES):
        with transaction(contexte.engine, "vider_la_corbeille") as conn:
            free = set(cles_libres(conn, [found[2] for found, _ in lot]))
            for found, size in lot:
                key, day, place = found[0], found[1], found[2]
                if place not in free:
                    given.ajouter(size)
                    if not a_blanc:
                        _rendre(contexte, key, place)
                elif day < limit:
                    gone.ajouter(size)
                    if not a_blanc:
                        contexte.entrepot.supprimer(key)
                else:
                    kept.ajouter(size)
    return {"effaces": gone.dire(), "rendus": given.dire(), "gardes": kept.dire()}


def _rendre(contexte: Contexte, key: str, place: str) -> None:
    if contexte.entrepot.existe(place):
        contexte.entrepot.supprimer(key)  # written anew since
    else:
        contexte.entrepot.deplacer(key, place)


def ecarter_les_orphelins(
    contexte: Contexte, now: datetime, sauf: frozenset[str] = frozenset(), *, a_blanc: bool
) -> dict[str, dict[str, int]]:
    """Move to the bin what no row needs and is a day old; return how much, and how much is too recent to tell.

    :param sauf: keys left alone.
    """
    moved, recent = Compte(), Compte()
    for folder in DOSSIERS:
        for lot in _lots(contexte.entrepot.lister(folder), _NOTRES):
            sizes = {found[0]: size for found, size in lot if found[0] not in sauf}
            with transaction(contexte.engine, "ecarter_les_orphelins") as conn:
                for key in cles_libres(conn, list(sizes)):
                    le = contexte.entrepot.ecrit_le(key)
                    if le is None:
                        continue  # gone meanwhile
                    if le > now - RECENT:
                        recent.ajouter(sizes[key])
                    elif a_blanc or contexte.entrepot.deplacer(key, f"{CORBEILLE}/{now:%Y%m%d}/{key}"):
                        moved.ajouter(sizes[key])
    return {"ecartes": moved.dire(), "recents": recent.dire()}


def _lots(listed: Iterator[tuple[str, int]], forme: re.Pattern[str]) -> Iterator[tuple[tuple[re.Match[str], int], ...]]:
    ours = ((found, size) for key, size in listed if (found := forme.fullmatch(key)))
    while lot := tuple(islice(ours, _LOT)):
        yield lot
