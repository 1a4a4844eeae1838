"""The watcher and the platform's session, through the Airflow connection, on the demonstration's real server."""

import asyncio
import json
import os
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import paramiko
import pytest

from demo.serveur_sftp import cle_privee
from flux.config import reglages
from flux.errors import ErreurConfiguration, ErreurTransport
from tests.services import PARTENAIRE, ServeurSftp, port_libre, serveur_demo

pytestmark = pytest.mark.usefixtures("airflow")


def brancher(monkeypatch: pytest.MonkeyPatch, serveur: ServeurSftp, **autre: object) -> None:
    """Make the server the connection ``flux_sftp`` of this process."""
    connexion = serveur.connexion()
    connexion["extra"] = {**connexion["extra"], **autre}
    monkeypatch.setenv("AIRFLOW_CONN_FLUX_SFTP", json.dumps(connexion))


def deposer(serveur: ServeurSftp, nom: str, partenaire: str = PARTENAIRE, date: int = 1_700_000_000) -> None:
    chemin = serveur.disque / partenaire / "in" / nom
    chemin.write_bytes(b"<facture/>")
    os.utime(chemin, (date, date))


def surveiller(suivre: Callable[[AsyncIterator[Any]], Any], **reglages: object) -> Any:
    """Run the watcher in a loop of its own while ``suivre`` reads its events."""
    from flux.orchestration.declencheur import DepotTrigger

    classe, arguments = DepotTrigger(intervalle=0.1, **reglages).serialize()
    assert classe == "flux.orchestration.declencheur.DepotTrigger"

    async def tourner() -> Any:
        evenements = DepotTrigger(**json.loads(json.dumps(arguments))).run()
        try:
            return await asyncio.wait_for(suivre(evenements), 30)
        finally:
            await evenements.aclose()

    return asyncio.run(tourner())


async def silence(attente: asyncio.Future[Any], secondes: float) -> bool:
    """Tell whether no event comes for that long."""
    return not (await asyncio.wait([attente], timeout=secondes))[0]


def test_ready_files_of_every_partner_are_announced_once_then_again(serveur_asyncssh: ServeurSftp, monkeypatch) -> None:
    brancher(monkeypatch, serveur_asyncssh)

    async def suivre(evenements: AsyncIterator[Any]) -> None:
        suivant = asyncio.ensure_future(anext(evenements))
        assert await silence(suivant, 0.5)
        for nom in ("en-cours.tmp", "b.part", ".cache"):
            deposer(serveur_asyncssh, nom)
        assert await silence(suivant, 0.5)
        deposer(serveur_asyncssh, "un")
        deposer(serveur_asyncssh, "deux", "xyz789")
        charge = (await suivant).payload
        assert charge == {"prets": 2, "dossiers": ["/abc123/in", "/xyz789/in"]}
        suivant = asyncio.ensure_future(anext(evenements))
        assert await silence(suivant, 0.8)
        assert (await suivant).payload == charge
        suivant = asyncio.ensure_future(anext(evenements))
        deposer(serveur_asyncssh, "trois")
        assert (await suivant).payload == {"prets": 3, "dossiers": ["/abc123/in", "/xyz789/in"]}

    surveiller(suivre, rappel=1.5)


def test_a_growing_file_is_not_announced(serveur_asyncssh: ServeurSftp, monkeypatch) -> None:
    brancher(monkeypatch, serveur_asyncssh)

    async def suivre(evenements: AsyncIterator[Any]) -> None:
        suivant = asyncio.ensure_future(anext(evenements))
        for tour in range(12):
            deposer(serveur_asyncssh, "grandit", date=1_700_000_000 + tour)
            assert await silence(suivant, 0.09)
        assert (await suivant).payload["prets"] == 1

    surveiller(suivre)


def test_an_unreadable_name_or_folder_does_not_hide_the_others(serveur_asyncssh: ServeurSftp, monkeypatch) -> None:
    brancher(monkeypatch, serveur_asyncssh)
    (serveur_asyncssh.disque / "sans-in").mkdir()
    (serveur_asyncssh.disque / "fichier").touch()
    deposer(serveur_asyncssh, os.fsdecode(b"caf\xe9"))

    async def suivre(evenements: AsyncIterator[Any]) -> dict[str, Any]:
        return (await anext(evenements)).payload

    assert surveiller(suivre) == {"prets": 1, "dossiers": ["/abc123/in"]}


def test_the_watch_survives_the_server(tmp_path: Path, monkeypatch) -> None:
    port = port_libre()

    async def suivre(evenements: AsyncIterator[Any]) -> None:
        suivant = asyncio.ensure_future(anext(evenements))
        assert await silence(suivant, 0.5)
        for nom in ("premier", "second"):
            with serveur_demo(tmp_path, PARTENAIRE, port=port) as ouvert:
                deposer(ouvert, nom)
                await suivant
            suivant = asyncio.ensure_future(anext(evenements))
            assert await silence(suivant, 0.5)
        suivant.cancel()

    with serveur_demo(tmp_path, PARTENAIRE, port=port) as ouvert:
        brancher(monkeypatch, ouvert)
    surveiller(suivre, rappel=0.2)


def test_a_changed_host_key_is_refused_by_the_watch(serveur_asyncssh: ServeurSftp, tmp_path: Path, monkeypatch) -> None:
    cle = Path(f"{cle_privee(tmp_path / 'autre')}.pub").read_text()
    brancher(monkeypatch, serveur_asyncssh, host_key=cle)
    deposer(serveur_asyncssh, "un")

    async def suivre(evenements: AsyncIterator[Any]) -> None:
        suivant = asyncio.ensure_future(anext(evenements))
        assert await silence(suivant, 1.5)
        suivant.cancel()

    surveiller(suivre)


