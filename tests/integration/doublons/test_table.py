"""The table of decisions is the one of the documentation, and leaves no case out."""

import itertools
import re
from pathlib import Path

import pytest

from flux.modele.doublon import IssueDoublon, PremierDepot, issue_doublon

PAGE = Path(__file__).parents[3] / "docs" / "decisions" / "0006-duplicates.md"
COLONNES = 5
CAS = list(itertools.product((False, True), repeat=COLONNES))


def _lignes() -> list[tuple[list[str], IssueDoublon]]:
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")
    ]
    return [(row[:COLONNES], IssueDoublon[row[COLONNES]]) for row in rows if re.fullmatch("yes|no", row[0])]


@pytest.mark.parametrize("cas", CAS)
def test_chaque_cas_est_une_ligne_de_la_table_et_une_seule(cas):
    tenu, memes, repondu, panne, facture = cas
    (attendue,) = [
        issue for row, issue in _lignes() if all(cell in ("-", ("no", "yes")[vrai]) for cell, vrai in zip(row, cas, strict=True))
    ]
    premier = PremierDepot(memes, repondu, panne) if tenu else None
    assert issue_doublon(premier, facture_tenue=facture) is attendue


def test_la_table_a_les_six_issues():
    assert {issue for _, issue in _lignes()} == set(IssueDoublon)
