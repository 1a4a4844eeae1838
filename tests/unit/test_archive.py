"""Opening a deposited file: what passes, and how hostile archives are refused."""

import gzip
import io
import tarfile
import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.archive import Membre, Nature, nature, ouvrir_flux
from flux.limites import MIO, Limites
from flux.modele.anomalie import Anomalie

NOM = "FSO1140A_ABC123_ABC1231140000000000000001"
LIMITES = Limites()


def _tar(*entries: tuple[str, bytes] | tarfile.TarInfo, mode: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=mode) as tar:
        for entry in entries:
            if isinstance(entry, tarfile.TarInfo):
                tar.addfile(entry)
            else:
                info = tarfile.TarInfo(entry[0])
                info.size = len(entry[1])
                tar.addfile(info, io.BytesIO(entry[1]))
    return out.getvalue()


def _ouvrir(data: bytes, limites: Limites = LIMITES, factures_max: int | None = None) -> list[Membre | Anomalie]:
    return list(ouvrir_flux(io.BytesIO(data), len(data), NOM, limites, factures_max=factures_max))


def _special(name: str, kind: bytes) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = "/etc/passwd"
    return info


def test_a_bare_file_is_one_member_under_the_flow_s_name():
    assert _ouvrir(b"<a/>") == [Membre(0, NOM, b"<a/>")]


def test_an_archive_gives_its_files_in_order_whatever_their_extension():
    data = gzip.compress(_tar(("./a.xml", b"<a/>"), ("sous/b", b"<b/>"), ("c.txt", b"%PDF-1.7")))
    assert _ouvrir(data) == [Membre(0, "a.xml", b"<a/>"), Membre(1, "sous/b", b"<b/>"), Membre(2, "c.txt", b"%PDF-1.7")]


def test_folders_are_passed_over():
    data = gzip.compress(_tar(_special("lot", tarfile.DIRTYPE), ("lot/a.xml", b"<a/>")))
    assert _ouvrir(data) == [Membre(0, "lot/a.xml", b"<a/>")]


@pytest.mark.parametrize("format_", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_tar_dialect_is_read(format_):
    name = "d/" * 20 + "é" * 60 if format_ != tarfile.USTAR_FORMAT else "a.xml"
    assert _ouvrir(gzip.compress(_tar((name, b"<a/>"), mode=format_))) == [Membre(0, name, b"<a/>")]


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        (_special("lien", tarfile.SYMTYPE), "symbolic link"),
        (_special("lien", tarfile.LNKTYPE), "hard link"),
        (_special("dev", tarfile.CHRTYPE), "character device"),
        (_special("dev", tarfile.BLKTYPE), "block device"),
        (_special("tube", tarfile.FIFOTYPE), "fifo"),
        (_special("creux", tarfile.GNUTYPE_SPARSE), "sparse file"),
        (("/etc/passwd", b"x"), "path"),
        (("../x", b"x"), "path"),
        (("a/../../x", b"x"), "path"),
        (("a\\..\\x", b"x"), "path"),
        (_special("../dossier", tarfile.DIRTYPE), "special entry"),
    ],
)
def test_anything_but_a_plain_file_refuses_the_flow(entry, word):
    found = _ouvrir(gzip.compress(_tar(("a.xml", b"<a/>"), entry, ("b.xml", b"<b/>"))))[-1]
    assert (found.rule, found.code, found.member) == ("ARC-05", "IRR_EXTRAC", None)
    assert word in found.fr


def test_one_file_too_large_or_empty_does_not_stop_the_others():
    small = replace(LIMITES, taille_fichier=10)
    found = _ouvrir(gzip.compress(_tar(("a", b"x" * 11), ("b", b""), ("c", b"<c/>"))), small)
    assert [(f.rule, f.member) for f in found[:2]] == [("ARC-07", "a"), ("ARC-08", "b")]
    assert found[2] == Membre(2, "c", b"<c/>")


@pytest.mark.parametrize(
    ("data", "limites", "factures_max", "rule"),
    [
        (b"", LIMITES, None, "ARC-01"),
        (b"<a/>", replace(LIMITES, taille_flux=3), None, "ARC-02"),
        (b"<a/>", replace(LIMITES, taille_fichier=3), None, "ARC-07"),
        (b"\x1f\x8b junk", LIMITES, None, "ARC-03"),
        (gzip.compress(b"junk" * 200), LIMITES, None, "ARC-03"),
        (gzip.compress(_tar(("a", b"<a/>")))[:-9], LIMITES, None, "ARC-03"),
        (gzip.compress(_tar(("a", b"<a/>"))[:700]), LIMITES, None, "ARC-03"),
        (gzip.compress(_tar(("a", b"<a/>")) + _tar(("b", b"<b/>"))), LIMITES, None, "ARC-03"),
        (gzip.compress(_tar()), LIMITES, None, "ARC-04"),
        (gzip.compress(_tar(("a", b"x"), ("b", b"x"), ("c", b"x"))), LIMITES, 2, "ARC-09"),
        (gzip.compress(_tar(("a", b"x"), ("b", b"x"), ("c", b"x"))), replace(LIMITES, membres=2), None, "ARC-06"),
        (gzip.compress(_tar(("a", b"\0" * 90 * MIO))), LIMITES, None, "ARC-06"),
        (gzip.compress(_tar(("n" * 300, b"x"))), LIMITES, None, "ARC-05"),
    ],
)
def test_a_flow_that_cannot_be_opened_says_why(data, limites, factures_max, rule):
    found = _ouvrir(data, limites, factures_max)[-1]
    assert isinstance(found, Anomalie)
    assert found.rule == rule


