"""The three DAGs, run one after the other by Airflow's own runner, on a real SFTP server and a real ledger."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from flux.contexte import Contexte, contexte
from flux.fabrique import Demande, ecrire_exemple
from flux.registre.bilan import verifier_bilan
from raccordement.exemple import creer_partenaire
from tests.dags.conftest import RACINE
from tests.services import PARTENAIRE, ServeurSftp, serveur_demo


@dataclass
class Plateforme:
    """A partner's folder, a ledger, and the DAGs that join them."""

    serveur: ServeurSftp
    registre: Engine
    dags: dict[str, Any]
    atelier: Path

    def deposer(self, graine: int, **demande: Any) -> str:
        """Deposit a flow that has been there for a while; return its name."""
        flux = ecrire_exemple(Demande(interface="FSO1140A", graine=graine, sequence=graine, **demande), self.atelier).chemin
        depot = self.serveur.disque / PARTENAIRE / "in" / flux.name
        depot.write_bytes(flux.read_bytes())
        os.utime(depot, (1_700_000_000 + graine, 1_700_000_000 + graine))
        return flux.name

    def lancer(self, nom: str, **conf: Any) -> Any:
        """Run a DAG to its end and return the run."""
        return self.dags[nom].test(run_conf=conf)

    @property
    def contexte(self) -> Contexte:
        """What the tasks work with; the balance at the end of each test reads it."""
        return contexte()

    def reponses(self) -> list[str]:
        """Interfaces of the answers in ``out``."""
        return sorted(fichier.name.split("_")[0] for fichier in (self.serveur.disque / PARTENAIRE / "out").iterdir())


#: States of the tasks of ``entretien``: nobody gave it the address of Airflow's database.
ENTRETIEN = {"entretenir": "success", "historique": "skipped", "lacunes": "success", "purger": "success", "sceller": "success"}


def etats(run: Any) -> dict[str, str]:
    """State of each task of a run; mapped ones as ``task[rank]``."""
    return {f"{ti.task_id}[{ti.map_index}]" if ti.map_index >= 0 else ti.task_id: str(ti.state) for ti in run.get_task_instances()}


def lots_lances() -> dict[str, dict[str, Any]]:
    """Runs of ``integration`` that reception made, with their parameters."""
    from airflow.models.dagrun import DagRun
    from airflow.settings import Session

    return {run.run_id: run.conf for run in Session().query(DagRun).filter(DagRun.dag_id == "integration", DagRun.run_id.like("lot-%"))}


def evenements(nom: str) -> int:
    """How many times an asset was updated."""
    from airflow.models.asset import AssetEvent, AssetModel
    from airflow.settings import Session

    return Session().query(AssetEvent).join(AssetModel, AssetModel.id == AssetEvent.asset_id).filter(AssetModel.name == nom).count()


@pytest.fixture
def plateforme(airflow: None, registre: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plateforme]:
    from airflow.dag_processing.dagbag import DagBag
    from airflow.models.dagrun import DagRun
    from airflow.settings import Session

    from flux.config import reglages

    Session().query(DagRun).delete()
    Session().commit()
    monkeypatch.setenv("FLUX_DOSSIER", str(tmp_path))
    monkeypatch.setenv("FLUX_BASE", registre.url.render_as_string(hide_password=False))
    monkeypatch.setenv("FLUX_TRANCHE_FACTURES", "4")
    reglages.cache_clear()
    creer_partenaire(registre, "ABC123", "Partenaire", PARTENAIRE, datetime.now(UTC))
    with serveur_demo(tmp_path, PARTENAIRE) as serveur:
        monkeypatch.setenv("AIRFLOW_CONN_FLUX_SFTP", json.dumps(serveur.connexion()))
        yield Plateforme(serveur, registre, DagBag(RACINE / "dags").dags, tmp_path)
    reglages.cache_clear()


