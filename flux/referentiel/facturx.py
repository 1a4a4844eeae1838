"""The Factur-X levels: what BT-24 and the XMP say, how the XML is tied to the PDF, which schema judges it.

Sources: Factur-X 1.0 specification, chapters on the levels, on the embedding in PDF/A-3 and on the XMP extension schema. The rule on
AFRelationship (``Data`` alone for MINIMUM and BASIC WL, whose XML is no whole invoice; ``Data``, ``Source`` or ``Alternative``
for the others) was read in the sources of the wheel factur-x 7.7 and in public threads that quote the specification, and
holds on all of the published samples; the specification's own text could not be read here. The URN of
EXTENDED-CTC-FR is the one of XP Z12-012.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Name that the embedded XML must bear.
NOM_XML = "factur-x.xml"
#: MIME type of the embedded XML.
MIME_XML = "text/xml"
#: Namespace of the ``fx:`` properties.
ESPACE_XMP = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
#: ``fx:`` properties with one value only; the fourth, ConformanceLevel, is :attr:`NiveauFacturX.xmp`.
PROPRIETES_XMP = {"DocumentType": "INVOICE", "DocumentFileName": NOM_XML, "Version": "1.0"}

_DATA = frozenset({"Data"})
_TOUTES = frozenset({"Data", "Source", "Alternative"})


@dataclass(frozen=True, slots=True)
class NiveauFacturX:
    """One row of the table.

    :ivar code: this project's name. :ivar urns: values of BT-24 that announce the level.
    :ivar xmp: ``fx:ConformanceLevel``. :ivar relations: values of AFRelationship admitted. :ivar schema: key of the XSD.
    """

    code: str
    urns: tuple[str, ...]
    xmp: str
    relations: frozenset[str]
    schema: str


_LIGNES = (
    NiveauFacturX("MINIMUM", ("urn:factur-x.eu:1p0:minimum",), "MINIMUM", _DATA, "facturx-minimum"),
    NiveauFacturX("BASIC WL", ("urn:factur-x.eu:1p0:basicwl",), "BASIC WL", _DATA, "facturx-basicwl"),
    NiveauFacturX("BASIC", ("urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic",), "BASIC", _TOUTES, "facturx-basic"),
    NiveauFacturX("EN 16931", ("urn:cen.eu:en16931:2017",), "EN 16931", _TOUTES, "facturx-en16931"),
    NiveauFacturX(
        "EXTENDED", ("urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended",), "EXTENDED", _TOUTES, "facturx-extended"
    ),
    # The French extension is written with the whole of CII D22B, which the EXTENDED schema does not cover.
    NiveauFacturX(
        "EXTENDED-CTC-FR", ("urn:cen.eu:en16931:2017#conformant#urn.cpro.gouv.fr:1p0:extended-ctc-fr",), "EXTENDED", _TOUTES, "cii-d22b"
    ),
)

#: ``code`` → row.
NIVEAUX: dict[str, NiveauFacturX] = {row.code: row for row in _LIGNES}

#: BT-24 → row.
NIVEAU_DU_PROFIL: dict[str, NiveauFacturX] = {urn: row for row in _LIGNES for urn in row.urns}

#: ``fx:ConformanceLevel`` → values of AFRelationship admitted.
RELATIONS_DU_XMP: dict[str, frozenset[str]] = {row.xmp: row.relations for row in _LIGNES}

if len(NIVEAU_DU_PROFIL) != sum(len(row.urns) for row in _LIGNES):  # a malformed table stops the import
    raise RuntimeError("two Factur-X levels share one URN")
