"""An invoice as UBL 2.1 bytes (Invoice or CreditNote), following the EN 16931 binding (CEN/TS 16931-3-2).

Written as text, not through a tree: a benchmark makes 20,000 of them. The official schema and rules check the outcome in the tests.
"""

from __future__ import annotations

from flux.fabrique.ecriture import ENTETE, attribut, base64, bloc, el
from flux.fabrique.niveaux import Exonerations, exonerations_de_ligne
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
from flux.referentiel.espaces_de_noms import UBL_CAC, UBL_CBC, UBL_CREDIT_NOTE, UBL_INVOICE

#: BT-3 values that UBL writes as a CreditNote.
AVOIRS = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"})
#: BT-8: UNTDID 2475, as the model keeps it, to UNTDID 2005, as UBL writes it.
EXIGIBILITE_UBL = {"5": "3", "29": "35", "72": "432"}
_TVA = "<cac:TaxScheme>\n<cbc:ID>VAT</cbc:ID>\n</cac:TaxScheme>\n"


def ecrire_ubl(facture: Facture) -> bytes:
    """Write ``facture`` as UBL 2.1; its type (BT-3) chooses between Invoice and CreditNote."""
    avoir = facture.type_code in AVOIRS
    racine = "CreditNote" if avoir else "Invoice"
    ns = UBL_CREDIT_NOTE if avoir else UBL_INVOICE
    corps = _entete(facture, avoir=avoir) + _references(facture, avoir=avoir) + _parties(facture) + _reglement(facture, avoir=avoir)
    exonerations = exonerations_de_ligne(facture)
    corps += "".join(_ligne(one, facture.devise, exonerations, avoir=avoir) for one in facture.lignes)
    return f'{ENTETE}<{racine} xmlns="{ns}" xmlns:cac="{UBL_CAC}" xmlns:cbc="{UBL_CBC}">\n{corps}</{racine}>\n'.encode()


def _entete(f: Facture, *, avoir: bool) -> str:
    notes = "".join(el("cbc:Note", f"#{n.sujet}#{n.texte}" if n.sujet else n.texte) for n in f.notes)
    tete = el("cbc:CustomizationID", f.profil) + el("cbc:ProfileID", f.cadre)
    tete += el("cbc:ID", f.numero) + el("cbc:IssueDate", f.date_emission)
    fait = el("cbc:TaxPointDate", f.date_exigibilite)
    if avoir:
        tete += fait + el("cbc:CreditNoteTypeCode", f.type_code) + notes
    else:
        tete += el("cbc:DueDate", f.echeance) + el("cbc:InvoiceTypeCode", f.type_code) + notes + fait
    return (
        tete
        + el("cbc:DocumentCurrencyCode", f.devise)
        + el("cbc:TaxCurrencyCode", f.devise_comptable)
        + el("cbc:AccountingCost", f.imputation)
        + el("cbc:BuyerReference", f.reference_acheteur)
        + bloc("cac:InvoicePeriod", _periode(f.periode) + el("cbc:DescriptionCode", EXIGIBILITE_UBL.get(f.code_exigibilite or "")))
    )


def _periode(periode: Periode | None) -> str:
    return "" if periode is None else el("cbc:StartDate", periode.debut) + el("cbc:EndDate", periode.fin)


def _reference(nom: str, numero: str | None) -> str:
    return bloc(nom, el("cbc:ID", numero))


def _references(f: Facture, *, avoir: bool) -> str:
    # cbc:ID is mandatory in OrderReference: BT-14 alone goes with "NA", as the EN 16931 binding says.
    commande = el("cbc:ID", f.engagement or ("NA" if f.commande_vendeur else None)) + el("cbc:SalesOrderID", f.commande_vendeur)
    precedentes = (el("cbc:ID", one.numero) + el("cbc:IssueDate", one.date_emission) for one in f.factures_anterieures)
    anterieures = "".join(bloc("cac:BillingReference", bloc("cac:InvoiceDocumentReference", one)) for one in precedentes)
    appel = _reference("cac:OriginatorDocumentReference", f.appel_offres)
    contrat = bloc("cac:ContractDocumentReference", el("cbc:ID", f.contrat) + el("cbc:DocumentType", f.contrat_type))
    jointes = "".join(_piece_jointe(one) for one in f.pieces_jointes)
    if f.objet is not None:
        jointes += bloc("cac:AdditionalDocumentReference", _identifiant("cbc:ID", f.objet) + el("cbc:DocumentTypeCode", "130"))
    debut = (
        bloc("cac:OrderReference", commande)
        + anterieures
        + _reference("cac:DespatchDocumentReference", f.avis_expedition)
        + _reference("cac:ReceiptDocumentReference", f.avis_reception)
    )
    if not avoir:
        return debut + appel + contrat + jointes + _reference("cac:ProjectReference", f.projet)
    if f.projet is not None:  # a CreditNote has no ProjectReference: BT-11 is an additional document of type 50
        jointes += bloc("cac:AdditionalDocumentReference", el("cbc:ID", f.projet) + el("cbc:DocumentTypeCode", "50"))
    return debut + contrat + jointes + appel


