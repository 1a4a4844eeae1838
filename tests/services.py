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

from demo import processus
from demo.serveur_sftp import PLATEFORME, cle_privee, ouvrir_compte
from demo.services import ServeurSftp, serveur_demo

PARTENAIRE = "abc123"


@contextmanager
def serveur_openssh(dossier: Path) -> Iterator[ServeurSftp]:
    """A real ``sshd`` run by the current user, its only account; no chroot (that asks for a root-owned path)."""
    if binaire_sshd() is None:
        if os.environ.get("CI"):
            pytest.fail("no sshd: install the Debian package openssh-server")
        pytest.skip("no sshd: install the Debian package openssh-server")
    serveur, lance = lancer_openssh(dossier, PARTENAIRE)
    try:
        yield serveur
    finally:
        lance.terminate()
        lance.wait(10)


def binaire_sshd() -> str | None:
    """Path of the OpenSSH server of this machine."""
    return shutil.which("sshd", path=os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin")


def lancer_openssh(
    dossier: Path, *partenaires: str, port: int = 0, registre: str | None = None
) -> tuple[ServeurSftp, "subprocess.Popen[str]"]:
    """Start a real ``sshd`` whose one account is the current user: each partner's key opens its own folder, the platform's all of them.

    :param registre: not asked here; tests of the door have their own.
    """
    cles, cles_client, racine = (dossier / nom for nom in ("comptes", "cles", "sftp"))
    cle_hote = dossier / "hote/cle"
    lignes = []
    for compte in (PLATEFORME, *partenaires):
        publique = Path(f"{cle_privee(cles_client / compte)}.pub").read_text()
        ouvrir_compte(racine, cles, compte, publique)
        depart = racine if compte == PLATEFORME else racine / compte
        lignes.append(f'restrict,command="internal-sftp -d {depart}" {publique}')
    (cles / "autorisees").write_text("".join(lignes))
    if os.geteuid() == 0:  # sshd's privilege separation folder, made by its init script on a real host
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    port = port or port_libre()
    configuration = dossier / "sshd_config"
    configuration.write_text(
        f"ListenAddress 127.0.0.1:{port}\nHostKey {cle_privee(cle_hote)}\nPidFile none\nUsePAM no\nStrictModes no\n"
        f"AuthorizedKeysFile {cles}/autorisees\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
        "PermitRootLogin prohibit-password\nSubsystem sftp internal-sftp\nMaxStartups 50\n"
    )
    journal = processus.journal(dossier, "sftp")
    lance = processus.lancer(dossier, "sftp", [binaire_sshd() or "sshd", "-D", "-e", "-f", str(configuration)])
    _attendre_port(port, lance, journal)
    compte_unique = dict.fromkeys((PLATEFORME, *partenaires), getpass.getuser())
    return ServeurSftp(port, racine, str(racine), cle_hote, cles_client, compte_unique), lance


def port_libre() -> int:
    """A TCP port free on 127.0.0.1 a moment ago."""
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return int(prise.getsockname()[1])


def _attendre_port(port: int, lance: "subprocess.Popen[str]", journal: Path) -> None:
    for _ in range(100):
        if lance.poll() is not None:
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
