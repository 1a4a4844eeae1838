"""Every rule of the table: its row, its texts, an invoice that breaks it and one that keeps it, in every syntax."""

import re
from datetime import date

import pytest

from flux.referentiel.anomalies import CATALOGUE
from flux.referentiel.espaces_de_noms import PREFIXES
from flux.referentiel.interfaces import INTERFACES, Ere
from flux.referentiel.termes import TERMES
from flux.regles.gestion import REGLES
from flux.regles.gestion.table import SUITE
from tests.unit.gestion.cas import CAS, SYNTAXES, juger

_TOUS = [(cas, syntaxe) for cas in CAS for syntaxe in cas.syntaxes]


def _nom(value):
    return value if isinstance(value, str) else f"{value.regle}-{value.ere}"


def _attendues(regle, interface):
    """Rows of a key that may judge under an interface."""
    return [row for row in REGLES if row.cle == regle and row.en_vigueur(interface, date(2026, 7, 20))]


def test_every_published_control_of_chorus_pro_has_its_row():
    told = {row.publie for row in REGLES if row.publie.startswith("BR-FR-CPRO-")}
    assert told == {f"BR-FR-CPRO-{number:02}" for number in range(1, 45)}


def test_every_rule_of_every_era_has_an_invoice_that_breaks_it():
    wanted = {(row.cle, era) for row in REGLES for era in row.eres}
    assert {(cas.regle, cas.ere) for cas in CAS} == wanted


@pytest.mark.parametrize(("cas", "syntaxe"), _TOUS, ids=_nom)
def test_a_broken_invoice_is_told_by_its_rule_at_a_place_of_the_file(cas, syntaxe):
    anomalies, root, _ = juger(cas, syntaxe, casse=True)
    interface = INTERFACES[SYNTAXES[cas.ere, syntaxe][0]]
    found = [a for a in anomalies if a.rule == cas.regle]
    assert found, [a.rule for a in anomalies]
    (row,) = _attendues(cas.regle, interface)
    for one in found:
        assert one.severity is (row.severite or CATALOGUE[cas.regle].severity)
        assert one.published is None
        (place,) = root.xpath(one.path, namespaces=PREFIXES)
        element = place.getparent() if isinstance(place, str) else place
        assert one.line == element.sourceline
        assert one.column >= 1
        assert not re.search(r"[{}]", one.fr + one.en)
        assert "None" not in one.fr


@pytest.mark.parametrize(("cas", "syntaxe"), _TOUS, ids=_nom)
def test_a_good_invoice_is_not_told(cas, syntaxe):
    anomalies, _, _ = juger(cas, syntaxe, casse=False)
    assert cas.regle not in {a.rule for a in anomalies}


#: What these quote is not the text of one element: a count, a list, a name made of several, a line's own place.
_SANS_TEXTE = ("PER-01", "MNT-03", "PJ-05", "PJ-06", "PJ-07", "PJ-08", "CPRO-19", "CAD-21c")


@pytest.mark.parametrize(("cas", "syntaxe"), [one for one in _TOUS if one[0].regle not in _SANS_TEXTE], ids=_nom)
def test_a_value_found_is_the_text_of_the_place_told(cas, syntaxe):
    anomalies, root, _ = juger(cas, syntaxe, casse=True)
    for one in anomalies:
        if one.rule == cas.regle and one.found not in (None, "∅"):
            (place,) = root.xpath(one.path, namespaces=PREFIXES)
            text = place if isinstance(place, str) else (place.text or "").strip()
            found = one.found.rstrip("…")
            if re.fullmatch(r"\d{4}-\d\d-\d\d", found):
                found, text = found.replace("-", ""), text.replace("-", "")
            assert text.startswith(found)


@pytest.mark.parametrize("row", REGLES, ids=lambda row: f"{row.cle}-{'-'.join(sorted(row.eres))}")
def test_every_row_says_what_it_speaks_of_and_where_it_comes_from(row):
    assert row.source
    assert row.eres <= frozenset(Ere)
    assert row.interfaces is None or row.interfaces <= set(INTERFACES)
    assert set(row.termes) <= set(TERMES)
    assert row.jusqua is None or row.depuis <= row.jusqua
    assert row.cle in CATALOGUE


def test_every_text_of_the_layer_belongs_to_a_rule():
    told = {row.cle for row in REGLES} | {SUITE}
    assert {key for key, row in CATALOGUE.items() if row.layer == "business"} == told
