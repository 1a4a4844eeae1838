"""The container of a Factur-X file."""

import zlib

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from flux.limites import Limites
from flux.modele.anomalie import Anomalie
from flux.parsers import facturx as module
from flux.parsers.facturx import ouvrir_pdf, verifier_niveau
from flux.referentiel.facturx import NIVEAUX
from tests.unit.parsers.exemples import facturx, page, retouche

LIMITES = Limites()
XML = b"<a>facture</a>"
EXTENSION = b"urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"


def rules(pdf: bytes, limites: Limites = LIMITES):
    return [one.rule for one in ouvrir_pdf(pdf, limites)[1]]


def only(pdf: bytes) -> Anomalie:
    (anomalie,) = ouvrir_pdf(pdf, LIMITES)[1]
    return anomalie


def names(pdf) -> Array:
    return pdf.Root.Names.EmbeddedFiles.Names


def fiche(pdf):
    return names(pdf)[1]


def with_xmp(change) -> bytes:
    def gesture(pdf):
        data = change(pdf.Root.Metadata.read_bytes())
        pdf.Root.Metadata = pdf.make_stream(data, Type=Name.Metadata, Subtype=Name.XML)

    return retouche(facturx(XML), gesture)


@pytest.mark.parametrize(
    ("level", "xmp"),
    [("minimum", "MINIMUM"), ("basicwl", "BASIC WL"), ("basic", "BASIC"), ("en16931", "EN 16931"), ("extended", "EXTENDED")],
)
def test_every_level_opens(level, xmp):
    assert ouvrir_pdf(facturx(XML, level), LIMITES) == (XML, (), xmp)


@pytest.mark.parametrize("relation", ["data", "source", "alternative"])
def test_every_relation_is_admitted_from_basic_on(relation):
    assert rules(facturx(XML, "basic", relation)) == []


def set_relation(value):
    def gesture(pdf):
        fiche(pdf).AFRelationship = value

    return gesture


@pytest.mark.parametrize("level", ["minimum", "basicwl"])
def test_only_data_is_admitted_below_basic(level):
    anomalie = only(retouche(facturx(XML, level), set_relation(Name.Alternative)))
    assert (anomalie.rule, anomalie.found, anomalie.expected) == ("PDF-06", "Alternative", "Data")


@pytest.mark.parametrize(("value", "found"), [(Name.Supplement, "Supplement"), (String("Data"), "(absent)")])
def test_other_relations_are_refused(value, found):
    anomalie = only(retouche(facturx(XML), set_relation(value)))
    assert (anomalie.rule, anomalie.found, anomalie.expected) == ("PDF-06", found, "Alternative, Data, Source")


def test_other_attachments_do_not_disturb():
    assert ouvrir_pdf(facturx(XML, autres=("bl.pdf", "cgv.txt")), LIMITES) == (XML, (), "EN 16931")


def test_the_xml_is_found_by_af_alone():
    def gesture(pdf):
        del pdf.Root["/Names"]

    assert ouvrir_pdf(retouche(facturx(XML), gesture), LIMITES)[:2] == (XML, ())


def test_an_xml_that_af_does_not_list_is_a_warning():
    def gesture(pdf):
        del pdf.Root["/AF"]

    xml, (anomalie,), _ = ouvrir_pdf(retouche(facturx(XML), gesture), LIMITES)
    assert (xml, anomalie.rule, anomalie.bloquante) == (XML, "PDF-11", False)


def test_the_mime_type_is_a_warning():
    def gesture(pdf):
        fiche(pdf).EF.F.Subtype = Name("/application/xml")

    xml, (anomalie,), _ = ouvrir_pdf(retouche(facturx(XML), gesture), LIMITES)
    assert (xml, anomalie.rule, anomalie.found, anomalie.bloquante) == (XML, "PDF-07", "application/xml", False)


def rename(pdf):
    names(pdf)[0] = String("autre.xml")
    fiche(pdf).UF = fiche(pdf).F = String("autre.xml")


def test_a_missing_xml_names_what_is_there():
    xml, (anomalie,), level = ouvrir_pdf(retouche(facturx(XML), rename), LIMITES)
    assert (xml, anomalie.rule, anomalie.found, level) == (None, "PDF-03", "autre.xml", "EN 16931")


def test_a_plain_pdf_has_neither_xml_nor_xmp():
    xml, anomalies, level = ouvrir_pdf(page(), LIMITES)
    assert (xml, level, {one.rule for one in anomalies}) == (None, None, {"PDF-03", "PDF-12"})