def _piece_jointe(piece: PieceJointe) -> str:
    objet = ""
    if piece.contenu is not None:
        attributs = attribut("mimeCode", piece.mime) + attribut("filename", piece.nom)
        objet = el("cbc:EmbeddedDocumentBinaryObject", base64(piece.contenu), attributs)
    objet += bloc("cac:ExternalReference", el("cbc:URI", piece.uri))
    debut = el("cbc:ID", piece.reference) + el("cbc:DocumentTypeCode", piece.type_piece)
    contenu = debut + el("cbc:DocumentDescription", piece.description) + bloc("cac:Attachment", objet)
    return bloc("cac:AdditionalDocumentReference", contenu)


def _identifiant(nom: str, identifiant: Identifiant | None) -> str:
    return "" if identifiant is None else el(nom, identifiant.valeur, attribut("schemeID", identifiant.schema))


def _adresse(nom: str, adresse: Adresse | None) -> str:
    if adresse is None:
        return ""
    return bloc(
        nom,
        el("cbc:StreetName", adresse.ligne1)
        + el("cbc:AdditionalStreetName", adresse.ligne2)
        + el("cbc:CityName", adresse.ville)
        + el("cbc:PostalZone", adresse.code_postal)
        + el("cbc:CountrySubentity", adresse.subdivision)
        + bloc("cac:AddressLine", el("cbc:Line", adresse.ligne3))
        + bloc("cac:Country", el("cbc:IdentificationCode", adresse.pays)),
    )


def _contact(contact: Contact | None) -> str:
    if contact is None:
        return ""
    corps = el("cbc:Name", contact.nom) + el("cbc:Telephone", contact.telephone) + el("cbc:ElectronicMail", contact.courriel)
    return bloc("cac:Contact", corps)


def _partie(p: Partie, creancier: str | None = None) -> str:
    identifiants = "".join(bloc("cac:PartyIdentification", _identifiant("cbc:ID", one)) for one in p.identifiants)
    if creancier is not None:  # BT-90 is written among the seller's identifiers, scheme SEPA
        identifiants += bloc("cac:PartyIdentification", el("cbc:ID", creancier, ' schemeID="SEPA"'))
    taxes = bloc("cac:PartyTaxScheme", el("cbc:CompanyID", p.tva) + _TVA) if p.tva else ""
    if p.immatriculation_fiscale:
        fiscal = el("cbc:CompanyID", p.immatriculation_fiscale) + _TVA.replace("VAT", "TAX")
        taxes += bloc("cac:PartyTaxScheme", fiscal)
    legal = (
        el("cbc:RegistrationName", p.nom)
        + _identifiant("cbc:CompanyID", p.identifiant_legal)
        + el("cbc:CompanyLegalForm", p.information_legale)
    )
    return bloc(
        "cac:Party",
        _identifiant("cbc:EndpointID", p.adresse_electronique)
        + identifiants
        + bloc("cac:PartyName", el("cbc:Name", p.nom_commercial))
        + _adresse("cac:PostalAddress", p.adresse)
        + taxes
        + bloc("cac:PartyLegalEntity", legal)
        + _contact(p.contact),
    )


