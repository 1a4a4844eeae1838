"""XMP metadata of a PDF: the few properties that Factur-X and PDF/A ask for."""

from __future__ import annotations

from lxml.etree import _Element

from flux.limites import Limites
from flux.modele.anomalie import Anomalie, anomalie
from flux.parsers.xml import lire_xml
from flux.referentiel.facturx import ESPACE_XMP, PROPRIETES_XMP, RELATIONS_DU_XMP

_PDFAID = "http://www.aiim.org/pdfa/ns/id/"
_DESCRIPTION = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description"

#: Stands for a value that is not there, in both languages.
ABSENT = "(absent)"


def lire_xmp(data: bytes, limites: Limites) -> tuple[str | None, tuple[Anomalie, ...]]:
    """Check the XMP packet ``data``.

    :returns: ``fx:ConformanceLevel`` when it is a level of Factur-X, and what is wrong (PDF-05, PDF-08, PDF-12).
    """
    root, refus = lire_xml(data, limites)
    if root is None:
        return None, (anomalie("PDF-12", found=", ".join(one.rule for one in refus)),)
    found = _proprietes(root)
    anomalies = []
    part = found.get(f"{{{_PDFAID}}}part", ABSENT)
    if part != "3":
        anomalies.append(anomalie("PDF-05", found=part, expected="3"))
    for name, expected in PROPRIETES_XMP.items():
        value = found.get(f"{{{ESPACE_XMP}}}{name}", ABSENT)
        if value != expected:
            anomalies.append(anomalie("PDF-08", name=f"fx:{name}", found=value, expected=expected))
    level = found.get(f"{{{ESPACE_XMP}}}ConformanceLevel", ABSENT)
    if level not in RELATIONS_DU_XMP:
        anomalies.append(anomalie("PDF-08", name="fx:ConformanceLevel", found=level, expected=", ".join(RELATIONS_DU_XMP)))
        return None, tuple(anomalies)
    return level, tuple(anomalies)


def _proprietes(root: _Element) -> dict[str, str]:
    """Return the simple properties, which RDF lets one write as attributes or as elements, under any prefix; the first one counts."""
    found: dict[str, str] = {}
    for description in root.iter(_DESCRIPTION):
        for name, value in description.items():
            found.setdefault(str(name), str(value).strip())
        for child in description:
            if child.text and not len(child):
                found.setdefault(child.tag, child.text.strip())
    return found
