"""The compiled engine and Saxon say the same of example invoices and of damaged copies of them, set by set."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from flux.fabrique import ecrire_cii, ecrire_ubl, fabriquer_facture
from flux.referentiel.schemas import REGLES
from flux.regles.officielles import charger
from flux.regles.officielles.comparaison import comparer

LE = date(2026, 11, 20)


@pytest.fixture(scope="session")
def cache(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("regles")


@pytest.fixture(scope="session")
def factures(tmp_path_factory) -> list[Path]:
    dossier = tmp_path_factory.mktemp("factures")
    chemins = []
    for rang, lignes in enumerate((1, 5, 12)):
        for avoir in (False, True):
            facture = fabriquer_facture(7, rang, lignes, LE, avoir=avoir)
            for nom, ecrire in (("ubl", ecrire_ubl), ("cii", ecrire_cii)):
                chemin = dossier / f"{nom}{rang}{avoir}.xml"
                chemin.write_bytes(ecrire(facture))
                chemins.append(chemin)
    return chemins


@pytest.mark.parametrize("cle", REGLES)
def test_every_official_file_is_understood_whole(cle, cache):
    assert charger(cle, cache).nombre > 40


@pytest.mark.parametrize("graine", [1, 2])
def test_the_engines_agree_on_examples_and_mutants(factures, cache, graine):
    rapport = comparer(factures, mutants=40, graine=graine, cache=cache, jeux=("en16931-ubl", "br-fr-ubl", "br-fr-cii", "facturx-basicwl"))
    assert rapport.differences == []
    assert rapport.evaluations > 100
    assert rapport.echecs > 50
