"""``flux sante``: each line can be made red on a real ledger, a real store and a real SFTP server, with every process alive."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from flux.cli import app
from flux.config import Reglages, reglages
from flux.contexte import Contexte
from flux.errors import ErreurInvariant, ErreurTransport
from flux.etapes import emettre, purger, recevoir, sceller_la_veille, verdict, verifier_bilan_complet
from flux.etapes.purge import purger_a_blanc
from flux.modele.temps import PARIS
from flux.registre.battements import battements, battre
from flux.registre.connexion import creer_moteur
from flux.registre.journal_sceaux import sceller
from flux.reglages_sante import SILENCES
from flux.sante import Etat, Patient, examiner
from flux.sante.mots import MOTS
from flux.transport.entrepot import Entrepot
from raccordement.exemple import creer_partenaire
from tests.integration.registre.aides import flux_ouvert
from tests.services import PARTENAIRE, ServeurSftp, serveur_demo


@pytest.fixture
def serveur(tmp_path: Path) -> Iterator[ServeurSftp]:
    with serveur_demo(tmp_path, PARTENAIRE) as ouvert:
        yield ouvert


@pytest.fixture
def patient(registre: Engine, serveur: ServeurSftp, tmp_path: Path) -> Callable[..., Patient]:
    creer_partenaire(registre, "ABC123", "Partenaire", PARTENAIRE, datetime.now(UTC))
    for one in SILENCES:
        battre(registre, one, 0.2, reussie=True)

    def faire(engine: Engine = registre, maintenant: datetime | None = None, **sante: object) -> Patient:
        acces = {
            "sftp": f"sftp://{serveur.connexion()['login']}@127.0.0.1:{serveur.port}",
            "sftp_cle": serveur.cle(),
            "sftp_cle_hote": serveur.connexion()["extra"]["host_key"],
            "place": 0,
        }
        settings = Reglages(dossier=tmp_path, sante=acces | sante)
        return Patient(settings, engine, Entrepot.depuis(settings), maintenant or datetime.now(UTC))

    return faire


def rouges(patient: Patient) -> set[tuple[str, str]]:
    return {(one.nom, one.objet) for one in examiner(patient) if one.etat is Etat.ROUGE}


def sql(engine: Engine, requete: str, **faits: object) -> None:
    with engine.begin() as conn:
        conn.execute(text(requete), faits)


def test_a_platform_at_work_is_green(patient) -> None:
    assert {one.etat for one in examiner(patient())} == {Etat.VERT}


def test_a_step_that_no_longer_runs_is_red_though_everything_answers(patient, registre: Engine) -> None:
    for one in SILENCES.keys() - {"verdict"}:
        for more, red in ((-60, set()), (60, {("battement", one)})):
            sql(registre, "UPDATE battements SET le = now() - :s * interval '1 second' WHERE etape = :e", e=one, s=SILENCES[one] + more)
            assert rouges(patient()) == red
        battre(registre, one, 0.2, reussie=True)
        assert rouges(patient()) == set()


def test_a_daily_step_is_green_until_its_next_run_is_due(patient, registre: Engine) -> None:
    sql(registre, "UPDATE battements SET le = now() - interval '24 hours 30 minutes' WHERE etape = 'bilan'")
    assert {one.etat for one in examiner(patient())} == {Etat.VERT}


def test_a_verdict_is_waited_for_from_the_first_lot_with_a_flow_that_none_followed(patient, registre: Engine) -> None:
    limit = SILENCES["verdict"]
    sql(registre, "UPDATE battements SET le = now() - interval '3 days' WHERE etape = 'verdict'")
    attendu = ("battement", "verdict")
    assert attendu not in rouges(patient())  # a quiet week-end

    def lancer(secondes: int) -> None:
        sql(
            registre,
            "WITH l AS (INSERT INTO lots (partenaire_id, cree_le, lance_le) VALUES (1, now(), now() - :s * interval '1 second') "
            "RETURNING id) UPDATE flux SET lot_id = l.id FROM l WHERE flux.id = :flux",
            s=secondes, flux=flux_ouvert(registre, code=f"XYZ{secondes % 1000:03}"),
        )  # fmt: skip

    lancer(limit - 60)
    assert attendu not in rouges(patient())
    lancer(limit + 60)
    lancer(1)
    assert attendu in rouges(patient())
    battre(registre, "verdict", 0.2, reussie=False)
    assert attendu in rouges(patient())
    # A run may be over before its lot is marked as launched: nothing waits for it.
    sql(registre, "UPDATE flux SET etat = 'repondu', statut = 'INTEGRE'")
    assert attendu not in rouges(patient())
    sql(registre, "UPDATE flux SET etat = 'ouvert', statut = NULL")
    battre(registre, "verdict", 0.2, reussie=True)
    assert attendu not in rouges(patient())


def test_a_step_that_only_fails_goes_red_too(patient, registre: Engine) -> None:
    battre(registre, "emettre", 1, reussie=False)
    assert [one.etat for one in examiner(patient()) if one.objet == "emettre"] == [Etat.ORANGE]
    sql(registre, "UPDATE battements SET le = now() - interval '3 hours' WHERE etape = 'emettre'")
    battre(registre, "emettre", 1, reussie=False)
    assert rouges(patient()) == {("battement", "emettre")}


def test_a_step_never_seen_is_red(patient, registre: Engine) -> None:
    sql(registre, "DELETE FROM battements WHERE etape = 'recevoir'")
    assert rouges(patient()) == {("battement", "recevoir")}


def test_a_flow_that_waits_is_red_where_it_is_stuck_and_by_its_age(patient, registre: Engine) -> None:
    flux_ouvert(registre, (1,))
    sceller(registre, datetime.now(PARIS).date() - timedelta(days=1), datetime.now(UTC))
    others = {("sftp", "")}  # its partner has no folder on this server
    sql(registre, "UPDATE flux SET recu_le = now() - interval '10 minutes'")
    assert rouges(patient()) == others
    sql(registre, "UPDATE flux SET recu_le = now() - interval '3 hours'")
    assert rouges(patient()) == {("bloques", ""), ("reponse", "")} | others


def test_an_answer_that_does_not_leave_is_red(patient, registre: Engine) -> None:
    sql(
        registre,
        "INSERT INTO sorties (partenaire_id, interface, nom, sha256, taille, cle, cree_le) "
        "VALUES (1, 'CSO1140A', 'nom', repeat('0', 64), 1, 'cle', now() - interval '1 hour')",
    )
    assert rouges(patient()) == {("bloques", ""), ("sorties", "")}


def test_a_day_of_the_journal_without_its_seal_is_red(patient, registre: Engine) -> None:
    flux_ouvert(registre, (1,))
    with registre.connect() as conn:
        first = conn.execute(text("SELECT min(le) FROM journal")).scalar_one()
    seen = {one.nom: one.etat for one in examiner(patient(maintenant=first))}
    assert seen["sceau"] is Etat.VERT
    midnight = datetime.combine(first.astimezone(PARIS).date() + timedelta(days=1), time(), PARIS)
    for after, state in ((timedelta(hours=-1), Etat.VERT), (timedelta(hours=2), Etat.ORANGE), (timedelta(hours=3), Etat.ROUGE)):
        lines = examiner(patient(maintenant=midnight + after))
        assert [one.etat for one in lines if one.nom == "sceau"] == [state]
    sceller(registre, midnight.date() - timedelta(days=1), midnight)
    lines = examiner(patient(maintenant=midnight + timedelta(hours=3)))
    assert [one.etat for one in lines if one.nom == "sceau"] == [Etat.VERT]


def test_a_day_sealed_only_with_a_later_one_is_told_for_a_week(patient, registre: Engine) -> None:
    flux_ouvert(registre, (1,))
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def dit(now: datetime) -> tuple[Etat, str]:
        return next((one.etat, one.valeur) for one in examiner(patient(maintenant=now)) if one.nom == "sceau")

    def remuer(hours: float) -> None:
        with registre.begin() as conn:
            conn.execute(text("SET LOCAL session_replication_role = replica"))
            conn.execute(text("UPDATE journal SET le = :le"), {"le": noon + timedelta(hours=hours)})

    sceller(registre, date(2026, 11, 18), noon)
    remuer(-24)  # entries of the 19th alone
    sceller(registre, date(2026, 11, 22), noon + timedelta(days=3))
    assert dit(noon + timedelta(days=3)) == (Etat.ORANGE, "sauté / skipped: 2026-11-19")
    remuer(-1.1 - 12)  # 22:54 UTC of the 19th is 23:54 in Paris
    assert dit(noon + timedelta(days=3))[1] == "sauté / skipped: 2026-11-19"
    remuer(-0.9 - 12)
    assert dit(noon + timedelta(days=3))[1] == "sauté / skipped: 2026-11-20"
    sceller(registre, date(2026, 11, 28), noon + timedelta(days=9))
    assert dit(noon + timedelta(days=9)) == (Etat.VERT, "aucun / none")


def test_a_file_left_in_traitement_is_red_by_the_age_of_its_claim(patient, serveur: ServeurSftp) -> None:
    room = serveur.disque / PARTENAIRE / "traitement"
    room.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    fresh = room / f"{now:%Y%m%dT%H%M%S%f}-1000000000__FSO1100A_ABC123_x"
    fresh.write_bytes(b"x")
    os.utime(fresh, (1e9, 1e9))  # a deposit that kept its date of 2001
    assert rouges(patient()) == set()
    fresh.rename(room / f"{now - timedelta(hours=1):%Y%m%dT%H%M%S%f}-1000000000__FSO1100A_ABC123_x")
    assert rouges(patient()) == {("traitement", "")}


def test_a_clock_that_drifted_is_red(patient) -> None:
    assert ("horloge", "") in rouges(patient(maintenant=datetime.now(UTC) + timedelta(seconds=30)))


def test_a_certificate_about_to_end_is_red(patient, registre: Engine) -> None:
    sql(registre, "UPDATE certificats_partenaire SET not_after = now() + interval '3 days'")
    assert rouges(patient()) == {("certificat", "ABC123")}


def test_a_ledger_that_does_not_answer_or_is_behind_is_red(patient, registre: Engine) -> None:
    absent = creer_moteur("postgresql+psycopg://personne@127.0.0.1:1/rien")
    assert ("base", "") in rouges(patient(absent))
    with registre.begin() as conn:
        before = conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    sql(registre, "UPDATE alembic_version SET version_num = 'r0001'")
    try:
        assert rouges(patient()) == {("base", "")}
    finally:
        sql(registre, "UPDATE alembic_version SET version_num = :v", v=before)


def test_a_store_without_room_or_that_cannot_be_written_is_red(patient, tmp_path: Path) -> None:
    assert rouges(patient(place=1 << 60)) == {("entrepot", "")}
    shutil.rmtree(tmp_path / "entrepot", ignore_errors=True)
    (tmp_path / "entrepot").write_text("not a folder")
    assert rouges(patient()) == {("entrepot", "")}


def test_an_sftp_server_or_a_folder_that_is_not_there_is_red(patient, serveur: ServeurSftp) -> None:
    assert rouges(patient(sftp="sftp://flux@127.0.0.1:1", sftp_delai=2)) == {("sftp", "")}
    (serveur.disque / PARTENAIRE / "out").rmdir()
    assert rouges(patient()) == {("sftp", "")}


def test_official_rules_that_are_not_those_pinned_are_red(patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flux.xsd.catalogue.EMPREINTES", {"facturx": {"__init__.py": "0" * 64}})
    assert rouges(patient()) == {("regles", "")}


def test_steps_beat_when_they_end_well_and_when_they_fail(patient, registre: Engine, serveur: ServeurSftp) -> None:
    here = patient()
    ctx = Contexte(here.reglages, registre, here.entrepot)
    before = battements(registre)
    with serveur.client() as sftp:
        recevoir(ctx, sftp)
    seen = battements(registre)["recevoir"]
    assert (seen.reussites, seen.echecs) == (before["recevoir"].reussites + 1, 0)
    with serveur.client() as closed:
        pass
    sql(
        registre,
        "INSERT INTO sorties (partenaire_id, interface, nom, sha256, taille, cle, cree_le) VALUES (1, 'CSO1140A', 'n', repeat('0', 64), 1, 'c', now())",
    )
    with pytest.raises(ErreurTransport):
        emettre(ctx, closed)
    seen = battements(registre)["emettre"]
    assert (seen.reussites, seen.echecs, sum(seen.paliers)) == (1, 1, 2)


def test_every_step_that_is_waited_for_beats(patient, registre: Engine) -> None:
    """Each beats under the name that health waits for; a dry run is no run, and a lot that cannot be judged no verdict."""
    here = patient()
    ctx = Contexte(here.reglages, registre, here.entrepot)
    purger_a_blanc(ctx)
    before = battements(registre)
    purger(ctx)
    sceller_la_veille(ctx)
    verifier_bilan_complet(ctx)
    sql(registre, "INSERT INTO lots (partenaire_id, cree_le, lance_le) VALUES (1, now(), now())")
    verdict(ctx, 1)
    with pytest.raises(ErreurInvariant):
        verdict(ctx, 2)
    after = battements(registre)
    told = {one: (beat.reussites - before[one].reussites, beat.echecs) for one, beat in after.items() if beat != before[one]}
    assert {one: counts for one, counts in told.items() if any(counts)} == {
        "purger": (1, 0), "sceller": (1, 0), "bilan": (1, 0), "verdict": (1, 1),
    }  # fmt: skip


def test_the_command_fails_when_red_and_says_what_to_do(
    patient, registre: Engine, url_registre: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLUX_BASE", url_registre)
    monkeypatch.setenv("FLUX_DOSSIER", str(tmp_path))
    monkeypatch.setenv("FLUX_SANTE__PLACE", "0")
    reglages.cache_clear()
    try:
        assert CliRunner().invoke(app, ["sante"]).exit_code == 0
        sql(registre, "UPDATE battements SET le = now() - interval '3 days' WHERE etape IN ('recevoir', 'bilan')")
        told = CliRunner().invoke(app, ["sante", "--json"])
        probe = CliRunner().invoke(app, ["sante", "--vivacite"])
    finally:
        reglages.cache_clear()
    assert (told.exit_code, probe.exit_code) == (1, 1)
    red = {(one["nom"], one["objet"]): one["do"] for one in json.loads(told.output) if one["etat"] == "rouge"}
    assert red == {
        ("battement", "recevoir"): MOTS["battement"].do,
        ("battement", "bilan"): MOTS["battement.bilan"].do,
        ("sftp", ""): MOTS["sftp"].do,
    }
    assert MOTS["battement"].faire in probe.output
    assert MOTS["battement.bilan"].faire in probe.output
