import threading

import pytest

from flux.limites import Limites
from flux.parsers.xml import BALISES_MAX, lire_xml

LIMITES = Limites()


def lire(data: bytes):
    return lire_xml(data, LIMITES)


def refus(data: bytes):
    root, anomalies = lire(data)
    assert root is None
    assert len(anomalies) == 1
    return anomalies[0]


@pytest.mark.parametrize(
    "data",
    [
        b"<a/>",
        b"\xef\xbb\xbf<a/>",
        b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?>\n<a/>',
        b"<?xml version='1.0' encoding='UTF-8' standalone='yes'?><a/>",
        "<a>é € 😀</a>".encode(),
        b"<a>\t\r\n</a>",
        b"<a>&#9;&#10;&#xD;&#160;&#x20AC;</a>",
    ],
)
def test_plain_utf8_passes(data):
    root, anomalies = lire(data)
    assert root is not None
    assert root.tag == "a"
    assert anomalies == ()


def test_comments_and_instructions_do_not_cut_a_value():
    root, _ = lire(b"<a>F-2026<!-- x -->-00<?y z?>42<![CDATA[ &]]></a>")
    assert root.text == "F-2026-0042 &"


@pytest.mark.parametrize(
    ("data", "found", "place"),
    [
        ("<a>é</a>".encode("utf-16"), "UTF-16", (1, 1)),
        ("<a/>".encode("utf-16-le"), "UTF-16", (1, 1)),
        ("<a/>".encode("utf-16-be"), "UTF-16", (1, 1)),
        ("<a/>".encode("utf-32"), "UTF-32", (1, 1)),
        ("<a/>".encode("utf-32-be"), "UTF-32", (1, 1)),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><a/>', "ISO-8859-1", (1, 31)),
        (b'\xef\xbb\xbf<?xml version="1.0" encoding="windows-1252"?><a/>', "windows-1252", (1, 32)),
        (b"<?xml version='1.0'\n encoding = 'UTF-7'?><a/>", "UTF-7", (2, 14)),
        ("<a>\n <b>é</b></a>".encode("latin-1"), "0xE9", (2, 5)),
        (b"<a>\xc3\xa9\xed\xa0\x80</a>", "0xED", (1, 5)),  # a lone surrogate
        (b"<a>\xc0\xaf</a>", "0xC0", (1, 4)),  # an overlong form
        (b"<a>\xe2\x82", "0xE2", (1, 4)),  # cut inside a character
    ],
)
def test_other_encodings_are_refused(data, found, place):
    anomalie = refus(data)
    assert (anomalie.rule, anomalie.found, (anomalie.line, anomalie.column)) == ("XML-03", found, place)


def test_an_invalid_byte_is_found_beyond_the_first_slice():
    anomalie = refus(b"<a>\n" + "é".encode() * 700_000 + b"\xff</a>")
    assert (anomalie.rule, anomalie.found, anomalie.line, anomalie.column) == ("XML-03", "0xFF", 2, 700_001)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"<!DOCTYPE a><a/>", (1, 1)),
        (b'<?xml version="1.0"?>\n<!-- <a> --><?p q?>\n <!DOCTYPE a SYSTEM "http://evil.example/a.dtd"><a/>', (3, 2)),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>', (1, 1)),
        (b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;&c;&c;</a>', (1, 1)),
        (b"\xef\xbb\xbf<!DOCTYPE a><a/>", (1, 2)),
        (b"<!--><!DOCTYPE x>--><!DOCTYPE a><a/>", (1, 21)),
    ],
)
def test_doctype_is_refused_in_the_prolog(data, place):
    anomalie = refus(data)
    assert (anomalie.rule, (anomalie.line, anomalie.column)) == ("XML-02", place)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"<a><![CDATA[<!DOCTYPE a>]]></a>", "<!DOCTYPE a>"),
        (b"<a>x<!-- <!DOCTYPE a> --></a>", "x"),
        (b"<!-- <!DOCTYPE a> --><a>x</a>", "x"),
        (b"<?p <!DOCTYPE a> ?><a>x</a>", "x"),
    ],
)
def test_the_word_doctype_elsewhere_is_text(data, text):
    root, anomalies = lire(data)
    assert anomalies == ()
    assert root.text == text


def test_a_prolog_without_end_is_refused():
    assert refus(b"<!-- <!DOCTYPE a> <a/>").rule == "XML-01"
    assert refus(b"<?p <!DOCTYPE a> <a/>").rule == "XML-01"


