"""XML namespaces and the one prefix each bears in every path this project prints."""

from __future__ import annotations

UBL_INVOICE = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
UBL_CREDIT_NOTE = "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"
UBL_CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
UBL_CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
UBL_EXT = "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2"
CII = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
CDAR = "urn:un:unece:uncefact:data:standard:CrossDomainAcknowledgementAndResponse:100"
RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
QDT = "urn:un:unece:uncefact:data:standard:QualifiedDataType:100"
UDT = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"

#: prefix → namespace, as XPath 1.0 wants it. ``rsm`` stays CII's, as everybody writes it; CDAR's root is ``cdar``.
PREFIXES: dict[str, str] = {
    "ubl": UBL_INVOICE,
    "cn": UBL_CREDIT_NOTE,
    "cac": UBL_CAC,
    "cbc": UBL_CBC,
    "ext": UBL_EXT,
    "rsm": CII,
    "cdar": CDAR,
    "ram": RAM,
    "qdt": QDT,
    "udt": UDT,
}

#: namespace → prefix.
PREFIXE_DE: dict[str, str] = {uri: prefix for prefix, uri in PREFIXES.items()}
