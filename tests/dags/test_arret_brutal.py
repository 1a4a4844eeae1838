"""A whole Airflow, whose workers and then scheduler are killed: nothing is lost, nothing is done twice, the work goes on."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from demo import processus
from demo.services import Services
from flux.config import Reglages
from flux.contexte import Contexte
from flux.etapes import verifier_bilan_complet
from flux.fabrique import Demande, ecrire_exemple
from flux.registre.bilan import verifier_bilan
from flux.registre.connexion import moteur
from flux.transport.entrepot import Entrepot
from tests.chaos.pile.surveillant import vit

PARTENAIRES = {"abc123": ("ABC123", "Premier"), "xyz789": ("XYZ789", "Second")}
FACTURES, LIGNES = 400, 100


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """All services, with batches large enough to be killed half-way; nothing is left of them at the end."""
    dossier = Path(tempfile.mkdtemp(prefix="flux-arret-"))
    monkeypatch.setenv("FLUX_TRANCHE_FACTURES", str(FACTURES))
    garder = signal.getsignal(signal.SIGTERM)
    try:
        with Services(dossier, PARTENAIRES) as ouverts:
            yield ouverts
        assert processus.vivants(dossier) == []
    finally:
        signal.signal(signal.SIGTERM, garder)
        shutil.rmtree(dossier)


def attendre(services: Services, quoi: str, essai: Callable[[], Any], secondes: float = 240) -> Any:
    """Return what ``essai`` finds, once it finds something; when it never does, fail with the state of every task."""
    fin = time.monotonic() + secondes
    while time.monotonic() < fin:
        if trouve := essai():
            return trouve
        time.sleep(0.2)
    taches = services.airflow.appeler("GET", "/dags/~/dagRuns/~/taskInstances?limit=100")["task_instances"]
    etats = "\n".join(f"{ti['dag_run_id']} {ti['task_id']}[{ti['map_index']}] {ti['state']} try {ti['try_number']}" for ti in taches)
    pytest.fail(f"after {secondes:.0f} s, still waiting for {quoi}:\n{etats}")


def tranches(services: Services) -> dict[str, dict[str, Any]]:
    """The task instances of ``traiter``, by the code of the partner in the name of their run."""
    trouvees = services.airflow.appeler("GET", "/dags/integration/dagRuns/~/taskInstances?limit=100")["task_instances"]
    return {ti["dag_run_id"].split("--")[1]: ti for ti in trouvees if ti["task_id"] == "traiter" and ti["map_index"] >= 0}


def en_cours(services: Services, code: str) -> psutil.Process | None:
    """The process of a running batch, once it works for good."""
    ti = tranches(services).get(code)
    if ti is None or ti["state"] != "running" or not ti["pid"]:
        return None
    tache = psutil.Process(ti["pid"])
    return tache if sum(tache.cpu_times()[:2]) > 2 else None


def sorties(services: Services, compte: str) -> list[str]:
    with services.sftp.client(compte) as sftp:
        return sorted(nom.split("_")[0][:3] for nom in sftp.listdir("/out") if not nom.endswith(".tmp"))


def deposer(services: Services, compte: str, demande: Demande, dossier: Path) -> None:
    flux = ecrire_exemple(replace(demande, application=PARTENAIRES[compte][0]), dossier).chemin
    with services.sftp.client(compte) as sftp:
        sftp.put(str(flux), f"/in/{flux.name}.tmp")
        sftp.rename(f"/in/{flux.name}.tmp", f"/in/{flux.name}")


def tuer_le_scheduler(services: Services) -> None:
    """Kill it alone, see all that it had forked end with it, and start it again: nobody holds what it had locked."""
    mort = services.airflow.composant("scheduler")
    enfants = psutil.Process(mort.pid).children(recursive=True)
    assert enfants
    mort.kill()
    mort.wait(10)
    attendre(services, "the end of what the scheduler had forked", lambda: not any(map(vit, enfants)), 10)
    services.airflow.lancer("scheduler")


@pytest.mark.standalone
@pytest.mark.timeout(600)
def test_workers_killed_in_the_middle_of_a_batch(services: Services, tmp_path: Path) -> None:
    registre = moteur(Reglages(dossier=services.dossier))
    for rang, compte in enumerate(PARTENAIRES, 1):
        deposer(services, compte, Demande(interface="FSO1140A", factures=FACTURES, lignes=LIGNES, graine=rang, sequence=rang), tmp_path)

    # One loses the process of its task, the other the worker that supervises it: its task may even go on for a while.
    tache = attendre(services, "a running batch of ABC123", lambda: en_cours(services, "ABC123"))
    os.kill(tache.pid, signal.SIGKILL)
    tache = attendre(services, "a running batch of XYZ789", lambda: en_cours(services, "XYZ789"))
    os.kill(tache.ppid(), signal.SIGKILL)
    assert verifier_bilan(registre).factures.acceptees == 0

    for compte in PARTENAIRES:
        attendre(services, f"the answers of {compte}", lambda compte=compte: len(sorties(services, compte)) >= 3)
    attendre(services, "the end of the runs", lambda: {ti["state"] for ti in tranches(services).values()} == {"success"})
    assert {code: ti["try_number"] for code, ti in tranches(services).items()} == {"ABC123": 2, "XYZ789": 2}
    for compte in PARTENAIRES:
        assert sorties(services, compte) == ["CSO", "FEN", "FSO"]
    bilan = verifier_bilan(registre)
    assert bilan.factures.acceptees == 2 * FACTURES
    reglages = Reglages(dossier=services.dossier)
    assert verifier_bilan_complet(Contexte(reglages, registre, Entrepot.depuis(reglages)))

    tuer_le_scheduler(services)
    deposer(services, "abc123", Demande(interface="FSO1140A", graine=3, sequence=3), tmp_path)
    attendre(services, "the answers after the death of the scheduler", lambda: len(sorties(services, "abc123")) >= 6)
    registre.dispose()
