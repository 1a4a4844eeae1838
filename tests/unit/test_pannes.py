"""What a command prints when it stops: a sentence in two languages that names the variable and says what to do, never a dict or a trace."""

import os
import subprocess
import sys

import pytest

from flux.cli.pannes import faits, ligne
from flux.errors import ErreurConfiguration, ErreurInvariant, ErreurRegistre


def lancer(tmp_path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FLUX_")}
    env = kept | {"FLUX_DOSSIER": str(tmp_path)} | {f"FLUX_{name}": value for name, value in settings.items()}
    return subprocess.run([sys.executable, "-m", "flux", *words], capture_output=True, text=True, env=env, cwd=tmp_path, check=False)


@pytest.mark.parametrize(
    ("reglages", "variable", "fr", "en"),
    [
        ({"BASE": "postgresql+psycopg://x@127.0.0.1:1/x"}, "FLUX_BASE", "rétablir PostgreSQL", "restore PostgreSQL"),
        ({"BASE": "mysql://x@127.0.0.1/x"}, "FLUX_BASE", "écrire postgresql+psycopg://", "write postgresql+psycopg://"),
        ({"BASE": "n'importe quoi"}, "FLUX_BASE", "écrire postgresql+psycopg://", "write postgresql+psycopg://"),
        ({"CERTIFICATS__SERVICE": "https://un.example"}, "FLUX_CERTIFICATS__SERVICE='[", "du JSON est attendu", "JSON is wanted"),
        ({"TRANCHE_FACTURES": "beaucoup"}, "FLUX_TRANCHE_FACTURES", "réglages à corriger", "settings to mend"),
    ],
)
def test_a_command_that_stops_names_the_variable_and_says_what_to_do(tmp_path, reglages, variable, fr, en):
    done = lancer(tmp_path, "registre", "bilan", **reglages)
    assert (done.returncode, done.stdout) == (3, "")
    assert all(one in done.stderr for one in ("flux : ", variable, fr, en))
    assert len(done.stderr.splitlines()) == 1
    assert "{" not in done.stderr


@pytest.mark.parametrize(
    ("said", "sqlstate", "refuse"),
    [
        ("permission denied for table flux", "42501", True),
        ("password authentication failed", "28P01", True),
        ('connection failed: FATAL:  role "x" does not exist', None, True),
        ("connection failed: fe_sendauth: no password supplied", None, True),
        ("connection failed: FATAL:  the database system is starting up", None, False),
        ("connection failed: Connection refused", None, False),
        ("terminating connection due to administrator command", "57P01", False),
    ],
)
def test_a_server_that_refuses_is_not_one_that_is_absent(said, sqlstate, refuse):
    error = ErreurRegistre(f"the ledger did not answer (lire): {said}", operation="lire", sqlstate=sqlstate)
    first = ligne(error)
    assert error.refuse is refuse
    assert ("answered and refused" in first, "did not answer" in first) == (refuse, not refuse)
    assert first.endswith(f": {said} (operation=lire{f', sqlstate={sqlstate}' if sqlstate else ''})")


def test_an_operation_that_did_not_end_is_neither():
    error = ErreurRegistre("the ledger did not answer (lire): deadlock detected", operation="lire", sqlstate="40P01")
    assert "run again" in ligne(error)
    assert "did not answer" not in ligne(error)


def test_what_has_its_own_sentence_keeps_it_and_facts_are_plain():
    error = ErreurInvariant("stuck", flux_id=3, autres=(4, 5), rien=None)
    assert ligne(error) == "flux : stuck (flux_id=3, autres=4 5)"
    assert faits(ErreurConfiguration("x")) == ""
    assert "newer one" in ligne(ErreurConfiguration("the ledger cannot be migrated: …", reason="r"))


def test_a_variable_that_is_almost_a_setting_is_told_and_others_programs_are_left_alone(tmp_path):
    done = lancer(tmp_path, "interfaces", BSE="secret", SANTE_PLACE="1", SYSTEM_NAMESPACE="flux-system", BLOQUE_APRES='{"recu": 5}')
    assert done.returncode == 0
    assert [line.split(" ")[2] for line in done.stderr.splitlines()] == ["FLUX_BSE", "FLUX_SANTE_PLACE"]
    assert "FLUX_BASE" in done.stderr
    assert "FLUX_SANTE__PLACE" in done.stderr
    assert "secret" not in done.stderr


def test_a_table_that_is_no_json_is_named_with_an_example(tmp_path):
    done = lancer(tmp_path, "interfaces", BLOQUE_APRES="recu=900")
    assert done.returncode == 3
    assert """par exemple FLUX_BLOQUE_APRES='{"clé": "valeur"}'""" in done.stderr
    assert "recu=900" not in done.stderr
