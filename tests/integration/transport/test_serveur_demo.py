"""What the accounts of the demonstration's SFTP server may see and do."""

import io
from pathlib import Path

import paramiko
import pytest

from tests.services import PARTENAIRE, ServeurSftp

NOM = "FSO1140A_ABC123_ABC1231140000000000000001"


def ranger(serveur: ServeurSftp, chemin: str) -> Path:
    fichier = serveur.disque / PARTENAIRE / chemin
    fichier.write_bytes(b"contenu")
    return fichier


def test_a_partner_sees_its_two_folders_and_nothing_else(serveur_asyncssh: ServeurSftp) -> None:
    ranger(serveur_asyncssh, "traitement/x")
    with serveur_asyncssh.client(PARTENAIRE) as sftp:
        assert sorted(sftp.listdir("/")) == ["in", "out"]
        for cache in ("/traitement", "/traitement/x", "/../xyz789/in", "/in/a/b"):
            with pytest.raises(FileNotFoundError):
                sftp.lstat(cache)


def test_a_partner_deposits_by_renaming(serveur_asyncssh: ServeurSftp) -> None:
    with serveur_asyncssh.client(PARTENAIRE) as sftp:
        sftp.putfo(io.BytesIO(b"<facture/>"), f"/in/{NOM}.tmp")
        sftp.rename(f"/in/{NOM}.tmp", f"/in/{NOM}")
        sftp.utime(f"/in/{NOM}", (1, 1))
        sftp.putfo(io.BytesIO(b"<autre/>"), "/in/b.tmp")
        with pytest.raises(OSError, match="exists"):
            sftp.rename("/in/b.tmp", f"/in/{NOM}")
        sftp.remove("/in/b.tmp")
    assert (serveur_asyncssh.disque / PARTENAIRE / "in" / NOM).read_bytes() == b"<facture/>"


def test_a_partner_fetches_and_removes_its_answers_only(serveur_asyncssh: ServeurSftp) -> None:
    ranger(serveur_asyncssh, "out/CSO")
    with serveur_asyncssh.client(PARTENAIRE) as sftp:
        assert sftp.open("/out/CSO").read() == b"contenu"
        for refuse in (
            lambda: sftp.open("/out/CSO", "w"),
            lambda: sftp.open("/out/nouveau", "w"),
            lambda: sftp.rename("/out/CSO", "/in/CSO"),
            lambda: sftp.posix_rename("/in/x", "/out/x"),
            lambda: sftp.chmod("/out/CSO", 0o600),
        ):
            with pytest.raises(PermissionError):
                refuse()
        sftp.remove("/out/CSO")


def test_a_partner_makes_no_folder_and_no_link(serveur_asyncssh: ServeurSftp) -> None:
    with serveur_asyncssh.client(PARTENAIRE) as sftp:
        for refuse in (
            lambda: sftp.mkdir("/in/x"),
            lambda: sftp.rmdir("/in"),
            lambda: sftp.symlink("/etc/passwd", "/in/x"),
            lambda: sftp.readlink("/in/x"),
            lambda: sftp.remove("/in"),
        ):
            with pytest.raises(PermissionError):
                refuse()


def test_an_account_is_its_key(serveur_asyncssh: ServeurSftp) -> None:
    intrus = ServeurSftp(
        serveur_asyncssh.port, serveur_asyncssh.disque, "/", serveur_asyncssh.cle_hote, serveur_asyncssh.cles_client, {"xyz789": PARTENAIRE}
    )
    for compte in ("xyz789", "inconnu", "../comptes/plateforme"):
        with pytest.raises(paramiko.AuthenticationException), intrus.client(compte):
            pass


def test_the_platform_sees_every_partner(serveur_asyncssh: ServeurSftp) -> None:
    with serveur_asyncssh.client() as sftp:
        assert sorted(sftp.listdir("/")) == [PARTENAIRE, "xyz789"]
        assert sorted(sftp.listdir(f"/{PARTENAIRE}")) == ["in", "out", "traitement"]