def _parties(f: Facture) -> str:
    creancier = next((one.creancier for one in f.paiements if one.creancier), None)
    texte = bloc("cac:AccountingSupplierParty", _partie(f.vendeur, creancier)) + bloc("cac:AccountingCustomerParty", _partie(f.acheteur))
    tiers = f.beneficiaire
    if tiers is not None:
        texte += bloc(
            "cac:PayeeParty",
            "".join(bloc("cac:PartyIdentification", _identifiant("cbc:ID", one)) for one in tiers.identifiants)
            + bloc("cac:PartyName", el("cbc:Name", tiers.nom))
            + bloc("cac:PartyLegalEntity", _identifiant("cbc:CompanyID", tiers.identifiant_legal)),
        )
    if f.valideur is not None:
        texte += bloc("cac:BuyerCustomerParty", _partie(f.valideur))
    fiscal = f.representant_fiscal
    if fiscal is not None:
        texte += bloc(
            "cac:TaxRepresentativeParty",
            bloc("cac:PartyName", el("cbc:Name", fiscal.nom))
            + _adresse("cac:PostalAddress", fiscal.adresse)
            + bloc("cac:PartyTaxScheme", el("cbc:CompanyID", fiscal.tva) + _TVA),
        )
    return texte + _livraison(f.livraison)


def _livraison(livraison: Livraison | None) -> str:
    if livraison is None:
        return ""
    lieu = _identifiant("cbc:ID", livraison.lieu) + _adresse("cac:Address", livraison.adresse)
    return bloc(
        "cac:Delivery",
        el("cbc:ActualDeliveryDate", livraison.date)
        + bloc("cac:DeliveryLocation", lieu)
        + bloc("cac:DeliveryParty", bloc("cac:PartyName", el("cbc:Name", livraison.nom))),
    )


def _paiement(p: Paiement, echeance: str) -> str:
    """One PaymentMeans an account, as the binding asks."""
    code = el("cbc:PaymentMeansCode", p.code, attribut("name", p.libelle)) + echeance + el("cbc:PaymentID", p.reference)
    carte = bloc("cac:CardAccount", el("cbc:PrimaryAccountNumberID", p.carte) + "<cbc:NetworkID>NA</cbc:NetworkID>\n") if p.carte else ""
    mandat = el("cbc:ID", p.mandat) + bloc("cac:PayerFinancialAccount", el("cbc:ID", p.compte_debite))
    texte = ""
    for compte in p.comptes or (None,):
        numero = ""
        if compte is not None:
            banque = bloc("cac:FinancialInstitutionBranch", el("cbc:ID", compte.bic))
            numero = bloc("cac:PayeeFinancialAccount", el("cbc:ID", compte.numero) + el("cbc:Name", compte.titulaire) + banque)
        texte += bloc("cac:PaymentMeans", code + carte + numero + bloc("cac:PaymentMandate", mandat))
    return texte


def _reglement(f: Facture, *, avoir: bool) -> str:
    devise = attribut("currencyID", f.devise)
    t = f.totaux
    echeance = el("cbc:PaymentDueDate", f.echeance) if avoir else ""
    taxes = bloc("cac:TaxTotal", el("cbc:TaxAmount", t.tva, devise) + "".join(_ventilation(one, devise) for one in f.tva))
    if t.tva_comptable is not None:
        taxes += bloc("cac:TaxTotal", el("cbc:TaxAmount", t.tva_comptable, attribut("currencyID", f.devise_comptable)))
    totaux = (
        ("LineExtensionAmount", t.lignes),
        ("TaxExclusiveAmount", t.ht),
        ("TaxInclusiveAmount", t.ttc),
        ("AllowanceTotalAmount", t.remises),
        ("ChargeTotalAmount", t.charges),
        ("PrepaidAmount", t.acompte),
        ("PayableRoundingAmount", t.arrondi),
        ("PayableAmount", t.net_a_payer),
    )
    return (
        "".join(_paiement(one, echeance) for one in f.paiements)
        + bloc("cac:PaymentTerms", el("cbc:Note", f.conditions_paiement))
        + "".join(_remise(one, devise) for one in f.remises_charges)
        + taxes
        + bloc("cac:LegalMonetaryTotal", "".join(el(f"cbc:{nom}", montant, devise) for nom, montant in totaux))
    )


def _ventilation(one: VentilationTva, devise: str) -> str:
    categorie = (
        el("cbc:ID", one.categorie)
        + el("cbc:Percent", one.taux)
        + el("cbc:TaxExemptionReasonCode", one.exoneration_code)
        + el("cbc:TaxExemptionReason", one.exoneration)
        + _TVA
    )
    montants = el("cbc:TaxableAmount", one.base, devise) + el("cbc:TaxAmount", one.montant, devise)
    return bloc("cac:TaxSubtotal", montants + bloc("cac:TaxCategory", categorie))


