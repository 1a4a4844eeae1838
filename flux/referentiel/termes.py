"""Terms of an invoice: what people call each, and where it stands in each syntax.

Names follow EN 16931 and Chorus Pro's words (*fournisseur*, *destinataire*, *engagement*); paths are those of its bindings
(CEN/TS 16931-3-2 for UBL, 3-3 for CII) and, for Chorus Pro's own terms, of AIFE's commented sample FSO1116A_P02. EXT-FR-FE terms are
those of the French extension (EXTENDED-CTC-FR).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Terme:
    """One term.

    :ivar numero: BT, BG or EXT-FR-FE number, empty for a term that has none.
    :ivar fr: French name. :ivar en: English name.
    :ivar ubl: path in UBL, from the root or from one element of ``groupe``; ``|`` parts what contains the term, which an
        absent term is told by, from the rest; without it the last step is the rest. Empty when the syntax cannot hold the term.
    :ivar cii: the same in CII. :ivar groupe: key of the repeated group it belongs to, in :data:`GROUPES`.
    :ivar cpp: the same in CPPFactureMixte; empty for the many terms that it does not hold: their faults are told of the whole invoice.
    """

    numero: str
    fr: str
    en: str
    ubl: str
    cii: str
    groupe: str | None = None
    cpp: str = ""


@dataclass(frozen=True, slots=True)
class Groupe:
    """A repeated group: what one of them is called, and its path."""

    fr: str
    en: str
    ubl: str
    cii: str
    cpp: str = ""


#: The one invoice of a CPPFactureMixte.
UNITE_CPP = "CPPFactures/CPPFactureMixteUnitaire"
_F, _D, _DF = f"{UNITE_CPP}/Fournisseur", f"{UNITE_CPP}/Debiteur", f"{UNITE_CPP}/DonneesFacture"
_T = "rsm:SupplyChainTradeTransaction"
_ENT = "rsm:ExchangedDocument"
_CTX = "rsm:ExchangedDocumentContext"
_ACC = f"{_T}/ram:ApplicableHeaderTradeAgreement"
_LIV = f"{_T}/ram:ApplicableHeaderTradeDelivery"
_REG = f"{_T}/ram:ApplicableHeaderTradeSettlement"
_TOT = f"{_REG}/ram:SpecifiedTradeSettlementHeaderMonetarySummation"
_VEN, _ACH = "cac:AccountingSupplierParty/cac:Party", "cac:AccountingCustomerParty/cac:Party"
_VEN_C, _ACH_C, _BEN_C = f"{_ACC}/ram:SellerTradeParty", f"{_ACC}/ram:BuyerTradeParty", f"{_REG}/ram:PayeeTradeParty"
_AGENT, _AGENT_C = f"{_VEN}/cac:AgentParty", f"{_ACC}/ram:SalesAgentTradeParty"
_ID_C = "*[self::ram:ID or self::ram:GlobalID]"
_LMT = "cac:LegalMonetaryTotal"
_MOYEN = f"{_REG}/ram:SpecifiedTradeSettlementPaymentMeans"

#: Repeated groups. Those of UBL's CreditNote are found by :data:`AVOIR`.
GROUPES: dict[str, Groupe] = {
    "BG-3": Groupe("facture antérieure", "preceding invoice", "cac:BillingReference/cac:InvoiceDocumentReference", f"{_REG}/ram:InvoiceReferencedDocument", f"{_DF}/IdFactureOrigine"),
    "BG-1": Groupe("note", "note", "cbc:Note", f"{_ENT}/ram:IncludedNote"),
    "BG-20": Groupe("remise ou charge", "allowance or charge", "cac:AllowanceCharge", f"{_REG}/ram:SpecifiedTradeAllowanceCharge"),
    "BG-23": Groupe("ventilation", "VAT breakdown", "cac:TaxTotal/cac:TaxSubtotal", f"{_REG}/ram:ApplicableTradeTax", f"{_DF}/TVAS/TVA"),
    "BG-24": Groupe(
        "pièce", "attachment", "cac:AdditionalDocumentReference[not(cbc:DocumentTypeCode='130')]",
        f"{_ACC}/ram:AdditionalReferencedDocument[not(ram:TypeCode='130' or ram:TypeCode='50')]",
        f"{UNITE_CPP}/PJ",
    ),
    "BG-25": Groupe("ligne", "line", "cac:InvoiceLine", f"{_T}/ram:IncludedSupplyChainTradeLineItem", f"{_DF}/Lignes/Ligne"),
}  # fmt: skip

#: What UBL's CreditNote writes otherwise than its Invoice: pieces of path, replaced in this order.
AVOIR: tuple[tuple[str, str], ...] = (
    ("cac:InvoiceLine", "cac:CreditNoteLine"),
    ("cbc:InvoicedQuantity", "cbc:CreditedQuantity"),
    ("cbc:InvoiceTypeCode", "cbc:CreditNoteTypeCode"),
    ("[not(cbc:DocumentTypeCode='130')]", "[not(cbc:DocumentTypeCode='130' or cbc:DocumentTypeCode='50')]"),
)

_LIGNES: tuple[tuple[str, Terme], ...] = (
    # --- document ------------------------------------------------------------------------------------------------------
    ("BT-1", Terme("BT-1", "numéro de facture", "invoice number", "cbc:ID", f"{_ENT}/ram:ID", cpp=f"{_DF}/Id")),
    ("BT-2", Terme("BT-2", "date d'émission", "issue date", "cbc:IssueDate", f"{_ENT}|ram:IssueDateTime/udt:DateTimeString", cpp=f"{_DF}/DateEmissionFacture")),
    ("BT-3", Terme("BT-3", "type de facture", "invoice type", "cbc:InvoiceTypeCode", f"{_ENT}/ram:TypeCode", cpp=f"{_DF}/Type")),
    ("BT-5", Terme("BT-5", "devise de la facture", "invoice currency", "cbc:DocumentCurrencyCode", f"{_REG}/ram:InvoiceCurrencyCode", cpp=f"{_DF}/Devise")),
    ("BT-6", Terme("BT-6", "devise de comptabilisation de la TVA", "VAT accounting currency", "cbc:TaxCurrencyCode", f"{_REG}/ram:TaxCurrencyCode")),
    ("BT-7", Terme("BT-7", "date d'exigibilité de la TVA", "VAT point date", "cbc:TaxPointDate", f"{_REG}/ram:ApplicableTradeTax|ram:TaxPointDate/udt:DateString")),
    ("BT-8", Terme("BT-8", "code d'exigibilité de la TVA", "VAT point date code", "cac:InvoicePeriod/cbc:DescriptionCode", f"{_REG}/ram:ApplicableTradeTax/ram:DueDateTypeCode")),
    ("BT-9", Terme("BT-9", "date d'échéance", "due date", "|descendant::*[self::cbc:DueDate or self::cbc:PaymentDueDate]", f"{_REG}|ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime/udt:DateTimeString")),
    ("BT-10", Terme("BT-10", "code service du destinataire", "recipient's service code", "cbc:BuyerReference", f"{_ACC}/ram:BuyerReference", cpp=f"{_D}/CodeService")),
    ("BT-12", Terme("BT-12", "numéro de contrat ou de marché", "contract number", "|cac:ContractDocumentReference/cbc:ID", f"{_ACC}|ram:ContractReferencedDocument/ram:IssuerAssignedID", cpp=f"{_DF}|Engagement/NumeroMarche")),
    ("BT-13", Terme("BT-13", "numéro d'engagement", "engagement number", "|cac:OrderReference/cbc:ID", f"{_ACC}|ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID", cpp=f"{_DF}|Engagement/NumeroEngagement")),
    ("BT-20", Terme("BT-20", "conditions de paiement", "payment terms", "|cac:PaymentTerms/cbc:Note", f"{_REG}|ram:SpecifiedTradePaymentTerms/ram:Description")),
    ("BT-22", Terme("BT-22", "texte de la note", "note", ".", "ram:Content", "BG-1")),
    ("BT-23", Terme("BT-23", "cadre de facturation", "billing framework", "cbc:ProfileID", f"{_CTX}|ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID", cpp=f"{_DF}/Cadre")),
    ("BT-25", Terme("BT-25", "numéro de la facture antérieure", "preceding invoice number", "cbc:ID", "ram:IssuerAssignedID", "BG-3", cpp=".")),
    ("BT-26", Terme("BT-26", "date de la facture antérieure", "preceding invoice date", "cbc:IssueDate", "ram:FormattedIssueDateTime/qdt:DateTimeString", "BG-3")),
    ("BG-1", Terme("BG-1", "notes de la facture", "invoice notes", "|cbc:Note", f"{_ENT}|ram:IncludedNote")),
    ("BG-3", Terme("BG-3", "factures antérieures", "preceding invoices", "|cac:BillingReference", f"{_REG}|ram:InvoiceReferencedDocument")),
    ("EXT-FR-FE-01", Terme("EXT-FR-FE-01", "type de contrat", "contract type", "cac:ContractDocumentReference/*[self::cbc:DocumentType or self::cbc:DocumentTypeCode]", f"{_ACC}/ram:ContractReferencedDocument/ram:ReferenceTypeCode")),
    # --- seller --------------------------------------------------------------------------------------------------------
    ("BG-4", Terme("BG-4", "fournisseur", "supplier", _VEN, _VEN_C, cpp=f"{_F}")),
    ("BG-6", Terme("BG-6", "contact du fournisseur", "supplier's contact", f"{_VEN}/cac:Contact", f"{_VEN_C}/ram:DefinedTradeContact")),
    ("BT-27", Terme("BT-27", "nom du fournisseur", "supplier's name", f"{_VEN}|cac:PartyLegalEntity/cbc:RegistrationName", f"{_VEN_C}/ram:Name", cpp=f"{_F}/RaisonSociale")),
    ("BT-28", Terme("BT-28", "nom commercial du fournisseur", "supplier's trading name", f"{_VEN}|cac:PartyName/cbc:Name", f"{_VEN_C}|ram:SpecifiedLegalOrganization/ram:TradingBusinessName")),
    ("BT-29", Terme("BT-29", "identifiant du fournisseur", "supplier's identifier", f"{_VEN}|cac:PartyIdentification/cbc:ID", f"{_VEN_C}|{_ID_C}", cpp=f"{_F}/Identifiant")),
    ("BT-30", Terme("BT-30", "identifiant légal du fournisseur", "supplier's legal identifier", f"{_VEN}|cac:PartyLegalEntity/cbc:CompanyID", f"{_VEN_C}|ram:SpecifiedLegalOrganization/ram:ID")),
    ("BT-31", Terme("BT-31", "numéro de TVA du fournisseur", "supplier's VAT number", f"{_VEN}|cac:PartyTaxScheme[cac:TaxScheme/cbc:ID='VAT']/cbc:CompanyID", f"{_VEN_C}|ram:SpecifiedTaxRegistration/ram:ID[@schemeID='VA']")),
    ("BG-5", Terme("BG-5", "adresse du fournisseur", "supplier's address", f"{_VEN}/cac:PostalAddress", f"{_VEN_C}/ram:PostalTradeAddress")),
    ("BT-35", Terme("BT-35", "rue du fournisseur", "supplier's street", f"{_VEN}/cac:PostalAddress/cbc:StreetName", f"{_VEN_C}/ram:PostalTradeAddress/ram:LineOne")),
    ("BT-37", Terme("BT-37", "ville du fournisseur", "supplier's city", f"{_VEN}/cac:PostalAddress/cbc:CityName", f"{_VEN_C}/ram:PostalTradeAddress/ram:CityName")),
    ("BT-40", Terme("BT-40", "pays du fournisseur", "supplier's country", f"{_VEN}/cac:PostalAddress|cac:Country/cbc:IdentificationCode", f"{_VEN_C}/ram:PostalTradeAddress/ram:CountryID", cpp=f"{_F}/CodePays")),
    ("EXT-FR-FE-BG-03", Terme("EXT-FR-FE-BG-03", "agent du fournisseur, titulaire ou mandataire", "supplier's agent, main contractor", _AGENT, _AGENT_C)),
    ("EXT-FR-FE-69", Terme("EXT-FR-FE-69", "identifiant de l'agent du fournisseur", "supplier's agent identifier", f"{_AGENT}|cac:PartyIdentification/cbc:ID", f"{_AGENT_C}|{_ID_C}")),
    # --- buyer ---------------------------------------------------------------------------------------------------------
    ("BG-7", Terme("BG-7", "destinataire", "recipient", _ACH, _ACH_C, cpp=f"{_D}")),
    ("BG-9", Terme("BG-9", "contact du destinataire", "recipient's contact", f"{_ACH}/cac:Contact", f"{_ACH_C}/ram:DefinedTradeContact")),
    ("EXT-FR-FE-BG-01", Terme("EXT-FR-FE-BG-01", "agent de l'acheteur", "buyer's agent", f"{_ACH}/cac:AgentParty", f"{_ACC}/ram:BuyerAgentTradeParty")),
    ("EXT-FR-FE-BG-04", Terme("EXT-FR-FE-BG-04", "bloc « adressée à »", "“addressed to” block", f"{_ACH}/cac:ServiceProviderParty", f"{_REG}/ram:InvoiceeTradeParty")),
    ("BT-44", Terme("BT-44", "nom du destinataire", "recipient's name", f"{_ACH}|cac:PartyLegalEntity/cbc:RegistrationName", f"{_ACH_C}/ram:Name", cpp=f"{_D}/Nom")),
    ("BT-45", Terme("BT-45", "nom commercial du destinataire", "recipient's trading name", f"{_ACH}|cac:PartyName/cbc:Name", f"{_ACH_C}|ram:SpecifiedLegalOrganization/ram:TradingBusinessName")),
    ("BT-46", Terme("BT-46", "SIRET du destinataire", "recipient's SIRET", f"{_ACH}|cac:PartyIdentification/cbc:ID", f"{_ACH_C}|{_ID_C}", cpp=f"{_D}/Identifiant")),
    ("BT-46-service", Terme("BT-46", "code service du destinataire", "recipient's service code", f"{_ACH}|cac:PartyIdentification/cbc:ID[@schemeID='0224']", f"{_ACH_C}|ram:GlobalID[@schemeID='0224']", cpp=f"{_D}/CodeService")),
    ("BT-47", Terme("BT-47", "identifiant légal du destinataire", "recipient's legal identifier", f"{_ACH}|cac:PartyLegalEntity/cbc:CompanyID", f"{_ACH_C}|ram:SpecifiedLegalOrganization/ram:ID")),
    ("BT-48", Terme("BT-48", "numéro de TVA du destinataire", "recipient's VAT number", f"{_ACH}|cac:PartyTaxScheme[cac:TaxScheme/cbc:ID='VAT']/cbc:CompanyID", f"{_ACH_C}|ram:SpecifiedTaxRegistration/ram:ID[@schemeID='VA']")),
    ("BT-55", Terme("BT-55", "pays du destinataire", "recipient's country", f"{_ACH}/cac:PostalAddress|cac:Country/cbc:IdentificationCode", f"{_ACH_C}/ram:PostalTradeAddress/ram:CountryID")),
    # --- other parties -------------------------------------------------------------------------------------------------
    ("BT-59", Terme("BT-59", "nom du bénéficiaire du paiement", "payee's name", "cac:PayeeParty|cac:PartyName/cbc:Name", f"{_BEN_C}/ram:Name")),
    ("BT-60", Terme("BT-60", "identifiant du bénéficiaire du paiement", "payee's identifier", "cac:PayeeParty|cac:PartyIdentification/cbc:ID", f"{_BEN_C}|{_ID_C}")),
    ("BT-61", Terme("BT-61", "identifiant légal du bénéficiaire du paiement", "payee's legal identifier", "cac:PayeeParty|cac:PartyLegalEntity/cbc:CompanyID", f"{_BEN_C}|ram:SpecifiedLegalOrganization/ram:ID")),
    ("BT-63", Terme("BT-63", "numéro de TVA du représentant fiscal", "tax representative's VAT number", "cac:TaxRepresentativeParty|cac:PartyTaxScheme/cbc:CompanyID", f"{_ACC}/ram:SellerTaxRepresentativeTradeParty|ram:SpecifiedTaxRegistration/ram:ID")),
    ("valideur", Terme("", "valideur", "validator", "|cac:BuyerCustomerParty/cac:Party", f"{_REG}|ram:InvoiceeTradeParty")),
    # --- delivery, period ----------------------------------------------------------------------------------------------
    ("BT-71", Terme("BT-71", "identifiant du lieu de livraison", "delivery location identifier", "cac:Delivery|cac:DeliveryLocation/cbc:ID", f"{_LIV}/ram:ShipToTradeParty|{_ID_C}")),
    ("BT-72", Terme("BT-72", "date de livraison", "delivery date", "cac:Delivery/cbc:ActualDeliveryDate", f"{_LIV}|ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime/udt:DateTimeString", cpp=f"{_DF}/DateLivraison")),
    ("BT-73", Terme("BT-73", "début de la période de facturation", "start of the invoicing period", "cac:InvoicePeriod/cbc:StartDate", f"{_REG}|ram:BillingSpecifiedPeriod/ram:StartDateTime/udt:DateTimeString")),
    ("BT-74", Terme("BT-74", "fin de la période de facturation", "end of the invoicing period", "cac:InvoicePeriod/cbc:EndDate", f"{_REG}|ram:BillingSpecifiedPeriod/ram:EndDateTime/udt:DateTimeString")),
    ("BT-80", Terme("BT-80", "pays de livraison", "delivery country", "cac:Delivery|cac:DeliveryLocation/cac:Address/cac:Country/cbc:IdentificationCode", f"{_LIV}/ram:ShipToTradeParty|ram:PostalTradeAddress/ram:CountryID")),
    # --- payment -------------------------------------------------------------------------------------------------------
    ("BT-81", Terme("BT-81", "mode de paiement", "payment means", "|cac:PaymentMeans/cbc:PaymentMeansCode", f"{_REG}|ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode", cpp=f"{_DF}|ModePaiement/Code")),
    ("BT-84", Terme("BT-84", "IBAN du compte à créditer", "IBAN of the account to credit", "cac:PaymentMeans|cac:PayeeFinancialAccount/cbc:ID", f"{_MOYEN}|ram:PayeePartyCreditorFinancialAccount/*[self::ram:IBANID or self::ram:ProprietaryID]", cpp=f"{_F}|ReferenceBancaire/Compte")),
    ("BT-86", Terme("BT-86", "BIC de la banque", "bank's BIC", "cac:PaymentMeans/cac:PayeeFinancialAccount|cac:FinancialInstitutionBranch/cbc:ID", f"{_MOYEN}|ram:PayeeSpecifiedCreditorFinancialInstitution/ram:BICID", cpp=f"{_F}|ReferenceBancaire/Etablissement")),
    # --- allowances and charges ----------------------------------------------------------------------------------------
    ("BT-92", Terme("BT-92/BT-99", "montant de la remise ou charge", "allowance or charge amount", "cbc:Amount", "ram:ActualAmount", "BG-20")),
    ("BT-93", Terme("BT-93/BT-100", "assiette de la remise ou charge", "allowance or charge base", "cbc:BaseAmount", "ram:BasisAmount", "BG-20")),
    ("BT-95", Terme("BT-95/BT-102", "catégorie de TVA de la remise ou charge", "allowance or charge VAT category", "cac:TaxCategory/cbc:ID", "ram:CategoryTradeTax/ram:CategoryCode", "BG-20")),
    ("BT-96", Terme("BT-96/BT-103", "taux de TVA de la remise ou charge", "allowance or charge VAT rate", "cac:TaxCategory/cbc:Percent", "ram:CategoryTradeTax/ram:RateApplicablePercent", "BG-20")),
    # --- totals --------------------------------------------------------------------------------------------------------
    ("BT-106", Terme("BT-106", "somme des lignes HT", "sum of the lines without VAT", f"{_LMT}/cbc:LineExtensionAmount", f"{_TOT}/ram:LineTotalAmount")),
    ("BT-107", Terme("BT-107", "somme des remises", "sum of allowances", f"{_LMT}/cbc:AllowanceTotalAmount", f"{_TOT}/ram:AllowanceTotalAmount")),
    ("BT-108", Terme("BT-108", "somme des charges", "sum of charges", f"{_LMT}/cbc:ChargeTotalAmount", f"{_TOT}/ram:ChargeTotalAmount")),
    ("BT-109", Terme("BT-109", "total HT", "total without VAT", f"{_LMT}/cbc:TaxExclusiveAmount", f"{_TOT}/ram:TaxBasisTotalAmount", cpp=f"{_DF}/Montants/MontantHT")),
    ("BT-110", Terme("BT-110", "total de TVA", "VAT total", "|cac:TaxTotal/cbc:TaxAmount", f"{_TOT}/ram:TaxTotalAmount")),
    ("BT-111", Terme("BT-111", "total de TVA en devise de comptabilisation", "VAT total in accounting currency", "|cac:TaxTotal[2]/cbc:TaxAmount", f"{_TOT}/ram:TaxTotalAmount[2]")),
    ("BT-112", Terme("BT-112", "total TTC", "total with VAT", f"{_LMT}/cbc:TaxInclusiveAmount", f"{_TOT}/ram:GrandTotalAmount", cpp=f"{_DF}/Montants/MontantTTC")),
    ("BT-113", Terme("BT-113", "montant déjà payé", "amount already paid", f"{_LMT}/cbc:PrepaidAmount", f"{_TOT}/ram:TotalPrepaidAmount")),
    ("BT-114", Terme("BT-114", "arrondi", "rounding", f"{_LMT}/cbc:PayableRoundingAmount", f"{_TOT}/ram:RoundingAmount")),
    ("BT-115", Terme("BT-115", "net à payer", "amount due", f"{_LMT}/cbc:PayableAmount", f"{_TOT}/ram:DuePayableAmount", cpp=f"{_DF}/Montants/MontantNetAPayer")),
    # --- VAT breakdown -------------------------------------------------------------------------------------------------
    ("BT-116", Terme("BT-116", "base HT du taux de TVA", "taxable amount of the VAT rate", "cbc:TaxableAmount", "ram:BasisAmount", "BG-23", cpp="BaseHt")),
    ("BT-117", Terme("BT-117", "montant de TVA du taux", "VAT amount of the rate", "cbc:TaxAmount", "ram:CalculatedAmount", "BG-23", cpp="MontantTVA")),
    ("BT-118", Terme("BT-118", "catégorie de TVA", "VAT category", "cac:TaxCategory/cbc:ID", "ram:CategoryCode", "BG-23")),
    ("BT-119", Terme("BT-119", "taux de TVA", "VAT rate", "cac:TaxCategory/cbc:Percent", "ram:RateApplicablePercent", "BG-23", cpp="Taux")),
    ("BT-120", Terme("BT-120", "motif d'exonération de TVA", "VAT exemption reason", "cac:TaxCategory/cbc:TaxExemptionReason", "ram:ExemptionReason", "BG-23")),
    ("BT-121", Terme("BT-121", "code du motif d'exonération de TVA", "VAT exemption reason code", "cac:TaxCategory/cbc:TaxExemptionReasonCode", "ram:ExemptionReasonCode", "BG-23")),
    # --- attachments ---------------------------------------------------------------------------------------------------
    ("BG-24", Terme("BG-24", "pièces jointes", "attachments", "|cac:AdditionalDocumentReference", f"{_ACC}|ram:AdditionalReferencedDocument", cpp=f"{UNITE_CPP}|PJ")),
    ("BT-122", Terme("BT-122", "référence de la pièce jointe", "attachment reference", "cbc:ID", "ram:IssuerAssignedID", "BG-24", cpp="NomPJ")),
    ("BT-125", Terme("BT-125", "contenu de la pièce jointe", "attachment content", "cac:Attachment/cbc:EmbeddedDocumentBinaryObject", "ram:AttachmentBinaryObject", "BG-24", cpp="Contenu")),
    ("BT-125-2", Terme("BT-125-2", "nom de la pièce jointe", "attachment name", "cac:Attachment/cbc:EmbeddedDocumentBinaryObject/@filename", "ram:AttachmentBinaryObject/@filename", "BG-24", cpp="NomPJ")),
    # --- lines ---------------------------------------------------------------------------------------------------------
    ("BG-25", Terme("BG-25", "lignes de la facture", "invoice lines", "|cac:InvoiceLine", f"{_T}|ram:IncludedSupplyChainTradeLineItem", cpp=f"{_DF}|Lignes")),
    ("BT-129", Terme("BT-129", "quantité", "quantity", "cbc:InvoicedQuantity", "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity", "BG-25", cpp="Quantite")),
    ("BT-131", Terme("BT-131", "montant HT", "amount without VAT", "cbc:LineExtensionAmount", "ram:SpecifiedLineTradeSettlement|ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount", "BG-25", cpp="MontantHT")),
    ("BT-134", Terme("BT-134", "début de période", "start of period", "cac:InvoicePeriod/cbc:StartDate", "ram:SpecifiedLineTradeSettlement|ram:BillingSpecifiedPeriod/ram:StartDateTime/udt:DateTimeString", "BG-25")),
    ("BT-135", Terme("BT-135", "fin de période", "end of period", "cac:InvoicePeriod/cbc:EndDate", "ram:SpecifiedLineTradeSettlement|ram:BillingSpecifiedPeriod/ram:EndDateTime/udt:DateTimeString", "BG-25")),
    ("BT-136", Terme("BT-136/BT-141", "montant de la remise ou charge", "allowance or charge amount", "cac:AllowanceCharge/cbc:Amount", "ram:SpecifiedLineTradeSettlement|ram:SpecifiedTradeAllowanceCharge/ram:ActualAmount", "BG-25")),
    ("BT-146", Terme("BT-146", "prix unitaire net", "net unit price", "cac:Price/cbc:PriceAmount", "ram:SpecifiedLineTradeAgreement|ram:NetPriceProductTradePrice/ram:ChargeAmount", "BG-25", cpp="PrixUnitaire")),
    ("BT-147", Terme("BT-147", "rabais sur le prix", "price discount", "cac:Price|cac:AllowanceCharge/cbc:Amount", "ram:SpecifiedLineTradeAgreement|ram:GrossPriceProductTradePrice/ram:AppliedTradeAllowanceCharge/ram:ActualAmount", "BG-25")),
    ("BT-148", Terme("BT-148", "prix unitaire brut", "gross unit price", "cac:Price|cac:AllowanceCharge/cbc:BaseAmount", "ram:SpecifiedLineTradeAgreement|ram:GrossPriceProductTradePrice/ram:ChargeAmount", "BG-25")),
    ("BT-149", Terme("BT-149", "quantité de base du prix", "price base quantity", "cac:Price/cbc:BaseQuantity", "ram:SpecifiedLineTradeAgreement|*/ram:BasisQuantity", "BG-25")),
    ("BT-151", Terme("BT-151", "catégorie de TVA", "VAT category", "cac:Item|cac:ClassifiedTaxCategory/cbc:ID", "ram:SpecifiedLineTradeSettlement|ram:ApplicableTradeTax/ram:CategoryCode", "BG-25")),
    ("BT-152", Terme("BT-152", "taux de TVA", "VAT rate", "cac:Item|cac:ClassifiedTaxCategory/cbc:Percent", "ram:SpecifiedLineTradeSettlement|ram:ApplicableTradeTax/ram:RateApplicablePercent", "BG-25", cpp="TauxTVA")),
    ("BT-153", Terme("BT-153", "nom de l'article", "item name", "cac:Item/cbc:Name", "ram:SpecifiedTradeProduct/ram:Name", "BG-25")),
    ("BT-154", Terme("BT-154", "description de l'article", "item description", "cac:Item/cbc:Description", "ram:SpecifiedTradeProduct/ram:Description", "BG-25")),
    ("EXT-FR-FE-136", Terme("EXT-FR-FE-136", "numéro de la facture antérieure de la ligne", "preceding invoice number of the line", "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID", "ram:SpecifiedLineTradeSettlement/ram:InvoiceReferencedDocument/ram:IssuerAssignedID", "BG-25")),
    ("EXT-FR-FE-146", Terme("EXT-FR-FE-146", "identifiant du lieu de livraison de la ligne", "delivery location identifier of the line", "cac:Delivery/cac:DeliveryLocation/cbc:ID", f"ram:SpecifiedLineTradeDelivery|ram:ShipToTradeParty/{_ID_C}", "BG-25")),
    ("date", Terme("", "date", "date", "", "")),
)  # fmt: skip

#: Key → term. A key is the term's number, or a word where two terms share one.
TERMES: dict[str, Terme] = dict(_LIGNES)

if len(TERMES) != len(_LIGNES):  # a malformed table stops the import
    raise RuntimeError("two rows of the table of terms share one key")
