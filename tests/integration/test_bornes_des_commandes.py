"""Commands given what no ledger holds: they say so with the code of unusable arguments, and never by a trace."""

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from flux.cli import app
from flux.config import reglages
from flux.errors import ErreurUsage


@pytest.fixture
def vide(registre: Engine, tmp_path, monkeypatch):
    monkeypatch.setenv("FLUX_BASE", registre.url.render_as_string(hide_password=False))
    monkeypatch.setenv("FLUX_DOSSIER", str(tmp_path))
    monkeypatch.setenv("FLUX_MOTEUR_REGLES", "aucun")
    reglages.cache_clear()
    yield
    reglages.cache_clear()


@pytest.mark.parametrize(
    "ligne",
    [
        "journal montrer 99999999999999999999",
        "journal montrer 1 --facture 99999999999",
        "journal verifier --flux 99999999999999999999",
        "journal verifier --flux 7",
        "journal sceller --jour 9999-12-31",
        "rejouer 99999999999999999999",
        "registre bilan --jour 9999-12-31",
        "emission lacunes --depuis 99999999999999",
    ],
)
def test_what_no_ledger_holds_is_an_unusable_argument(vide, ligne):
    done = CliRunner().invoke(app, ligne.split())
    assert isinstance(done.exception, ErreurUsage) or done.exit_code == 2
    assert "intact" not in done.output


@pytest.mark.parametrize("jour", ["0001-01-01", "1970-01-01", "2026-03-29", "2026-10-25"])
def test_a_day_without_deposit_balances(vide, jour):
    done = CliRunner().invoke(app, ["registre", "bilan", "--jour", jour])
    assert (done.exit_code, done.exception) == (0, None)
