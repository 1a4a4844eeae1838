"""What a recipient gets of an attachment: the packed file under its name, and a zip as a zip."""

import zipfile
from io import BytesIO
from types import SimpleNamespace

import pytest

from flux.etapes.redaction import _pieces
from flux.limites import Limites
from flux.modele.facture import PieceJointe
from flux.registre.envois import DocumentEnvoye
from tests.unit.parsers.exemples import COMPLETE

CONTEXTE = SimpleNamespace(reglages=SimpleNamespace(limites=Limites()))


def _zip(nom: str, contenu: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(nom, contenu)
    return out.getvalue()


@pytest.mark.parametrize(
    ("declare", "dedans", "ouvert"),
    [
        ("bon.pdf", "bon.pdf", True),
        ("bon.pdf", "autre.pdf", True),
        ("bon", "bon.pdf", True),
        ("photos.zip", "photo.jpg", False),
        ("PHOTOS.ZIP", "photo.jpg", False),
        ("devis.xlsx", "sheet1.xml", False),
        ("devis.xlsx", "devis.xlsx", True),
        ("photos.zip", "photos.zip", True),
    ],
)
def test_a_packed_attachment_is_unpacked_and_a_zip_by_its_own_name_stays_one(declare, dedans, ouvert):
    contenu = _zip(dedans, b"dedans")
    facture = COMPLETE.__class__(pieces_jointes=(PieceJointe(declare, contenu=contenu, mime="application/zip", nom=declare),))
    document = DocumentEnvoye(1, 0, 0, "FSO1140A", "a.xml", "cle", 0, 1, {0: declare}, {})
    _, piece = _pieces(CONTEXTE, facture, b"<Invoice/>", document)
    assert (piece.nom, piece.contenu) == (declare, b"dedans" if ouvert else contenu)