def _remise(one: RemiseCharge, devise: str) -> str:
    categorie = el("cbc:ID", one.tva_categorie) + el("cbc:Percent", one.tva_taux) + _TVA if one.tva_categorie else ""
    return bloc(
        "cac:AllowanceCharge",
        el("cbc:ChargeIndicator", "true" if one.charge else "false")
        + el("cbc:AllowanceChargeReasonCode", one.motif_code)
        + el("cbc:AllowanceChargeReason", one.motif)
        + el("cbc:MultiplierFactorNumeric", one.pourcentage)
        + el("cbc:Amount", one.montant, devise)
        + el("cbc:BaseAmount", one.base, devise)
        + bloc("cac:TaxCategory", categorie),
    )


def _article(ligne: Ligne, exonerations: Exonerations) -> str:
    exoneration, code = exonerations.get((ligne.tva_categorie, ligne.tva_taux), (None, None))
    categorie = (
        el("cbc:ID", ligne.tva_categorie)
        + el("cbc:Percent", ligne.tva_taux)
        + el("cbc:TaxExemptionReasonCode", code)
        + el("cbc:TaxExemptionReason", exoneration)
        + _TVA
    )
    attributs = "".join(
        bloc("cac:AdditionalItemProperty", el("cbc:Name", nom) + el("cbc:Value", valeur)) for nom, valeur in ligne.attributs
    )
    classes = "".join(
        bloc("cac:CommodityClassification", el("cbc:ItemClassificationCode", one.valeur, attribut("listID", one.schema)))
        for one in ligne.classifications
    )
    return (
        el("cbc:Description", ligne.description)
        + el("cbc:Name", ligne.nom)
        + bloc("cac:BuyersItemIdentification", el("cbc:ID", ligne.reference_acheteur))
        + bloc("cac:SellersItemIdentification", el("cbc:ID", ligne.reference_vendeur))
        + bloc("cac:StandardItemIdentification", _identifiant("cbc:ID", ligne.identifiant_standard))
        + bloc("cac:OriginCountry", el("cbc:IdentificationCode", ligne.pays_origine))
        + classes
        + bloc("cac:ClassifiedTaxCategory", categorie)
        + attributs
    )


def _prix(ligne: Ligne, devise: str) -> str:
    rabais = ""
    if ligne.prix_remise is not None:
        montants = el("cbc:Amount", ligne.prix_remise, devise) + el("cbc:BaseAmount", ligne.prix_brut, devise)
        rabais = bloc("cac:AllowanceCharge", el("cbc:ChargeIndicator", "false") + montants)
    quantite = el("cbc:BaseQuantity", ligne.prix_quantite, attribut("unitCode", ligne.prix_unite))
    return bloc("cac:Price", el("cbc:PriceAmount", ligne.prix_net, devise) + quantite + rabais)


def _ligne(ligne: Ligne, code_devise: str | None, exonerations: Exonerations, *, avoir: bool) -> str:
    devise = attribut("currencyID", code_devise)
    lieu = _identifiant("cbc:ID", ligne.lieu_livraison)
    livree = el("cbc:ActualDeliveryDate", ligne.date_livraison) + bloc("cac:DeliveryLocation", lieu)
    objet = ""
    if ligne.objet is not None:
        objet = bloc("cac:DocumentReference", _identifiant("cbc:ID", ligne.objet) + el("cbc:DocumentTypeCode", "130"))
    return bloc(
        "cac:CreditNoteLine" if avoir else "cac:InvoiceLine",
        el("cbc:ID", ligne.identifiant)
        + el("cbc:Note", ligne.note)
        + el("cbc:CreditedQuantity" if avoir else "cbc:InvoicedQuantity", ligne.quantite, attribut("unitCode", ligne.unite))
        + el("cbc:LineExtensionAmount", ligne.montant, devise)
        + el("cbc:AccountingCost", ligne.imputation)
        + bloc("cac:InvoicePeriod", _periode(ligne.periode))
        + bloc("cac:OrderLineReference", el("cbc:LineID", ligne.commande_ligne))
        + objet
        + bloc("cac:Delivery", livree)
        + "".join(_remise(one, devise) for one in ligne.remises_charges)
        + bloc("cac:Item", _article(ligne, exonerations))
        + _prix(ligne, devise),
    )
