"""The step-level kill harness: a short campaign, and proofs that it sees a broken promise."""

import os
import posixpath
from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest

from flux.etapes import emission, reception
from flux.registre import sorties
from flux.registre.connexion import creer_moteur, transaction
from flux.transport import sftp as transport
from flux.transport.entrepot import Entrepot
from tests.chaos.essais import Atelier, Coup, ateliers
from tests.chaos.pas import ENTRE_DEUX, TUEURS, campagne, plan
from tests.chaos.sonde import Mal, Point
from tests.chaos.vie import SERVEUR

pytestmark = pytest.mark.sshd


@pytest.fixture(scope="module", autouse=True)
def _serveur_sftp() -> None:
    if SERVEUR is None:
        if os.environ.get("CI"):
            pytest.fail("no sftp-server: install the Debian package openssh-sftp-server")
        pytest.skip("no sftp-server: install the Debian package openssh-sftp-server")


@pytest.fixture(scope="module")
def atelier(_serveur_sftp: None) -> Iterator[Atelier]:
    with ateliers(1, 3) as (made,):
        yield made


def test_every_kind_of_crash_point_is_killed_at_and_no_promise_breaks():
    rapport = campagne(7, 40, 14)
    assert [f"{essai}: {one}" for essai, one in rapport.ruptures] == []
    kinds = {one.genre for one in rapport.points if one.effet and one.etape != ENTRE_DEUX}
    killed = {said.split(": ")[2] for said in rapport.frappes if said.split(":")[0] in TUEURS}
    assert killed >= kinds
    assert {"sql COMMIT", "disque rename", "sftp posix-rename"} <= kinds
    assert rapport.fautes >= 10


def test_the_plan_follows_from_the_seed_and_kills_at_each_point_before_and_after():
    points = [
        Point("sql INSERT", True, "x"),
        Point("sftp lstat", False, "x"),
        Point("disque write", True, "x"),
        Point("sql INSERT", True, ENTRE_DEUX),
    ]
    made = plan(points, 5, 12, 6)
    assert made == plan(points, 5, 12, 6)
    assert {(one.mal, one.numero) for essai in made for one in essai.coups[:1] if one.mal in TUEURS} == {
        (Mal.TUER, 0), (Mal.TUER_APRES, 0), (Mal.TUER, 2), (Mal.TUER_APRES, 2), (Mal.DECHIRER, 2),
    }  # fmt: skip
    assert {one.coups[0].mal for one in made[:6]} == {Mal.FAUTE, Mal.FAUTE_APRES, Mal.COUPER}


def casser(atelier: Atelier, genre: str, etape: str, rang: int = 0) -> set[str]:
    """Kill at the nth effect of a kind in a step of the platform as it stands patched; return the promises found broken.

    Without a kill nothing is wrong with it: only an accident shows.
    """
    sain = atelier.essayer()
    assert sain.ruptures == []
    places = [n for n, one in enumerate(sain.points) if (one.genre, one.etape) == (genre, etape)]
    constat = atelier.essayer(Coup(Mal.TUER, places[rang]))
    assert constat.frappes == [f"tuer: {etape}: {genre}"]
    return {one.promesse for one in constat.ruptures}


def test_an_outbox_that_notes_an_answer_as_gone_before_it_is_found_out(atelier, monkeypatch):
    def emettre_une(contexte, sftp, partenaire_id):
        with transaction(contexte.engine, "emettre") as conn:
            waiting = sorties.sorties_a_emettre(conn, partenaire_id, limite=1)
            for one in waiting:
                sorties.marquer_emise(conn, one.id, contexte.horloge())
        for one in waiting:
            with contexte.entrepot.ouvrir(one.cle) as data:
                transport.publier(sftp, posixpath.join(contexte.reglages.sftp_racine, one.dossier, "out"), one.nom, data)
        return bool(waiting)

    monkeypatch.setattr(emission, "_emettre_une", emettre_une)
    assert "sans-reponse" in casser(atelier, "sftp open", "emettre")


def test_a_number_taken_outside_the_transaction_of_its_answer_is_found_out(atelier, monkeypatch):
    prochain = sorties.prochain_numero

    def a_part(conn, partenaire_id):
        engine = creer_moteur(atelier.url)
        with transaction(engine, "numero") as autre:
            numero = prochain(autre, partenaire_id)
        engine.dispose()
        return numero

    monkeypatch.setattr(sorties, "prochain_numero", a_part)
    assert casser(atelier, "disque fsync", "repondre") == {"numeros"}


def test_a_claim_that_changes_its_key_when_it_is_registered_again_is_found_out(atelier, monkeypatch):
    enregistrer = reception.enregistrer_depot
    monkeypatch.setattr(
        reception, "enregistrer_depot", lambda engine, depot, **kw: enregistrer(engine, replace(depot, reclamation=uuid4().hex), **kw)
    )
    assert "double" in casser(atelier, "sftp remove", "recevoir")


def test_half_written_objects_that_nobody_sweeps_are_found_out(atelier, monkeypatch):
    monkeypatch.setattr(Entrepot, "balayer", lambda *_: 0)
    assert casser(atelier, "disque rename", "recevoir") == {"reste"}


def test_an_answer_published_under_its_name_while_it_is_written_is_found_out(atelier, monkeypatch):
    def publier(sftp, dossier, nom, donnees):
        with sftp.open(posixpath.join(dossier, nom), "wb") as fichier:
            fichier.write(donnees.read())

    monkeypatch.setattr(transport, "publier", publier)
    assert "reponse" in casser(atelier, "sftp write", "emettre")
