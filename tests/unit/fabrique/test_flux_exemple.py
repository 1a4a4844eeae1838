"""A whole flow: its name, its form, its determinism, its faulty part."""

import gzip
import tarfile
from datetime import date
from io import BytesIO

import pytest
from lxml import etree

from flux.enveloppe import NomFlux
from flux.errors import ErreurUsage
from flux.fabrique import Demande, ecrire_exemple

INTERFACES = ("FSO1140A", "FSO1146A", "FSO1147A")


@pytest.mark.parametrize("interface", INTERFACES)
def test_one_invoice_is_a_bare_file_without_extension(interface, tmp_path):
    ecrit = ecrire_exemple(Demande(interface, application="XYZ999", sequence=42), tmp_path)
    assert NomFlux.lire(ecrit.chemin.name) == NomFlux.construire(interface, "XYZ999", 42)
    data = ecrit.chemin.read_bytes()
    assert len(data) == ecrit.taille
    assert data.startswith(b"%PDF" if interface == "FSO1147A" else b"<?xml")


@pytest.mark.parametrize("interface", INTERFACES)
def test_several_invoices_are_a_targz_of_files_with_extension(interface, tmp_path):
    ecrit = ecrire_exemple(Demande(interface, factures=3), tmp_path)
    assert "." not in ecrit.chemin.name
    with tarfile.open(ecrit.chemin, "r:gz") as tar:
        members = tar.getmembers()
    suffix = ".pdf" if interface == "FSO1147A" else ".xml"
    assert len({one.name for one in members}) == 3
    assert all(one.name.startswith(interface) and one.name.endswith(suffix) and one.isfile() for one in members)


@pytest.mark.parametrize("interface", INTERFACES)
def test_the_same_request_gives_the_same_bytes(interface, tmp_path):
    demande = Demande(interface, factures=4, graine=9, defauts=("total-faux",))
    first, second = (ecrire_exemple(demande, tmp_path / place).chemin.read_bytes() for place in "ab")
    assert first == second
    other = ecrire_exemple(Demande(interface, factures=4, graine=10, defauts=("total-faux",)), tmp_path / "c").chemin.read_bytes()
    assert other != first


def test_nothing_half_written_is_left(tmp_path):
    ecrire_exemple(Demande("FSO1140A", factures=2), tmp_path)
    assert len(list(tmp_path.iterdir())) == 1


def test_the_gzip_header_holds_neither_time_nor_name(tmp_path):
    data = ecrire_exemple(Demande("FSO1140A", factures=2), tmp_path).chemin.read_bytes()
    assert data[3:8] == b"\0\0\0\0\0"
    assert gzip.decompress(data)


def test_one_invoice_in_ten_is_faulty_by_default(tmp_path):
    ecrit = ecrire_exemple(Demande("FSO1140A", factures=40, lignes=1, defauts=("xml-tronque", "doctype")), tmp_path)
    assert [nom for _, nom in ecrit.fautives] == ["xml-tronque", "doctype"] * 2
    with tarfile.open(ecrit.chemin, "r:gz") as tar:
        broken = [rang for rang, one in enumerate(tar) if _broken(tar.extractfile(one).read())]
    assert broken == [rang for rang, _ in ecrit.fautives]


def _broken(xml):
    try:
        return etree.fromstring(xml).getroottree().docinfo.doctype != ""
    except etree.XMLSyntaxError:
        return True


def test_the_faulty_part_can_be_chosen(tmp_path):
    ecrit = ecrire_exemple(Demande("FSO1140A", factures=8, lignes=1, defauts=("xml-tronque",), part_fautive=0.5), tmp_path)
    assert [rang for rang, _ in ecrit.fautives] == [0, 2, 4, 6]


def test_each_fault_is_borne_once_at_least(tmp_path):
    ecrit = ecrire_exemple(Demande("FSO1140A", factures=3, defauts=("doctype", "total-faux")), tmp_path)
    assert {nom for _, nom in ecrit.fautives} == {"doctype", "total-faux"}


def test_a_whole_flow_of_credit_notes(tmp_path):
    data = ecrire_exemple(Demande("FSO1140A", avoirs=True), tmp_path).chemin.read_bytes()
    assert etree.QName(etree.parse(BytesIO(data)).getroot()).localname == "CreditNote"


@pytest.mark.parametrize(
    "demande",
    [
        Demande("FSO9999A"),
        Demande("FSO1140A", factures=0),
        Demande("FSO1140A", lignes=0),
        Demande("FSO1140A", part_fautive=1.5),
        Demande("FSO1140A", defauts=("inconnu",)),
        Demande("FSO1140A", defauts=("pdf-chiffre",)),
        Demande("FSO1140A", application="abc"),
        Demande("FSO1140A", sequence=10**15),
    ],
)
def test_what_cannot_be_made_is_said(demande, tmp_path):
    with pytest.raises(ErreurUsage):
        ecrire_exemple(demande, tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_issue_date_can_be_chosen(tmp_path):
    data = ecrire_exemple(Demande("FSO1140A", le=date(2025, 3, 28)), tmp_path).chemin.read_bytes()
    assert b"<cbc:IssueDate>2025-03-" in data
