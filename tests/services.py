"""Fixtures that start real SFTP servers on 127.0.0.1: the demonstration's (asyncssh) and OpenSSH (marker ``sshd``)."""

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from demo.serveur_sftp import PLATEFORME, cle_privee, ouvrir_compte
from demo.services import ServeurSftp, serveur_demo

PARTENAIRE = "abc123"


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
