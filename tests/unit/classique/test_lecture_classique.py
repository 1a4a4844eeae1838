"""The classic syntaxes: one invoice read alike, prices, visuals, several invoices in a file."""

from dataclasses import replace

import pytest
from lxml import etree

from flux.controle import juger
from flux.limites import Limites
from flux.parsers.chorus_cii import lire_chorus_cii
from flux.parsers.cpp_facture import lire_cpp_facture
from flux.parsers.ubl import lire_ubl
from flux.referentiel.espaces_de_noms import PREFIXES
from flux.referentiel.interfaces import INTERFACES
from tests.unit.classique.exemples_classiques import EN_CII, EN_CPP, EN_UBL, fixture

LIMITES = Limites()
FICHIERS = {"ubl.xml": "FSO1110A", "cii.xml": "FSO1116A", "cpp.xml": "FSO1113A"}


def _juger(data: bytes, interface: str):
    return juger("facture.xml", data, INTERFACES[interface], LIMITES)


def _regles(data: bytes, interface: str) -> list[str]:
    return [one.rule for one in _juger(data, interface).anomalies if one.layer != "business"]


@pytest.mark.parametrize(
    ("nom", "lire", "attendue"),
    [("ubl.xml", lire_ubl, EN_UBL), ("cii.xml", lire_chorus_cii, EN_CII), ("cpp.xml", lire_cpp_facture, EN_CPP)],
)
def test_one_invoice_reads_alike_from_the_three_syntaxes(nom, lire, attendue):
    assert lire(etree.fromstring(fixture(nom))) == attendue


@pytest.mark.parametrize(("nom", "interface"), FICHIERS.items())
def test_the_fixtures_pass_their_mixed_interface(nom, interface):
    assert _regles(fixture(nom), interface) == []


def test_the_parties_are_found_by_chorus_s_own_type_in_each():
    for facture in (EN_UBL, EN_CII, EN_CPP):
        assert facture.vendeur.identifiant("1") == "10000001700018"
        assert facture.siret_destinataire == "20000002500014"
        assert facture.code_service == "SERVICE-ACHATS"


def test_a_discounted_price_keeps_its_meaning_of_en_16931():
    rabais = b"<ram:AppliedTradeAllowanceCharge><ram:ActualAmount>4.00</ram:ActualAmount></ram:AppliedTradeAllowanceCharge>"
    gross = b"<ram:ChargeAmount>20.00</ram:ChargeAmount></ram:Gross"
    data = fixture("cii.xml").replace(gross, gross.replace(b"</ram:Gross", rabais + b"</ram:Gross"))
    assert data != fixture("cii.xml")
    (ligne,) = lire_chorus_cii(etree.fromstring(data)).lignes
    assert (str(ligne.prix_brut), str(ligne.prix_net), str(ligne.prix_remise), ligne.prix_ttc) == ("20.00", "24.00", "4.00", None)


def test_the_address_beside_the_legal_one_counts_first():
    autre = b"</ram:SpecifiedLegalOrganization>\n        <ram:PostalTradeAddress><ram:CountryID>BE</ram:CountryID></ram:PostalTradeAddress>"
    data = fixture("cii.xml").replace(b"</ram:SpecifiedLegalOrganization>", autre, 1)
    assert lire_chorus_cii(etree.fromstring(data)).vendeur.adresse.pays == "BE"


def test_the_reform_reads_a_line_s_prices_as_en_16931_does():
    (ligne,) = _juger(fixture("cii.xml"), "FSO1146A").facture.lignes
    assert (str(ligne.prix_brut), str(ligne.prix_net), ligne.prix_ttc) == ("20.00", "24.00", None)


# --- the visual of a mixed flow ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("nom", "interface"), FICHIERS.items())
@pytest.mark.parametrize(
    ("contenu", "regle"),
    [
        ("UEsDBBQ=", "VIS-02"),  # the first bytes of a zip
        ("ZXhlbXBsZQ==", "VIS-03"),  # text
    ],
)
def test_a_visual_that_is_none_is_told(nom, interface, contenu, regle):
    data = fixture(nom).replace(b"JVBERi0xLjcgZXhlbXBsZQ==", contenu.encode())
    (found,) = [one for one in _juger(data, interface).anomalies if one.layer != "business"]
    assert found.rule == regle
    (place,) = etree.fromstring(data).xpath(found.path, namespaces=PREFIXES)
    assert place.text.strip() == contenu
    assert found.line == place.sourceline


