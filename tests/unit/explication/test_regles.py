"""``flux regles``: the table of rules, and verdicts compared from one day to another."""

import json
from datetime import date

import pytest
from typer.testing import CliRunner

from flux.cli import app
from flux.errors import ErreurUsage
from flux.fabrique import Demande, ecrire_exemple
from flux.regles.gestion import REGLES

RUNNER = CliRunner()


def _lancer(*words: object):
    return RUNNER.invoke(app, ["regles", *map(str, words)])


@pytest.fixture
def corpus(tmp_path):
    (tmp_path / "lot").mkdir()
    for sequence, day in enumerate((date(2026, 5, 1), date(2026, 9, 30)), 1):
        ecrire_exemple(Demande("FSO1140A", sequence=sequence, le=day), tmp_path / "lot")
    (tmp_path / "lot" / "LISEZMOI.txt").write_text("rien", encoding="utf-8")
    return tmp_path / "lot"


def test_every_rule_is_listed_with_both_texts_its_source_and_its_days():
    rows = json.loads(_lancer("lister", "--format", "json").stdout)
    assert [row["rule"] for row in rows] == [row.cle for row in REGLES]
    assert all(row["fr"] and row["en"] and row["source"] and row["severity"] in {"error", "warning"} for row in rows)
    dated = next(row for row in rows if row["since"])
    assert date.fromisoformat(dated["since"])
    told = _lancer("lister", "--langue", "en").stdout
    assert "In force" in told
    assert all(row["rule"] in told for row in rows[:20])


def test_a_verdict_that_changes_between_two_days_is_told_with_its_rules(corpus):
    done = _lancer("diff", "2026-06-01", "2026-12-01", corpus, "--format", "json")
    found = json.loads(done.stdout)
    assert (done.exit_code, found["from"], found["to"], found["files"]) == (1, "2026-06-01", "2026-12-01", 2)
    (change,) = found["changed"]
    assert change["file"].endswith("2")
    assert "GES-G1.07" in change["rules_removed"]
    assert (change["before"], change["after"]) == ("rejected", "accepted")
    assert [one.endswith("LISEZMOI.txt") for one in found["ignored"]] == [True]
    table = _lancer("diff", "2026-06-01", "2026-12-01", corpus).stdout
    assert "GES-G1.07" in table
    assert "1 verdict(s) changent sur 2 fichier(s) ; 1 ignoré(s)" in table


def test_the_same_verdicts_give_exit_code_zero(corpus):
    done = _lancer("diff", "2026-12-01", "2026-12-02", corpus)
    assert (done.exit_code, "0 verdict(s) changent sur 2" in done.stdout) == (0, True)


def test_a_file_named_itself_must_say_its_interface(corpus):
    assert isinstance(_lancer("diff", "2026-06-01", "2026-12-01", corpus / "LISEZMOI.txt").exception, ErreurUsage)
