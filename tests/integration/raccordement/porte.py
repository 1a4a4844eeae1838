"""A real OpenSSH server with the files that ``flux raccordement sshd`` writes, its own accounts and the test's ledger."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paramiko
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat, load_ssh_private_key
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from demo.serveur_sftp import PLATEFORME, cle_privee
from demo.services import ServeurSftp
from flux.cli import app
from flux.config import Reglages
from flux.contexte import Contexte
from flux.transport.entrepot import Entrepot
from raccordement.certificats_partenaire import ajouter, mettre_en_vigueur
from raccordement.exemple import certificat_exemple, creer_partenaire
from raccordement.fiches import trouver
from raccordement.historique import Geste
from tests.services import _attendre_port, port_libre

MAINTENANT = datetime.now(tz=UTC)
#: Accounts that every Debian has: nothing is added to the machine. Two partners, and the platform.
COMPTE, AUTRE, COMPTE_PLATEFORME = "games", "news", "proxy"
CODE, CODE_AUTRE = "ABC001", "XYZ002"


def geste(jours: float = 0, motif: str = "essai") -> Geste:
    return Geste("essai", MAINTENANT + timedelta(days=jours), motif)


def cle(sorte: str = "p256"):
    if sorte.startswith("rsa"):
        return rsa.generate_private_key(65537, int(sorte[3:]))
    return ed25519.Ed25519PrivateKey.generate() if sorte == "ed25519" else ec.generate_private_key(ec.SECP256R1())


@dataclass
class Porte:
    serveur: ServeurSftp
    engine: Engine
    dossier: Path

    def ranger_cle(self, nom: str, cle_: object, compte: str = COMPTE) -> str:
        """Give a key a name that :meth:`ServeurSftp.client` knows, for an account."""
        fichier = self.serveur.cles_client / nom
        fichier.write_bytes(cle_.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
        fichier.chmod(0o600)
        self.serveur.comptes[nom] = compte
        return nom

    def certifier(self, cle_: object, *, code: str = CODE, depuis: float = 0, jours: int = 398) -> int:
        """Put a certificate of this key in force from ``depuis`` days after now; return its id."""
        g = geste(depuis)
        found = ajouter(self.engine, trouver(self.engine, code)[0], certificat_exemple("Éditeur", g.le, cle_, jours=jours), g)
        return mettre_en_vigueur(self.engine, found.id, g).id

    def cle_privee(self, nom: str):
        return load_ssh_private_key((self.serveur.cles_client / nom).read_bytes(), None)

    def certifier_cle_ssh(self, nom: str) -> None:
        """Put in force, by a fault, a certificate whose key the door refuses: here, of a kind that signs no such certificate."""
        one = self.certifier(cle())
        public = self.cle_privee(nom).public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
        with self.engine.begin() as conn:
            conn.execute(text("UPDATE certificats_partenaire SET cle_ssh = :cle WHERE id = :id"), {"cle": public, "id": one})

    def entre(self, nom: str) -> bool:
        """Try the door."""
        try:
            with self.serveur.client(nom):
                return True
        except paramiko.AuthenticationException:
            return False

    def journal(self) -> str:
        return (self.dossier / "sshd.log").read_text()


def exiger_root() -> str:
    binaire = shutil.which("sshd", path=os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin")
    if binaire is not None and os.geteuid() == 0:
        return binaire
    if os.environ.get("CI"):
        pytest.fail("these tests need root and the Debian package openssh-server: sshd changes user and root folder")
    pytest.skip("needs root and the Debian package openssh-server: sshd changes user and root folder")


@contextmanager
def dossier_de_root() -> Iterator[Path]:
    """A folder whose parents only root writes: sshd refuses any other for its commands and its chroots."""
    found = Path(tempfile.mkdtemp(prefix="flux-porte-", dir="/var/lib"))
    found.chmod(0o755)
    try:
        yield found
    finally:
        shutil.rmtree(found)


@contextmanager
def ecrire_sshd(dossier: Path, reglages: Reglages, engine: Engine, monkeypatch: pytest.MonkeyPatch, *options: str) -> Iterator[int]:
    """Write the files with the command, make the folders with its script, start the server; give its port."""
    monkeypatch.setattr("flux.cli.rendu.contexte", lambda: Contexte(reglages, engine, Entrepot(str(dossier / "entrepot"))))
    port = port_libre()
    words = ["--racine", dossier / "sftp", "--ecoute", f"127.0.0.1:{port}", "--cle-hote", cle_privee(dossier / "hote" / "cle")]
    words += ["--groupe", f"{COMPTE},{AUTRE}", "--plateforme", COMPTE_PLATEFORME, "--compte-cles", "root", *options]
    done = CliRunner().invoke(app, ["raccordement", "sshd", str(dossier), *map(str, words)])
    assert done.exit_code == 0, done.output
    subprocess.run(["sh", str(dossier / "comptes.sh")], check=True)
    shutil.copy(f"{cle_privee(dossier / 'cles-client' / PLATEFORME)}.pub", dossier / "plateforme.pub")
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    subprocess.run([exiger_root(), "-t", "-f", str(dossier / "sshd_config")], check=True)
    with (dossier / "sshd.log").open("wb") as journal:
        processus = subprocess.Popen([exiger_root(), "-D", "-e", "-f", str(dossier / "sshd_config")], stderr=journal)
    try:
        _attendre_port(port, processus, dossier / "sshd.log")
        yield port
    finally:
        processus.terminate()
        processus.wait(10)


@pytest.fixture
def porte(registre: Engine, url_registre: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Porte]:
    """The server, with one partner open in qualification (its key is named ``bonne``) and another one.

    :param request: settings other than the default ones, when parametrized.
    """
    exiger_root()
    bonne, autre = cle(), cle("rsa2048")
    creer_partenaire(registre, CODE, "Éditeur", COMPTE, geste().le, cle=bonne)
    creer_partenaire(registre, CODE_AUTRE, "Autre", AUTRE, geste().le, cle=autre)
    reglages = Reglages(base=url_registre, **getattr(request, "param", {}))
    with dossier_de_root() as dossier, ecrire_sshd(dossier, reglages, registre, monkeypatch) as port:
        comptes = {PLATEFORME: COMPTE_PLATEFORME}
        found = Porte(
            ServeurSftp(port, dossier / "sftp", "/", dossier / "hote" / "cle", dossier / "cles-client", comptes), registre, dossier
        )
        found.ranger_cle("bonne", bonne)
        found.ranger_cle("autre", autre, AUTRE)
        yield found
