"""What is written is what was made, byte for byte the same every time."""

from datetime import date

import pytest
from lxml import etree

from flux.fabrique import Niveau, ecrire_cii, ecrire_ubl, fabriquer_facture
from flux.fabrique.ecrire_facturx import ecrire_facturx
from flux.parsers.cii import lire_cii
from flux.parsers.ubl import lire_ubl
from tests.golden import comparer

LE = date(2026, 9, 30)


@pytest.mark.parametrize(
    ("nom", "ecrire", "avoir"),
    [("ubl-facture.xml", ecrire_ubl, False), ("ubl-avoir.xml", ecrire_ubl, True), ("cii-facture.xml", ecrire_cii, False)],
)
def test_bytes_are_those_of_the_golden_file(nom, ecrire, avoir):
    comparer(f"fabrique/{nom}", ecrire(fabriquer_facture(42, 3, 5, LE, avoir=avoir)))


@pytest.mark.parametrize("niveau", Niveau)
def test_bytes_of_each_level_are_those_of_the_golden_file(niveau):
    comparer(f"fabrique/cii-{niveau.lower()}.xml", ecrire_cii(fabriquer_facture(42, 3, 2, LE, avoir=False), niveau))


@pytest.mark.parametrize(("ecrire", "lire"), [(ecrire_ubl, lire_ubl), (ecrire_cii, lire_cii)])
def test_reading_back_gives_the_invoice_that_was_written(ecrire, lire):
    for rang in range(120):
        facture = fabriquer_facture(5, rang, 4, LE)
        assert lire(etree.fromstring(ecrire(facture))) == facture


def test_text_is_escaped():
    facture = next(
        one for one in (fabriquer_facture(1, rang, 9, LE) for rang in range(50)) if any("<" in (x.description or "") for x in one.lignes)
    )
    assert b"&lt;Full HD&gt;" in ecrire_ubl(facture)
    assert b"&lt;Full HD&gt;" in ecrire_cii(facture)


def test_facturx_bytes_do_not_depend_on_the_clock(monkeypatch):
    facture = fabriquer_facture(42, 3, 5, LE)
    first = ecrire_facturx(facture)
    monkeypatch.setattr("facturx.facturx._get_pdf_timestamp", lambda *_: "D:20010101000000+00'00'")
    monkeypatch.setattr("facturx.facturx._get_metadata_timestamp", lambda: "2001-01-01T00:00:00+00:00")
    assert ecrire_facturx(facture) == first
