"""The services of the demonstration, real and on 127.0.0.1: PostgreSQL, the SFTP server, Airflow.

    with Services(Path(".demo"), {"abc123": ("ABC123", "A partner")}) as services:
        with services.sftp.client("abc123") as partner:  # what this partner sees
            partner.put("file", "/in/file")
        print(services.adresse_airflow, services.utilisateur, services.mot_de_passe)

All that must last is under the one folder: keys and passwords made once, databases, staging store, logs in ``journaux``.
``python -m demo.services --arreter --dossier DIR`` stops what was left running there.
"""

from __future__ import annotations

import argparse
import base64
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self, cast

import paramiko
from cryptography.hazmat.primitives.serialization import load_ssh_private_key
from rich.console import Console

from demo import processus
from demo.airflow_local import UTILISATEUR, AirflowLocal
from demo.serveur_sftp import PLATEFORME, REGISTRE, SORTE_PARTENAIRE, cle_privee, ouvrir_compte
from flux.annuaire import annuaire_exemple
from flux.config import Reglages
from flux.errors import ErreurTransport
from flux.fabrique import DESTINATAIRES
from flux.registre import embarque
from flux.registre.annuaire_import import Mode, importer
from flux.registre.connexion import moteur
from flux.registre.migrations import migrer
from flux.registre.representations import representer
from raccordement.exemple import Cle, creer_partenaire
from raccordement.partenaires import partenaire
from raccordement.porte import conninfo

_TOURS = (("scheduler", "dag-processor", "triggerer"),)
"""Who is asked to end, while the API server still answers them. That one and the SFTP server keep nothing: they are killed."""


@dataclass(frozen=True)
class ServeurSftp:
    """A running server. ``vue`` is the root as the platform's account names it; ``disque`` the same folder on disk."""

    port: int
    disque: Path
    vue: str
    cle_hote: Path
    cles_client: Path
    comptes: dict[str, str]

    @contextmanager
    def client(self, compte: str = PLATEFORME, cle_hote: Path | None = None) -> Iterator[paramiko.SFTPClient]:
        """Open a session as one of the accounts, the server's key being checked."""
        algorithme, cle = Path(f"{cle_hote or self.cle_hote}.pub").read_text().split()[:2]
        with paramiko.SSHClient() as ssh:
            ssh.get_host_keys().add(
                f"[127.0.0.1]:{self.port}", algorithme, paramiko.PKey.from_type_string(algorithme, base64.b64decode(cle))
            )
            ssh.connect(
                "127.0.0.1",
                self.port,
                self.comptes.get(compte, compte),
                pkey=paramiko.PKey.from_path(self.cle(compte)),  # by file name it tries every kind, and reports the last failure
                look_for_keys=False,
                allow_agent=False,
                timeout=10,
            )
            with ssh.open_sftp() as sftp:
                yield sftp

    def cle(self, compte: str = PLATEFORME) -> Path:
        """Private key of an account."""
        return cle_privee(self.cles_client / compte)

    def connexion(self) -> dict[str, Any]:
        """The Airflow connection ``flux_sftp`` of the platform's account, host key checked."""
        return {
            "conn_type": "sftp",
            "host": "127.0.0.1",
            "port": self.port,
            "login": self.comptes.get(PLATEFORME, PLATEFORME),
            "extra": {
                "key_file": str(self.cle()),
                "host_key": Path(f"{self.cle_hote}.pub").read_text().strip(),
                "no_host_key_check": False,
                "look_for_keys": False,
            },
        }

    def partenaire(self, compte: str) -> str:
        """Path of a partner's folder as the platform names it."""
        return f"{self.vue.rstrip('/')}/{compte}"


@contextmanager
def serveur_demo(dossier: Path, *partenaires: str, port: int = 0) -> Iterator[ServeurSftp]:
    """The demonstration's SFTP server, in its own process, with an account for each partner; stopped at the end."""
    serveur, lance = lancer_sftp(dossier, *partenaires, port=port)
    try:
        yield serveur
    finally:
        lance.terminate()
        lance.wait(10)
        if lance.stdout:
            lance.stdout.close()


def lancer_sftp(dossier: Path, *partenaires: str, port: int = 0, registre: str | None = None) -> tuple[ServeurSftp, subprocess.Popen[str]]:
    """Start the SFTP server and return how to reach it, with its process.

    :param registre: libpq address of the ledger that says which keys open the partners' accounts; none: one key each, for good.
    """
    racine, cles, cle_hote, cles_client = (dossier / nom for nom in ("sftp", "comptes", "hote/cle", "cles"))
    for compte in (PLATEFORME, *partenaires):
        ouvrir_compte(racine, cles, compte, Path(f"{cle_privee(cles_client / compte)}.pub").read_text())
    options = {"racine": racine, "cles": cles, "cle-hote": cle_hote, "port": port}
    commande = [sys.executable, "-m", "demo.serveur_sftp", *(mot for nom, valeur in options.items() for mot in (f"--{nom}", str(valeur)))]
    env = {**os.environ, REGISTRE: registre} if registre else None
    lance = processus.lancer(dossier, "sftp", commande, env, sortie=subprocess.PIPE)
    annonce = lance.stdout.readline().split() if lance.stdout else []
    if annonce[:1] != ["PRET"]:
        lance.kill()
        lance.wait()
        raise ErreurTransport(
            f"The SFTP server did not start: see {processus.journal(dossier, 'sftp')}.", operation="demarrer", path=str(dossier)
        )
    return ServeurSftp(int(annonce[2]), racine, "/", cle_hote, cles_client, {}), lance


