"""``flux emission``: what an operator reads, and the exit codes that a monitor reads."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from flux.cli import app
from flux.config import reglages
from flux.errors import ErreurUsage
from flux.transport.entrepot import Entrepot
from tests.integration.registre.aides import flux_repondu, lignes_de


@pytest.fixture
def commande(registre: Engine, tmp_path, monkeypatch):
    monkeypatch.setenv("FLUX_BASE", registre.url.render_as_string(hide_password=False))
    monkeypatch.setenv("FLUX_DOSSIER", str(tmp_path))
    reglages.cache_clear()
    yield lambda *args: CliRunner().invoke(app, ["emission", *map(str, args)])
    reglages.cache_clear()


def test_nothing_missing_is_said_and_is_0(commande, registre):
    flux_repondu(registre)
    with registre.begin() as conn:
        conn.execute(text("UPDATE sorties SET etat = 'emise', emise_le = now()"))
    done = commande("lacunes")
    assert (done.exit_code, done.output) == (0, "Rien ne manque. / Nothing is missing.\n")


def test_what_is_missing_is_said_line_by_line_and_is_1(commande, registre):
    flux_repondu(registre)
    with registre.begin() as conn:
        conn.execute(text("UPDATE numeros SET dernier = 3"))
        conn.execute(text("UPDATE sorties SET cree_le = '2026-01-02T03:04:05Z'"))
        conn.execute(
            text(
                "INSERT INTO envois (partenaire_id, interface, flux_id, membre_rang, statut_rang, cree_le, octets, refus) "
                "VALUES (1, 'FEN1202A', 1, 0, 1, now(), 1, 'sans motif')"
            )
        )
        conn.execute(
            text(
                "INSERT INTO flux (partenaire_id, nom, reclamation, sha256, taille, recu_le) "
                "VALUES (1, 'PERDU', 'r9', repeat('a', 64), 1, '2026-01-02T03:04:05Z')"
            )
        )
    done = commande("lacunes", "--depuis", 60)
    assert done.exit_code == 1
    assert done.output.splitlines() == [
        "numéro sans fichier / number without file : ABC001 2",
        "numéro sans fichier / number without file : ABC001 3",
        "flux sans réponse / flow without answer : ABC001 PERDU, reçu le / received 2026-01-02T03:04:05Z",
        "fichier en attente d'émission / file that waits to leave : retour-1, depuis / since 2026-01-02T03:04:05Z",
        "message refusé / refused message : ABC001 FEN1202A, flux 1, fichier / file 0 : sans motif",
    ]


def test_a_file_is_sent_again_by_its_name(commande, registre, tmp_path):
    flux_repondu(registre)
    kept = Entrepot(str(tmp_path / "entrepot")).deposer([b"bytes"])
    with registre.begin() as conn:
        conn.execute(text("UPDATE sorties SET etat = 'emise', cle = :cle, sha256 = :sha256"), {"cle": kept.cle, "sha256": kept.sha256})
    done = commande("rejouer", "retour-1")
    assert done.exit_code == 0
    assert done.output.endswith("retour-1 : repartira à la prochaine émission / leaves with the next emission\n")
    assert lignes_de(registre, "SELECT etat FROM sorties") == [("a_emettre",)]


def test_a_name_that_is_none_of_ours_is_refused_by_name(commande, registre):
    done = commande("rejouer", "FSO0000A")
    assert isinstance(done.exception, ErreurUsage)
    assert "FSO0000A" in str(done.exception)


def test_grouping_by_hand_says_how_many_files_it_made(commande, registre):
    flux_repondu(registre)
    instant = datetime(2026, 11, 23, 10, tzinfo=UTC)
    with registre.begin() as conn:
        conn.execute(
            text(
                "INSERT INTO statuts (flux_id, membre_rang, rang, code, horodatage, pose_le, a_emettre) "
                "VALUES (1, 0, 1, 'SERVICE_FAIT', :le, now(), true)"
            ),
            {"le": instant},
        )
    assert commande("grouper").output == "0 fichier(s) groupé(s) / grouped file(s)\n"
    assert commande("grouper", "--tout").output.endswith("3 fichier(s) groupé(s) / grouped file(s)\n")