@pytest.mark.parametrize(
    ("data", "found", "place"),
    [
        (b"<a>\n x\x00</a>", "U+0000", (2, 3)),
        (b"<a>\x01</a>", "U+0001", (1, 4)),
        (b'<a b="\x0b"/>', "U+000B", (1, 7)),
        (b"<a><![CDATA[\x1f]]></a>", "U+001F", (1, 13)),
        (b"<a><!--\x08--></a>", "U+0008", (1, 8)),
        (b"<a>\x7f</a>", "U+007F", (1, 4)),
        ("<a>\n é\u0085</a>".encode(), "U+0085", (2, 3)),
        ("<a>\u009f</a>".encode(), "U+009F", (1, 4)),
        (b"<a>&#x7F;</a>", "U+007F", (1, 4)),
        (b"<a>\n<b>&#00128;</b></a>", "U+0080", (2, 4)),
        (b'<a b="&#x09f;"/>', "U+009F", (1, 7)),
        (b"<a><![CDATA[&#128;]]><!-- &#128; -->&#150;</a>", "U+0096", (1, 37)),
    ],
)
def test_control_characters_are_refused(data, found, place):
    anomalie = refus(data)
    assert (anomalie.rule, anomalie.found, (anomalie.line, anomalie.column)) == ("XML-04", found, place)


def test_references_to_c0_are_refused_with_their_line():
    anomalie = refus(b"<a>\n<b>&#7;</b></a>")
    assert (anomalie.rule, anomalie.found, anomalie.line) == ("XML-04", "U+0007", 2)


@pytest.mark.parametrize("data", [b"<a><![CDATA[&#128;]]></a>", b"<a><!-- &#128; --></a>", b"<a><?p &#128; ?></a>", b"<a>&#160;</a>"])
def test_what_is_no_reference_to_a_control_character_passes(data):
    assert lire(data)[1] == ()


@pytest.mark.parametrize(
    ("data", "place", "fr", "en"),
    [
        (b"", (1, 1), "vide", "empty"),
        (b"bonjour", (1, 1), "balise", "tag"),
        (b"<a>\n<b></a>", (2, 8), "balise fermante", "end tag"),
        (b"<a>\n  <b>x", (2, 7), "restent ouverts", "still open"),
        (b"<a>&inconnue;</a>", (1, 14), "entité", "entity"),
        (b"<a>R&D</a>", (1, 7), "&amp;", "&amp;"),
        (b"<a/><b/>", (1, 5), "suit la fin", "after the end"),
        (b"<x:a/>", (1, 5), "préfixe", "prefix"),
        (b'<a b="1" b="2"/>', (1, 15), "deux fois", "twice"),
        (b'<a b="x>y</a>', None, "attribut", "attribute"),
    ],
)
def test_malformed_documents_are_told_in_plain_words(data, place, fr, en):
    anomalie = refus(data)
    assert anomalie.rule == "XML-01"
    if place is not None:
        assert (anomalie.line, anomalie.column) == place
    assert fr in anomalie.fr
    assert en in anomalie.en


def nested(depth: int, text: bytes = b"") -> bytes:
    return b"<a>" * depth + text + b"</a>" * depth


def test_depth_is_bounded_at_the_limit():
    assert lire(nested(LIMITES.profondeur_xml))[1] == ()
    assert refus(nested(LIMITES.profondeur_xml + 1)).rule == "XML-05"
    assert refus(b"<a>\n" + nested(200) + b"</a>").line == 2


@pytest.mark.parametrize("depth", [300, 100_000])
def test_deeper_than_libxml2_allows_is_the_same_anomaly(depth):
    anomalie = refus(nested(depth))
    assert (anomalie.rule, anomalie.expected) == ("XML-05", "100")


def test_depth_is_bounded_in_large_documents_too():
    text = b"x" * 10_000_000
    assert lire(nested(100, text))[1] == ()
    assert refus(nested(101, text)).rule == "XML-05"
    assert refus(nested(5_000, text)).rule == "XML-05"


def test_an_attachment_of_10_mb_passes():
    content = b"QUJD" * 3_500_000
    root, anomalies = lire(b"<a><b>" + content + b"</b></a>")
    assert anomalies == ()
    assert len(root[0].text) == len(content)


def test_the_number_of_tags_of_a_large_document_is_bounded():
    anomalie = refus(b"<a>" + b"<b/>" * BALISES_MAX + b"</a>")
    assert (anomalie.rule, anomalie.expected) == ("XML-07", str(BALISES_MAX))


@pytest.mark.parametrize("filler", [b"<!---->", b"<?p?>", b" ", b"<!DOCTYPE", b"&#", b"&#0", b"<![CDATA[", b"&#128;"])
def test_hostile_repetitions_are_answered(filler):
    lire(filler * 200_000)
    lire(b"<a>" + filler * 200_000 + b"</a>")


def test_threads_read_at_once():
    found = []

    def work():
        found.extend(lire(b"<a><b>x</b></a>")[0][0].text for _ in range(50))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["x"] * 200
