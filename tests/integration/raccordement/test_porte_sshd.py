"""The door with a real sshd: who gets in, and what is behind."""

import io
import socket
import subprocess
from datetime import timedelta

import paramiko
import psutil
import pytest

from flux.config import Reglages
from flux.contexte import Contexte
from flux.etapes import recevoir
from flux.modele.raccordement import EtatCertificat, EtatFiche
from flux.transport.entrepot import Entrepot
from raccordement.certificats_partenaire import certificats, fermer, mettre_en_vigueur
from raccordement.etats import changer_etat
from raccordement.fiches import modifier, trouver
from tests.integration.raccordement.porte import (
    AUTRE,
    CODE,
    COMPTE,
    Porte,
    cle,
    geste,
    porte,
)
from tests.integration.registre.aides import compte

__all__ = ["porte"]
pytestmark = pytest.mark.sshd


def _ids(porte: Porte) -> list[int]:
    return [one.id for one in certificats(porte.engine, trouver(porte.engine, CODE)[0])]


def _revoquer(porte: Porte) -> None:
    for one in _ids(porte):
        fermer(porte.engine, one, geste(), EtatCertificat.REVOQUE)


def _retenir(porte: Porte) -> None:
    for one in _ids(porte):
        fermer(porte.engine, one, geste(), EtatCertificat.RETENU)


FERMER = {
    "révoqué": _revoquer,
    "retenu": _retenir,
    "remplacé, fenêtre close": lambda porte: porte.certifier(cle()),
    "suspendue": lambda porte: changer_etat(porte.engine, CODE, EtatFiche.SUSPENDU, geste()),
    "close": lambda porte: changer_etat(porte.engine, CODE, EtatFiche.CLOS, geste()),
    "finie": lambda porte: modifier(porte.engine, CODE, {"fin": f"{geste(-2).le:%Y-%m-%d}"}, geste()),
    "autre protocole": lambda porte: modifier(porte.engine, CODE, {"protocole": "AS4"}, geste()),
    "d'un autre réseau": lambda porte: modifier(porte.engine, CODE, {"reseau": {"adresses": ["192.0.2.0/24"]}}, geste()),
    "certificat expiré": lambda porte: (_revoquer(porte), porte.certifier(porte.cle_privee("bonne"), depuis=-40, jours=30)),
    "certificat pas encore valable": lambda porte: (_revoquer(porte), porte.certifier(porte.cle_privee("bonne"), depuis=3)),
}


def test_the_right_key_opens_its_account_and_no_other(porte: Porte) -> None:
    assert porte.entre("bonne")
    assert porte.entre("autre")
    assert not porte.entre(porte.ranger_cle("inconnue", cle()))
    assert not porte.entre(porte.ranger_cle("bonne-chez-l-autre", porte.cle_privee("bonne"), AUTRE))
    for ailleurs in ("root", "nobody", "absent", "../x"):
        assert not porte.entre(porte.ranger_cle("ailleurs", porte.cle_privee("bonne"), ailleurs))


@pytest.mark.parametrize("raison", FERMER)
def test_the_door_is_closed_at_once(porte: Porte, raison: str) -> None:
    assert porte.entre("bonne")
    FERMER[raison](porte)
    assert not porte.entre("bonne")
    assert porte.entre("autre")


def test_the_network_of_the_record_gets_in(porte: Porte) -> None:
    modifier(porte.engine, CODE, {"reseau": {"adresses": ["192.0.2.0/24", "127.0.0.0/8"]}}, geste())
    assert porte.entre("bonne")


def test_two_keys_open_the_door_during_a_renewal(porte: Porte) -> None:
    (old,) = _ids(porte)
    new = porte.certifier(cle())
    nouvelle = porte.ranger_cle("nouvelle", cle("rsa3072"))
    third = porte.certifier(porte.cle_privee(nouvelle))
    mettre_en_vigueur(porte.engine, old, geste())
    mettre_en_vigueur(porte.engine, third, geste(), recouvrement=timedelta(days=1))
    assert new != third
    assert porte.entre("bonne")
    assert porte.entre(nouvelle)


@pytest.mark.parametrize(("sorte", "admise"), [("rsa2048", True), ("rsa1024", False), ("ed25519", False)])
def test_only_rsa_of_2048_bits_and_ecdsa_are_let_in(porte: Porte, sorte: str, admise: bool) -> None:
    nom = porte.ranger_cle("essayee", cle(sorte))
    if sorte == "ed25519":
        porte.certifier_cle_ssh(nom)
    else:
        porte.certifier(porte.cle_privee(nom))
    assert porte.entre(nom) is admise


