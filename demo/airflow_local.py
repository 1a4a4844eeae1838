"""A real Airflow on 127.0.0.1: LocalExecutor, metadata in the embedded PostgreSQL, everything it keeps in one folder.

The four components are started here rather than by ``airflow standalone``: that one cannot be told to keep its log server off
the network, and dies without its children when it is terminated.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import make_url

from demo import processus
from flux.errors import ErreurTransitoire
from flux.registre.embarque import adresse

UTILISATEUR = "admin"
#: Seconds after which PostgreSQL ends a session of Airflow that stands still in a transaction.
OISIVE = 60
COMPOSANTS = {
    "api-server": (),
    "scheduler": ("--skip-serve-logs",),
    "dag-processor": (),
    "triggerer": ("--skip-serve-logs",),
}
_DAGS = {"reception", "integration", "emission", "groupage", "entretien", "surveillance", "certificats"}
_PREPARER = """
from airflow.utils.db import initdb
from airflow.models.pool import Pool
from flux.orchestration.communs import POOL_CPU
import os, sys
initdb()
Pool.create_or_update_pool(POOL_CPU, slots=int(sys.argv[1]), description="one slot a core", include_deferred=False)
"""


class AirflowLocal:
    """One Airflow; it runs from :meth:`demarrer` until :func:`demo.services.arreter`.

    :param dossier: folder of the services; Airflow's own files go to ``dossier``/airflow.
    :param connexion: the Airflow connection ``flux_sftp``, as the JSON form of connections.
    :param attente: seconds to wait for all components to be healthy.
    :ivar url: address of the UI and of the API. :ivar mot_de_passe: password of the user ``admin``.
    """

    def __init__(self, dossier: Path, connexion: Mapping[str, Any], attente: float = 180.0) -> None:
        self._dossier, self._attente = dossier.resolve(), attente
        self._secrets = _secrets(self._dossier / "airflow")
        self.mot_de_passe = self._secrets["admin"]
        self._port = _port_libre()
        self.url = f"http://127.0.0.1:{self._port}"
        self._connexion = json.dumps(connexion)
        #: Environment of the components and of their tasks, once started.
        self.environnement: dict[str, str] = {}
        self._composants: dict[str, subprocess.Popen[str]] = {}
        self._jeton: str | None = None

    def demarrer(self) -> None:
        """Prepare the metadata, start the four components and wait for all to be healthy and the DAGs to be there.

        :raises ErreurTransitoire: it did not start; the end of the log that says why is in the message.
        """
        base = base_sans_oisives(adresse(self._dossier, "airflow", pilote="psycopg2"))
        env = _environnement(self._dossier, self._secrets, self._port)
        env |= {
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": base,
            "AIRFLOW_CONN_FLUX_SFTP": self._connexion,
            "FLUX_RETENTION__AIRFLOW_BASE": base,
        }
        preparation = [sys.executable, "-c", _PREPARER, str(os.cpu_count() or 1)]
        if processus.lancer(self._dossier, "preparation", preparation, env).wait():
            raise self._erreur("its database could not be prepared", "preparation")
        self.environnement = env
        for nom in COMPOSANTS:
            self.lancer(nom)
        self._attendre_sante()

    def lancer(self, nom: str) -> subprocess.Popen[str]:
        """Start one component, or start it again once it is dead, without waiting for its health; return its process."""
        commande = [sys.executable, "-m", "airflow", nom, *COMPOSANTS[nom]]
        self._composants[nom] = processus.lancer(self._dossier, nom, commande, self.environnement)
        return self._composants[nom]

    def composant(self, nom: str) -> subprocess.Popen[str]:
        """Return the process of a component, as last started."""
        return self._composants[nom]

    def attendre_fin(self) -> None:
        """Wait for the components, once stopped, to be gone."""
        for composant in self._composants.values():
            composant.wait(30)

    def appeler(self, methode: str, chemin: str, corps: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401  # JSON
        """Call the REST API as ``admin`` (``GET``, ``/dags/integration/dagRuns``…) and return the answer's JSON.

        :raises urllib.error.HTTPError: the API refused. :raises ErreurTransitoire: it did not answer.
        """
        if self._jeton is None:
            self._jeton = self._http("POST", "/auth/token", {"username": UTILISATEUR, "password": self.mot_de_passe})["access_token"]
        return self._http(methode, f"/api/v2{chemin}", corps)

    def _http(self, methode: str, chemin: str, corps: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401  # JSON
        entetes = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self._jeton}"} if self._jeton else {})
        donnees = json.dumps(corps).encode() if corps is not None else None
        requete = urllib.request.Request(self.url + chemin, donnees, entetes, method=methode)  # noqa: S310  # our own http://127.0.0.1
        try:
            with urllib.request.urlopen(requete, timeout=60) as reponse:  # noqa: S310  # same
                return json.loads(reponse.read() or b"null")
        except urllib.error.HTTPError:
            raise
        except OSError as panne:
            raise ErreurTransitoire(f"Airflow did not answer on {self.url}{chemin}: {panne}", path=chemin) from panne

    def _attendre_sante(self) -> None:
        fin = time.monotonic() + self._attente
        manque = "nothing answered yet"
        while time.monotonic() < fin:
            for nom, composant in self._composants.items():
                if composant.poll() is not None:
                    raise self._erreur(f"{nom} ended with code {composant.returncode}", nom)
            with suppress(ErreurTransitoire, urllib.error.HTTPError):
                etats = self._http("GET", "/api/v2/monitor/health")
                self._http("GET", "/execution/health")  # the tasks' API builds itself at its first call, which takes seconds
                malades = sorted(nom for nom, etat in etats.items() if etat["status"] != "healthy")
                absents = sorted(_DAGS - {dag["dag_id"] for dag in self.appeler("GET", "/dags")["dags"]})
                if not malades and not absents:
                    return
                manque = f"not healthy: {malades}, DAGs missing: {absents}"
            time.sleep(0.25)
        raise self._erreur(f"not ready after {self._attente:.0f} s ({manque})", "scheduler")

    def _erreur(self, quoi: str, role: str) -> ErreurTransitoire:
        journal = processus.journal(self._dossier, role)
        fin = journal.read_text(errors="replace")[-2000:] if journal.exists() else ""
        return ErreurTransitoire(f"Airflow did not start: {quoi}. See {journal}, which ends with:\n{fin}", component=role)


def base_sans_oisives(url: str) -> str:
    """Return the URL of Airflow's database, whose sessions may not hold rows while they do nothing for longer than :data:`OISIVE`.

    Whatever keeps the connection of a dead scheduler open would otherwise keep what it had locked (docs/decisions/0021-chaos.md).
    """
    option = f"-c idle_in_transaction_session_timeout={OISIVE * 1000}"
    return make_url(url).update_query_dict({"options": option}).render_as_string(hide_password=False)


def _secrets(maison: Path) -> dict[str, str]:
    """Return the keys and the password of this Airflow, made once: another Fernet key would stop the triggerer."""
    fichier = maison / "secrets.json"
    if not fichier.exists():
        maison.mkdir(parents=True, exist_ok=True)
        valeurs = {"fernet": Fernet.generate_key().decode(), "jwt": secrets.token_urlsafe(48), "admin": secrets.token_urlsafe(12)}
        for nom, contenu in (("passwords.json", {UTILISATEUR: valeurs["admin"]}), ("secrets.json", valeurs)):
            (maison / nom).touch(mode=0o600)
            (maison / nom).write_text(json.dumps(contenu))
    lus: dict[str, str] = json.loads(fichier.read_text())
    return lus


def _environnement(dossier: Path, cles: Mapping[str, str], port: int) -> dict[str, str]:
    maison = dossier / "airflow"
    env = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith(("AIRFLOW", "PYTHONDONTWRITEBYTECODE"))}
    reglages = {
        "core__executor": "LocalExecutor",
        "core__parallelism": "16",
        "core__dags_folder": str(processus.RACINE / "dags"),
        "core__load_examples": "False",
        "core__dags_are_paused_at_creation": "False",
        "core__fernet_key": cles["fernet"],
        "core__execution_api_server_url": f"http://127.0.0.1:{port}/execution/",
        "core__simple_auth_manager_users": f"{UTILISATEUR}:admin",
        "core__simple_auth_manager_passwords_file": str(maison / "passwords.json"),
        "api__host": "127.0.0.1",
        "api__port": str(port),
        "api__base_url": f"http://127.0.0.1:{port}",
        "api__secret_key": cles["jwt"],
        "api_auth__jwt_secret": cles["jwt"],
        "scheduler__scheduler_idle_sleep_time": "0.2",
        # How soon the death of a process is noticed (docs/decisions/0021-chaos.md): Airflow's defaults take 30 s to 5 minutes each.
        "scheduler__orphaned_tasks_check_interval": "5",
        "scheduler__task_instance_heartbeat_timeout": "20",
        "scheduler__task_instance_heartbeat_timeout_detection_interval": "3",
        "triggerer__triggerer_health_check_threshold": "12",
        "workers__execution_api_timeout": "60",  # a loaded machine is slow, not dead
        "logging__base_log_folder": str(maison / "logs"),
        "usage_data_collection__enabled": "False",
    }
    return env | {
        "AIRFLOW_HOME": str(maison),
        "PYTHONPATH": os.pathsep.join([str(processus.RACINE), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "FLUX_DOSSIER": str(dossier),
        "FLUX_GROUPAGE_DELAI": "0",  # the demonstration waits for nobody
        "FLUX_SCHEDULER_SEUL": "true",
        "FLUX_REGLES_CACHE": str(dossier / "regles"),
        **{f"AIRFLOW__{nom.upper()}": valeur for nom, valeur in reglages.items()},
    }


def _port_libre() -> int:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return int(prise.getsockname()[1])
