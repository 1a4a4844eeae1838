"""What is installed is listed, with its licences; an audit that did not take place is never called clean."""

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from docs.licences import PAGE, lignes, page, verrouilles
from outils.auditer import NON_AUDITE, SAIN, VERROU, VULNERABLE, juger

RACINE = Path(__file__).parents[2]
_SAIN = {"name": "a", "version": "1", "vulns": []}
_TROUE = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}]}
_PASSE = {"name": "c", "skip_reason": "Dependency not found on PyPI and could not be audited: c (3)"}


def test_the_page_of_licences_is_that_of_the_lock():
    said = PAGE.read_text(encoding="utf-8")
    assert page(said) == said, "run: make docs"
    assert [row[:2] for row in lignes(said)] == verrouilles(VERROU.read_text(encoding="utf-8"))
    assert ("lxml", version("lxml"), "BSD-3-Clause") in lignes(said)
    assert ("saxonche", version("saxonche"), "MPL-2.0-no-copyleft-exception") in lignes(said)
    assert not [row for row in lignes(said) if row[2] == "not declared"]


def test_the_bill_of_materials_names_what_is_locked(tmp_path):
    out = tmp_path / "sbom.json"
    subprocess.run(["make", "--silent", ".venv-sbom/.installed", f"PYTHON={sys.executable}"], cwd=RACINE, check=True)
    # `make sbom` has it validated; that takes twenty seconds.
    command = [str(RACINE / ".venv-sbom" / "bin" / "cyclonedx-py"), "environment", "--pyproject", str(RACINE / "pyproject.toml")]
    subprocess.run([*command, "--output-reproducible", "--no-validate", "--output-file", str(out), sys.executable], check=True)
    bom = json.loads(out.read_text())
    assert (bom["bomFormat"], bom["specVersion"], bom["metadata"]["component"]["name"]) == ("CycloneDX", "1.6", "chorus-flux")
    found = {(one["name"].lower().replace("_", "-").replace(".", "-"), one["version"]) for one in bom["components"]}
    locked = set(verrouilles(VERROU.read_text(encoding="utf-8")))
    assert len(locked & found) > 200
    assert {"lxml", "apache-airflow", "cryptography"} <= {name for name, _ in locked & found}
    assert "chorus-flux" not in {name for name, _ in found}


def test_no_process_of_airflow_builds_a_grammar_of_addresses_at_its_start():
    """Jsonschema's checks of formats do, where a package brings them: two seconds of each start."""
    done = subprocess.run([sys.executable, "-c", "import jsonschema, sys; print('lark' in sys.modules)"], capture_output=True, check=True)
    assert done.stdout == b"False\n"


@pytest.mark.parametrize(
    ("rapport", "code", "dit"),
    [
        (json.dumps({"dependencies": [_SAIN]}), SAIN, "1 packages audited"),
        (json.dumps({"dependencies": [_SAIN, _TROUE]}), VULNERABLE, "b 2: PYSEC-1, fixed in 2.1"),
        (json.dumps({"dependencies": [_SAIN, _PASSE]}), NON_AUDITE, "NOT AUDITED: 1 of 2 packages (c)"),
        (json.dumps({"dependencies": [_TROUE, _PASSE]}), VULNERABLE, "NOT AUDITED: 1 of 2 packages (c)"),
        (json.dumps({"dependencies": []}), NON_AUDITE, "NOT AUDITED"),
        ("", NON_AUDITE, "ConnectionError: nobody"),
    ],
)
def test_an_audit_is_green_only_when_all_was_looked_up(rapport, code, dit):
    bilan = juger(rapport, "Traceback\nConnectionError: nobody\n")
    assert bilan.code == code
    assert dit in "\n".join(bilan.lignes)
