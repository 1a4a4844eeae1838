"""Fixtures that start real SFTP servers on 127.0.0.1: asyncssh (the demonstration's) and OpenSSH (marker ``sshd``)."""

import getpass
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import paramiko
import pytest

from demo.serveur_sftp import PLATEFORME, cle_privee, ouvrir_compte

PARTENAIRE = "abc123"


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
            ssh.get_host_keys().add(f"[127.0.0.1]:{self.port}", algorithme, paramiko.PKey.from_type_string(algorithme, _base64(cle)))
            ssh.connect(
                "127.0.0.1",
                self.port,
                self.comptes.get(compte, compte),
                key_filename=str(self.cle(compte)),
                look_for_keys=False,
                allow_agent=False,
                timeout=10,
            )
            with ssh.open_sftp() as sftp:
                yield sftp

    def cle(self, compte: str = PLATEFORME) -> Path:
        """Private key of an account."""
        return cle_privee(self.cles_client / compte)

    def connexion(self) -> dict[str, object]:
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

    def partenaire(self, compte: str = PARTENAIRE) -> str:
        """Path of a partner's folder as the platform names it."""
        return f"{self.vue.rstrip('/')}/{compte}"


def _base64(texte: str) -> bytes:
    import base64

    return base64.b64decode(texte)


@contextmanager
def serveur_demo(dossier: Path, *partenaires: str, port: int = 0) -> Iterator[ServeurSftp]:
    """The demonstration's server, in its own process, with an account for each partner."""
    racine, cles, cle_hote, cles_client = (dossier / nom for nom in ("sftp", "comptes", "hote/cle", "cles"))
    for compte in (PLATEFORME, *partenaires):
        ouvrir_compte(racine, cles, compte, Path(f"{cle_privee(cles_client / compte)}.pub").read_text())
    commande = [sys.executable, "-m", "demo.serveur_sftp", "--racine", racine, "--cles", cles, "--cle-hote", cle_hote, "--port", str(port)]
    with subprocess.Popen(
        [*map(str, commande), "--tant-que-entree"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as processus:
        assert processus.stdin is not None
        assert processus.stdout is not None
        try:
            mot, _, ecoute = processus.stdout.readline().split()
            assert mot == "PRET"
            yield ServeurSftp(int(ecoute), racine, "/", cle_hote, cles_client, {})
        finally:
            processus.stdin.close()
            processus.wait(10)


@contextmanager
def serveur_openssh(dossier: Path) -> Iterator[ServeurSftp]:
    """A real ``sshd`` run by the current user, its only account; no chroot (that asks for a root-owned path)."""
    binaire = shutil.which("sshd", path=os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin")
    if binaire is None:
        if os.environ.get("CI"):
            pytest.fail("no sshd: install the Debian package openssh-server")
        pytest.skip("no sshd: install the Debian package openssh-server")
    cle_hote, cles_client, racine = (dossier / nom for nom in ("hote/cle", "cles", "sftp"))
    ouvrir_compte(racine, dossier / "comptes", PARTENAIRE, Path(f"{cle_privee(cles_client / PLATEFORME)}.pub").read_text())
    if os.geteuid() == 0:  # sshd's privilege separation folder, made by its init script on a real host
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    port = port_libre()
    configuration = dossier / "sshd_config"
    configuration.write_text(
        f"ListenAddress 127.0.0.1:{port}\nHostKey {cle_privee(cle_hote)}\nPidFile none\nUsePAM no\nStrictModes no\n"
        f"AuthorizedKeysFile {dossier}/comptes/{PARTENAIRE}.pub\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
        "PermitRootLogin prohibit-password\nSubsystem sftp internal-sftp\nForceCommand internal-sftp\nMaxStartups 50\n"
    )
    with (dossier / "sshd.log").open("wb") as journal:
        processus = subprocess.Popen([binaire, "-D", "-e", "-f", str(configuration)], stderr=journal)
    try:
        _attendre_port(port, processus, dossier / "sshd.log")
        yield ServeurSftp(port, racine, str(racine), cle_hote, cles_client, {PLATEFORME: getpass.getuser()})
    finally:
        processus.terminate()
        processus.wait(10)


def port_libre() -> int:
    """A TCP port free on 127.0.0.1 a moment ago."""
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return int(prise.getsockname()[1])


def _attendre_port(port: int, processus: "subprocess.Popen[bytes]", journal: Path) -> None:
    for _ in range(100):
        if processus.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"sshd did not start: {journal.read_text()}")


@pytest.fixture(params=["asyncssh", pytest.param("openssh", marks=pytest.mark.sshd)])
def serveur(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ServeurSftp]:
    """Each of the two servers, new and empty, with one partner."""
    with serveur_demo(tmp_path, PARTENAIRE) if request.param == "asyncssh" else serveur_openssh(tmp_path) as ouvert:
        yield ouvert


@pytest.fixture
def serveur_asyncssh(tmp_path: Path) -> Iterator[ServeurSftp]:
    """The demonstration's server, new and empty, with two partners."""
    with serveur_demo(tmp_path, PARTENAIRE, "xyz789") as ouvert:
        yield ouvert
