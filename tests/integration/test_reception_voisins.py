"""One partner's file or folder that the server refuses: everybody else's deposits go on, and the refusal is told once they do."""

from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest
from sqlalchemy import Engine

from flux.config import Reglages
from flux.contexte import Contexte
from flux.errors import ErreurTransport
from flux.etapes import recevoir
from flux.registre.bilan import verifier_bilan
from flux.transport import sftp as transport
from flux.transport.entrepot import Entrepot
from raccordement.exemple import creer_partenaire
from tests.integration.test_etapes import DEBUT, Horloge, Maison
from tests.services import serveur_demo

FAUTIF, VOISIN = "abc123", "xyz789"
DU_VOISIN = [("XYZ789",)]
FLUX = "SELECT code_application FROM flux x JOIN partenaires p ON p.id = x.partenaire_id WHERE lot_id IS NOT NULL ORDER BY x.id"


@pytest.fixture
def deux(registre: Engine, tmp_path: Path) -> Iterator[Maison]:
    """A platform with two partners, each with one deposit; the one at fault comes first."""
    for folder in (FAUTIF, VOISIN):
        creer_partenaire(registre, folder.upper(), folder, folder, DEBUT)
    with serveur_demo(tmp_path, FAUTIF, VOISIN) as serveur:
        contexte = Contexte(Reglages(dossier=tmp_path), registre, Entrepot(str(tmp_path / "entrepot")), Horloge())
        maison = Maison(contexte, serveur, tmp_path)
        for folder in (FAUTIF, VOISIN):
            deposer(maison, folder)
        yield maison
    verifier_bilan(registre)


def deposer(maison: Maison, folder: str, sequence: int = 1) -> None:
    nom = f"FSO1140A_{folder.upper()}_{folder.upper()}1140{sequence:015d}"
    with maison.serveur.client(folder) as sftp, sftp.open(f"/in/{nom}", "wb") as out:
        out.write(b"<x/>")


def enlever(maison: Maison, sub: str) -> None:
    (maison.serveur.disque / FAUTIF / sub).rename(maison.serveur.disque / FAUTIF / f".{sub}")


def remettre(maison: Maison, sub: str) -> None:
    (maison.serveur.disque / FAUTIF / f".{sub}").rename(maison.serveur.disque / FAUTIF / sub)


def test_a_partner_without_traitement_is_told_and_the_others_go_on(deux):
    enlever(deux, "traitement")
    with pytest.raises(ErreurTransport, match=f"{FAUTIF}/traitement") as told:
        deux.recevoir()
    assert told.value.facts["operation"] == "reclamer"
    assert deux.lignes(FLUX) == DU_VOISIN
    remettre(deux, "traitement")
    assert len(deux.recevoir()) == 2  # the lot of the others was formed, not launched yet
    assert len(deux.lignes(FLUX)) == 2


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), OSError("Failure")])
def test_a_claim_that_the_server_refuses_holds_up_nobody_else(deux, monkeypatch, error):
    real = paramiko.SFTPClient.rename

    def rename(self: paramiko.SFTPClient, old: bytes, new: bytes) -> None:
        if FAUTIF.encode() in old:
            raise error
        real(self, old, new)

    monkeypatch.setattr(paramiko.SFTPClient, "rename", rename)
    with pytest.raises(ErreurTransport, match=f"{FAUTIF}/in"):
        deux.recevoir()
    assert deux.lignes(FLUX) == DU_VOISIN


@pytest.mark.parametrize("sub", ["in", "traitement"])
def test_a_folder_that_cannot_be_listed_holds_up_nobody_else(deux, monkeypatch, sub):
    real = transport._entrees

    def entrees(sftp: paramiko.SFTPClient, folder: str) -> object:
        if folder == f"/{FAUTIF}/{sub}":
            raise OSError("Failure")
        return real(sftp, folder)

    monkeypatch.setattr(transport, "_entrees", entrees)
    with pytest.raises(ErreurTransport, match=f"{FAUTIF}/{sub}"):
        deux.recevoir()
    assert deux.lignes(FLUX) == DU_VOISIN


def test_an_upload_that_goes_on_after_the_claim_holds_up_nobody_else(deux, monkeypatch):
    """It stalled for two looks, was claimed, and the partner's client still writes to it."""
    real = paramiko.SFTPFile.read

    def read(self: paramiko.SFTPFile, size: int | None = None) -> bytes:
        if not self.tell():  # its size was asked, nothing read yet
            for claimed in (deux.serveur.disque / FAUTIF / "traitement").iterdir():
                with claimed.open("ab") as out:
                    out.write(b"more")
        return real(self, size)

    with monkeypatch.context() as writing:
        writing.setattr(paramiko.SFTPFile, "read", read)
        for _ in range(2):
            with pytest.raises(ErreurTransport, match="changed while it was read"):
                deux.recevoir()
            assert deux.lignes(FLUX) == DU_VOISIN
    deux.recevoir()
    assert len(deux.lignes(FLUX)) == 2


def test_the_lots_are_given_beside_the_refusals_to_who_asks_for_both(deux):
    enlever(deux, "traitement")
    refusals: list[ErreurTransport] = []
    with deux.serveur.client() as sftp:
        lots = recevoir(deux.contexte, sftp, intervalle=0, refus=refusals)
    assert [lot.run_id for lot in lots] == ["lot-000001--XYZ789--1-flux"]
    assert [one.facts["operation"] for one in refusals] == ["reclamer"]


def test_a_session_that_ends_stops_the_step_at_once(deux, monkeypatch):
    """Everything after it would be refused too, and be told as a refusal of each partner."""
    asked = []

    def reclamer(sftp: paramiko.SFTPClient, *claim: str) -> None:
        asked.append(claim)
        sftp.get_channel().get_transport().close()
        transport.lister(sftp, "/")

    monkeypatch.setattr(transport, "reclamer", reclamer)
    refusals: list[ErreurTransport] = []
    with deux.serveur.client() as sftp, pytest.raises(ErreurTransport):
        recevoir(deux.contexte, sftp, intervalle=0, refus=refusals)
    assert (len(asked), refusals) == (1, [])


def test_a_store_that_does_not_answer_stops_the_step(deux, monkeypatch):
    def deposer_nulle_part(self: Entrepot, chunks: object) -> None:
        raise ErreurTransport("no disk", operation="deposer", path="/")

    monkeypatch.setattr(Entrepot, "deposer", deposer_nulle_part)
    refusals: list[ErreurTransport] = []
    with deux.serveur.client() as sftp, pytest.raises(ErreurTransport, match="no disk"):
        recevoir(deux.contexte, sftp, intervalle=0, refus=refusals)
    assert refusals == []


def test_one_run_takes_so_many_lots_as_it_may_map_and_the_next_the_others(deux):
    deux.contexte = Contexte(
        Reglages(dossier=deux.dossier, tranches_max=1), deux.contexte.engine, deux.contexte.entrepot, deux.contexte.horloge
    )
    assert deux.recevoir() == ["lot-000001--ABC123--1-flux"]
    assert deux.recevoir() == ["lot-000002--XYZ789--1-flux"]
    assert deux.recevoir() == []
