"""libxml2's sentences about schema faults, turned into rows of the catalogue of anomalies.

The kind of a fault is libxml2's stable code (``SCHEMAV_…``); its sentence is read for the names and numbers it holds. A sentence that no
row knows is quoted as it is, under XSD-07.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import cast

from lxml import etree

from flux.xsd.fautes import Faute
from flux.xsd.reperes import nom_court
from flux.xsd.types import type_de_base, type_de_element

#: Names or codes of a list of what is expected that are shown; the others are counted.
NOMS_MONTRES = 6
#: Characters of a value taken from the document; an anomaly quotes fewer.
_LONGUEUR_VALEUR = 400

_SUJET = re.compile(r"Element '(?P<element>[^']*)'(?:, attribute '(?P<attribut>[^']*)')?: (?P<reste>.*)", re.DOTALL)
_LISTE = r"Expected is (?:one of )?\( (?P<noms>.*) \)"
_FACETTE = r"\[facet '\w+'\] .*"

#: (libxml2's code, what its sentence says, row of the catalogue), the first that fits.
_LIGNES: tuple[tuple[str, str, str], ...] = (
    ("ELEMENT_CONTENT", rf"This element is not expected\. {_LISTE}", "XSD-01"),
    ("ELEMENT_CONTENT", r"This element is not expected\.", "XSD-09"),
    ("ELEMENT_CONTENT", rf"Missing child element\(s\)\. {_LISTE}", "XSD-02"),
    ("CVC_COMPLEX_TYPE_4", r"The attribute '(?P<attribute>[^']*)' is required but missing", "XSD-04"),
    ("CVC_COMPLEX_TYPE_3_2_1", r"The attribute '(?P<attribute>[^']*)' is not allowed", "XSD-05"),
    ("CVC_COMPLEX_TYPE_3_2_2", r"The attribute '(?P<attribute>[^']*)' is not allowed", "XSD-05"),
    ("CVC_TYPE_3_1_1", r"The attribute '(?P<attribute>[^']*)' is not allowed", "XSD-05"),
    ("CVC_ELT_3_1", r"The element is not 'nillable'", "XSD-05"),
    ("CVC_ELT_4_2", r"The QName value", "XSD-05"),
    ("CVC_ELT_4_3", r"The type definition", "XSD-05"),
    ("CVC_COMPLEX_TYPE_2_3", r"Character content", "XSD-06"),
    ("CVC_COMPLEX_TYPE_2_1", r"Character content", "XSD-26"),
    ("CVC_COMPLEX_TYPE_2_1", r"Element content", "XSD-27"),
    ("CVC_COMPLEX_TYPE_2_2", r"Element content", "XSD-27"),
    ("CVC_TYPE_3_1_2", r"Element content", "XSD-27"),
    ("CVC_DATATYPE_VALID_1_2_1", r"(?:.*the atomic type '(?P<type>[^']*)'\.$)?", "XSD-03"),
    ("CVC_MAXLENGTH_VALID", rf"{_FACETTE}length of '(?P<length>\d+)'; .* length of '(?P<expected>\d+)'", "XSD-18"),
    ("CVC_MINLENGTH_VALID", rf"{_FACETTE}length of '(?P<length>\d+)'; .* length of '(?P<expected>\d+)'", "XSD-19"),
    ("CVC_LENGTH_VALID", rf"{_FACETTE}length of '(?P<length>\d+)'; .* length of '(?P<expected>\d+)'", "XSD-21"),
    ("CVC_PATTERN_VALID", rf"{_FACETTE} by the pattern '(?P<expected>.*)'\.$", "XSD-22"),
    ("CVC_ENUMERATION_VALID", rf"{_FACETTE} of the set \{{(?P<codes>.*)\}}\.$", "XSD-23"),
    ("CVC_MININCLUSIVE_VALID", rf"{_FACETTE} allowed \('(?P<expected>[^']*)'\)", "XSD-24"),
    ("CVC_MAXINCLUSIVE_VALID", rf"{_FACETTE} allowed \('(?P<expected>[^']*)'\)", "XSD-25"),
)
_TABLE = tuple((f"SCHEMAV_{kind}", re.compile(pattern, re.DOTALL), rule) for kind, pattern, rule in _LIGNES)

#: Rules where no value is at fault: an element is in the wrong place, or something is missing.
_SANS_VALEUR = frozenset({"XSD-01", "XSD-02", "XSD-04", "XSD-09"})
#: Rules that tell which elements were awaited, in :attr:`Lecture.expected`.
ORDRE = frozenset({"XSD-01", "XSD-02"})
#: Rules where a value is there and should not be.
_DE_TROP = frozenset({"XSD-05", "XSD-06", "XSD-26", "XSD-27"})
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
#: Attribute at fault, for the kind whose sentence does not name it.
_ATTRIBUT_TU = {"SCHEMAV_CVC_ELT_3_1": f"{_XSI}nil"}

_ENTIERS = ("integer", "nonNegativeInteger", "positiveInteger", "int", "long", "short", "unsignedInt")
#: Built-in type → (row of the catalogue, what was expected, readable in both languages).
_TYPES: dict[str, tuple[str, str]] = {
    "decimal": ("XSD-10", "xs:decimal, {example}"),
    "date": ("XSD-11", "xs:date, AAAA-MM-JJ / YYYY-MM-DD"),
    "dateTime": ("XSD-12", "xs:dateTime, AAAA-MM-JJThh:mm:ss / YYYY-MM-DDThh:mm:ss"),
    "time": ("XSD-13", "xs:time, hh:mm:ss"),
    "boolean": ("XSD-14", "xs:boolean, true / false"),
    "base64Binary": ("XSD-16", "xs:base64Binary"),
    "language": ("XSD-03", "xs:language, fr / en / fr-FR"),
    **{name: ("XSD-15", f"xs:{name}, 12") for name in _ENTIERS},
}


@dataclass(frozen=True, slots=True)
class Lecture:
    """What a sentence of libxml2 says.

    :ivar rule: row of the catalogue. :ivar attribut: Clark name of the attribute at fault, when the element has it.
    :ivar found: the value found. :ivar expected: what was wanted. :ivar faits: the other facts of the row's texts.
    """

    rule: str
    attribut: str | None
    found: str | None
    expected: str | None
    faits: dict[str, str]


def lire(faute: Faute, cle: str) -> Lecture:
    """Read one sentence of libxml2.

    :param cle: key of the schema.
    """
    subject = _SUJET.fullmatch(faute.message)
    if subject is None:
        return _citation(faute)
    for kind, pattern, rule in _TABLE:
        if kind == faute.sorte and (match := pattern.match(subject["reste"])):
            said = {"attribut": subject["attribut"] or _ATTRIBUT_TU.get(kind), **match.groupdict()}
            return _lecture(faute, rule, said, cle)
    return _citation(faute)


def _citation(faute: Faute) -> Lecture:
    return Lecture("XSD-07", None, faute.message[:_LONGUEUR_VALEUR], None, {"name": nom_court(str(faute.element.tag))})


def _lecture(faute: Faute, rule: str, said: dict[str, str | None], cle: str) -> Lecture:
    element, attribut = faute.element, said["attribut"]
    here = attribut if attribut is not None and attribut in element.attrib else None
    name = nom_court(str(element.tag))
    facts = {"name": name}
    expected = said.get("expected") or _montrer(said)
    if rule in {"XSD-04", "XSD-05"}:
        facts["attribute"] = nom_court(said.get("attribute") or attribut or "")
    elif here is not None:
        facts["name"] = f"{name}/@{nom_court(here)}"
    if said.get("length") is not None:
        facts["length"] = str(said["length"])
    if rule in _SANS_VALEUR:
        return Lecture(rule, here, name if rule in {"XSD-01", "XSD-09"} else None, expected, facts)
    found = _valeur(element, here, rule)
    if rule == "XSD-03":
        type_ = said["type"] or (type_de_element(cle, str(element.tag)) if attribut is None else None)
        if type_ is None:
            return _citation(faute)
        type_ = type_.removeprefix("xs:") if ":" in type_ and not type_.startswith("{") else type_de_base(cle, type_) or type_
        rule, expected = _TYPES.get(type_, (rule, type_))
        facts["example"] = _exemple(rule, found)
        expected = expected.replace("{example}", facts["example"])
    if rule not in _DE_TROP and not found.strip():
        rule = "XSD-17"
    return Lecture(rule, here, found, expected, facts)


def _valeur(element: etree._Element, attribut: str | None, rule: str) -> str:
    """Return the start of the value at fault: of the attribute, of the text between elements, of a child element, or of the element."""
    if attribut is not None:
        return str(element.get(attribut))[:_LONGUEUR_VALEUR]
    if rule == "XSD-27":
        return nom_court(str(next(element.iterchildren("*")).tag))
    texts = cast(list[str], element.xpath("text()"))
    if rule in {"XSD-06", "XSD-26"}:
        texts = [text.strip() for text in texts if text.strip()]
    return "".join(text[:_LONGUEUR_VALEUR] for text in texts[:20])[:_LONGUEUR_VALEUR]


def _montrer(said: dict[str, str | None]) -> str | None:
    """Return a list of what is expected, in short: ``cbc:ID, cbc:UUID, … (+4)``."""
    if (names := said.get("noms")) is not None:
        items = [nom_court(name.removeprefix("##other:")) for name in names.split(", ")]
    elif (codes := said.get("codes")) is not None:
        items = [code.strip("'") for code in codes.split(", ")]
    else:
        return None
    more = len(items) - NOMS_MONTRES
    return ", ".join(items[:NOMS_MONTRES]) + (f", … (+{more})" if more > 0 else "")


_GROUPES_FR = re.compile(r"[+-]?\d+(?:,\d{1,2})?|[+-]?\d{1,3}(?:\.\d{3})+,\d+")
_GROUPES_EN = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+\.\d+")
_JOUR = re.compile(r"(\d{2})[/.-](\d{2})[/.-](\d{4})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")


def _exemple(rule: str, found: str) -> str:
    """Return the value well written when only one reading of it is possible, else a plain example."""
    if rule == "XSD-10":
        bare = re.sub(r"[\s'’]|€|EUR", "", found).replace("−", "-")
        if _GROUPES_FR.fullmatch(bare):
            return bare.replace(".", "").replace(",", ".")
        return bare.replace(",", "") if _GROUPES_EN.fullmatch(bare) else "1324.60"
    if rule == "XSD-11":
        return _jour(found.strip()) or "2026-01-31"
    return ""


def _jour(found: str) -> str | None:
    """Return the day in ISO 8601, unless day and month could be taken for each other."""
    compact, usual = _COMPACT.fullmatch(found), _JOUR.fullmatch(found)
    if compact is not None:
        year, month, day = map(int, compact.groups())
    elif usual is not None:
        day, month, year = map(int, usual.groups())
        if day <= 12 and day != month:
            return None
    else:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
