"""``flux fabriquer`` on the command line."""

import typer
from typer.testing import CliRunner

from flux.cli.fabriquer import fabriquer
from flux.errors import ErreurUsage

APP = typer.Typer()
APP.command()(fabriquer)


def _lancer(*arguments):
    return CliRunner().invoke(APP, [str(one) for one in arguments])


def test_it_writes_the_flow_and_says_what_it_wrote(tmp_path):
    result = _lancer("--interface", "FSO1140A", "--factures", 1, "--sortie", tmp_path)
    assert result.exit_code == 0, result.output
    assert "FSO1140A_ABC123_ABC1231140000000000000001" in result.output
    assert [one.name for one in tmp_path.iterdir()] == ["FSO1140A_ABC123_ABC1231140000000000000001"]


def test_it_lists_the_faulty_invoices_and_counts_the_rest(tmp_path):
    options = ("--factures", 25, "--lignes", 1, "--part-fautive", 1, "--defauts", "doctype, total-faux")
    result = _lancer("--interface", "FSO1146A", "--sortie", tmp_path, *options)
    assert "facture 1 : doctype" in result.output
    assert "facture 2 : total-faux" in result.output
    assert "et 5 autres" in result.output


def test_every_option_reaches_the_flow(tmp_path):
    options = ("--application", "XYZ999", "--sequence", 7, "--niveau", "BASIC", "--le", "2025-06-30", "--graine", 3, "--no-avoirs")
    result = _lancer("--interface", "FSO1147A", "--sortie", tmp_path, *options)
    assert result.exit_code == 0, result.output
    data = (tmp_path / "FSO1147A_XYZ999_XYZ9991147000000000000007").read_bytes()
    assert data.startswith(b"%PDF")


def test_an_unknown_fault_is_an_error_of_usage(tmp_path):
    result = _lancer("--interface", "FSO1140A", "--sortie", tmp_path, "--defauts", "nimporte")
    assert isinstance(result.exception, ErreurUsage)
