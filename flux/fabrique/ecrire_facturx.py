"""An invoice as Factur-X: its pages as PDF/A-3 with the data embedded as ``factur-x.xml``.

The wheel factur-x embeds; pikepdf then fixes every date and the file id, so that the same invoice gives the same bytes, and adds
the colour profile that PDF/A asks for.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import pikepdf
from facturx import generate_from_binary

from flux.errors import ErreurConfiguration
from flux.fabrique.ecrire_cii import ecrire_cii
from flux.fabrique.niveaux import Niveau
from flux.fabrique.page_pdf import dessiner
from flux.modele.facture import Facture

_DATE_XMP = re.compile(rb"(<xmp:(?:Create|Modify)Date>)[^<]*")


def ecrire_facturx(facture: Facture, niveau: Niveau = Niveau.EN16931) -> bytes:
    """Write ``facture`` as Factur-X.

    :param niveau: level of the XML inside; see :func:`flux.fabrique.niveaux.reduire` for what each one keeps.
    """
    return assembler(facture, ecrire_cii(facture, niveau), niveau)


def assembler(facture: Facture, xml: bytes, niveau: Niveau) -> bytes:
    """Embed ``xml`` in the pages of ``facture``. The XML is not looked at: it may be a wrong one, made on purpose.

    :raises ErreurConfiguration: when the pikepdf wheel does not hold the colour profile.
    """
    vendeur = facture.vendeur.nom or ""
    metadonnees = {
        "author": vendeur,
        "keywords": "Factur-X, facture",
        "title": f"{vendeur} : {facture.numero}",
        "subject": f"Facture {facture.numero} du {facture.date_emission}",
    }
    # A well-formed stand-in goes through the wheel, which parses what it embeds; the true bytes take its place afterwards.
    brut = generate_from_binary(
        dessiner(facture),
        b"<x/>",
        flavor="factur-x",
        level=niveau.lower(),
        check_xsd=False,
        check_schematron=False,
        pdf_metadata=metadonnees,
        lang="fr-FR",
        afrelationship="alternative" if "Alternative" in niveau.ligne.relations else "data",
        xmp_compression=False,
    )
    with pikepdf.open(BytesIO(brut)) as pdf:
        _fixer(pdf, facture, xml)
        sortie = BytesIO()
        pdf.save(sortie, deterministic_id=True, min_version="1.7", compress_streams=True)
    return sortie.getvalue()


def _fixer(pdf: pikepdf.Pdf, facture: Facture, xml: bytes) -> None:
    jour = facture.date_emission
    instant = f"{jour:%Y-%m-%dT00:00:00+00:00}" if jour else "2000-01-01T00:00:00+00:00"
    date_pdf = f"D:{instant[:4]}{instant[5:7]}{instant[8:10]}000000+00'00'"
    racine = pdf.Root
    racine.Metadata.write(_DATE_XMP.sub(rb"\g<1>" + instant.encode(), racine.Metadata.read_bytes()))
    pdf.docinfo["/CreationDate"] = pdf.docinfo["/ModDate"] = date_pdf
    fichier = racine.AF[0].EF.F
    fichier.write(xml)
    fichier.Params = pikepdf.Dictionary(Size=len(xml), ModDate=date_pdf)
    profil = pdf.make_stream(_profil_couleur())
    profil.N = 3
    intention = pikepdf.Dictionary(
        Type=pikepdf.Name.OutputIntent,
        S=pikepdf.Name.GTS_PDFA1,
        OutputConditionIdentifier="sRGB",
        Info="sRGB",
        DestOutputProfile=profil,
    )
    racine.OutputIntents = pikepdf.Array([pdf.make_indirect(intention)])
    for page in pdf.pages:
        if "/Trans" in page.obj:
            del page.obj["/Trans"]  # reportlab's empty transition: PDF/A forbids presentation


@cache
def _profil_couleur() -> bytes:
    """The sRGB profile that the pikepdf wheel carries."""
    spec = find_spec("pikepdf")
    dossiers = [] if spec is None else list(spec.submodule_search_locations or [])
    for dossier in dossiers:
        chemin = Path(dossier) / "pdfa" / "data" / "sRGB.icc"
        if chemin.is_file():
            return chemin.read_bytes()
    raise ErreurConfiguration("the pikepdf wheel holds no pdfa/data/sRGB.icc; install the version this project pins", wheel="pikepdf")
