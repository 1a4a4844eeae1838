"""Every threat of the page names a guard and a test, and both exist."""

import re
from pathlib import Path

import pytest

RACINE = Path(__file__).parents[2]
PAGE = RACINE / "docs" / "threats.md"
LIGNES = [one.split(" | ") for one in PAGE.read_text(encoding="utf-8").splitlines() if one.startswith("| ") and not one.startswith("|---")][
    1:
]
_FICHIERS = {str(one.relative_to(RACINE)) for top in ("flux", "tests", "raccordement", "outils") for one in (RACINE / top).rglob("*")}


def existe(nom: str) -> bool:
    """Whether a file, a folder or a target of the Makefile bears a name."""
    if nom.startswith("make "):
        return re.search(rf"^{nom.split()[1]}:", (RACINE / "Makefile").read_text(encoding="utf-8"), re.MULTILINE) is not None
    return (RACINE / nom).exists() or any(one == nom or one.endswith("/" + nom) for one in _FICHIERS)


@pytest.mark.parametrize("ligne", LIGNES, ids=lambda one: one[0].strip("| "))
def test_a_threat_has_a_guard_and_a_test_that_exist(ligne):
    _, garde, epreuve = ligne
    assert len(garde) > 10
    tests = [one for one in re.findall(r"`([^`]+)`", epreuve) if "…" not in one]
    assert tests
    assert [one for one in tests if not existe(one)] == []
    assert [one for one in re.findall(r"`([\w/]+\.py)`", garde) if not existe(one)] == []


def test_a_name_that_does_not_exist_is_seen():
    assert len(LIGNES) > 15
    assert not existe("tests/securite/test_absent.py")
    assert not existe("make absent")
