"""Documents to judge with the rules: XML files, the XML inside Factur-X PDFs, and both inside archives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from flux.archive import Membre, Nature, nature, ouvrir_flux
from flux.limites import Limites
from flux.parsers.facturx import ouvrir_pdf

_TETE = 1024  # bytes that tell what a file is


def documents(chemins: Iterable[Path], limites: Limites) -> Iterator[tuple[str, bytes]]:
    """Yield the XML of every file, under its path; what holds none is left out.

    :param chemins: files, or folders walked to the bottom, in the order of their names.
    """
    for chemin in chemins:
        for fichier in sorted(chemin.rglob("*")) if chemin.is_dir() else [chemin]:
            if fichier.is_file():
                yield from _du_fichier(fichier, limites)


def _du_fichier(fichier: Path, limites: Limites) -> Iterator[tuple[str, bytes]]:
    with fichier.open("rb") as source:
        for membre in ouvrir_flux(source, fichier.stat().st_size, fichier.name, limites):
            if not isinstance(membre, Membre):
                continue  # not readable: an anomaly of the deposit, which other commands tell
            xml: bytes | None = membre.contenu
            if nature(membre.contenu[:_TETE]) is Nature.PDF:
                xml = ouvrir_pdf(membre.contenu, limites)[0]
            if xml is not None:
                yield (str(fichier) if membre.nom == fichier.name else f"{fichier}!{membre.nom}"), xml