def test_a_deposit_becomes_answers(plateforme: Plateforme) -> None:
    plateforme.deposer(1, factures=10, defauts=("montant-illisible",), part_fautive=0.2)
    plateforme.deposer(2)
    reception = plateforme.lancer("reception")
    assert etats(reception) == {"recevoir": "success", "lancer[0]": "success", "confirmer": "success"}
    assert lots_lances() == {"lot-000001--ABC123--2-flux": {"lot_id": 1}}

    integration = plateforme.lancer("integration", lot_id=1)
    assert etats(integration) == {
        "ouvrir": "success",
        **{f"traiter[{rang}]": "success" for rang in range(3)},
        "repondre": "success",
        "verdict": "success",
    }
    titres = [ti.rendered_map_index for ti in integration.get_task_instances() if ti.task_id == "traiter"]
    assert len(set(titres)) == 3
    assert all(titres)

    assert etats(plateforme.lancer("emission")) == {"emettre": "success"}
    assert plateforme.reponses() == ["CSO1140A", "CSO1140A", "FEN1202A", "FEN1202A", "FSO1301A", "FSO1301A"]
    assert verifier_bilan(plateforme.registre).factures.rejetees == 2


def test_nothing_to_do_is_green_and_launches_nothing(plateforme: Plateforme) -> None:
    avant = evenements("flux-reponses")
    run = plateforme.lancer("reception")
    assert (str(run.state), etats(run)) == ("success", {"recevoir": "success", "lancer": "skipped", "confirmer": "success"})
    assert lots_lances() == {}
    assert evenements("flux-reponses") == avant


def test_a_partner_whose_folder_refuses_turns_reception_red_and_holds_up_no_lot(plateforme: Plateforme) -> None:
    creer_partenaire(plateforme.registre, "AAA001", "Sans traitement", "aaa001", datetime.now(UTC))
    entree = plateforme.serveur.disque / "aaa001" / "in"
    entree.mkdir(parents=True)
    (entree / "FSO1140A_AAA001_AAA0011140000000000000001").write_bytes(b"<x/>")
    plateforme.deposer(1)
    for lancer in ("success", "skipped"):
        run = plateforme.lancer("reception")
        assert str(run.state) == "failed"
        found = {tache.split("[")[0]: etat for tache, etat in etats(run).items()}
        assert found == {"recevoir": "success", "lancer": lancer, "confirmer": "failed"}
        (ti,) = [ti for ti in run.get_task_instances() if ti.task_id == "confirmer"]
        assert ti.try_number == 1  # another try would ask nothing again
    assert list(lots_lances()) == ["lot-000001--ABC123--1-flux"]
    with plateforme.registre.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM lots WHERE lance_le IS NOT NULL")).scalar_one() == 1


def test_what_runs_twice_is_done_once(plateforme: Plateforme) -> None:
    plateforme.deposer(1)
    for _ in range(2):
        plateforme.lancer("reception")
    assert list(lots_lances()) == ["lot-000001--ABC123--1-flux"]
    premier, second = (plateforme.lancer("integration", lot_id=1) for _ in range(2))
    assert etats(premier)["repondre"] == "success"
    assert etats(second) == {"ouvrir": "success", "traiter": "skipped", "repondre": "skipped", "verdict": "success"}
    for _ in range(2):
        plateforme.lancer("emission")
    assert plateforme.reponses() == ["CSO1140A", "FEN1202A", "FSO1301A"]


def test_the_same_file_again_wakes_emission_at_once(plateforme: Plateforme) -> None:
    plateforme.deposer(1)
    plateforme.lancer("reception")
    plateforme.lancer("integration", lot_id=1)
    plateforme.lancer("emission")
    sortie = plateforme.serveur.disque / PARTENAIRE / "out"
    premieres = {fichier.name: fichier.read_bytes() for fichier in sortie.iterdir()}
    for fichier in sortie.iterdir():
        fichier.unlink()
    avant = evenements("flux-reponses")
    plateforme.deposer(1)
    run = plateforme.lancer("reception")
    assert etats(run)["lancer"] == "skipped"
    assert evenements("flux-reponses") == avant + 1
    plateforme.lancer("emission")
    assert {fichier.name: fichier.read_bytes() for fichier in sortie.iterdir()} == premieres


