"""An invoice as CII D22B bytes, following the EN 16931 binding (CEN/TS 16931-3-3), whole or cut to a Factur-X level.

Written as text, not through a tree: a benchmark makes 20,000 of them. The official schemas and rules check the outcome in the tests.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from flux.fabrique.ecriture import ENTETE, attribut, base64, bloc, el
from flux.fabrique.niveaux import Exonerations, Niveau, exonerations_de_ligne, reduire
from flux.modele.facture import (
    Adresse,
    Contact,
    Facture,
    Identifiant,
    Ligne,
    Livraison,
    Paiement,
    Partie,
    Periode,
    PieceJointe,
    RemiseCharge,
    VentilationTva,
)
from flux.referentiel.espaces_de_noms import CII, QDT, RAM, UDT

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{10,30}")
_RACINE = f'<rsm:CrossIndustryInvoice xmlns:rsm="{CII}" xmlns:qdt="{QDT}" xmlns:ram="{RAM}" xmlns:udt="{UDT}">'


def ecrire_cii(facture: Facture, niveau: Niveau | None = None) -> bytes:
    """Write ``facture`` as CII D22B.

    :param niveau: cut it to what this Factur-X level holds, BT-24 included; ``None`` writes all of it under its own BT-24.
    """
    f = facture if niveau is None else reduire(facture, niveau)
    contexte = _identifie("ram:BusinessProcessSpecifiedDocumentContextParameter", f.cadre)
    contexte += _identifie("ram:GuidelineSpecifiedDocumentContextParameter", f.profil)
    notes = "".join(bloc("ram:IncludedNote", el("ram:Content", n.texte) + el("ram:SubjectCode", n.sujet)) for n in f.notes)
    document = el("ram:ID", f.numero) + el("ram:TypeCode", f.type_code) + _instant("ram:IssueDateTime", f.date_emission) + notes
    exonerations = exonerations_de_ligne(f)
    operation = (
        "".join(_ligne(one, exonerations) for one in f.lignes)
        + bloc("ram:ApplicableHeaderTradeAgreement", _accord(f))
        + (bloc("ram:ApplicableHeaderTradeDelivery", _livraison(f)) or "<ram:ApplicableHeaderTradeDelivery/>\n")  # 1..1, even empty
        + bloc("ram:ApplicableHeaderTradeSettlement", _reglement(f))
    )
    corps = bloc("rsm:ExchangedDocumentContext", contexte) + bloc("rsm:ExchangedDocument", document)
    return f"{ENTETE}{_RACINE}\n{corps}{bloc('rsm:SupplyChainTradeTransaction', operation)}</rsm:CrossIndustryInvoice>\n".encode()


def _identifie(nom: str, valeur: str | None) -> str:
    return bloc(nom, el("ram:ID", valeur))


def _reference(nom: str, numero: str | None) -> str:
    return bloc(nom, el("ram:IssuerAssignedID", numero))


def _instant(nom: str, jour: date | None, type_: str = "udt:DateTimeString") -> str:
    return "" if jour is None else f'<{nom}>\n<{type_} format="102">{jour:%Y%m%d}</{type_}>\n</{nom}>\n'


def _periode(periode: Periode | None) -> str:
    if periode is None:
        return ""
    return bloc("ram:BillingSpecifiedPeriod", _instant("ram:StartDateTime", periode.debut) + _instant("ram:EndDateTime", periode.fin))


def _identifiants(identifiants: tuple[Identifiant, ...]) -> str:
    """BT-29, BT-46, BT-60, BT-71: those without scheme go first, as ram:ID."""
    simples = "".join(el("ram:ID", one.valeur) for one in identifiants if one.schema is None)
    return simples + "".join(el("ram:GlobalID", one.valeur, attribut("schemeID", one.schema)) for one in identifiants if one.schema)


def _adresse(adresse: Adresse | None) -> str:
    if adresse is None:
        return ""
    return bloc(
        "ram:PostalTradeAddress",
        el("ram:PostcodeCode", adresse.code_postal)
        + el("ram:LineOne", adresse.ligne1)
        + el("ram:LineTwo", adresse.ligne2)
        + el("ram:LineThree", adresse.ligne3)
        + el("ram:CityName", adresse.ville)
        + el("ram:CountryID", adresse.pays)
        + el("ram:CountrySubDivisionName", adresse.subdivision),
    )


def _contact(contact: Contact | None) -> str:
    if contact is None:
        return ""
    return bloc(
        "ram:DefinedTradeContact",
        el("ram:PersonName", contact.nom)
        + bloc("ram:TelephoneUniversalCommunication", el("ram:CompleteNumber", contact.telephone))
        + bloc("ram:EmailURIUniversalCommunication", el("ram:URIID", contact.courriel)),
    )


def _partie(nom: str, p: Partie | None) -> str:
    if p is None:
        return ""
    legal, adresse = p.identifiant_legal, p.adresse_electronique
    numero = "" if legal is None else el("ram:ID", legal.valeur, attribut("schemeID", legal.schema))
    courriel = "" if adresse is None else el("ram:URIID", adresse.valeur, attribut("schemeID", adresse.schema))
    return bloc(
        nom,
        _identifiants(p.identifiants)
        + el("ram:Name", p.nom)
        + el("ram:Description", p.information_legale)
        + bloc("ram:SpecifiedLegalOrganization", numero + el("ram:TradingBusinessName", p.nom_commercial))
        + _contact(p.contact)
        + _adresse(p.adresse)
        + bloc("ram:URIUniversalCommunication", courriel)
        + bloc("ram:SpecifiedTaxRegistration", el("ram:ID", p.tva, ' schemeID="VA"'))
        + bloc("ram:SpecifiedTaxRegistration", el("ram:ID", p.immatriculation_fiscale, ' schemeID="FC"')),
    )


def _accord(f: Facture) -> str:
    jointes = "".join(_piece_jointe(one) for one in f.pieces_jointes)
    if f.appel_offres is not None:
        lot = el("ram:IssuerAssignedID", f.appel_offres) + el("ram:TypeCode", "50")
        jointes += bloc("ram:AdditionalReferencedDocument", lot)
    projet = ""
    if f.projet is not None:  # ram:Name is mandatory and has no BT of its own
        projet = bloc("ram:SpecifiedProcuringProject", el("ram:ID", f.projet) + el("ram:Name", "Project reference"))
    return (
        el("ram:BuyerReference", f.reference_acheteur)
        + _partie("ram:SellerTradeParty", f.vendeur)
        + _partie("ram:BuyerTradeParty", f.acheteur)
        + _partie("ram:SellerTaxRepresentativeTradeParty", f.representant_fiscal)
        + _reference("ram:SellerOrderReferencedDocument", f.commande_vendeur)
        + _reference("ram:BuyerOrderReferencedDocument", f.engagement)
        + bloc("ram:ContractReferencedDocument", el("ram:IssuerAssignedID", f.contrat) + el("ram:ReferenceTypeCode", f.contrat_type))
        + jointes
        + _objet(f.objet)
        + projet
    )


def _piece_jointe(piece: PieceJointe) -> str:
    contenu = ""
    if piece.contenu is not None:
        attributs = attribut("mimeCode", piece.mime) + attribut("filename", piece.nom)
        contenu = el("ram:AttachmentBinaryObject", base64(piece.contenu), attributs)
    return bloc(
        "ram:AdditionalReferencedDocument",
        el("ram:IssuerAssignedID", piece.reference)
        + el("ram:URIID", piece.uri)
        + el("ram:TypeCode", piece.type_piece or "916")
        + el("ram:Name", piece.description)
        + contenu,
    )


def _objet(objet: Identifiant | None) -> str:
    """BT-18 of the invoice or BT-128 of a line."""
    if objet is None:
        return ""
    contenu = el("ram:IssuerAssignedID", objet.valeur) + el("ram:TypeCode", "130") + el("ram:ReferenceTypeCode", objet.schema)
    return bloc("ram:AdditionalReferencedDocument", contenu)


def _livraison(f: Facture) -> str:
    livraison = f.livraison or Livraison()
    lieu = () if livraison.lieu is None else (livraison.lieu,)
    destination = _identifiants(lieu) + el("ram:Name", livraison.nom) + _adresse(livraison.adresse)
    return (
        bloc("ram:ShipToTradeParty", destination)
        + bloc("ram:ActualDeliverySupplyChainEvent", _instant("ram:OccurrenceDateTime", livraison.date))
        + _reference("ram:DespatchAdviceReferencedDocument", f.avis_expedition)
        + _reference("ram:ReceivingAdviceReferencedDocument", f.avis_reception)
    )


def _paiement(p: Paiement) -> str:
    """One SpecifiedTradeSettlementPaymentMeans an account, as the binding asks."""
    debut = el("ram:TypeCode", p.code) + el("ram:Information", p.libelle)
    debut += _identifie("ram:ApplicableTradeSettlementFinancialCard", p.carte)
    debut += bloc("ram:PayerPartyDebtorFinancialAccount", el("ram:IBANID", p.compte_debite))
    texte = ""
    for compte in p.comptes or (None,):
        numero = banque = ""
        if compte is not None:
            iban = _IBAN.fullmatch(compte.numero) is not None
            titulaire = el("ram:AccountName", compte.titulaire)
            numero = el("ram:IBANID", compte.numero) + titulaire if iban else titulaire + el("ram:ProprietaryID", compte.numero)
            banque = bloc("ram:PayeeSpecifiedCreditorFinancialInstitution", el("ram:BICID", compte.bic))
        moyen = debut + bloc("ram:PayeePartyCreditorFinancialAccount", numero) + banque
        texte += bloc("ram:SpecifiedTradeSettlementPaymentMeans", moyen)
    return texte


def _ventilation(one: VentilationTva, f: Facture) -> str:
    return bloc(
        "ram:ApplicableTradeTax",
        el("ram:CalculatedAmount", one.montant)
        + el("ram:TypeCode", "VAT")
        + el("ram:ExemptionReason", one.exoneration)
        + el("ram:BasisAmount", one.base)
        + el("ram:CategoryCode", one.categorie)
        + el("ram:ExemptionReasonCode", one.exoneration_code)
        + _instant("ram:TaxPointDate", f.date_exigibilite, "udt:DateString")
        + el("ram:DueDateTypeCode", f.code_exigibilite)
        + el("ram:RateApplicablePercent", one.taux),
    )


def _tva(balise: str, categorie: str | None, taux: Decimal | None, exonerations: Exonerations | None = None) -> str:
    if categorie is None:
        return ""
    texte, code = (exonerations or {}).get((categorie, taux), (None, None))
    return bloc(
        balise,
        el("ram:TypeCode", "VAT")
        + el("ram:ExemptionReason", texte)
        + el("ram:CategoryCode", categorie)
        + el("ram:ExemptionReasonCode", code)
        + el("ram:RateApplicablePercent", taux),
    )


def _remise(one: RemiseCharge) -> str:
    return bloc(
        "ram:SpecifiedTradeAllowanceCharge",
        bloc("ram:ChargeIndicator", el("udt:Indicator", "true" if one.charge else "false"))
        + el("ram:CalculationPercent", one.pourcentage)
        + el("ram:BasisAmount", one.base)
        + el("ram:ActualAmount", one.montant)
        + el("ram:ReasonCode", one.motif_code)
        + el("ram:Reason", one.motif)
        + _tva("ram:CategoryTradeTax", one.tva_categorie, one.tva_taux),
    )


def _reglement(f: Facture) -> str:
    mandat = next((one.mandat for one in f.paiements if one.mandat), None)
    conditions = el("ram:Description", f.conditions_paiement) + _instant("ram:DueDateDateTime", f.echeance)
    anterieures = "".join(
        bloc(
            "ram:InvoiceReferencedDocument",
            el("ram:IssuerAssignedID", one.numero) + _instant("ram:FormattedIssueDateTime", one.date_emission, "qdt:DateTimeString"),
        )
        for one in f.factures_anterieures
    )
    return (
        el("ram:CreditorReferenceID", next((one.creancier for one in f.paiements if one.creancier), None))
        + el("ram:PaymentReference", next((one.reference for one in f.paiements if one.reference), None))
        + el("ram:TaxCurrencyCode", f.devise_comptable)
        + el("ram:InvoiceCurrencyCode", f.devise)
        + el("ram:InvoiceIssuerReference", f.service_fournisseur)
        + _partie("ram:InvoiceeTradeParty", f.valideur)
        + _partie("ram:PayeeTradeParty", f.beneficiaire)
        + "".join(_paiement(one) for one in f.paiements)
        + "".join(_ventilation(one, f) for one in f.tva)
        + _periode(f.periode)
        + "".join(_remise(one) for one in f.remises_charges)
        + bloc("ram:SpecifiedTradePaymentTerms", conditions + el("ram:DirectDebitMandateID", mandat))
        + _totaux(f)
        + anterieures
        + _identifie("ram:ReceivableSpecifiedTradeAccountingAccount", f.imputation)
    )


def _totaux(f: Facture) -> str:
    t = f.totaux
    return bloc(
        "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
        el("ram:LineTotalAmount", t.lignes)
        + el("ram:ChargeTotalAmount", t.charges)
        + el("ram:AllowanceTotalAmount", t.remises)
        + el("ram:TaxBasisTotalAmount", t.ht)
        + el("ram:TaxTotalAmount", t.tva, attribut("currencyID", f.devise))
        + el("ram:TaxTotalAmount", t.tva_comptable, attribut("currencyID", f.devise_comptable))
        + el("ram:RoundingAmount", t.arrondi)
        + el("ram:GrandTotalAmount", t.ttc)
        + el("ram:TotalPrepaidAmount", t.acompte)
        + el("ram:DuePayableAmount", t.net_a_payer),
    )


def _produit(ligne: Ligne) -> str:
    standard = ligne.identifiant_standard
    attributs = "".join(
        bloc("ram:ApplicableProductCharacteristic", el("ram:Description", nom) + el("ram:Value", valeur)) for nom, valeur in ligne.attributs
    )
    classes = "".join(
        bloc("ram:DesignatedProductClassification", el("ram:ClassCode", one.valeur, attribut("listID", one.schema)))
        for one in ligne.classifications
    )
    return (
        ("" if standard is None else el("ram:GlobalID", standard.valeur, attribut("schemeID", standard.schema)))
        + el("ram:SellerAssignedID", ligne.reference_vendeur)
        + el("ram:BuyerAssignedID", ligne.reference_acheteur)
        + el("ram:Name", ligne.nom)
        + el("ram:Description", ligne.description)
        + attributs
        + classes
        + _identifie("ram:OriginTradeCountry", ligne.pays_origine)
    )


def _prix(ligne: Ligne) -> str:
    quantite = el("ram:BasisQuantity", ligne.prix_quantite, attribut("unitCode", ligne.prix_unite))
    brut = ""
    if ligne.prix_brut is not None:
        rabais = ""
        if ligne.prix_remise is not None:
            signe = bloc("ram:ChargeIndicator", el("udt:Indicator", "false"))
            rabais = bloc("ram:AppliedTradeAllowanceCharge", signe + el("ram:ActualAmount", ligne.prix_remise))
        brut = bloc("ram:GrossPriceProductTradePrice", el("ram:ChargeAmount", ligne.prix_brut) + quantite + rabais)
    return brut + bloc("ram:NetPriceProductTradePrice", el("ram:ChargeAmount", ligne.prix_net) + quantite)


def _ligne(ligne: Ligne, exonerations: Exonerations) -> str:
    document = el("ram:LineID", ligne.identifiant) + el("ram:LineStatusCode", ligne.type_ligne)
    document += el("ram:LineStatusReasonCode", ligne.sous_type) + bloc("ram:IncludedNote", el("ram:Content", ligne.note))
    reglement = (
        _tva("ram:ApplicableTradeTax", ligne.tva_categorie, ligne.tva_taux, exonerations)
        + _periode(ligne.periode)
        + "".join(_remise(one) for one in ligne.remises_charges)
        + bloc("ram:SpecifiedTradeSettlementLineMonetarySummation", el("ram:LineTotalAmount", ligne.montant))
        + _objet(ligne.objet)
        + _identifie("ram:ReceivableSpecifiedTradeAccountingAccount", ligne.imputation)
    )
    livree = el("ram:BilledQuantity", ligne.quantite, attribut("unitCode", ligne.unite))
    livree += bloc("ram:ShipToTradeParty", _identifiants(() if ligne.lieu_livraison is None else (ligne.lieu_livraison,)))
    livree += bloc("ram:ActualDeliverySupplyChainEvent", _instant("ram:OccurrenceDateTime", ligne.date_livraison))
    return bloc(
        "ram:IncludedSupplyChainTradeLineItem",
        bloc("ram:AssociatedDocumentLineDocument", document)
        + bloc("ram:SpecifiedTradeProduct", _produit(ligne))
        + bloc(
            "ram:SpecifiedLineTradeAgreement",
            bloc("ram:BuyerOrderReferencedDocument", el("ram:LineID", ligne.commande_ligne)) + _prix(ligne),
        )
        + bloc("ram:SpecifiedLineTradeDelivery", livree)
        + bloc("ram:SpecifiedLineTradeSettlement", reglement),
    )