@pytest.mark.parametrize(("nom", "interface"), FICHIERS.items())
def test_an_attachment_of_type_02_is_no_visual(nom, interface):
    data = fixture(nom)
    for one in (b"<TypePJ>%s</TypePJ>", b"<cbc:DocumentTypeCode>%s</cbc:DocumentTypeCode>", b"<ram:Name>%s</ram:Name>"):
        data = data.replace(one % b"01", one % b"02")
    assert data != fixture(nom)
    assert _regles(data, interface) == ["VIS-01"]


def test_an_untyped_pdf_does_not_stand_in_for_the_attachment_of_type_01():
    root = etree.fromstring(fixture("ubl.xml").replace(b"JVBERi0xLjcgZXhlbXBsZQ==", b"ZXhlbXBsZQ=="))
    (piece,) = root.findall("{*}AdditionalDocumentReference")
    other = etree.fromstring(etree.tostring(piece).replace(b"ZXhlbXBsZQ==", b"JVBERi0xLjcgZXhlbXBsZQ=="))
    other.remove(other.find("{*}DocumentTypeCode"))
    piece.addnext(other)
    data = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    assert _regles(data, "FSO1110A") == ["VIS-03"]
    (piece_type,) = piece.findall("{*}DocumentTypeCode")
    piece.remove(piece_type)
    assert _regles(etree.tostring(root, xml_declaration=True, encoding="UTF-8"), "FSO1110A") == []


@pytest.mark.parametrize(("nom", "interface"), [("ubl.xml", "FSO1100A"), ("cii.xml", "FSO1106A"), ("ubl.xml", "FSO1120A")])
def test_structured_flows_need_no_visual(nom, interface):
    root = etree.fromstring(fixture(nom))
    for piece in root.xpath("//cac:AdditionalDocumentReference | //ram:AdditionalReferencedDocument", namespaces=PREFIXES):
        piece.getparent().remove(piece)
    assert _regles(etree.tostring(root, xml_declaration=True, encoding="UTF-8"), interface) == []


def test_a_mixed_ubl_without_lines_is_refused():
    root = etree.fromstring(fixture("ubl.xml"))
    (line,) = root.findall("{*}InvoiceLine")
    root.remove(line)
    (found,) = _juger(etree.tostring(root, xml_declaration=True, encoding="UTF-8"), "FSO1110A").anomalies[:1]
    assert (found.rule, found.expected) == ("XSD-02", "cac:TaxTotal, cac:WithholdingTaxTotal, cac:LegalMonetaryTotal, cac:InvoiceLine") or (
        found.rule == "XSD-02" and "cac:InvoiceLine" in found.expected
    )


# --- several invoices in a file -------------------------------------------------------------------------------------------


def _unites(combien: int) -> bytes:
    data = fixture("cpp.xml")
    debut, fin = data.index(b"    <CPPFactureMixteUnitaire"), data.index(b"  </CPPFactures>")
    return data[:debut] + data[debut:fin] * combien + data[fin:]


def test_a_file_of_several_invoices_asks_to_be_split():
    verdict = _juger(_unites(3), "FSO1113A")
    (found,) = verdict.anomalies
    assert (found.rule, found.found, found.expected) == ("CPP-01", "3", "1")
    assert verdict.facture is None
    (node,) = etree.fromstring(_unites(3)).getroottree().xpath(found.path)
    assert (node.get("NumOrdre"), node.sourceline) == ("1", found.line)
    assert "tar.gz" in found.fr


def test_a_file_of_no_invoice_is_the_schema_s_to_tell():
    verdict = _juger(_unites(0), "FSO1113A")
    assert [one.rule for one in verdict.anomalies] == ["XSD-02"]
    assert verdict.facture is None


def test_absent_blocks_of_cpp_leave_absent_terms():
    root = etree.fromstring(fixture("cpp.xml"))
    for nom in ("ReferenceBancaire", "ModePaiement", "TVAS", "Engagement", "Lignes", "DateLivraison", "IdFactureOrigine", "NomService"):
        (node,) = root.iter(nom)
        node.getparent().remove(node)
    expected = replace(
        EN_CPP, paiements=(), tva=(), engagement=None, contrat=None, contrat_type=None, lignes=(), livraison=None, factures_anterieures=()
    )
    assert lire_cpp_facture(root) == replace(expected, acheteur=replace(EN_CPP.acheteur, contact=None))
