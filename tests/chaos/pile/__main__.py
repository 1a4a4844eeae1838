"""``python -m tests.chaos.pile --fautes 100 --graine 7 --duree 2000``: break the whole stack, let it settle, check every promise.

Exit code 0 only if every promise holds. The seed draws the faults and the deposits; how they meet depends on the machine.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from itertools import compress
from pathlib import Path

import structlog
from rich.console import Console
from rich.table import Table

from demo import processus
from tests.chaos.pile.deroulement import Deroulement, seules
from tests.chaos.pile.fautes import MISES_A_MORT, programme
from tests.chaos.pile.pile import ouvrir
from tests.chaos.pile.verification import Constat


def rapport(run: Deroulement, constat: Constat, duree: float) -> Table:
    """Return the report."""
    table = Table(title=f"Chaos de toute la pile : graine {run.graine}, {duree:.0f} s")
    for titre in ("faute", "nombre", "réparées", "médiane s", "pire s"):
        table.add_column(titre, justify="left" if titre == "faute" else "right", no_wrap=True)
    par_sorte: dict[str, list[float | None]] = defaultdict(list)
    tous = [run.recuperation(cle, debut) for _, cle, debut in run.faites]
    for (sorte, _, _), vu in zip(run.faites, tous, strict=True):
        par_sorte[sorte].append(vu)
    seul = seules([(debut, vu) for (_, _, debut), vu in zip(run.faites, tous, strict=True)])
    temoins = [run.recuperation(cle, debut) for cle, debut in run.temoins]
    lignes = [
        ("sans faute", temoins), *sorted(par_sorte.items()), ("toutes", tous), ("dont seules", list(compress(tous, seul))),
        ("dont avec d'autres", [vu for vu, une in zip(tous, seul, strict=True) if not une]),
    ]  # fmt: skip
    for sorte, vus in lignes:
        sus = [one for one in vus if one is not None]
        chiffres = (f"{statistics.median(sus):.1f}", f"{max(sus):.1f}") if sus else ("-", "-")
        table.add_row(sorte, str(len(vus)), str(len(sus)), *chiffres)
    table.add_section()
    rompus = {nom: len(fautes) for nom, fautes in constat.rompus.items()}
    charge = statistics.mean(run.charges) if run.charges else 0.0
    for titre, valeur in (
        ("charge moyenne par cœur", f"{charge / (os.cpu_count() or 1):.1f}"),
        ("mises à mort", sum(1 for sorte, _, _ in run.faites if sorte in MISES_A_MORT)),
        ("services relancés", sum(run.pile.surveillant.relances.values())),
        ("flux déposés", constat.depots),
        ("déposés de nouveau", constat.redeposes),
        ("dépôts coupés et repris", sum(one.coupures for one in run.pile.partenaires.values())),
        ("factures au registre", constat.factures),
        ("flux répondus", constat.repondus),
        ("fichiers reçus", constat.reponses),
        ("redits, mêmes octets", constat.redites),
        ("perdus", rompus.get("perdu", 0) + rompus.get("original", 0)),
        ("doublés", sum(rompus.get(nom, 0) for nom in ("doublé", "double réponse", "statut doublé", "contenu"))),
        ("réponses manquantes", sum(rompus.get(nom, 0) for nom in ("sans réponse", "statut manquant", "trou"))),
        ("promesses rompues", sum(rompus.values())),
    ):
        table.add_row(titre, str(valeur), "", "", "")
    return table


def _taire(dossier: Path) -> None:
    """Send what the steps and the SFTP client say in this process to a file, like the logs of the others."""
    logging.getLogger("paramiko").addHandler(logging.NullHandler())
    logging.getLogger("paramiko").propagate = False
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(processus.journal(dossier, "chaos").open("a", encoding="utf-8")))


def principal() -> int:
    """Run; 0 when every promise holds."""
    analyse = argparse.ArgumentParser(prog="python -m tests.chaos.pile", description="The whole stack under faults.")
    analyse.add_argument("--fautes", type=int, default=100, help="faults to inject")
    analyse.add_argument("--graine", type=int, default=7, help="seed of the faults and of the deposits")
    analyse.add_argument("--duree", type=float, default=1200, help="seconds after which no new fault is injected")
    options = analyse.parse_args()
    console = Console() if sys.stdout.isatty() else Console(width=150)
    dossier = Path(tempfile.mkdtemp(prefix="flux-chaos-"))
    debut = time.monotonic()

    def dire(ligne: str) -> None:
        console.print(f"[{time.monotonic() - debut:6.1f} s] {ligne}", highlight=False, markup=False, soft_wrap=True)

    _taire(dossier)
    dire(f"{dossier} : graine {options.graine}, {options.fautes} fautes en {options.duree:.0f} s")
    with ouvrir(dossier, options.graine) as pile:
        dire(f"services prêts, petits disques : {', '.join(pile.disques) or 'aucun'}")
        run = Deroulement(pile, options.graine, dire)
        run.temoigner()
        run.casser(programme(3 * options.fautes, options.graine), options.fautes, options.duree)
        constat = run.constater()
        run.journal.close()
        console.print(rapport(run, constat, time.monotonic() - debut))
    for promesse, fautes in constat.rompus.items():
        for faute in fautes[:10]:
            console.print(f"[red]{promesse}[/] {faute}", highlight=False)
    if constat.tenu and len(run.faites) == options.fautes:
        shutil.rmtree(dossier)
        return 0
    if len(run.faites) < options.fautes:
        console.print(f"{len(run.faites)} fautes sur {options.fautes} : la durée était passée.")
    console.print(
        f"Journaux : {dossier}. De nouveau : python -m tests.chaos.pile --fautes {options.fautes} --graine {options.graine} "
        f"--duree {options.duree:.0f}"
    )
    return 1


if __name__ == "__main__":
    sys.exit(principal())
