"""The faults. Each takes the stack and its own source of draws, does harm, and says what it did; nothing when nothing was there to harm."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from random import Random

import psutil

from demo import processus
from demo.airflow_local import COMPOSANTS
from flux import etapes
from tests.chaos.pile.depots import tirer
from tests.chaos.pile.pile import Pile
from tests.chaos.pile.surveillant import BASE, ROLES, SFTP, tuer
from tests.chaos.pile.volumes import remplir, vider

_PLEIN = (3.0, 6.0)
"""Seconds that a disk stays full."""
_GEL = (8.0, 30.0)
"""Seconds that a task is frozen: above 20 Airflow takes it for dead and runs it again, then the first one wakes up."""
_ATTENTE = 8.0
"""Seconds to wait for a running task to harm."""

_PAS = """
import sys
from flux import etapes
contexte, lot = etapes.contexte(), int(sys.argv[1])
for tache in etapes.ouvrir(contexte, lot):
    etapes.traiter(contexte, tache)
etapes.repondre(contexte, lot)
"""


Faute = Callable[[Pile, Random], str | None]


def _une_tache(pile: Pile, hasard: Random) -> tuple[psutil.Process, psutil.Process] | None:
    fin = time.monotonic() + _ATTENTE
    while time.monotonic() < fin:
        if taches := pile.taches():
            return hasard.choice(taches)
        time.sleep(0.05)
    return None


def _tache(pile: Pile, hasard: Random) -> str | None:
    if (vue := _une_tache(pile, hasard)) is None:
        return None
    time.sleep(hasard.uniform(0, 0.4))
    tuer(vue[1])
    return f"tâche {vue[1].pid}"


def _superviseur(pile: Pile, hasard: Random) -> str | None:
    if (vue := _une_tache(pile, hasard)) is None:
        return None
    tuer(vue[0], enfants=hasard.random() < 0.5)
    return f"ouvrier {vue[0].pid}"


def _mort(role: str, *, orphelins: bool = False) -> Faute:
    def faire(pile: Pile, hasard: Random) -> str | None:
        if orphelins and hasard.random() < 0.5:
            pile.surveillant.orphelins.add(role)
        if (chef := pile.surveillant.chef(role)) is None:  # dead already
            return None
        tuer(chef, enfants=role == SFTP)
        return f"{role} {chef.pid}"

    return faire


def _session(pile: Pile, hasard: Random) -> str | None:
    chef = pile.surveillant.chef(SFTP)
    sessions = []
    with suppress(psutil.Error):
        sessions = chef.children() if chef else []
    for session in (victimes := hasard.sample(sessions, min(2, len(sessions)))):
        tuer(session, enfants=True)
    return f"{len(victimes)} session(s) sur {len(sessions)}" if victimes else None


def _coupure(pile: Pile, hasard: Random) -> str | None:
    partenaire = pile.partenaires["abc123"]
    depot = pile.fabrique.faire("abc123", "ABC123", tirer(hasard))
    partenaire.couper(depot)
    pile.a_part(lambda: partenaire.deposer(depot) and None)
    return depot.nom


def _disque(nom: str) -> Faute:
    def faire(pile: Pile, hasard: Random) -> str | None:
        if nom not in pile.disques:
            return None
        dossier = pile.services.dossier / nom
        secondes = hasard.uniform(*_PLEIN)
        octets = remplir(dossier)
        try:
            time.sleep(secondes)
        finally:
            vider(dossier)
        return f"{octets >> 20} Mio pendant {secondes:.1f} s"

    return faire


def _gel(pile: Pile, hasard: Random) -> str | None:
    if (vue := _une_tache(pile, hasard)) is None:
        return None
    secondes = hasard.uniform(*_GEL)
    for one in vue:
        with suppress(psutil.Error):
            one.suspend()

    def degeler() -> None:
        time.sleep(secondes)
        for one in vue:
            with suppress(psutil.Error):
                one.resume()

    pile.a_part(degeler)
    return f"tâche {vue[1].pid}, {secondes:.0f} s"


def _double(pile: Pile, hasard: Random) -> str | None:
    lots = pile.lots()
    if not lots:
        return None
    lot = hasard.choice(lots)
    pile.api("POST", "/dags/integration/dagRuns", {"logical_date": None, "conf": {"lot_id": lot}})
    processus.lancer(pile.services.dossier, "double", [sys.executable, "-c", _PAS, str(lots[0])], pile.services.airflow.environnement)
    return f"lot {lot} relancé, lot {lots[0]} par un autre processus"


def _reception(pile: Pile, _: Random) -> str | None:
    def recevoir() -> None:
        with pile.services.sftp.client() as sftp:
            etapes.recevoir(pile.contexte, sftp)
            etapes.emettre(pile.contexte, sftp)

    pile.api("POST", "/dags/reception/dagRuns", {"logical_date": None})
    pile.api("POST", "/dags/emission/dagRuns", {"logical_date": None})
    pile.a_part(recevoir)
    pile.a_part(recevoir)
    return "réception et émission par deux autres à la fois"


def _effacer(pile: Pile, hasard: Random) -> str | None:
    runs = (pile.api("GET", "/dags/integration/dagRuns?order_by=-run_after&limit=6") or {}).get("dag_runs", [])
    if not runs:
        return None
    run = hasard.choice(runs)["dag_run_id"]
    corps = {"dry_run": False, "dag_run_id": run, "only_failed": False, "reset_dag_runs": True}
    return run if pile.api("POST", "/dags/integration/clearTaskInstances", corps) is not None else None


def _tout(pile: Pile, _: Random) -> str | None:
    for role in ROLES:
        if chef := pile.surveillant.chef(role):
            tuer(chef, enfants=True)
    for reste in processus.vivants(pile.services.dossier, *COMPOSANTS):
        tuer(reste)
    return "tout"


#: Kind → what does it.
FAUTES: dict[str, Faute] = {
    "tâche tuée": _tache,
    "ouvrier tué": _superviseur,
    "scheduler tué": _mort("scheduler", orphelins=True),
    "triggerer tué": _mort("triggerer"),
    "dag-processor tué": _mort("dag-processor"),
    "api-server tué": _mort("api-server", orphelins=True),
    "PostgreSQL tué": _mort(BASE),
    "sshd tué": _mort(SFTP),
    "session SFTP tuée": _session,
    "dépôt coupé au milieu": _coupure,
    "disque des originaux plein": _disque("entrepot"),
    "disque SFTP plein": _disque("sftp"),
    "disque de la base plein": _disque("postgres"),
    "tâche gelée": _gel,
    "lot traité deux fois": _double,
    "réception doublée": _reception,
    "tâches effacées": _effacer,
    "tout tué": _tout,
}
#: Kinds that kill.
MISES_A_MORT = frozenset(kind for kind in FAUTES if "tué" in kind)


def programme(combien: int, graine: int) -> list[str]:
    """Return the kinds of a run: every kind once, in a drawn order, then again."""
    hasard = Random(f"fautes:{graine}")
    tires: list[str] = []
    while len(tires) < combien:
        tires += hasard.sample(list(FAUTES), len(FAUTES))
    return tires[:combien]
