"""What a partner wrote never becomes an order: to a terminal, a page, a program that reads JSON, an XML answer or the console's markup."""

import json
import re
from pathlib import Path

import pytest
from lxml import etree
from typer.testing import CliRunner

from flux.cli import app
from flux.emitters.textes import propre
from flux.enveloppe import NomFlux
from flux.modele.anomalie import citer
from tests.hostile.attaques_archive import entree, targz
from tests.hostile.modele import UBL, exemple
from tests.unit.statuts.exemples_statuts import MONTANT, cdar
from tests.unit.statuts.test_statuts_lus import CDAR, juger

#: Texts that something would obey: markup of the console, links, HTML, formulas, bidirectional and format characters.
HOSTILES = (
    "[red]x[/red]",
    "[link=http://x.test]x[/link]",
    "[/]",
    "<script>alert(1)</script>",
    "\" onload='x'",
    "=1+cmd|x",
    "\u202egnp",
    "\u2066x",
    "\u200b",
    "a\\[b]",
)
_NOM = str(NomFlux.construire(UBL, "ABC123", 1))
#: What must never reach a terminal: control characters but the newline, and the ones that turn or hide text.
_ORDRES = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


@pytest.fixture
def flux(tmp_path: Path) -> Path:
    """An archive whose names and values are hostile; every invoice is at fault in a place that quotes them."""
    entrees = []
    for rang, texte in enumerate((*HOSTILES, "\x1b[2J\x1b]0;x\x07", "\x9b31m")):
        value = texte if rang < len(HOSTILES) else "x"
        quoted = value.replace("&", "&amp;").replace("<", "&lt;")
        data = re.sub(r"(<cbc:InvoiceTypeCode>)[^<]*", lambda m, q=quoted: m[1] + q, exemple(UBL).decode()).replace(
            "F26-000000", f"F26-{rang:06d}"
        )
        entrees.append(entree(f"{texte.replace('/', '')}.xml", data.encode()))
    path = tmp_path / _NOM
    path.write_bytes(targz(*entrees))
    return path


def _sortie(flux: Path, *options: str) -> str:
    done = CliRunner().invoke(app, ["verifier", *options, str(flux)])
    assert done.exit_code == 1, done.output
    return done.stdout


@pytest.mark.parametrize("options", [(), ("--detail",), ("--detail", "--langue", "en")])
def test_a_terminal_shows_hostile_text_and_obeys_none(flux, options):
    found = _sortie(flux, *options)
    assert _ORDRES.search(found) is None
    assert "\\u001b" in found
    assert "\\u202e" in found
    assert "[red]x[red].xml" in found
    assert "[link=http:x.test]x[link].xml" in found


def test_a_page_holds_hostile_text_as_text(flux):
    found = _sortie(flux, "--format", "html")
    root = etree.fromstring(found.removeprefix("<!DOCTYPE html>").encode())
    assert {etree.QName(one).localname for one in root.iter("*")}.isdisjoint({"script", "a", "img", "iframe", "form"})
    assert not [one for one in root.iter("*") for name in one.attrib if name.startswith("on") or name in ("href", "src")]
    assert _ORDRES.search(found) is None
    assert "<script>alert(1)<script>.xml" in "".join(root.itertext())


def test_json_is_one_object_a_line_whatever_the_texts(flux):
    (line,) = _sortie(flux, "--format", "json").splitlines()
    assert {one["number"] for one in json.loads(line)["invoices"]} >= {"F26-000000-000000"}


@pytest.mark.parametrize("texte", [*HOSTILES, "\x1b[31m", "\0", "\x85", "a\ud800b", "\ufffe", "]]>&<"])
def test_texts_of_answers_are_xml_and_sentences_can_be_read(texte):
    root = etree.Element("x")
    root.text = propre(texte)
    assert etree.fromstring(etree.tostring(root)).text == propre(texte)
    assert citer(texte).isprintable()


def test_a_status_with_a_number_without_end_is_told():
    verdict = juger(cdar("212", montant=MONTANT.replace("120.00", "9" * 5_000)), CDAR)
    assert [one.rule for one in verdict.anomalies] == ["XML-09"]