class LanceurSftp(Protocol):
    """What starts an SFTP server as :func:`lancer_sftp` does."""

    def __call__(
        self, dossier: Path, *partenaires: str, port: int = 0, registre: str | None = None
    ) -> tuple[ServeurSftp, subprocess.Popen[str]]:
        """Start it, with an account a partner; return how to reach it, with its process."""
        ...


class Services:
    """The three services, started when entering the block and all stopped when leaving it.

    :param dossier: folder of everything they keep; what was left running there is stopped first.
    :param partenaires: account (and folder) → application code and name; each gets its account and its place in the ledger.
    :param receveur: the one of them that speaks for every recipient of the example flows.
    :param keep: leave them running at the end (:func:`arreter` stops them).
    :param lancer: what starts the SFTP server; none starts the demonstration's own.
    :ivar sftp: the SFTP server. :ivar airflow: Airflow, healthy and with its DAGs parsed.
    """

    sftp: ServeurSftp
    airflow: AirflowLocal

    def __init__(
        self,
        dossier: Path,
        partenaires: Mapping[str, tuple[str, str]],
        *,
        receveur: str | None = None,
        keep: bool = False,
        console: Console | None = None,
        lancer: LanceurSftp | None = None,
    ) -> None:
        self._receveur, self._lancer_sftp = receveur, lancer or lancer_sftp
        self.dossier, self._partenaires, self._keep = dossier.resolve(), dict(partenaires), keep
        self._console = console or Console(quiet=True)
        self._pile = ExitStack()

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # terminated: leave the block, stop the services
        with ExitStack() as pile:
            self.dossier.mkdir(parents=True, exist_ok=True)
            arreter(self.dossier)
            pile.callback(arreter, self.dossier)
            with self._etape("PostgreSQL"):
                self._ouvrir_registre()
            with self._etape("SFTP"):
                registre = conninfo({"FLUX_DOSSIER": str(self.dossier)})
                self.sftp, lance = self._lancer_sftp(self.dossier, *self._partenaires, registre=registre)
                pile.callback(_achever, lance)
            rules = self._compiler_regles()
            with self._etape("Airflow"):
                self.airflow = AirflowLocal(self.dossier, self.sftp.connexion())
                pile.callback(self.airflow.attendre_fin)
                self.airflow.demarrer()
            with self._etape("Règles officielles"):  # made ready while Airflow started, so that no task compiles them
                rules.wait()
            pile.callback(processus.arreter, self.dossier, *_TOURS)
            self._pile = pile.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if not self._keep:
            with self._etape("Arrêt"):
                self._pile.close()

    @property
    def port_sftp(self) -> int:
        """TCP port of the SFTP server on 127.0.0.1."""
        return self.sftp.port

    @property
    def cle_hote(self) -> Path:
        """Public key of the SFTP server."""
        return Path(f"{self.sftp.cle_hote}.pub")

    @property
    def adresse_airflow(self) -> str:
        """Address of Airflow's UI."""
        return self.airflow.url

    @property
    def utilisateur(self) -> str:
        """User of Airflow's UI."""
        return UTILISATEUR

    @property
    def mot_de_passe(self) -> str:
        """Password of that user, made once."""
        return self.airflow.mot_de_passe

    def cle(self, compte: str) -> Path:
        """Private key of a partner's account."""
        return self.sftp.cle(compte)

    def _compiler_regles(self) -> subprocess.Popen[str]:
        commande = [sys.executable, "-m", "flux", "regles", "compiler", "--dossier", str(self.dossier / "regles")]
        return processus.lancer(self.dossier, "regles", commande)

    def _ouvrir_registre(self) -> None:
        ledger = moteur(Reglages(dossier=self.dossier, base=None), neuf=True)
        migrer(ledger)
        for dossier, (code, nom) in self._partenaires.items():
            cle = load_ssh_private_key(cle_privee(self.dossier / "cles" / dossier, SORTE_PARTENAIRE).read_bytes(), None)
            creer_partenaire(ledger, code, nom, dossier, datetime.now(tz=UTC), cle=cast(Cle, cle))
        recipient = partenaire(ledger, self._partenaires[self._receveur][0]) if self._receveur else None
        for one in DESTINATAIRES if recipient else ():
            representer(ledger, one.siret, recipient.id)
        # The public entities that the example flows are addressed to.
        importer(ledger, annuaire_exemple(DESTINATAIRES), Mode.COMPLET, datetime.now(tz=UTC))
        ledger.dispose()

    @contextmanager
    def _etape(self, quoi: str) -> Iterator[None]:
        debut = time.monotonic()
        with self._console.status(quoi):
            yield
        self._console.print(f"{quoi} : {time.monotonic() - debut:.1f} s", highlight=False)


def _achever(lance: subprocess.Popen[str]) -> None:
    """Kill the SFTP server, which keeps nothing, and wait for it."""
    lance.kill()
    lance.wait()
    if lance.stdout:
        lance.stdout.close()


def arreter(dossier: Path) -> None:
    """Stop every service of a folder, whoever started it; its files stay."""
    processus.arreter(dossier, *_TOURS)
    embarque.arreter(dossier)


def principal() -> None:
    """Read the command line: stop what a demonstration left running."""
    analyse = argparse.ArgumentParser(prog="demo.services", description="Services of the demonstration.")
    analyse.add_argument("--arreter", action="store_true", required=True, help="stop every service of the folder")
    analyse.add_argument("--dossier", type=Path, default=Path(".demo"))
    arreter(analyse.parse_args().dossier.resolve())


if __name__ == "__main__":
    principal()
