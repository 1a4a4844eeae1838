"""The compiled engine and Saxon say the same of example invoices and of damaged copies of them, set by set."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux.referentiel.schemas import REGLES
from flux.regles.officielles import charger
from flux.regles.officielles.comparaison import comparer
from tests.unit.officielles.documents import documents


@pytest.fixture(scope="session")
def cache(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("regles")


@pytest.mark.parametrize("cle", REGLES)
def test_every_official_file_is_understood_whole(cle, cache):
    assert charger(cle, cache).nombre > 40


def test_the_engines_agree_on_the_documents_of_the_project_and_on_mutants_of_them(cache):
    """All eleven sets: invoices of every format and level, credit notes, odd VAT categories, lifecycle messages."""
    exemples = list(documents())
    assert len(exemples) >= 50
    rapport = comparer(exemples, mutants=60, graine=4, cache=cache)
    assert rapport.differences == []
    assert rapport.evaluations > 400
    assert rapport.echecs > 1_000
    assert rapport.abandons > 5
