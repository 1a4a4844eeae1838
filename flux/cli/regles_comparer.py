"""``flux regles comparer``: the compiled official rules beside Saxon, on files and on damaged copies of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from flux.cli.ecran import dire
from flux.errors import ErreurUsage
from flux.limites import Limites
from flux.referentiel.schemas import REGLES
from flux.regles.officielles import comparaison, sources

_MONTRES = 20  # differences written on the screen; the option --ecarts keeps all of them
_LIGNES = (
    ("documents", "documents / documents"),
    ("evaluations", "évaluations (document × jeu de règles) / evaluations"),
    ("assertions", "assertions évaluées / assertions evaluated"),
    ("echecs", "échecs vus par les deux / failures both engines see"),
    ("abandons", "erreurs dynamiques des deux / dynamic errors of both"),
    ("instables", "verdicts de Saxon selon ce qu'il a vu avant / unstable verdicts of Saxon"),
    ("differences", "différences / differences"),
)


def comparer(
    dossiers: Annotated[list[Path], typer.Argument(help="Fichiers ou dossiers : XML, PDF, tar.gz. / Files or folders.", exists=True)],
    mutants: Annotated[int, typer.Option(min=0, help="Copies abîmées à tirer. / Damaged copies to draw.")] = 0,
    graine: Annotated[int, typer.Option(min=0, help="Graine des copies. / Seed of the copies.")] = 0,
    jeu: Annotated[list[str] | None, typer.Option(help="Jeux à comparer ; sinon tous. / Rule sets; all by default.")] = None,
    cache: Annotated[Path | None, typer.Option(help="Dossier des règles compilées. / Folder of compiled rules.")] = None,
    ecarts: Annotated[Path | None, typer.Option(help="Dossier où écrire chaque document en désaccord. / Where to write them.")] = None,
) -> None:
    """Comparer les règles compilées à Saxon. / Compare the compiled rules with Saxon.

    Code retour : 0 aucune différence, 1 au moins une, 2 arguments inutilisables. Demande saxonche (pip install saxonche).
    """
    inconnus = sorted(set(jeu or ()) - set(REGLES))
    if inconnus:
        raise ErreurUsage(f"unknown rule set: {', '.join(inconnus)}; known: {', '.join(REGLES)}", jeu=inconnus)
    rapport = comparaison.comparer(sources.documents(dossiers, Limites()), mutants, graine, cache, jeu or None)
    for nom, texte in _LIGNES:
        valeur = getattr(rapport, nom)
        dire(f"{valeur if isinstance(valeur, int) else len(valeur):>12,} ".replace(",", " ") + texte)
    for document, cle in rapport.instables[:_MONTRES]:
        dire(f"  instable : {document} {cle}")
    for rang, one in enumerate(rapport.differences):
        if ecarts is not None:
            _ecrire(ecarts, rang, one)
        if rang < _MONTRES:
            dire(f"  {one.document} {one.jeu}")
            dire(f"    compilé seul / compiled only : {one.compile}", f"    Saxon seul / Saxon only : {one.reference}")
    if rapport.differences:
        raise typer.Exit(1)


def _ecrire(dossier: Path, rang: int, one: comparaison.Difference) -> None:
    dossier.mkdir(parents=True, exist_ok=True)
    nom = re.sub(r"[^\w.#-]", "_", Path(one.document).name)
    (dossier / f"{rang:04d}-{one.jeu}-{nom}.xml").write_bytes(one.xml)
