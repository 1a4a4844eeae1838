"""Whatever is done to a document, the parsers answer: they never raise, and what they read back is what was written."""

import copy
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from flux.fabrique.ecrire_cii import ecrire_cii
from flux.fabrique.ecrire_ubl import ecrire_ubl
from flux.fabrique.facture import fabriquer_facture
from flux.limites import Limites
from flux.modele.facture import Facture
from flux.parsers.cii import lire_cii
from flux.parsers.facturx import ouvrir_pdf
from flux.parsers.ubl import lire_ubl
from flux.parsers.valeurs import decimal, jour_102, jour_iso, octets_base64
from flux.parsers.xml import lire_xml
from tests.unit.parsers.exemples import facturx, fixture

LIMITES = Limites()
DOCUMENTS = [(fixture("complete-ubl.xml"), lire_ubl), (fixture("complete-cii.xml"), lire_cii)]
TEXTES = st.one_of(st.none(), st.sampled_from(["", " ", "1e9", "-", "0", "#AAI#", "2026-02-30", "true", "NaN"]), st.text(max_size=20))


def set_text(node, other, text):
    node.text = text


def set_attributes(node, other, text):
    for name in node.attrib:
        node.set(name, text or "")


def set_tag(node, other, text):
    node.tag = other.tag


def delete(node, other, text):
    if node.getparent() is not None:
        node.getparent().remove(node)


def double(node, other, text):
    if node.getparent() is not None:
        node.getparent().append(copy.deepcopy(node))


def swap(node, other, text):
    if node.getparent() is not None and node is not other and node not in list(other.iterancestors()):
        other.append(node)


def empty(node, other, text):
    for child in list(node):
        node.remove(child)


GESTES = st.lists(
    st.tuples(
        st.sampled_from([set_text, set_attributes, set_tag, delete, double, swap, empty]),
        st.integers(0, 10_000),
        st.integers(0, 10_000),
        TEXTES,
    ),
    min_size=1,
    max_size=8,
)


def mutate(root, gestures):
    for gesture, first, second, text in gestures:
        nodes = list(root.iter("*"))
        with suppress(ValueError):  # lxml refuses text that XML cannot hold
            gesture(nodes[first % len(nodes)], nodes[second % len(nodes)], text)
    return root


@pytest.mark.parametrize(("data", "lire"), DOCUMENTS)
@settings(max_examples=150, deadline=None)
@given(gestures=GESTES)
def test_mutated_documents_are_read(data, lire, gestures):
    root = mutate(etree.fromstring(data), gestures)
    assert isinstance(lire(root), Facture)


@settings(max_examples=150, deadline=None)
@given(cuts=st.lists(st.tuples(st.integers(0, 30_000), st.binary(max_size=4)), min_size=1, max_size=4))
def test_damaged_bytes_are_answered(cuts):
    data = bytearray(DOCUMENTS[0][0])
    for place, new in cuts:
        start = place % len(data)
        data[start : start + len(new)] = new
    root, anomalies = lire_xml(bytes(data), LIMITES)
    assert (root is None) == bool(anomalies)


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_answered(data):
    root, anomalies = lire_xml(data, LIMITES)
    assert (root is None) == bool(anomalies)
    assert ouvrir_pdf(data, LIMITES)[1]


@settings(max_examples=200, deadline=None)
@given(
    cuts=st.lists(st.tuples(st.integers(0, 100_000), st.binary(min_size=1, max_size=8)), min_size=1, max_size=4), end=st.integers(0, 100)
)
def test_damaged_pdfs_are_answered(cuts, end):
    data = bytearray(facturx(b"<a>facture</a>"))
    for place, new in cuts:
        start = place % len(data)
        data[start : start + len(new)] = new
    xml, anomalies, _ = ouvrir_pdf(bytes(data[: len(data) - end]), LIMITES)
    assert xml is not None or anomalies


@given(text=st.text(max_size=30))
def test_any_text_is_a_value_or_none(text):
    for lire in (decimal, jour_iso, jour_102, octets_base64):
        lire(text)


@given(value=st.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_decimals_come_back(value):
    assert decimal(f"{value:f}") == value


@given(day=st.dates())
def test_days_come_back(day):
    assert jour_iso(day.isoformat()) == day
    assert jour_102(day.isoformat().replace("-", "")) == day


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), lines=st.integers(1, 12), credit=st.booleans())
def test_what_is_written_comes_back_from_both_syntaxes(seed, lines, credit):
    facture = fabriquer_facture(seed, seed, lines, date(2026, 9, 14), avoir=credit)
    assert lire_ubl(lire_xml(ecrire_ubl(facture), LIMITES)[0]) == facture
    assert lire_cii(lire_xml(ecrire_cii(facture), LIMITES)[0]) == facture
