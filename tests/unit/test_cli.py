"""The command line as a person or a script meets it: exit codes, JSON, text."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flux.cli import app
from flux.cli.ecran import tableau
from flux.errors import ErreurUsage
from flux.fabrique import Demande, ecrire_exemple
from flux.referentiel.interfaces import INTERFACES
from flux.referentiel.schemas import REGLES

RUNNER = CliRunner()
CLES_ANOMALIE = {"member", "code", "severity", "layer", "rule", "path", "line", "column", "found", "expected", "fr", "en"}
CLES_ANOMALIE |= {"term", "term_fr", "term_en"}


def _fabriquer(tmp_path: Path, **demande: object) -> Path:
    return ecrire_exemple(Demande(**({"interface": "FSO1140A", "avoirs": False} | demande)), tmp_path).chemin


def _json(*words: object) -> tuple[int, list[dict[str, object]]]:
    done = RUNNER.invoke(app, ["verifier", "--format", "json", *map(str, words)])
    return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()]


def test_the_official_rules_are_made_ready_once(tmp_path):
    done = [RUNNER.invoke(app, ["regles", "compiler", "--dossier", str(tmp_path / "regles")]) for _ in range(2)]
    assert [one.exit_code for one in done] == [0, 0]
    assert all(cle in done[1].stdout for cle in REGLES)
    assert len(list((tmp_path / "regles").glob("*.bin"))) == len(REGLES)


@pytest.mark.parametrize("interface", INTERFACES)
def test_a_good_flow_is_accepted(tmp_path, interface):
    code, (found,) = _json(_fabriquer(tmp_path, interface=interface))
    assert (code, found["verdict"], found["anomalies"]) == (0, "accepted", [])
    assert found["interface"] == interface
    assert found["rule_set"] == "2026-09-01"
    (invoice,) = found["invoices"]
    assert invoice["number"]
    assert invoice["verdict"] == "accepted"


def test_a_rejected_invoice_says_all_there_is_to_say(tmp_path):
    code, (found,) = _json(_fabriquer(tmp_path, factures=10, defauts=("montant-illisible",)))
    assert (code, found["verdict"]) == (1, "rejected")
    assert [one["verdict"] for one in found["invoices"]].count("rejected") == 1
    (fault,) = found["anomalies"]
    assert set(fault) == CLES_ANOMALIE
    assert fault["code"] == "ERR_XSD_001"
    assert (fault["term"], fault["term_fr"], fault["term_en"]) == ("BT-112", "total TTC", "total with VAT")
    assert fault["found"] == "-1 324,60"
    assert fault["line"] > 1
    assert fault["column"] >= 1


def test_several_files_give_one_object_each_and_the_worst_exit_code(tmp_path):
    good, bad = _fabriquer(tmp_path, sequence=1), _fabriquer(tmp_path, sequence=2, defauts=("xml-tronque",), part_fautive=1.0)
    code, found = _json(good, bad)
    assert code == 1
    assert [one["verdict"] for one in found] == ["accepted", "unreadable"]
    assert [one["file"] for one in found] == [str(good), str(bad)]


def test_the_interface_may_be_said_apart_from_the_name(tmp_path):
    renamed = _fabriquer(tmp_path).rename(tmp_path / "facture.xml")
    assert _json("--interface", "FSO1140A", renamed)[0] == 0
    code, (found,) = _json("--interface", "FSO1146A", renamed)
    assert (code, found["anomalies"][0]["rule"]) == (1, "XML-06")


@pytest.mark.parametrize(
    "words",
    [["facture.xml"], ["--interface", "FSO9999A", "facture.xml"], ["absent.xml"], ["--interface", "FSO1140A", "."]],
)
def test_unusable_arguments_are_refused_with_exit_code_two(tmp_path, monkeypatch, words):
    _fabriquer(tmp_path).rename(tmp_path / "facture.xml")
    monkeypatch.chdir(tmp_path)
    done = RUNNER.invoke(app, ["verifier", *words])
    assert isinstance(done.exception, ErreurUsage)
    process = subprocess.run(
        [sys.executable, "-c", "from flux.cli import principal; principal()", "verifier", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 2
    assert process.stderr.startswith("flux : ")
    assert "Traceback" not in process.stderr


def test_text_is_plain_in_a_pipe_and_speaks_both_languages(tmp_path):
    bad = _fabriquer(tmp_path, defauts=("montant-illisible",), part_fautive=1.0)
    french = RUNNER.invoke(app, ["verifier", str(bad)])
    english = RUNNER.invoke(app, ["verifier", "--langue", "en", str(bad)])
    assert (french.exit_code, english.exit_code) == (1, 1)
    assert "\x1b[" not in french.stdout
    assert "rejeté" in french.stdout
    assert "n'est pas un nombre" in french.stdout
    assert "rejected" in english.stdout
    assert "is not a number" in english.stdout
    assert "ERR_XSD_001" in english.stdout


@pytest.mark.parametrize("encodage", ["ascii", "latin-1", "cp1252"])
def test_a_verdict_is_told_whatever_the_encoding_of_the_terminal(tmp_path, encodage):
    bad = _fabriquer(tmp_path, defauts=("montant-illisible",), part_fautive=1.0)

    def dire(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "flux", "verifier", *words, str(bad)],
            capture_output=True, encoding=encodage, env={**os.environ, "PYTHONIOENCODING": encodage}, check=False,
        )  # fmt: skip
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        return done.stdout

    assert "\\u2717 ERR_XSD_001" in dire()
    assert json.loads(dire("--format", "json")) == json.loads(RUNNER.invoke(app, ["verifier", "--format", "json", str(bad)]).stdout)


def test_a_table_folds_no_digest_in_a_pipe(capsys, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    tableau("Flux 1", ("n°", "quoi", "SHA-256"), [(0, "Reçu, 8640 octets", "a" * 64)])
    assert "a" * 64 in capsys.readouterr().out
    monkeypatch.setenv("COLUMNS", "40")
    tableau("Flux 1", ("n°", "quoi", "SHA-256"), [(0, "Reçu, 8640 octets", "a" * 64)])
    assert all(len(line) <= 40 for line in capsys.readouterr().out.splitlines())


def test_a_hostile_name_cannot_speak_to_the_terminal(tmp_path):
    bad = _fabriquer(tmp_path).rename(tmp_path / "FSO1140A\x1b[31m[bold]x")
    done = RUNNER.invoke(app, ["verifier", "--interface", "FSO1146A", str(bad)])
    assert "\x1b" not in done.stdout
    assert "[bold]x" in done.stdout


def test_the_interface_table_is_printed_whole():
    rows = json.loads(RUNNER.invoke(app, ["interfaces", "--format", "json"]).stdout)
    assert [row["code"] for row in rows] == list(INTERFACES)
    assert all(row["feedback"] == f"CSO{row['code'][3:]}" for row in rows)
    assert all(code in RUNNER.invoke(app, ["interfaces"]).stdout for code in INTERFACES)
