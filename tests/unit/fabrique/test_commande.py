"""``flux fabriquer`` on the command line."""

import pytest
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


@pytest.mark.parametrize(
    ("option", "valeur", "fr", "en"),
    [
        ("--defauts", "nimporte", "défaut inconnu, choisissez parmi", "unknown fault, choose one of these: montant-illisible"),
        ("--defauts", "pdf-sans-xml", "ne s'applique pas à FSO1140A", "does not apply to FSO1140A"),
        ("--interface", "FSO9999A", "interface inconnue, donnez l'un de ces codes", "unknown interface, give one of these codes: FSO1100A"),
        (
            "--interface",
            "FSO1102A",
            "retirée de l'offre en mars 2019",
            "withdrawn in March 2019), give one of these codes: FSO1100A, FSO1106A",
        ),
        ("--application", "abc", "trois capitales et trois chiffres", "three capitals and three digits"),
    ],
)
def test_a_value_that_no_flow_can_have_is_told_in_both_languages_with_its_option(tmp_path, option, valeur, fr, en):
    result = _lancer("--interface", "FSO1140A", "--sortie", tmp_path, option, valeur)
    assert isinstance(result.exception, ErreurUsage)
    told = str(result.exception)
    assert told.startswith(f"{option} {valeur} : ")
    assert fr in told.partition(" / ")[0]
    assert en in told.partition(" / ")[2]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("jour", ["0001-01-10", "1899-12-31", "3000-01-01", "9999-12-31"])
def test_a_day_that_no_invoice_can_bear_is_an_error_of_usage(tmp_path, jour):
    result = _lancer("--interface", "FSO1140A", "--sortie", tmp_path, "--le", jour)
    assert isinstance(result.exception, ErreurUsage)
    assert jour in str(result.exception)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("jour", ["1900-01-01", "2999-12-31"])
@pytest.mark.parametrize("interface", ["FSO1140A", "FSO1117A", "FSO1100A"])
def test_the_first_and_the_last_day_can_be_borne(tmp_path, interface, jour):
    assert _lancer("--interface", interface, "--factures", 14, "--sortie", tmp_path, "--le", jour).exit_code == 0


def test_a_folder_that_cannot_be_written_is_an_error_of_usage_that_names_it(tmp_path):
    (tmp_path / "fichier").write_text("")
    for sortie in ("/proc/nulle-part", tmp_path / "fichier" / "sous"):
        result = _lancer("--interface", "FSO1140A", "--sortie", sortie)
        assert isinstance(result.exception, ErreurUsage)
        assert str(sortie) in str(result.exception)


def test_a_file_that_cannot_take_its_name_is_an_error_of_usage_and_leaves_nothing(tmp_path):
    (tmp_path / "FSO1140A_ABC123_ABC1231140000000000000001").mkdir()
    assert isinstance(_lancer("--interface", "FSO1140A", "--sortie", tmp_path).exception, ErreurUsage)
    assert [one.name for one in tmp_path.iterdir()] == ["FSO1140A_ABC123_ABC1231140000000000000001"]
