"""Directory files on disk → entries, whichever format they are in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from flux.annuaire.fautes import FAUTES_MAX, FauteAnnuaire
from flux.annuaire.lire_csv import lire_csv
from flux.annuaire.lire_f14 import lire_f14
from flux.annuaire.memoire import AnnuaireMemoire
from flux.annuaire.modele import Entree, Production, Service, Structure
from flux.errors import ErreurUsage

_BOM = b"\xef\xbb\xbf"


def lire_annuaire(fichiers: Sequence[Path]) -> Iterator[Production | Entree | FauteAnnuaire]:
    """Yield what the files hold, one after the other: F14 when the first character is ``<``, CSV otherwise.

    :raises ErreurUsage: a file cannot be read. Facts: ``file``.
    """
    for chemin in fichiers:
        try:
            with chemin.open("rb") as source:
                xml = source.peek(1024)[:1024].removeprefix(_BOM).lstrip().startswith(b"<")
                yield from lire_f14(source, chemin.name) if xml else lire_csv(source, chemin.name)
        except OSError as error:
            raise ErreurUsage(f"{chemin} ne peut pas être lu / cannot be read: {error.strerror}", file=str(chemin)) from error


def charger_memoire(fichiers: Sequence[Path]) -> tuple[AnnuaireMemoire | None, tuple[FauteAnnuaire, ...]]:
    """Return the directory that the files hold, or ``None`` and up to :data:`FAUTES_MAX` faults: like an import, all or nothing.

    :raises ErreurUsage: a file cannot be read. Facts: ``file``.
    """
    valeurs: list[Structure | Service] = []
    fautes: list[FauteAnnuaire] = []
    for one in lire_annuaire(fichiers):
        if isinstance(one, FauteAnnuaire):
            fautes.append(one)
            if len(fautes) == FAUTES_MAX:
                break
        elif isinstance(one, Entree) and one.publique:
            valeurs.append(one.valeur)
    return (None, tuple(fautes)) if fautes else (AnnuaireMemoire(valeurs), ())
