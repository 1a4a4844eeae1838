"""The step-level kill harness: a short campaign, and proofs that it sees a broken promise."""

import os
import posixpath
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from sqlalchemy import text

from flux.etapes import emission, reception, reponse
from flux.modele.journal import Genre
from flux.registre import journal_fichiers, sorties
from flux.registre.connexion import creer_moteur, transaction
from flux.registre.journal_sceaux import sceller
from flux.transport import sftp as transport
from flux.transport.entrepot import Entrepot
from tests.chaos.essais import Atelier, Coup, ateliers
from tests.chaos.pas import campagne, plan
from tests.chaos.promesses import Rupture, _journal
from tests.chaos.sonde import ENTRE_DEUX, TUEURS, Mal, Point
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


@pytest.mark.timeout(900)
def test_every_kind_of_crash_point_is_killed_at_and_no_promise_breaks():
    rapport = campagne(7, 300, 8)
    assert [f"{essai}: {one}" for essai, one in rapport.ruptures] == []
    kinds = {one.genre for one in rapport.points if one.effet and one.etape != ENTRE_DEUX}
    killed = {said.split(": ")[2] for said in rapport.frappes if said.split(":")[0] in TUEURS}
    assert killed >= kinds
    assert {"sql COMMIT", "disque rename", "sftp posix-rename"} <= kinds
    assert rapport.fautes >= 6


def test_the_plan_follows_from_the_seed_and_kills_at_each_point_before_and_after():
    points = [
        Point("sql INSERT", True, "x"),
        Point("sftp lstat", False, "x"),
        Point("disque write", True, "x"),
        Point("sql INSERT", True, ENTRE_DEUX),
    ]
    made = plan(points, 5, 200, 6)
    assert made == plan(points, 5, 200, 6)
    assert {one.doubles for one in made} == {1, 2}
    assert {one.repete for one in made} == {one.sshd for one in made} == {True, False}
    assert {(one.mal, one.numero) for essai in made for one in essai.coups[:1] if one.mal in TUEURS} == {
        (Mal.TUER, 0), (Mal.TUER_APRES, 0), (Mal.TUER, 2), (Mal.TUER_APRES, 2), (Mal.DECHIRER, 2),
    }  # fmt: skip
    assert {one.coups[0].mal for one in made} - set(TUEURS) == {Mal.FAUTE, Mal.FAUTE_APRES, Mal.COUPER}


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
    def emettre_une(contexte, sftp, partenaire_id, apres):
        with transaction(contexte.engine, "emettre") as conn:
            waiting = sorties.sorties_a_emettre(conn, partenaire_id, limite=1, apres=apres)
            for one in waiting:
                sorties.marquer_emise(conn, one.id, contexte.horloge())
        for one in waiting:
            with contexte.entrepot.ouvrir(one.cle) as data:
                transport.publier(sftp, posixpath.join(contexte.reglages.sftp_racine, one.dossier, "out"), one.nom, data)
        return waiting[0].id if waiting else None

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


def test_a_flow_closed_before_its_answers_are_in_the_outbox_is_found_out(atelier, monkeypatch):
    clore = reponse.clore_flux

    def en_deux_fois(engine, flux_id, statut, *args, **kw):
        with transaction(engine, "clore") as conn:
            conn.execute(
                text("UPDATE flux SET etat = 'repondu', statut = :s, repondu_le = now() WHERE id = :f"), {"s": statut, "f": flux_id}
            )
        with transaction(engine, "rouvrir") as conn:  # as if one transaction had become two
            conn.execute(text("UPDATE flux SET etat = 'traite', statut = NULL WHERE id = :f"), {"f": flux_id})
        return clore(engine, flux_id, statut, *args, **kw)

    monkeypatch.setattr(reponse, "clore_flux", en_deux_fois)
    assert casser(atelier, "sql UPDATE", "repondre", 1) >= {"sans-reponse", "journal"}


def test_a_journal_written_after_the_transaction_that_it_tells_of_is_found_out(atelier, monkeypatch):
    inscrire, attente = journal_fichiers.inscrire, []
    emettre_une = emission._emettre_une

    def plus_tard(contexte, sftp, partenaire_id, apres):
        sent = emettre_une(contexte, sftp, partenaire_id, apres)
        with transaction(contexte.engine, "journal") as conn:
            while attente:
                inscrire(conn, attente.pop(0))
        return sent

    def noter(conn, ones):
        if ones and ones[0].genre == Genre.EMIS:
            attente.append(ones)
        else:
            inscrire(conn, ones)

    monkeypatch.setattr(journal_fichiers, "inscrire", noter)
    monkeypatch.setattr(emission, "_emettre_une", plus_tard)
    assert casser(atelier, "sql COPY", "emettre") == {"journal"}


def test_a_kept_seal_finds_a_journal_written_anew(atelier):
    """The journal that somebody with all rights wrote again, seals included, holds together; the seal kept outside does not fit."""
    assert atelier.essayer().ruptures == []
    engine = creer_moteur(atelier.url)
    with transaction(engine, "recommencer") as conn:
        conn.execute(text("SET LOCAL session_replication_role = replica"))
        conn.execute(text("DELETE FROM sceaux_tetes"))
        conn.execute(text("DELETE FROM sceaux"))
    sceller(engine, date(2026, 12, 22), datetime(2026, 12, 23, tzinfo=UTC))
    gardes = [one.read_text() for one in sorted((atelier.dossier / "sceaux").iterdir())]
    assert gardes
    assert list(_journal(engine, [])) == [Rupture("journal", "no seal was set")]
    assert {one.dit.split(",")[0] for one in _journal(engine, gardes)} == {"sceau gardé"}
    engine.dispose()


def test_a_file_purged_by_a_process_that_is_killed_is_not_told_as_fetched_and_leaves_in_the_end(atelier):
    sain = atelier.essayer()
    temoin = atelier.photo()
    assert sain.ruptures == []
    retraits = [n for n, one in enumerate(sain.points) if (one.genre, one.etape) == ("sftp remove", "entretenir")]
    assert retraits
    for mal, retrait in ((Mal.TUER, retraits[-1]), *((Mal.TUER_APRES, one) for one in retraits)):
        constat = atelier.essayer(Coup(mal, retrait))
        assert constat.frappes == [f"{mal}: entretenir: sftp remove"]
        assert constat.ruptures == []
        assert atelier.photo()["journal"] == temoin["journal"]
    out = atelier.dossier / "sftp" / "xyz789" / "out"
    assert list(out.iterdir()) == []
