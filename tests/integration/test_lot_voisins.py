"""A flow of a lot whose bytes are lost, or that cannot be answered, holds up no other; a lot too large for one run is treated all the same."""

from dataclasses import replace

import pytest

from flux.config import Reglages
from flux.errors import ErreurInvariant, ErreurTransport
from flux.etapes import ouvrir, repondre, traiter, verdict
from flux.transport.entrepot import Entrepot, cle_de
from tests.integration.test_etapes import Maison, maison

__all__ = ["maison"]

ETATS = "SELECT lot_id, etat FROM flux ORDER BY id"


def trois_flux(maison: Maison) -> list[str]:
    """Deposit three flows that share lot 1; return the digests of their originals."""
    for number in range(1, 4):
        maison.deposer(maison.fabriquer(sequence=number, graine=number))
    assert maison.recevoir() == ["lot-000001--ABC123--3-flux"]
    return [str(sha256) for (sha256,) in maison.lignes("SELECT sha256 FROM flux ORDER BY id")]


def test_a_lost_original_waits_in_a_lot_of_its_own_and_the_others_are_answered(maison):
    lost, *_ = trois_flux(maison)
    with maison.contexte.entrepot.ouvrir(cle_de(lost)) as data:
        original = data.read()
    maison.contexte.entrepot.supprimer(cle_de(lost))
    assert maison.integrer() == "lot 1: 2 flux · 2 factures intégrées, 0 rejetées, 0 illisibles"
    assert maison.lignes(ETATS) == [(2, "recu"), (1, "repondu"), (1, "repondu")]
    assert maison.recevoir() == ["lot-000002--ABC123--1-flux"]
    with pytest.raises(ErreurTransport) as told:
        maison.integrer()
    assert told.value.facts["flux_id"] == 1
    with pytest.raises(ErreurInvariant, match="no answer"):
        verdict(maison.contexte, 2)
    maison.contexte.entrepot.deposer([original])
    assert maison.integrer() == "lot 2: 1 flux · 1 factures intégrées, 0 rejetées, 0 illisibles"
    assert maison.recevoir() == []


def test_a_store_that_fails_as_a_whole_puts_no_flow_aside(maison, monkeypatch):
    lost, *_ = trois_flux(maison)
    real = Entrepot.ouvrir

    def ouvrir_mal(self: Entrepot, cle: str) -> object:
        if cle == cle_de(lost):
            raise ErreurTransport("one object", operation="ouvrir", path=cle)
        return real(self, cle)

    def sonder(self: Entrepot) -> None:
        raise ErreurTransport("no store", operation="sonder", path="/")

    with monkeypatch.context() as down:
        down.setattr(Entrepot, "ouvrir", ouvrir_mal)
        down.setattr(Entrepot, "sonder", sonder)
        with pytest.raises(ErreurTransport, match="no store"):
            ouvrir(maison.contexte, 1)
    assert {lot for lot, _ in maison.lignes(ETATS)} == {1}
    assert "3 flux" in maison.integrer()


def test_a_store_that_failed_once_puts_no_flow_aside(maison, monkeypatch):
    trois_flux(maison)
    real, failed = Entrepot.ouvrir, []

    def ouvrir_mal(self: Entrepot, cle: str) -> object:
        if not failed:
            failed.append(cle)
            raise ErreurTransport("a moment", operation="ouvrir", path=cle)
        return real(self, cle)

    monkeypatch.setattr(Entrepot, "ouvrir", ouvrir_mal)
    assert "3 flux" in maison.integrer()


def test_an_answer_that_cannot_be_written_holds_up_no_other(maison, monkeypatch):
    trois_flux(maison)
    for task in ouvrir(maison.contexte, 1):
        traiter(maison.contexte, task)
    real = Entrepot.deposer

    def deposer(self: Entrepot, chunks: object) -> object:
        data = b"".join(chunks)
        if b"ABC1231140000000000000001" in data:
            raise ErreurTransport("one object", operation="deposer", path="/")
        return real(self, [data])

    with monkeypatch.context() as refusing:
        refusing.setattr(Entrepot, "deposer", deposer)
        for _ in range(2):
            with pytest.raises(ErreurTransport, match="one object") as told:
                repondre(maison.contexte, 1)
            assert told.value.facts["flux_id"] == 1
            assert maison.lignes(ETATS) == [(1, "traite"), (1, "repondu"), (1, "repondu")]
    assert repondre(maison.contexte, 1) == 1


@pytest.mark.parametrize(("most", "tasks"), [(1, [5]), (2, [3, 2]), (4, [2, 2, 1]), (5, [1] * 5)])
def test_a_lot_of_more_batches_than_one_run_maps_gives_each_task_several(maison, most, tasks):
    maison.contexte = replace(maison.contexte, reglages=Reglages(dossier=maison.dossier, tranche_factures=1, tranches_max=most))
    maison.deposer(maison.fabriquer(factures=5))
    maison.recevoir()
    planned = ouvrir(maison.contexte, 1)
    assert [len(task["tranches"]) for task in planned] == tasks
    assert [task["rang"] for task in planned] == list(range(len(tasks)))
    assert [f"· {count} fichiers" in task["titre"] for task, count in zip(planned, tasks, strict=True)] == [True] * len(tasks)
    assert maison.integrer() == "lot 1: 1 flux · 5 factures intégrées, 0 rejetées, 0 illisibles"