def test_the_platforms_session_works_and_checks_the_host_key(serveur_asyncssh: ServeurSftp, tmp_path: Path, monkeypatch) -> None:
    from flux.orchestration.sftp import connexion
    from flux.transport.sftp import partenaires

    brancher(monkeypatch, serveur_asyncssh)
    with connexion() as sftp:
        assert partenaires(sftp) == ["/abc123", "/xyz789"]
    autre = Path(f"{cle_privee(tmp_path / 'autre')}.pub").read_text()
    for refuse in ({"host_key": autre}, {"key_file": str(serveur_asyncssh.cle("xyz789"))}, {"host_key": None, "no_host_key_check": True}):
        brancher(monkeypatch, serveur_asyncssh, **refuse)
        with pytest.raises(ErreurConfiguration), connexion():
            pass


def test_a_server_that_is_down_is_worth_a_retry(tmp_path: Path, monkeypatch) -> None:
    from flux.orchestration import sftp

    with serveur_demo(tmp_path, PARTENAIRE) as ouvert:
        brancher(monkeypatch, ouvert)
    with pytest.raises(ErreurTransport) as panne, sftp.connexion():
        pass
    assert panne.value.facts["tries"] == 4


class _QuiMeurt(paramiko.ServerInterface):
    """A server whose process for one session is killed while it looks at the key, the first ``morts`` times."""

    def __init__(self, serveur: "_ServeurQuiMeurt", transport: paramiko.Transport) -> None:
        self.serveur, self.transport = serveur, transport

    def get_allowed_auths(self, _username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, _username: str, _key: paramiko.PKey) -> int:
        self.serveur.vues += 1
        if self.serveur.vues <= self.serveur.morts:
            self.transport.sock.close()
            self.transport.close()
        return paramiko.AUTH_SUCCESSFUL

    def check_channel_request(self, _kind: str, _chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


class _ServeurQuiMeurt:
    def __init__(self, morts: int) -> None:
        self.morts, self.vues = morts, 0
        self.cle = paramiko.ECDSAKey.generate()
        self.ecoute = socket.create_server(("127.0.0.1", 0))
        self.fil = threading.Thread(target=self._servir, daemon=True)
        self.fil.start()

    def close(self) -> None:
        """Closing the socket alone would leave the thread in ``accept``, on a descriptor that the next server may get."""
        self.ecoute.shutdown(socket.SHUT_RDWR)
        self.fil.join()
        self.ecoute.close()

    def _servir(self) -> None:
        with suppress(OSError):  # shut down at the end of the test
            while True:
                transport = paramiko.Transport(self.ecoute.accept()[0])
                transport.add_server_key(self.cle)
                transport.set_subsystem_handler("sftp", paramiko.SFTPServer)
                with suppress(paramiko.SSHException, EOFError):
                    transport.start_server(server=_QuiMeurt(self, transport))

    def brancher(self, monkeypatch: pytest.MonkeyPatch, modele: ServeurSftp) -> None:
        connexion = modele.connexion() | {"port": self.ecoute.getsockname()[1]}
        connexion["extra"] = {**connexion["extra"], "host_key": f"{self.cle.get_name()} {self.cle.get_base64()}"}
        monkeypatch.setenv("AIRFLOW_CONN_FLUX_SFTP", json.dumps(connexion))


def test_a_session_killed_while_it_shows_its_key_was_not_refused(serveur_asyncssh: ServeurSftp, monkeypatch) -> None:
    from flux.orchestration import sftp

    for morts in (1, 99):
        with closing(_ServeurQuiMeurt(morts)) as serveur:
            serveur.brancher(monkeypatch, serveur_asyncssh)
            if morts == 1:
                with sftp.connexion():
                    pass
            else:
                with pytest.raises(ErreurTransport, match="did not answer"), sftp.connexion():
                    pass
        assert serveur.vues >= min(morts + 1, 4)


def test_the_watch_begins_at_the_folder_of_the_settings(tmp_path: Path, monkeypatch) -> None:
    """A server that does not close the platform in the partners' folders: FLUX_SFTP_RACINE names them, to the watch as to the steps."""
    with serveur_demo(tmp_path, PARTENAIRE) as serveur:
        dessous = serveur.disque / "flux"
        dessous.mkdir()
        (serveur.disque / PARTENAIRE).rename(dessous / PARTENAIRE)
        brancher(monkeypatch, serveur)
        monkeypatch.setenv("FLUX_SFTP_RACINE", "/flux")
        reglages.cache_clear()

        async def suivre(evenements: AsyncIterator[Any]) -> None:
            suivant = asyncio.ensure_future(anext(evenements))
            assert await silence(suivant, 0.3)
            deposer(serveur, "un", f"flux/{PARTENAIRE}")
            assert (await suivant).payload == {"prets": 1, "dossiers": [f"/flux/{PARTENAIRE}/in"]}

        try:
            surveiller(suivre)
        finally:
            reglages.cache_clear()


def test_a_look_at_many_waiting_files_looks_at_each_a_few_times() -> None:
    """One look a second shares its loop with every other trigger: 5,000 files took more than two seconds, all of them anew."""
    from flux.orchestration.declencheur import _Annonces
    from flux.transport.prets import Depot

    class Compte(Depot):
        regards = 0

        def __hash__(self) -> int:
            Compte.regards += 1
            return super().__hash__()

    vus = [Compte("/abc123/in", f"FSO1140A_ABC123_ABC1231140{rang:015d}", 1000, 1_700_000_000) for rang in range(500)]
    annonces = _Annonces(60.0)
    assert [len(annonces.a_dire(vus, instant)) for instant in (0.0, 1.0, 2.0)] == [0, 500, 0]
    assert Compte.regards <= 20 * len(vus)