def test_two_xml_are_one_too_many():
    def gesture(pdf):
        twin = Dictionary(fiche(pdf))
        twin.EF = Dictionary(F=pdf.make_stream(b"<a>autre</a>"))
        names(pdf).extend([String("factur-x.xml"), pdf.make_indirect(twin)])

    xml, (anomalie,), _ = ouvrir_pdf(retouche(facturx(XML), gesture), LIMITES)
    assert (xml, anomalie.rule, anomalie.found) == (None, "PDF-04", "2")


# --- XMP -------------------------------------------------------------------------------------------------------------


def test_xmp_properties_as_attributes_and_under_another_prefix():
    packet = (
        b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        b'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description r:about="" xmlns:i="http://www.aiim.org/pdfa/ns/id/"'
        b' i:part="3" i:conformance="B"/><r:Description r:about="" xmlns:zf="' + EXTENSION + b'" zf:DocumentType="INVOICE"'
        b' zf:DocumentFileName="factur-x.xml" zf:Version="1.0" zf:ConformanceLevel="BASIC"/></r:RDF></x:xmpmeta><?xpacket end="w"?>'
    )
    assert ouvrir_pdf(with_xmp(lambda _: packet), LIMITES) == (XML, (), "BASIC")


def test_xmp_properties_with_blanks_around_and_empty_ones_beside():
    def change(packet):
        spaced = packet.replace(b"<fx:DocumentType>INVOICE<", b"<fx:DocumentType>\n INVOICE <")
        return spaced.replace(b"<fx:Version>", b"<fx:Autre/><fx:Liste>\n<fx:Version>9</fx:Version></fx:Liste><fx:Version>", 1)

    assert ouvrir_pdf(with_xmp(change), LIMITES) == (XML, (), "EN 16931")


@pytest.mark.parametrize(
    ("old", "new", "rule", "found"),
    [
        (b"<pdfaid:part>3<", b"<pdfaid:part>2<", "PDF-05", "2"),
        (b"<pdfaid:part>3</pdfaid:part>", b"", "PDF-05", "(absent)"),
        (b"<fx:DocumentType>INVOICE<", b"<fx:DocumentType>ORDER<", "PDF-08", "ORDER"),
        (b"<fx:DocumentFileName>factur-x.xml<", b"<fx:DocumentFileName>zugferd.xml<", "PDF-08", "zugferd.xml"),
        (b"<fx:Version>1.0<", b"<fx:Version>2p0<", "PDF-08", "2p0"),
        (b"<fx:ConformanceLevel>EN 16931<", b"<fx:ConformanceLevel>COMFORT<", "PDF-08", "COMFORT"),
        (b"<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>", b"", "PDF-08", "(absent)"),
    ],
)
def test_xmp_properties_are_checked(old, new, rule, found):
    def change(packet):
        assert old in packet
        return packet.replace(old, new)

    xml, (anomalie,), _ = ouvrir_pdf(with_xmp(change), LIMITES)
    assert (xml, anomalie.rule, anomalie.found) == (XML, rule, found)


def test_the_level_is_unknown_when_the_xmp_does_not_say_it():
    assert ouvrir_pdf(with_xmp(lambda packet: packet.replace(b">EN 16931<", b">COMFORT<")), LIMITES)[2] is None


