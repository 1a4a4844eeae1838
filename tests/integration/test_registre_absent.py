"""A shell without the platform's settings is told so: no command answers for a platform that it made itself."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import Engine, inspect, text
from typer.testing import CliRunner

from flux.cli import app
from flux.config import reglages
from flux.errors import ErreurConfiguration
from flux.registre.connexion import creer_moteur
from flux.registre.embarque import adresse, arreter
from flux.registre.migrations import derniere
from flux.registre.sante import revision

Commande = Callable[..., Result]


@pytest.fixture
def dossier() -> Iterator[Path]:
    """A data folder without anything, where the server's user can reach it."""
    found = Path(tempfile.mkdtemp(prefix="flux-absent-"))
    yield found
    arreter(found)
    shutil.rmtree(found)


@pytest.fixture
def commande(dossier: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Commande]:
    monkeypatch.delenv("FLUX_BASE", raising=False)
    monkeypatch.setenv("FLUX_DOSSIER", str(dossier))
    monkeypatch.chdir(dossier)
    reglages.cache_clear()
    yield lambda *args: CliRunner().invoke(app, list(args))
    reglages.cache_clear()


@pytest.mark.parametrize(
    "words",
    [
        "sante", "sante --vivacite", "metriques", "suivi --bloques", "registre bilan", "emission lacunes", "journal verifier", "rejouer 1",
        "entretien --a-blanc", "raccordement lister", "raccordement sante", "annuaire etat", "representation lister",
        "export factures f.csv", "registre migrer",
    ],
)  # fmt: skip
def test_without_a_ledger_a_command_says_which_setting_is_missing_and_makes_nothing(commande, dossier, words):
    done = commande(*words.split())
    assert isinstance(done.exception, ErreurConfiguration), done.output
    assert all(one in str(done.exception) for one in ("FLUX_BASE", "FLUX_DOSSIER", str(dossier)))
    assert list(dossier.iterdir()) == []


def test_a_ledger_is_made_when_that_is_asked_for_and_then_used(commande, dossier):
    first, again = commande("registre", "migrer", "--neuf"), commande("registre", "migrer")
    assert (first.exit_code, first.output) == (0, f"Révision / revision : — → {derniere()}\n")
    assert (again.exit_code, again.output) == (0, f"Révision / revision : {derniere()} → {derniere()}\n")
    assert commande("suivi", "--bloques").exit_code == 0


@pytest.fixture
def base_vide(dossier_postgres: Path) -> Iterator[Engine]:
    engine = creer_moteur(adresse(dossier_postgres, "ailleurs"))
    yield engine
    with engine.begin() as conn:
        conn.execute(text("DROP TABLE commandes"))
    engine.dispose()


def test_the_database_of_another_application_is_left_alone(commande, monkeypatch, base_vide):
    with base_vide.begin() as conn:
        conn.execute(text("CREATE TABLE commandes (id int)"))
    monkeypatch.setenv("FLUX_BASE", base_vide.url.render_as_string(hide_password=False))
    reglages.cache_clear()
    for words in ("registre migrer", "suivi --bloques", "raccordement lister"):
        done = commande(*words.split())
        assert isinstance(done.exception, ErreurConfiguration), done.output
        assert "commandes" in str(done.exception)
    assert inspect(base_vide).get_table_names() == ["commandes"]
    assert revision(base_vide) is None
