"""``python -m tests.chaos.pile --fautes 100 --graine 7 --duree 900``: break the whole stack, let it settle, check every promise.

Exit code 0 only if every promise holds. The seed draws the faults and the deposits; how they meet depends on the machine.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from random import Random

import structlog
from rich.console import Console
from rich.table import Table

from demo import processus
from flux.errors import ErreurFlux
from tests.chaos.pile.depots import MARQUEUR as SORTE_MARQUEUR
from tests.chaos.pile.fautes import FAUTES, MISES_A_MORT, programme
from tests.chaos.pile.pile import MARQUEUR, Pile, ouvrir
from tests.chaos.pile.verification import Constat, verifier, verifier_airflow

#: Seconds after which the next fault comes although the last one's marker is not answered, least and most; between them, the time left
#: is shared by the faults left, so that all of them fit in ``--duree``.
PATIENCE = (2.0, 75.0)
#: Seconds given to settle.
CALME = 420.0
#: Seconds between two lines that say where the run is.
BATTEMENT = 15.0
#: Seconds between two runs of ``groupage`` asked for while all settles.
GROUPAGE = 40.0


class Deroulement:
    """One run: what was done, and how long each recovery took."""

    def __init__(self, pile: Pile, graine: int, dire: Callable[[str], None]) -> None:
        self.pile, self.graine, self.dire = pile, graine, dire
        self.faites: list[tuple[str, str, float]] = []  # kind, IdFlux of its marker, when
        self.journal = (pile.services.dossier / "chaos.jsonl").open("w", encoding="utf-8")
        self._dit = 0.0

    def casser(self, combien: int, duree: float) -> None:
        """Inject the faults, each followed by its marker."""
        fin = time.monotonic() + duree
        for rang, sorte in enumerate(programme(combien, self.graine)):
            reste = fin - time.monotonic()
            if reste < 0:
                return
            hasard = Random(f"{self.graine}:{rang}:{sorte}")
            debut = time.monotonic()
            fait = FAUTES[sorte](self.pile, hasard)
            depot = self.pile.fabrique.faire(MARQUEUR, "MRQ777", SORTE_MARQUEUR)
            depot.marqueur = True
            self.faites.append((sorte, depot.cle, debut))
            self.pile.partenaires[MARQUEUR].deposer(depot)
            self.dire(f"{rang + 1:3} {sorte:24} {fait:60.60}")
            patience = min(max(PATIENCE[0], reste / (combien - rang)), PATIENCE[1])
            while not self.recuperation(depot.cle, debut) and time.monotonic() - debut < patience:
                self.battre()
                time.sleep(0.2)
            ligne = {"rang": rang, "faute": sorte, "fait": fait, "marque": depot.cle, "debut": debut, "heure": time.time()}
            self.journal.write(json.dumps(ligne, ensure_ascii=False) + "\n")
            self.journal.flush()
            time.sleep(hasard.uniform(0.2, 1.0))

    def battre(self, quoi: str = "") -> None:
        """Say now and then where the run is."""
        if time.monotonic() - self._dit > BATTEMENT:
            self._dit = time.monotonic()
            sues = [one for one in (self.recuperation(cle, debut) for _, cle, debut in self.faites) if one is not None]
            partenaires = self.pile.partenaires.values()
            self.dire(
                f"    {len(sues)} fautes réparées sur {len(self.faites)} (la dernière en {sues[-1] if sues else float('nan'):.1f} s), "
                f"{sum(len(one.depots) for one in partenaires)} dépôts dont {sum(len(one.attendus()) for one in partenaires)} sans réponse, "
                f"relancés {sum(self.pile.surveillant.relances.values())}, charge {os.getloadavg()[0]:.1f} {quoi}"
            )

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
        self.dire("plus de fautes ni de dépôts : tout se calme, puis est vérifié")
        fin, groupe = time.monotonic() + CALME, time.monotonic()
        while True:
            constat = self._constater()
            if constat.tenu or time.monotonic() > fin:
                return constat
            self.battre(", ".join(f"{len(fautes)} {promesse}" for promesse, fautes in constat.rompus.items()))
            if time.monotonic() - groupe > GROUPAGE:  # as its cron would, five minutes later
                self.pile.api("POST", "/dags/groupage/dagRuns", {"logical_date": None})
                groupe = time.monotonic()
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
    analyse.add_argument("--duree", type=float, default=900, help="seconds after which no new fault is injected")
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