def test_a_damaged_entry_in_the_middle_is_not_taken_for_the_end():
    raw = bytearray(_tar(("a", b"<a/>"), ("b", b"<b/>"), ("c", b"<c/>")))
    raw[1024 + 148] ^= 0x55  # the checksum of the second header
    found = _ouvrir(gzip.compress(bytes(raw)))
    assert found[0] == Membre(0, "a", b"<a/>")
    assert found[-1].rule == "ARC-03"


def test_a_huge_extended_header_is_refused_before_it_is_read():
    info = tarfile.TarInfo("pax")
    info.type = tarfile.XHDTYPE
    info.size = 8 * 1024 * MIO
    data = gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + b"\0" * 10 * MIO)
    tracemalloc.start()
    found = _ouvrir(data)[-1]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.rule == "ARC-06"
    assert peak < 4 * MIO


def test_a_chain_of_extended_headers_is_refused():
    info = tarfile.TarInfo("nom-long")
    info.type = tarfile.GNUTYPE_LONGNAME
    info.size = 4
    data = gzip.compress((info.tobuf(tarfile.GNU_FORMAT) + b"nom\0".ljust(512, b"\0")) * 5000)
    assert _ouvrir(data)[-1].rule == "ARC-03"


def test_a_name_that_is_not_utf8_can_still_be_stored():
    info = tarfile.TarInfo("caf\udce9.xml")
    info.size = 4
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT, errors="surrogateescape") as tar:
        tar.addfile(info, io.BytesIO(b"<a/>"))
    (found,) = _ouvrir(gzip.compress(out.getvalue()))
    assert found.nom == "caf�.xml"


@pytest.mark.parametrize(
    ("debut", "kind"),
    [
        (b"<a/>", Nature.XML),
        (b"\xef\xbb\xbf <a/>", Nature.XML),
        ("<a/>".encode("utf-16"), Nature.XML),
        (b"%PDF-1.7", Nature.PDF),
        (b"\n%PDF-1.7", Nature.PDF),
        (b"MIME %PDF-1.7 <<", Nature.PDF),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?><!-- joint : %PDF-1.7 --><a/>", Nature.XML),
        (b"PK\x03\x04", Nature.ZIP),
        (bytes(257) + b"ustar\x0000", Nature.TAR),
        (b"\x1f\x8b\x08", Nature.TAR_GZ),
        (b"ISA*00*", Nature.AUTRE),
        (b"", Nature.AUTRE),
    ],
)
def test_content_says_the_nature(debut, kind):
    assert nature(debut) is kind


@given(st.binary(max_size=400), st.integers(0, 5000), st.integers(0, 255))
def test_no_bytes_make_it_fail(noise, where, byte):
    raw = bytearray(gzip.compress(_tar(("a.xml", b"<a/>" * 50), ("b.xml", noise)), mtime=0))
    raw[where % len(raw)] = byte
    for found in _ouvrir(bytes(raw)):
        assert isinstance(found, (Membre, Anomalie))


XMLDSIG = b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="s"><ds:SignedInfo/></ds:Signature>'
ASIC = b'<asic:XAdESSignatures xmlns:asic="http://uri.etsi.org/02918/v1.2.1#">' + XMLDSIG + b"</asic:XAdESSignatures>"


@pytest.mark.parametrize(
    "signature",
    [
        XMLDSIG,
        ASIC,
        b'<?xml version="1.0"?>\n<!-- a --><!-- <b> -->\n' + XMLDSIG,
        b"\xef\xbb\xbf" + XMLDSIG.replace(b"ds:", b"").replace(b":ds", b""),
    ],
)
def test_the_signature_of_an_archive_is_no_invoice_and_counts_as_none(signature):
    data = gzip.compress(_tar(("signature.xml", signature), ("a.xml", b"<a/>"), ("META-INF/s.xml", signature), ("b.xml", b"<b/>")))
    assert _ouvrir(data, factures_max=2) == [Membre(0, "a.xml", b"<a/>"), Membre(1, "b.xml", b"<b/>")]
    assert [one.rule for one in _ouvrir(gzip.compress(_tar(("signature.xml", signature))))] == ["ARC-04"]
    assert _ouvrir(signature) == [Membre(0, NOM, signature)]  # alone, it is judged: a flow is one invoice at least


@pytest.mark.parametrize(
    "content",
    [
        b"<Signature/>",
        b'<a xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:Signature/></a>',
        b"<!-- " + XMLDSIG + b" --><a/>",
        b"<!---->" * 580,
    ],
)
def test_what_only_speaks_of_a_signature_is_judged(content):
    assert _ouvrir(gzip.compress(_tar(("a.xml", content)))) == [Membre(0, "a.xml", content)]


@pytest.mark.parametrize(
    ("contenu", "kind"), [(b"<a/>", "XML"), (b"<?xml version='1.0'?><a>" + b"x" * 2000 + b"</a>", "XML"), (b"%PDF-1.7", "PDF")]
)
def test_one_document_compressed_without_tar_is_to_be_deposited_as_it_is(contenu, kind):
    (found,) = _ouvrir(gzip.compress(contenu))
    assert (found.rule, found.found) == ("ARC-03", f"gzip, {kind}")
    assert f"Déposez le {kind} tel quel, sans le compresser" in found.fr
    assert f"Deposit the {kind} as it is, not compressed" in found.en


@pytest.mark.parametrize("kind", Nature)
def test_a_nature_has_one_name_in_both_languages(kind):
    assert " / " not in kind
