"""One run: faults one after the other, each with a marker that tells when the stack answers again; then calm, and the promises."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from random import Random

from flux.errors import ErreurFlux, ErreurInvariant
from flux.etapes import verifier_bilan_complet
from tests.chaos.pile.depots import MARQUEUR as SORTE_MARQUEUR
from tests.chaos.pile.fautes import FAUTES
from tests.chaos.pile.pile import MARQUEUR, Pile
from tests.chaos.pile.verification import Constat, verifier_airflow
from tests.chaos.pile.verification import verifier as verifier_promesses

#: Seconds after which the next fault comes although the last one's marker is not answered, least and most; between them, the time left
#: is shared by the faults left, so that all of them fit in ``--duree``.
PATIENCE = (2.0, 75.0)
#: Seconds given to settle.
CALME = 420.0
#: Seconds between two lines that say where the run is.
BATTEMENT = 15.0
#: Seconds between two runs of ``groupage`` asked for while all settles.
GROUPAGE = 15.0


def seules(fautes: Sequence[tuple[float, float | None]]) -> list[bool]:
    """Say of each fault whether it alone lay between its stroke and its answer: no earlier one unmended, none after it before the answer.

    :param fautes: (when, seconds to recover or ``None``), by time.
    """
    fins = [math.inf if recuperation is None else debut + recuperation for debut, recuperation in fautes]
    suivants = (*(debut for debut, _ in fautes[1:]), math.inf)
    passes = accumulate(fins, max, initial=-math.inf)  # when all before it were mended; one more than there are faults
    return [
        passe <= debut and fin < math.inf and fin <= suivant
        for (debut, _), fin, suivant, passe in zip(fautes, fins, suivants, passes, strict=False)
    ]


class Deroulement:
    """One run: what was done, and how long each recovery took."""

    def __init__(self, pile: Pile, graine: int, dire: Callable[[str], None]) -> None:
        self.pile, self.graine, self.dire = pile, graine, dire
        self.faites: list[tuple[str, str, float]] = []  # kind, IdFlux of its marker, when
        self.journal = (pile.services.dossier / "chaos.jsonl").open("w", encoding="utf-8")
        self._dit = 0.0
        self.charges: list[float] = []
        self.temoins: list[tuple[str, float]] = []  # IdFlux of a marker without fault, when

    def temoigner(self, combien: int = 3) -> None:
        """Deposit markers while nothing is broken, one after the other: how long an answer takes here anyway."""
        for _ in range(combien):
            debut = time.monotonic()
            cle = self._marquer()
            self.temoins.append((cle, debut))
            self._attendre(cle, debut, PATIENCE[1])

    def casser(self, sortes: Iterable[str], combien: int, duree: float) -> None:
        """Inject ``combien`` faults, each followed by its marker. Those that found nothing to harm are not counted."""
        fin = time.monotonic() + duree
        for rang, sorte in enumerate(sortes):
            reste = fin - time.monotonic()
            if reste < 0 or len(self.faites) == combien:
                return
            hasard = Random(f"{self.graine}:{rang}:{sorte}")
            debut = time.monotonic()
            fait = FAUTES[sorte](self.pile, hasard)
            if fait is None:
                self.dire(f"    {sorte:24} rien à abîmer")
                continue
            cle = self._marquer()
            self.faites.append((sorte, cle, debut))
            self.dire(f"{len(self.faites):3} {sorte:24} {fait:60.60}")
            self._attendre(cle, debut, min(max(PATIENCE[0], reste / (combien - len(self.faites) + 1)), PATIENCE[1]))
            ligne = {"rang": rang, "faute": sorte, "fait": fait, "marque": cle, "debut": debut, "heure": time.time()}
            self.journal.write(json.dumps(ligne, ensure_ascii=False) + "\n")
            self.journal.flush()
            time.sleep(hasard.uniform(0.2, 1.0))

    def _marquer(self) -> str:
        depot = self.pile.fabrique.faire(MARQUEUR, "MRQ777", SORTE_MARQUEUR)
        depot.marqueur = True
        self.pile.partenaires[MARQUEUR].deposer(depot)
        return depot.cle

    def _attendre(self, cle: str, debut: float, patience: float) -> None:
        while not self.recuperation(cle, debut) and time.monotonic() - debut < patience:
            self.battre()
            time.sleep(0.2)

    def battre(self, quoi: str = "") -> None:
        """Say now and then where the run is."""
        if time.monotonic() - self._dit > BATTEMENT:
            self._dit = time.monotonic()
            self.charges.append(os.getloadavg()[0])
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
            constat = self.verifier()
            if constat.tenu or time.monotonic() > fin:
                return constat
            self.battre(", ".join(f"{len(fautes)} {promesse}" for promesse, fautes in constat.rompus.items()))
            if time.monotonic() - groupe > GROUPAGE:  # as its cron would, five minutes later
                self.pile.api("POST", "/dags/groupage/dagRuns", {"logical_date": None})
                groupe = time.monotonic()
            time.sleep(3)

    def verifier(self) -> Constat:
        """Check every promise now."""
        partenaires = self.pile.partenaires
        depots = [one for partenaire in partenaires.values() for one in partenaire.depots]
        recus = {compte: dict(partenaire.recus) for compte, partenaire in partenaires.items()}
        constat = Constat()
        try:
            constat = verifier_promesses(self.pile.engine, self.pile.services.dossier / "entrepot", depots, recus)
            verifier_bilan_complet(self.pile.contexte)
        except ErreurInvariant as rompu:
            constat.rompus["bilan complet"].append(str(rompu))
        except ErreurFlux as panne:
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
