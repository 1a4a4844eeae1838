"""Attachments opened: zips of one file, bare files, and what must not be opened."""

import zipfile
import zlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flux.parsers.pieces import PieceOuverte, Refus, ouvrir_piece

LIMITE = 10_000


def _zip(*fichiers: tuple[str, bytes], methode: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", methode) as paquet:
        for nom, contenu in fichiers:
            paquet.writestr(nom, contenu)
    return out.getvalue()


class _SansRetour(BytesIO):
    """An output that cannot seek: zipfile then writes sizes after the data."""

    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        raise OSError


@pytest.mark.parametrize("methode", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
@pytest.mark.parametrize("nom", ["facture.pdf", "été.pdf"])
def test_the_one_file_of_a_zip_is_given_with_its_name(nom, methode):
    assert ouvrir_piece(_zip((nom, b"%PDF-1.7"), methode=methode), LIMITE) == PieceOuverte(nom, b"%PDF-1.7")


def test_an_old_zip_s_name_is_read_in_its_own_alphabet():
    old = _zip(("ete.pdf", b"%PDF-1.7")).replace(b"ete.pdf", b"\x82t\x82.pdf")
    assert ouvrir_piece(old, LIMITE).nom == "été.pdf"


def test_sizes_written_after_the_data_are_read():
    out = _SansRetour()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as paquet:
        paquet.writestr("a.pdf", b"%PDF-1.7" * 9)
    assert ouvrir_piece(out.getvalue(), LIMITE) == PieceOuverte("a.pdf", b"%PDF-1.7" * 9)


def test_a_bare_file_is_taken_as_it_is():
    assert ouvrir_piece(b"%PDF-1.7", LIMITE) == PieceOuverte(None, b"%PDF-1.7")
    assert ouvrir_piece(b"", LIMITE) == PieceOuverte(None, b"")


@pytest.mark.parametrize("taille", [LIMITE, LIMITE + 1])
def test_the_limit_is_on_the_opened_bytes(taille):
    refus = None if taille == LIMITE else Refus.TAILLE
    assert ouvrir_piece(b"x" * taille, LIMITE).refus is refus
    for methode in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
        assert ouvrir_piece(_zip(("a", b"x" * taille), methode=methode), LIMITE).refus is refus


def test_a_bomb_is_never_inflated_beyond_the_limit(monkeypatch):
    bomb = _zip(("a", b"\0" * 50_000_000))
    made = []
    true = zlib.decompressobj

    class Compte:
        def __init__(self, *args):
            self._flux = true(*args)

        def decompress(self, data, limite):
            made.append(limite)
            return self._flux.decompress(data, limite)

        unused_data = b""

    monkeypatch.setattr("flux.parsers.pieces.zlib.decompressobj", Compte)
    assert ouvrir_piece(bomb, LIMITE).refus is Refus.TAILLE
    assert made == [LIMITE + 1]


def test_several_files_are_refused():
    assert ouvrir_piece(_zip(("a", b"1"), ("b", b"2")), LIMITE).refus is Refus.PLUSIEURS


@pytest.mark.parametrize(
    ("change", "refus"),
    [
        (lambda data: data[:20], Refus.ABIME),
        (lambda data: data[:60], Refus.ABIME),
        (lambda data: data[: data.index(b"PK\x01\x02")], Refus.ABIME),
        (lambda data: data[:6] + b"\x01" + data[7:], Refus.CHIFFRE),
        (lambda data: data[:8] + b"\x0c" + data[9:], Refus.METHODE),
        (lambda data: data[:35] + b"\xff" * 9 + data[44:], Refus.ABIME),
    ],
)
def test_damage_is_told(change, refus):
    data = _zip(("a.pdf", bytes(range(256)) * 3))
    assert ouvrir_piece(change(data), LIMITE).refus is refus


@settings(max_examples=300, deadline=None)
@given(cuts=st.lists(st.tuples(st.integers(0, 400), st.binary(max_size=6)), max_size=4), end=st.integers(0, 200))
def test_any_bytes_are_answered_within_the_limit(cuts, end):
    data = bytearray(_zip(("a.pdf", b"%PDF" * 100)))
    for place, new in cuts:
        start = place % len(data)
        data[start : start + len(new)] = new
    found = ouvrir_piece(bytes(data[: len(data) - end]), LIMITE)
    assert (found.contenu is None) == (found.refus is not None)
    assert len(found.contenu or b"") <= LIMITE
