"""``flux regles compiler``: the official rules made ready, so that the first deposit does not wait for it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from flux.cli.ecran import dire, tableau
from flux.config import reglages
from flux.referentiel.schemas import REGLES
from flux.regles.officielles import charger
from flux.regles.officielles.moteur import dossier_du_cache


def compiler(
    dossier: Annotated[Path | None, typer.Option(help="Dossier des règles compilées, celui des réglages sinon. / Folder.")] = None,
) -> None:
    """Compiler les règles officielles, ou vérifier qu'elles le sont. / Compile the official rules, or check that they are.

    Code retour : 0 toutes prêtes, 3 un fichier de règles n'est pas celui qui est attendu ou ne se lit pas.
    """
    cache = dossier_du_cache(dossier or reglages().regles_cache)
    lines = []
    for cle, row in REGLES.items():
        start = time.perf_counter()
        found = charger(cle, cache)
        lines.append((cle, str(found.nombre), f"{time.perf_counter() - start:.2f}", row.paquet))
    tableau(None, ("Jeu", "Assertions", "Secondes", "Paquet"), lines)
    dire(str(cache))
