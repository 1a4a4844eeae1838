"""The tables themselves, and the pages made from them."""

import re
import string
from datetime import date

import pytest

from docs.generer import DOSSIER, PAGES
from flux.referentiel.anomalies import CATALOGUE
from flux.referentiel.interfaces import INTERFACES
from flux.referentiel.jeux import JEUX, jeu_en_vigueur
from flux.referentiel.motifs import MOTIFS
from flux.referentiel.schemas import SCHEMAS


@pytest.mark.parametrize("row", CATALOGUE.values(), ids=CATALOGUE)
def test_every_anomaly_has_both_languages_the_same_facts_and_a_code(row):
    assert re.fullmatch(r"[A-Z]+(-[A-Z]+)?-[A-Z]?\d+(\.\d+)?[a-z]?", row.rule)
    assert re.fullmatch(r"[A-Z]+(_[A-Z0-9]+)+", row.code) or row.code in MOTIFS
    facts = [{re.sub("_(fr|en)$", "", name) for _, name, _, _ in string.Formatter().parse(text) if name} for text in (row.fr, row.en)]
    assert facts[0] == facts[1]
    assert row.fr != row.en
    assert row.fr.endswith(".")
    assert row.en.endswith(".")


@pytest.mark.parametrize("row", CATALOGUE.values(), ids=CATALOGUE)
def test_every_anomaly_s_reasons_are_admitted_for_their_status(row):
    assert "501" in MOTIFS[row.motif_501].statuts
    assert "213" in MOTIFS[row.motif_213].statuts


@pytest.mark.parametrize("page", PAGES)
def test_reference_pages_are_up_to_date(page):
    assert (DOSSIER / page).read_text(encoding="utf-8") == PAGES[page](), "run: make docs"


def test_every_interface_answers_with_its_own_number():
    for row in INTERFACES.values():
        assert row.retour == f"CSO{row.chiffres}A"
        assert set(row.cycle_de_vie) == {"FSO1301A", "FEN1202A"}
    assert SCHEMAS


def test_a_flow_is_judged_by_the_set_in_force_on_its_day():
    codes = [
        jeu_en_vigueur(jour).code
        for jour in (date(2020, 1, 1), date(2024, 7, 24), date(2026, 1, 31), date(2026, 2, 1), date(2026, 8, 31), date(2026, 9, 1))
    ]
    assert codes == ["2024-07-24", "2024-07-24", "2024-07-24", "2026-02-01", "2026-02-01", "2026-09-01"]
    assert [row.depuis for row in JEUX] == sorted(row.depuis for row in JEUX)