@pytest.mark.parametrize(
    "packet",
    [b"", b"pas du XML", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x>&e;</x>', "<x/>".encode("utf-16")],
)
def test_an_unreadable_xmp_is_told_and_the_xml_is_still_given(packet):
    xml, (anomalie,), level = ouvrir_pdf(with_xmp(lambda _: packet), LIMITES)
    assert (xml, anomalie.rule, level) == (XML, "PDF-12", None)


# --- level -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", NIVEAUX.values(), ids=lambda row: row.code)
def test_a_level_agrees_with_its_urns(row):
    for urn in row.urns:
        assert verifier_niveau(row.xmp, urn) == ()
        assert verifier_niveau(None, urn) == ()


def test_a_level_that_differs_is_told():
    (anomalie,) = verifier_niveau("BASIC", "urn:cen.eu:en16931:2017")
    assert (anomalie.rule, anomalie.found, anomalie.expected) == ("PDF-09", "BASIC", "EN 16931")


@pytest.mark.parametrize(("profil", "found"), [(None, "(absent)"), ("urn:autre", "urn:autre")])
def test_an_unknown_profile_is_told(profil, found):
    (anomalie,) = verifier_niveau("BASIC", profil)
    assert (anomalie.rule, anomalie.found) == ("PDF-10", found)


# --- hostile files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"bonjour", b"<a/>", b"%PDF-1.7\n" + b"0 0 obj " * 10_000])
def test_what_is_no_pdf(data):
    anomalie = only(data)
    assert anomalie.rule == "PDF-01"
    assert "0x" not in anomalie.found


def test_a_truncated_pdf():
    pdf = facturx(XML)
    assert {rules(pdf[: len(pdf) * part // 7])[0] for part in range(7)} == {"PDF-01"}


@pytest.mark.parametrize("user", ["", "secret"])
def test_an_encrypted_pdf(user):
    data = retouche(facturx(XML), lambda _: None, encryption=pikepdf.Encryption(user=user, owner="maitre", R=6))
    assert rules(data) == ["PDF-02"]


def test_a_name_tree_that_loops():
    def gesture(pdf):
        node = pdf.make_indirect(Dictionary())
        node.Kids = Array([node, node, pdf.Root.Names.EmbeddedFiles])
        pdf.Root.Names.EmbeddedFiles = node

    assert ouvrir_pdf(retouche(facturx(XML), gesture), LIMITES)[0] == XML


def test_a_name_tree_without_end(monkeypatch):
    monkeypatch.setattr(module, "PIECES_MAX", 10)

    def gesture(pdf):
        old = list(names(pdf))
        pdf.Root.Names.EmbeddedFiles.Names = Array([one for _ in range(50) for one in (String("x"), Dictionary())] + old)
        del pdf.Root["/AF"]

    assert rules(retouche(facturx(XML), gesture)) == ["PDF-03"]


def test_a_deep_name_tree():
    def gesture(pdf):
        node = pdf.Root.Names.EmbeddedFiles
        for _ in range(90):
            node = pdf.make_indirect(Dictionary(Kids=Array([pdf.make_indirect(node)])))
        pdf.Root.Names.EmbeddedFiles = node

    assert ouvrir_pdf(retouche(facturx(XML), gesture), LIMITES)[0] == XML


@pytest.mark.parametrize(
    "written", [b"(x)", b"/X", b"3", b"[]", b"<< >>", b"[1 2 3]", b"<< /Names [1] >>", b"<< /Kids [1 (x) << /Kids 3 >>] >>"]
)
@pytest.mark.parametrize("place", ["Names", "EmbeddedFiles", "AF", "Metadata", "EF", "fiche", "UF"])
def test_objects_of_another_type_than_wanted(place, written):
    def gesture(pdf):
        value = pikepdf.Object.parse(written)
        if place in ("Names", "AF", "Metadata"):
            pdf.Root[f"/{place}"] = value
        elif place == "EmbeddedFiles":
            pdf.Root.Names.EmbeddedFiles = value
        elif place == "fiche":
            names(pdf)[1] = value
        else:
            fiche(pdf)[f"/{place}"] = value

    _, anomalies, _ = ouvrir_pdf(retouche(facturx(XML), gesture), LIMITES)
    assert isinstance(anomalies, tuple)


def with_stream(data: bytes, **entries) -> bytes:
    def gesture(pdf):
        stream = pikepdf.Stream(pdf, data)
        for key, value in entries.items():
            stream[f"/{key}"] = value
        stream.Subtype = Name("/text/xml")
        fiche(pdf).EF = Dictionary(F=pdf.make_indirect(stream))

    return retouche(facturx(XML), gesture, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)


@pytest.mark.parametrize(
    ("data", "filters"),
    [
        (XML, None),
        (zlib.compress(XML), Name.FlateDecode),
        (zlib.compress(XML), Array([Name.FlateDecode])),
        (XML.hex().encode() + b">", Name.ASCIIHexDecode),
        (b"87cURD_*#4DfTZ)+T~>", Name.ASCII85Decode),
        (zlib.compress(XML).hex().encode() + b">", Array([Name.ASCIIHexDecode, Name.FlateDecode])),
    ],
)
def test_filters(data, filters):
    pdf = with_stream(data, **({} if filters is None else {"Filter": filters}))
    expected = b"Hello, World!" if filters == Name.ASCII85Decode else XML
    assert ouvrir_pdf(pdf, LIMITES)[:2] == (expected, ())


@pytest.mark.parametrize(
    ("data", "filters"),
    [
        (XML, Name.LZWDecode),
        (b"pas du zlib", Name.FlateDecode),
        (b"zz>", Name.ASCIIHexDecode),
        (XML, Array([Name.FlateDecode] * 5)),
        (XML, Array([String("FlateDecode")])),
    ],
)
def test_streams_that_cannot_be_opened(data, filters):
    anomalie = only(with_stream(data, Filter=filters))
    assert (anomalie.rule, anomalie.found[:7]) == ("PDF-01", "/Filter")


def _predit(data: bytes, colonnes: int = 64) -> bytes:
    """Rows written as differences from the row above, PNG's filter 2."""
    rows = [data[at : at + colonnes].ljust(colonnes, b" ") for at in range(0, len(data), colonnes)]
    above = [bytes(colonnes), *rows]
    return zlib.compress(
        b"".join(b"\x02" + bytes((a - b) & 255 for a, b in zip(row, up, strict=True)) for row, up in zip(rows, above, strict=False))
    )


_PNG = Dictionary(Predictor=12, Columns=64)


@pytest.mark.parametrize(
    ("data", "filters", "parms"),
    [
        (_predit(XML), Name.FlateDecode, _PNG),
        (_predit(XML), Array([Name.FlateDecode]), Array([_PNG])),
        (_predit(XML).hex().encode() + b">", Array([Name.ASCIIHexDecode, Name.FlateDecode]), Array([None, _PNG])),
        (zlib.compress(XML), Name.FlateDecode, Dictionary(Predictor=1)),
    ],
)
def test_an_attachment_written_as_differences_is_added_up(data, filters, parms):
    xml, anomalies, _ = ouvrir_pdf(with_stream(data, Filter=filters, DecodeParms=parms), LIMITES)
    assert (xml.rstrip(b" "), anomalies) == (XML.rstrip(), ())


@pytest.mark.parametrize(
    ("data", "parms", "found"),
    [
        (_predit(XML), Dictionary(Predictor=99, Columns=64), "/DecodeParms"),
        (_predit(XML), Dictionary(Predictor=12, Columns=2**31), "/DecodeParms"),
        (_predit(XML), Dictionary(Predictor=12, Columns=64, BitsPerComponent=77), "/DecodeParms"),
        (b"pas du zlib", _PNG, "/DecodeParms"),
        (zlib.compress(bytes(40_000_000)), _PNG, "/DecodeParms"),
        (zlib.compress(bytes(3_000_000)), _PNG, "> 2000000"),
    ],
)
def test_differences_that_cannot_be_added_up_within_limits_are_told(data, parms, found):
    pdf = with_stream(data, Filter=Name.FlateDecode, DecodeParms=parms)
    _, (anomalie, *_), _ = ouvrir_pdf(pdf, Limites(taille_fichier=2_000_000))
    assert (anomalie.rule, anomalie.found[: len(found)]) == ("PDF-01", found)
    assert "0x" not in anomalie.found


@pytest.mark.parametrize("times", [1, 2])
def test_an_attachment_is_opened_within_the_limit(times):
    data = bytes(2_000_001)
    for _ in range(times):
        data = zlib.compress(data, 9)
    anomalie, *_ = ouvrir_pdf(with_stream(data, Filter=Array([Name.FlateDecode] * times)), Limites(taille_fichier=2_000_000))[1]
    assert (anomalie.rule, anomalie.found) == ("PDF-01", "> 2000000")


def test_an_attachment_of_the_limit_itself_passes():
    pdf = with_stream(zlib.compress(bytes(2_000_000)), Filter=Name.FlateDecode)
    assert len(ouvrir_pdf(pdf, Limites(taille_fichier=2_000_000))[0]) == 2_000_000


@pytest.mark.parametrize(("size", "expected"), [(1_000, []), (400_000, ["PDF-01"])])
def test_a_bomb_in_the_pdf_s_own_streams_is_bounded(size, expected):
    def gesture(pdf):
        pdf.Root.Big = Array([pdf.make_indirect(String(b"x" * size)) for _ in range(80)])

    data = retouche(facturx(XML), gesture, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert len(data) < 50_000
    assert rules(data) == expected


def test_the_number_of_objects_is_bounded():
    assert rules(facturx(XML), Limites(objets_pdf=5)) == ["PDF-01"]
