"""Terms that a CDAR message must have and that the official rules forget to ask for.

The rules BR-FR-CDV-01, 04, 05, 06, 09, 10 and 13 have the element itself, or its parent, as their context: where it is missing they never
fire, and a message without a sender passes. This table asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from lxml import etree

from flux.referentiel.espaces_de_noms import PREFIXES


@dataclass(frozen=True, slots=True)
class _Presence:
    """``absence`` is an XPath 1.0 expression, true where the term is missing or blank."""

    rule: str
    terme: str
    absence: str


_ACCUSE = "/cdar:*/cdar:AcknowledgementDocument"
_OBJET = f"{_ACCUSE}/ram:ReferenceReferencedDocument"

_TABLE = (
    _Presence(
        "BR-FR-CDV-01",
        "MDG-3",
        "not(/cdar:*/cdar:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID[normalize-space()])",
    ),
    _Presence("BR-FR-CDV-04", "MDG-4", "not(/cdar:*/cdar:ExchangedDocument/ram:IssueDateTime[normalize-space()])"),
    _Presence("BR-FR-CDV-05", "MDG-9", "not(/cdar:*/cdar:ExchangedDocument/ram:SenderTradeParty)"),
    _Presence("BR-FR-CDV-06", "MDT-21", "not(/cdar:*/cdar:ExchangedDocument/ram:SenderTradeParty/ram:RoleCode[normalize-space()])"),
    _Presence("BR-FR-CDV-09", "MDT-77", f"not({_ACCUSE}) or {_ACCUSE}[not(normalize-space(ram:TypeCode))]"),
    _Presence("BR-FR-CDV-10", "MDT-87", f"not({_OBJET}) or {_OBJET}[not(normalize-space(ram:IssuerAssignedID))]"),
    # A flow is named by its id alone, accepted (500) as well as refused (501): G7.17.
    _Presence(
        "BR-FR-CDV-13",
        "MDT-129",
        f"{_OBJET}[not(ram:ProcessConditionCode = '500' or ram:ProcessConditionCode = '501')"
        "][not(normalize-space(ram:IssuerTradeParty/ram:GlobalID))]",
    ),
)


@cache
def _tests() -> tuple[tuple[str, etree.XPath], ...]:
    return tuple((row.rule, etree.XPath(f"boolean({row.absence})", namespaces=PREFIXES)) for row in _TABLE)


def termes_absents(root: etree._Element) -> tuple[tuple[str, str], ...]:
    """Return (rule, term) of what is missing from a CDAR message, in table order; none for a complete message.

    :param root: ``rsm:CrossDomainAcknowledgementAndResponse``.
    """
    terms = {row.rule: row.terme for row in _TABLE}
    return tuple((rule, terms[rule]) for rule in presence_cdar(root))


def presence_cdar(root: etree._Element) -> tuple[str, ...]:
    """Return the rules whose term is missing from a CDAR message, in table order; none for a complete message.

    :param root: ``rsm:CrossDomainAcknowledgementAndResponse``.
    """
    return tuple(rule for rule, missing in _tests() if missing(root))