def test_a_ledger_that_does_not_answer_lets_nobody_in(porte: Porte) -> None:
    commande = porte.dossier / "cles"
    commande.write_text(commande.read_text().replace("/registre?", "/absente?"))
    assert not porte.entre("bonne")
    done = subprocess.run([commande, COMPTE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "le registre ne répond pas" in done.stderr


def test_a_partner_deposits_and_does_not_read_back(porte: Porte) -> None:
    with porte.serveur.client("bonne") as sftp:
        assert sorted(sftp.listdir("/")) == ["in", "out", "traitement"]
        sftp.putfo(io.BytesIO(b"<facture/>"), "/in/a.tmp")
        sftp.rename("/in/a.tmp", "/in/a")
        sftp.putfo(io.BytesIO(b"<facture/>"), "/in/b")
        sftp.remove("/in/b")
        assert sftp.listdir("/in") == ["a"]
        for refuse in (
            lambda: sftp.open("/in/a"),
            lambda: sftp.listdir("/traitement"),
            lambda: sftp.rename("/in/a", "/traitement/a"),
            lambda: sftp.rename("/in/a", "/out/a"),
            lambda: sftp.open("/a", "w"),
        ):
            with pytest.raises(PermissionError):
                refuse()
    kept = porte.serveur.disque / COMPTE / "in" / "a"
    assert (kept.read_bytes(), kept.stat().st_mode & 0o777) == (b"<facture/>", 0o260)


def test_a_partner_reads_its_answers_and_changes_nothing(porte: Porte) -> None:
    with porte.serveur.client() as sftp:
        sftp.putfo(io.BytesIO(b"retour"), f"/{COMPTE}/out/CSO")
    with porte.serveur.client("bonne") as sftp:
        assert sftp.open("/out/CSO").read() == b"retour"
        for refuse in (
            lambda: sftp.open("/out/CSO", "w"),
            lambda: sftp.open("/out/CSO", "a"),
            lambda: sftp.open("/out/nouveau", "w"),
            lambda: sftp.remove("/out/CSO"),
            lambda: sftp.rename("/out/CSO", "/in/CSO"),
            lambda: sftp.posix_rename("/out/CSO", "/out/autre"),
        ):
            with pytest.raises(PermissionError):
                refuse()
    assert (porte.serveur.disque / COMPTE / "out" / "CSO").read_bytes() == b"retour"


def test_a_partner_makes_no_folder_no_link_and_changes_no_mode(porte: Porte) -> None:
    with porte.serveur.client("bonne") as sftp:
        sftp.putfo(io.BytesIO(b"x"), "/in/a")
        for refuse in (
            lambda: sftp.mkdir("/in/x"),
            lambda: sftp.rmdir("/in"),
            lambda: sftp.symlink("/etc/passwd", "/in/x"),
            lambda: sftp.readlink("/in/a"),
            lambda: sftp.chmod("/in/a", 0o777),
            lambda: sftp.chmod("/in", 0o700),
            lambda: sftp.utime("/in/a", (1, 1)),
            lambda: sftp.truncate("/in/a", 0),
        ):
            with pytest.raises(PermissionError):
                refuse()


def test_a_partner_stays_in_its_folder(porte: Porte) -> None:
    """Whatever a link says that root, or a fault, left on the disk."""
    (porte.serveur.disque / COMPTE / "in" / "lien").symlink_to("/etc/passwd")
    (porte.serveur.disque / COMPTE / "in" / "voisin").symlink_to(porte.serveur.disque / AUTRE)
    with porte.serveur.client("bonne") as sftp:
        assert sftp.normalize("/../../..") == "/"
        for absent in (f"/../{AUTRE}/in", f"/{AUTRE}", str(porte.serveur.disque / AUTRE), "/in/../../etc/passwd", "/in/voisin/in"):
            with pytest.raises(FileNotFoundError):
                sftp.listdir(absent)
        with pytest.raises(FileNotFoundError):
            sftp.open("/in/lien")


@pytest.mark.parametrize("longueur", [255, 256, 5_000, 100_000])
def test_a_name_of_any_length_is_taken_or_refused_and_the_session_lives(porte: Porte, longueur: int) -> None:
    with porte.serveur.client("bonne") as sftp:
        try:
            sftp.putfo(io.BytesIO(b"x"), f"/in/{'n' * longueur}", confirm=False)
            taken = True
        except OSError:
            taken = False
        assert taken is (longueur <= 255)
        assert len(sftp.listdir("/in")) == taken


def test_there_is_no_shell_no_terminal_and_no_forwarding(porte: Porte) -> None:
    with porte.serveur.client("bonne") as sftp:
        transport = sftp.get_channel().get_transport()
        with pytest.raises(paramiko.ChannelException):
            transport.open_channel("direct-tcpip", ("127.0.0.1", porte.serveur.port), ("127.0.0.1", 1))
        with pytest.raises(paramiko.SSHException):
            transport.request_port_forward("127.0.0.1", 0)
        channel = transport.open_session()
        channel.exec_command("id; cat /etc/passwd")
        assert channel.makefile().read().strip() == b"This service allows sftp connections only."
        assert channel.recv_exit_status() == 1
        terminal = transport.open_session()
        with pytest.raises(paramiko.SSHException):
            terminal.get_pty()


def _chiffre(porte: Porte, chiffrement: str) -> bool:
    """Return whether OpenSSH's own client gets in with one cipher only; when not, it is the cipher that the server refuses."""
    words = ["Ciphers=" + chiffrement, "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "BatchMode=yes"]
    options = [word for one in words for word in ("-o", one)]
    command = ["sftp", "-F", "none", "-P", str(porte.serveur.port), "-i", str(porte.serveur.cle("bonne")), *options, "-b", "-"]
    done = subprocess.run([*command, f"{COMPTE}@127.0.0.1"], input=b"ls /out\n", capture_output=True, check=False)
    assert done.returncode == 0 or b"no matching cipher found" in done.stderr
    return done.returncode == 0


@pytest.mark.parametrize("porte", [{"sftp_cbc": False}, {"sftp_cbc": True}], ids=["sans", "avec"], indirect=True)
def test_cbc_is_there_only_when_the_setting_asks(porte: Porte, request: pytest.FixtureRequest) -> None:
    cbc = request.node.callspec.params["porte"]["sftp_cbc"]
    found = {one: _chiffre(porte, one) for one in ("aes128-cbc", "aes256-cbc", "aes256-ctr", "3des-cbc")}
    assert found == {"aes128-cbc": cbc, "aes256-cbc": cbc, "aes256-ctr": True, "3des-cbc": False}


def test_a_thousand_connections_that_say_nothing_keep_nobody_else_out(porte: Porte) -> None:
    """From one source; the server holds no more of them than it was told to."""
    crowd: list[socket.socket] = []
    try:
        for _ in range(1000):
            one = socket.socket()
            one.bind(("127.0.0.2", 0))
            one.settimeout(5)
            one.connect(("127.0.0.1", porte.serveur.port))
            crowd.append(one)
        assert porte.entre("bonne")
        ours = (one for one in psutil.Process().children() if one.status() != psutil.STATUS_ZOMBIE)
        server = next(one for one in ours if str(porte.dossier / "sshd_config") in " ".join(one.cmdline()))
        assert len(server.children()) <= 30
    finally:
        for one in crowd:
            one.close()


def _deposer(porte: Porte, nom: str, mode: int) -> None:
    """As a client that gives its own file's mode, like OpenSSH's ``put``."""
    with porte.serveur.client("bonne") as sftp:
        sftp.putfo(io.BytesIO(b"<facture/>"), f"/in/{nom}")
    (porte.serveur.disque / COMPTE / "in" / nom).chmod(mode & ~0o407)


def test_the_platform_takes_what_partners_deposit_whatever_their_client(porte: Porte) -> None:
    """Its account is not theirs: it claims and reads by its group. A file that shuts it out waits, and holds up nobody."""
    for rang, mode in enumerate((0o666, 0o644, 0o640, 0o600)):
        _deposer(porte, f"FSO1100A_ABC001_ABC001110000000000000000{rang}", mode)
    contexte = Contexte(Reglages(dossier=porte.dossier), porte.engine, Entrepot(str(porte.dossier / "entrepot")))
    with porte.serveur.client() as sftp:
        recevoir(contexte, sftp, intervalle=0)
        assert compte(porte.engine, "flux") == 3
        (waiting,) = sftp.listdir(f"/{COMPTE}/traitement")
        (porte.serveur.disque / COMPTE / "traitement" / waiting).chmod(0o640)
        recevoir(contexte, sftp, intervalle=0)
        assert sftp.listdir(f"/{COMPTE}/traitement") == []
    assert compte(porte.engine, "flux") == 4