@pytest.mark.desequilibre
def test_a_lost_original_turns_the_run_red_and_answers_nothing(plateforme: Plateforme, monkeypatch: pytest.MonkeyPatch) -> None:
    plateforme.deposer(1)
    plateforme.lancer("reception")
    for original in (plateforme.atelier / "entrepot" / "sha256").rglob("*"):
        if original.is_file():
            original.unlink()
    for tache in plateforme.dags["integration"].tasks:
        _sans_reprise(tache)
    run = plateforme.lancer("integration", lot_id=1)
    assert str(run.state) == "failed"
    assert etats(run)["ouvrir"] == "failed"
    assert etats(run)["verdict"] == "failed"
    assert plateforme.reponses() == []


def test_a_server_that_is_down_turns_reception_red_only_after_retries(plateforme: Plateforme, monkeypatch: pytest.MonkeyPatch) -> None:
    connexion = plateforme.serveur.connexion() | {"port": 1}
    monkeypatch.setenv("AIRFLOW_CONN_FLUX_SFTP", json.dumps(connexion))
    _sans_reprise(plateforme.dags["reception"].get_task("recevoir"), essais=1)
    run = plateforme.lancer("reception")
    assert str(run.state) == "failed"
    (ti,) = [ti for ti in run.get_task_instances() if ti.task_id == "recevoir"]
    assert ti.try_number == 2


def _sans_reprise(tache: Any, essais: int = 0) -> None:
    """Cut the retries of a task: the runner of tests would wait for them."""
    from datetime import timedelta

    for nom, valeur in (("retries", essais), ("retry_delay", timedelta(0)), ("retry_exponential_backoff", 0)):
        if tache.is_mapped:
            tache.partial_kwargs[nom] = valeur
        else:
            setattr(tache, nom, valeur)


def test_statuses_leave_in_a_grouped_file_and_what_is_fetched_is_noted(plateforme: Plateforme, monkeypatch: pytest.MonkeyPatch) -> None:
    from flux.config import reglages

    monkeypatch.setenv("FLUX_GROUPAGE_DELAI", "0")
    reglages.cache_clear()
    plateforme.deposer(31, factures=2, avoirs=False)
    plateforme.lancer("reception")
    (lot,) = (one["lot_id"] for one in lots_lances().values())
    plateforme.lancer("integration", lot_id=lot)
    assert etats(plateforme.lancer("groupage")) == {"grouper": "skipped"}
    with plateforme.registre.begin() as conn:
        conn.exec_driver_sql(
            "INSERT INTO statuts (flux_id, membre_rang, rang, code, horodatage, pose_le, a_emettre) "
            "SELECT flux_id, membre_rang, 1, 'SERVICE_FAIT', now(), now(), true FROM factures"
        )
        conn.exec_driver_sql("UPDATE factures SET etat = 'SERVICE_FAIT'")
    before = evenements("flux-reponses")
    assert etats(plateforme.lancer("groupage")) == {"grouper": "success"}
    assert evenements("flux-reponses") == before + 1
    plateforme.lancer("emission")
    assert plateforme.reponses() == ["CSO1140A", "FEN1201A", "FEN1202A", "FEN1202A", "FSO1301A", "FSO1301A"]
    for fichier in (plateforme.serveur.disque / PARTENAIRE / "out").iterdir():
        fichier.unlink()
    assert etats(plateforme.lancer("entretien")) == ENTRETIEN
    with plateforme.registre.connect() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM sorties WHERE retiree_le IS NULL").scalar_one() == 0


def test_the_upkeep_purges_the_store_and_keeps_its_report(plateforme: Plateforme) -> None:
    plateforme.deposer(1, avoirs=False)
    plateforme.lancer("reception")
    plateforme.lancer("integration", lot_id=1)
    plateforme.lancer("emission")
    with plateforme.registre.begin() as conn:
        conn.execute(text("UPDATE flux SET repondu_le = repondu_le - interval '8 days'"))
        conn.execute(text("UPDATE factures SET etat = 'MISE_EN_PAIEMENT'"))
        conn.execute(text("UPDATE statuts SET code = 'MISE_EN_PAIEMENT'"))
    assert etats(plateforme.lancer("entretien")) == ENTRETIEN
    assert [one for one in (plateforme.atelier / "entrepot" / "tranches").rglob("*") if one.is_file()] == []
    with plateforme.registre.connect() as conn:
        (report,) = conn.execute(text("SELECT rapport FROM entretiens")).scalars()
    assert {one["classe"]: one.get("purges") for one in report["classes"]}["tranches"]["nombre"] == 1
