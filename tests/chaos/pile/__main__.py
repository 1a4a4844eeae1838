"""``python -m tests.chaos.pile --fautes 100 --graine 7 --duree 900``: break the whole stack, let it settle, check every promise.

Exit code 0 only if every promise holds. The seed draws the faults and the deposits; how they meet depends on the machine.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from random import Random

from rich.console import Console
from rich.table import Table

from flux.errors import ErreurFlux
from tests.chaos.pile.depots import MARQUEUR as SORTE_MARQUEUR
from tests.chaos.pile.fautes import FAUTES, MISES_A_MORT, programme
from tests.chaos.pile.pile import MARQUEUR, Pile, ouvrir
from tests.chaos.pile.verification import Constat, verifier, verifier_airflow

#: Seconds after which the next fault comes although the last one's marker is not answered.
PATIENCE = 75.0
#: Seconds given to settle.
CALME = 240.0


class Deroulement:
    """One run: what was done, and how long each recovery took."""

    def __init__(self, pile: Pile, graine: int, console: Console) -> None:
        self.pile, self.graine, self.console = pile, graine, console
        self.faites: list[tuple[str, str, float]] = []  # kind, IdFlux of its marker, when
        self.journal = (pile.services.dossier / "chaos.jsonl").open("w", encoding="utf-8")

    def casser(self, combien: int, duree: float) -> None:
        """Inject the faults, each followed by its marker."""
        fin = time.monotonic() + duree
        for rang, sorte in enumerate(programme(combien, self.graine)):
            if time.monotonic() > fin:
                return
            hasard = Random(f"{self.graine}:{rang}:{sorte}")
            debut = time.monotonic()
            fait = FAUTES[sorte](self.pile, hasard)
            depot = self.pile.fabrique.faire(MARQUEUR, "MRQ777", SORTE_MARQUEUR)
            depot.marqueur = True
            self.faites.append((sorte, depot.cle, debut))
            self.pile.partenaires[MARQUEUR].deposer(depot)
            while not self.recuperation(depot.cle, debut) and time.monotonic() - debut < PATIENCE:
                time.sleep(0.2)
            seconds = self.recuperation(depot.cle, debut)
            ligne = {"rang": rang, "faute": sorte, "fait": fait, "secondes": seconds and round(seconds, 1), "heure": time.time()}
            self.journal.write(json.dumps(ligne, ensure_ascii=False) + "\n")
            self.journal.flush()
            self.console.print(f"{rang + 1:3} {sorte:24} {fait:60.60} {seconds or float('nan'):6.1f} s", highlight=False)
            time.sleep(hasard.uniform(0.2, 1.5))

    def recuperation(self, cle: str, debut: float) -> float | None:
        """Seconds from a fault to the answer of its marker."""
        quand = self.pile.partenaires[MARQUEUR].retours.get(cle)
        return None if quand is None else quand - debut

    def constater(self) -> Constat:
        """Check, again until all holds or patience ends: files on their way are no breach."""
        for partenaire in self.pile.partenaires.values():
            partenaire.cesser_de_deposer()
        for fil in self.pile.fils:
            fil.join(60)
        fin = time.monotonic() + CALME
        while True:
            constat = self._constater()
            if constat.tenu or time.monotonic() > fin:
                return constat
            time.sleep(3)

    def _constater(self) -> Constat:
        partenaires = self.pile.partenaires
        depots = [one for partenaire in partenaires.values() for one in partenaire.depots]
        recus = {compte: dict(partenaire.recus) for compte, partenaire in partenaires.items()}
        try:
            constat = verifier(self.pile.engine, self.pile.services.dossier / "entrepot", depots, recus)
        except ErreurFlux as panne:
            constat = Constat()
            constat.rompus["registre muet"].append(str(panne))
            return constat
        runs = []
        for dag in ("reception", "integration", "emission", "groupage"):
            page = self.pile.api("GET", f"/dags/{dag}/dagRuns?limit=1000&state=queued&state=running&state=failed")
            if page is None:
                constat.rompus["Airflow muet"].append(dag)
            else:
                runs += page["dag_runs"]
        for promesse, faute in verifier_airflow(runs):
            constat.rompus[promesse].append(faute)
        return constat


def rapport(run: Deroulement, constat: Constat, duree: float) -> Table:
    """Return the report."""
    table = Table(title=f"Chaos de toute la pile : graine {run.graine}, {duree:.0f} s")
    for titre in ("faute", "nombre", "réparées", "médiane s", "pire s"):
        table.add_column(titre, justify="left" if titre == "faute" else "right", no_wrap=True)
    par_sorte: dict[str, list[float | None]] = defaultdict(list)
    for sorte, cle, debut in run.faites:
        par_sorte[sorte].append(run.recuperation(cle, debut))
    tous = [one for vus in par_sorte.values() for one in vus]
    lignes = [*sorted(par_sorte.items()), ("toutes", tous)]
    for sorte, vus in lignes:
        sus = [one for one in vus if one is not None]
        chiffres = (f"{statistics.median(sus):.1f}", f"{max(sus):.1f}") if sus else ("-", "-")
        table.add_row(sorte, str(len(vus)), str(len(sus)), *chiffres)
    table.add_section()
    rompus = {nom: len(fautes) for nom, fautes in constat.rompus.items()}
    for titre, valeur in (
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


def principal() -> int:
    """Run; 0 when every promise holds."""
    analyse = argparse.ArgumentParser(prog="python -m tests.chaos.pile", description="The whole stack under faults.")
    analyse.add_argument("--fautes", type=int, default=100, help="faults to inject")
    analyse.add_argument("--graine", type=int, default=7, help="seed of the faults and of the deposits")
    analyse.add_argument("--duree", type=float, default=900, help="seconds after which no new fault is injected")
    options = analyse.parse_args()
    console = Console() if sys.stdout.isatty() else Console(width=150)
    dossier = Path(tempfile.mkdtemp(prefix="flux-chaos-"))
    debut = time.monotonic()
    with ouvrir(dossier, options.graine) as pile:
        run = Deroulement(pile, options.graine, console)
        run.casser(options.fautes, options.duree)
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
