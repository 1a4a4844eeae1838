"""The Factur-X container: what a receiver looks for in it."""

from datetime import date
from io import BytesIO

import pikepdf
import pytest

from flux.fabrique import Niveau, ecrire_cii, fabriquer_facture
from flux.fabrique.ecrire_facturx import ecrire_facturx

FACTURE = fabriquer_facture(42, 3, 60, date(2026, 9, 30))


@pytest.fixture(scope="module", params=list(Niveau))
def niveau(request):
    return request.param


@pytest.fixture(scope="module")
def pdf(niveau):
    with pikepdf.open(BytesIO(ecrire_facturx(FACTURE, niveau))) as document:
        yield document


def test_the_xml_inside_is_the_one_of_the_level(pdf, niveau):
    assert list(pdf.attachments) == ["factur-x.xml"]
    assert pdf.attachments["factur-x.xml"].get_file().read_bytes() == ecrire_cii(FACTURE, niveau)


def test_the_attachment_is_declared(pdf, niveau):
    spec = pdf.Root.AF[0]
    assert spec.UF == spec.F == "factur-x.xml"
    assert spec.AFRelationship == ("/Data" if niveau in {Niveau.MINIMUM, Niveau.BASICWL} else "/Alternative")
    assert spec.EF.F.Subtype == "/text/xml"
    assert int(spec.EF.F.Params.Size) == len(spec.EF.F.read_bytes())


def test_metadata_says_pdfa3_and_the_level(pdf, niveau):
    xmp = pdf.Root.Metadata.read_bytes().decode()
    wanted = {Niveau.BASICWL: "BASIC WL", Niveau.EN16931: "EN 16931"}.get(niveau, niveau)
    assert "<pdfaid:part>3</pdfaid:part>" in xmp
    assert f"<fx:ConformanceLevel>{wanted}</fx:ConformanceLevel>" in xmp
    assert "<fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>" in xmp
    assert 'rdf:about=""' in xmp


def test_every_font_is_embedded(pdf):
    fonts = [font for page in pdf.pages for font in page.Resources.Font.values()]
    assert fonts
    assert all("/FontFile2" in font.FontDescriptor for font in fonts)


def test_colours_have_a_profile_and_nothing_is_encrypted(pdf):
    assert pdf.Root.OutputIntents[0].S == "/GTS_PDFA1"
    assert len(pdf.Root.OutputIntents[0].DestOutputProfile.read_bytes()) > 100
    assert not pdf.is_encrypted
    assert all("/Trans" not in page for page in pdf.pages)


def test_long_invoices_take_several_pages(pdf):
    assert len(pdf.pages) > 1
