"""Files of statuses made by this project, right and wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

from flux.emitters.fso1301a import ecrire_fso1301a
from flux.modele.statut import Acteur, Statut
from tests.unit.emitters.exemples import DESTINATAIRE, FOURNISSEUR, enveloppe

LE = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
SUSPENDUE = Statut(
    "SUSPENDUE", LE, "F2026-0001", date(2026, 11, 20), "380", LE, FOURNISSEUR, DESTINATAIRE, "Justificatif absent ou insuffisant"
)


def cpp(*statuts: Statut) -> bytes:
    """A FSO1301A."""
    out = BytesIO()
    ecrire_fso1301a(out, enveloppe(), statuts, len(statuts))
    return out.getvalue()


def statut(code: str, **change: object) -> Statut:
    """A status of the example invoice."""
    return replace(SUSPENDUE, **{"code": code, "complement": None} | change)


_CDAR = {
    "code": "208", "numero": "F2026-0001", "role": "BY", "auteur": "20000000800012", "schema": "0009", "phase": "23", "accuse": "39",
    "motif": "JUSTIF_ABS", "texte": "Justificatif absent", "fournisseur": "100000009", "instant": "20261125100000",
    "date_facture": "20261120", "montant": "", "emetteur": "<ram:RoleCode>WK</ram:RoleCode>",
}  # fmt: skip


def cdar(code: str = "208", **autres: str | None) -> bytes:
    """A CDAR message of a recipient, valid by its schema and by BR-FR-CDV."""
    v = _CDAR | {"code": code} | autres
    raison = "" if v["motif"] is None else f"<ram:ReasonCode>{v['motif']}</ram:ReasonCode><ram:Reason>{v['texte']}</ram:Reason>"
    inside = f"{raison}<ram:SequenceNumeric>1</ram:SequenceNumeric>{v['montant']}" if raison or v["montant"] else ""
    v["detail"] = f"<ram:SpecifiedDocumentStatus>{inside}</ram:SpecifiedDocumentStatus>" if inside else ""
    v["accuse"] = "" if v["accuse"] is None else f"<ram:StatusCode>{v['accuse']}</ram:StatusCode>"
    return _MESSAGE.format_map(v).encode()


_MESSAGE = """<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossDomainAcknowledgementAndResponse xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossDomainAcknowledgementAndResponse:100"
  xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
  xmlns:qdt="urn:un:unece:uncefact:data:standard:QualifiedDataType:100" xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
 <rsm:ExchangedDocumentContext>
  <ram:BusinessProcessSpecifiedDocumentContextParameter><ram:ID>REGULATED</ram:ID></ram:BusinessProcessSpecifiedDocumentContextParameter>
  <ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>urn.cpro.gouv.fr:1p0:CDV:invoice</ram:ID></ram:GuidelineSpecifiedDocumentContextParameter>
 </rsm:ExchangedDocumentContext>
 <rsm:ExchangedDocument>
  <ram:ID>{numero}_{code}_{instant}#380_{date_facture}</ram:ID><ram:Name>statut</ram:Name>
  <ram:IssueDateTime><udt:DateTimeString format="204">{instant}</udt:DateTimeString></ram:IssueDateTime>
  <ram:SenderTradeParty>{emetteur}</ram:SenderTradeParty>
  <ram:IssuerTradeParty><ram:GlobalID schemeID="{schema}">{auteur}</ram:GlobalID><ram:Name>Auteur</ram:Name><ram:RoleCode>{role}</ram:RoleCode></ram:IssuerTradeParty>
  <ram:RecipientTradeParty><ram:GlobalID schemeID="0002">{fournisseur}</ram:GlobalID><ram:Name>Atelier</ram:Name><ram:RoleCode>SE</ram:RoleCode>
   <ram:URIUniversalCommunication><ram:URIID schemeID="0225">{fournisseur}</ram:URIID></ram:URIUniversalCommunication></ram:RecipientTradeParty>
 </rsm:ExchangedDocument>
 <rsm:AcknowledgementDocument>
  <ram:MultipleReferencesIndicator><udt:Indicator>false</udt:Indicator></ram:MultipleReferencesIndicator>
  <ram:TypeCode>{phase}</ram:TypeCode>
  <ram:IssueDateTime><udt:DateTimeString format="204">{instant}</udt:DateTimeString></ram:IssueDateTime>
  <ram:ReferenceReferencedDocument>
   <ram:IssuerAssignedID>{numero}</ram:IssuerAssignedID>{accuse}<ram:TypeCode>380</ram:TypeCode>
   <ram:ReceiptDateTime><udt:DateTimeString format="204">20261123093000</udt:DateTimeString></ram:ReceiptDateTime>
   <ram:FormattedIssueDateTime><qdt:DateTimeString format="102">{date_facture}</qdt:DateTimeString></ram:FormattedIssueDateTime>
   <ram:ProcessConditionCode>{code}</ram:ProcessConditionCode><ram:ProcessCondition>Statut</ram:ProcessCondition>
   <ram:IssuerTradeParty><ram:GlobalID schemeID="0002">{fournisseur}</ram:GlobalID><ram:RoleCode>SE</ram:RoleCode></ram:IssuerTradeParty>
   {detail}
  </ram:ReferenceReferencedDocument>
 </rsm:AcknowledgementDocument>
</rsm:CrossDomainAcknowledgementAndResponse>
"""


MONTANT = (
    '<ram:SpecifiedDocumentCharacteristic><ram:TypeCode>MEN</ram:TypeCode><ram:ValueChangedIndicator><udt:IndicatorString>false'
    '</udt:IndicatorString></ram:ValueChangedIndicator><ram:ValueAmount currencyID="EUR">120.00</ram:ValueAmount>'
    "<ram:ValuePercent>20.00</ram:ValuePercent></ram:SpecifiedDocumentCharacteristic>"
)  # fmt: skip

#: Every field of CPPFactureStatutUnitaire, with characters that break careless readers.
COMPLET = replace(
    SUSPENDUE,
    complement="Mauvais justificatif & <pièce> n°3",
    commentaire="Ligne une\nLigne deux  avec deux espaces",
    fournisseur=replace(FOURNISSEUR, siren=None, adresse_electronique=None),
    destinataire=Acteur(1, "20000000800012", "Commune d'Exemple", code_service="VOIRIE", nom_service="Service de la voirie"),
    producteur="XYZ789",
    id_mandat="DP-2026-0042",
)
