"""CII D22B and Factur-X of any level → :class:`~flux.modele.facture.Facture`, by the EN 16931 binding (CEN/TS 16931-3-3)."""

from __future__ import annotations

from lxml.etree import _Element

from flux.modele.facture import Adresse, Contact, Facture, Identifiant, Ligne, Livraison, Periode, Totaux, VentilationTva
from flux.parsers import assemblage
from flux.parsers.lecture import (
    Lecteur,
    Table,
    Termes,
    binaire,
    de,
    figer,
    identifiant,
    identifiants,
    jour_enfant,
    lire_identifiant,
    montant,
    objet,
    objets,
    parcourir,
    quantite,
    sous,
)
from flux.parsers.valeurs import decimal, jour_102, texte
from flux.referentiel.espaces_de_noms import CII, RAM, UDT


def _r(**actions: object) -> Table:
    """Return a table of reusable elements (``ram``)."""
    return {f"{{{RAM}}}{nom}": action for nom, action in actions.items()}


def _m(**actions: object) -> Table:
    """Return a table of the message's own elements (``rsm``)."""
    return {f"{{{CII}}}{nom}": action for nom, action in actions.items()}


def _jour(nom: str) -> Lecteur:
    return jour_enfant(nom, jour_102)


def _reference(nom: str) -> Table:
    return _r(IssuerAssignedID=nom)


# --- parties ---------------------------------------------------------------------------------------------------------

_ADRESSE: Table = _r(
    PostcodeCode="code_postal",
    LineOne="ligne1",
    LineTwo="ligne2",
    LineThree="ligne3",
    CityName="ville",
    CountryID="pays",
    CountrySubDivisionName="subdivision",
)


def _taxe(element: _Element, termes: Termes) -> None:
    """BT-31, BT-48, BT-63 under the scheme VA; BT-32 under any other (FC)."""
    found = lire_identifiant(element)
    if found is not None:
        termes.setdefault("tva" if found.schema == "VA" else "immatriculation_fiscale", found.valeur)


def _contact(termes: Termes) -> Contact:
    """BG-6: the point (BT-41) is a person, or else a department."""
    departement = termes.pop("departement", None)
    termes.setdefault("nom", departement)
    return Contact(**termes)


_PARTIE: Table = _r(
    ID=identifiants("identifiants"),
    GlobalID=identifiants("identifiants"),
    Name="nom",
    Description="information_legale",
    SpecifiedLegalOrganization=_r(
        ID=identifiant("identifiant_legal"),
        TradingBusinessName="nom_commercial",
        PostalTradeAddress=objet("adresse_legale", de(Adresse), _ADRESSE),
    ),
    DefinedTradeContact=objet(
        "contact",
        _contact,
        _r(
            PersonName="nom",
            DepartmentName="departement",
            TelephoneUniversalCommunication=_r(CompleteNumber="telephone"),
            EmailURIUniversalCommunication=_r(URIID="courriel"),
        ),
    ),
    PostalTradeAddress=objet("adresse", de(Adresse), _ADRESSE),
    URIUniversalCommunication=_r(URIID=identifiant("adresse_electronique")),
    SpecifiedTaxRegistration=_r(ID=_taxe),
)


def _partie(nom: str) -> Lecteur:
    return objet(nom, assemblage.partie, _PARTIE)


# --- document --------------------------------------------------------------------------------------------------------

_PERIODE = objet("periode", de(Periode), _r(StartDateTime=_jour("debut"), EndDateTime=_jour("fin")))
_INDICATEUR = {f"{{{UDT}}}Indicator": "charge"}
_REMISES = objets(
    "remises_charges",
    assemblage.remise,
    _r(
        ChargeIndicator=_INDICATEUR,
        CalculationPercent=montant("pourcentage"),
        BasisAmount=montant("base"),
        ActualAmount=montant("montant"),
        ReasonCode="motif_code",
        Reason="motif",
        CategoryTradeTax=_r(CategoryCode="tva_categorie", RateApplicablePercent=montant("tva_taux")),
    ),
)
_DOCUMENT: Table = _r(
    IssuerAssignedID="numero",
    URIID="uri",
    TypeCode="type_code",
    Name="description",
    AttachmentBinaryObject=binaire,
    ReferenceTypeCode="schema",
)


def _lire_document(element: _Element) -> Termes:
    found: Termes = {}
    parcourir(element, _DOCUMENT, found)
    numero, schema = found.pop("numero", None), found.pop("schema", None)
    if numero is not None:
        found["reference"] = Identifiant(numero, schema)
    return found


def _document(element: _Element, termes: Termes) -> None:
    assemblage.ranger_document(_lire_document(element), termes, "appel_offres")


_ACCORD: Table = _r(
    BuyerReference="reference_acheteur",
    SellerTradeParty=_partie("vendeur"),
    BuyerTradeParty=_partie("acheteur"),
    SellerTaxRepresentativeTradeParty=_partie("representant_fiscal"),
    SellerOrderReferencedDocument=_reference("commande_vendeur"),
    BuyerOrderReferencedDocument=_reference("engagement"),
    ContractReferencedDocument=_r(IssuerAssignedID="contrat", ReferenceTypeCode="contrat_type"),
    AdditionalReferencedDocument=_document,
    SpecifiedProcuringProject=_r(ID="projet"),
)
_LIVRAISON: Table = _r(
    ShipToTradeParty=sous(
        "livraison",
        _r(
            ID=identifiant("lieu"),
            GlobalID=identifiant("lieu"),
            Name="nom",
            PostalTradeAddress=objet("adresse", de(Adresse), _ADRESSE),
        ),
    ),
    ActualDeliverySupplyChainEvent=sous("livraison", _r(OccurrenceDateTime=_jour("date"))),
    DespatchAdviceReferencedDocument=_reference("avis_expedition"),
    ReceivingAdviceReferencedDocument=_reference("avis_reception"),
)


def _moyen(termes: Termes) -> Termes:
    """BG-16: the account's three terms stand in two groups."""
    found: Termes = {nom: termes.pop(nom) for nom in ("numero", "titulaire", "bic") if nom in termes}
    compte = assemblage.compte(found)
    return termes if compte is None else {**termes, "compte": compte}


_MOYENS = objets(
    "moyens",
    _moyen,
    _r(
        TypeCode="code",
        Information="libelle",
        ApplicableTradeSettlementFinancialCard=_r(ID="carte"),
        PayerPartyDebtorFinancialAccount=_r(IBANID="compte_debite"),
        PayeePartyCreditorFinancialAccount=_r(IBANID="numero", AccountName="titulaire", ProprietaryID="numero"),
        PayeeSpecifiedCreditorFinancialInstitution=_r(BICID="bic"),
    ),
)
_VENTILATION = objets(
    "tva",
    de(VentilationTva),
    _r(
        CalculatedAmount=montant("montant"),
        ExemptionReason="exoneration",
        BasisAmount=montant("base"),
        CategoryCode="categorie",
        ExemptionReasonCode="exoneration_code",
        RateApplicablePercent=montant("taux"),
    ),
)
_EXIGIBILITE = _r(TaxPointDate=_jour("date_exigibilite"), DueDateTypeCode="code_exigibilite")


def _tva(element: _Element, termes: Termes) -> None:
    """BG-23, and BT-7 or BT-8 which CII writes inside."""
    _VENTILATION(element, termes)
    parcourir(element, _EXIGIBILITE, termes)


def _total_de_tva(element: _Element, termes: Termes) -> None:
    found = decimal(element.text)
    if found is not None:
        termes.setdefault("totaux_tva", []).append((found, texte(element.get("currencyID"))))


_REGLEMENT: Table = _r(
    CreditorReferenceID="creancier",
    PaymentReference="reference_paiement",
    TaxCurrencyCode="devise_comptable",
    InvoiceCurrencyCode="devise",
    InvoiceIssuerReference="service_fournisseur",
    InvoiceeTradeParty=_partie("valideur"),
    PayeeTradeParty=_partie("beneficiaire"),
    SpecifiedTradeSettlementPaymentMeans=_MOYENS,
    ApplicableTradeTax=_tva,
    BillingSpecifiedPeriod=_PERIODE,
    SpecifiedTradeAllowanceCharge=_REMISES,
    SpecifiedTradePaymentTerms=_r(Description="conditions_paiement", DueDateDateTime=_jour("echeance"), DirectDebitMandateID="mandat"),
    SpecifiedTradeSettlementHeaderMonetarySummation=sous(
        "totaux",
        _r(
            LineTotalAmount=montant("lignes"),
            ChargeTotalAmount=montant("charges"),
            AllowanceTotalAmount=montant("remises"),
            TaxBasisTotalAmount=montant("ht"),
            TaxTotalAmount=_total_de_tva,
            RoundingAmount=montant("arrondi"),
            GrandTotalAmount=montant("ttc"),
            TotalPrepaidAmount=montant("acompte"),
            DuePayableAmount=montant("net_a_payer"),
        ),
    ),
    InvoiceReferencedDocument=objets(
        "factures_anterieures",
        assemblage.anterieure,
        _r(IssuerAssignedID="numero", FormattedIssueDateTime=_jour("date_emission")),
    ),
    ReceivableSpecifiedTradeAccountingAccount=_r(ID="imputation"),
)

# --- lines -----------------------------------------------------------------------------------------------------------


def _objet_de_ligne(element: _Element, termes: Termes) -> None:
    """BT-128: the document of type 130."""
    found = _lire_document(element)
    if found.get("type_code") == "130" and "reference" in found:
        termes.setdefault("objet", found["reference"])


_REMISE_SUR_PRIX: Table = _r(ChargeIndicator=_INDICATEUR, ActualAmount=montant("montant"))


def _remise_sur_prix(element: _Element, termes: Termes) -> None:
    """BT-147: discounts only, added up; EXTENDED admits several, and also has charges on the price here."""
    found: Termes = {}
    parcourir(element, _REMISE_SUR_PRIX, found)
    if "montant" in found and found.get("charge") not in ("true", "1"):
        termes["prix_remise"] = termes.get("prix_remise", 0) + found["montant"]


_ligne_de = de(Ligne)


def _ligne(termes: Termes) -> Ligne:
    """BG-25: the base quantity (BT-149) is the net price's, or else the gross price's."""
    quantite_brute, unite_brute = termes.pop("brut_quantite", None), termes.pop("brut_unite", None)
    if quantite_brute is not None and "prix_quantite" not in termes:
        termes["prix_quantite"], termes["prix_unite"] = quantite_brute, unite_brute
    return _ligne_de(figer(termes))


_LIGNE: Table = _r(
    AssociatedDocumentLineDocument=_r(
        LineID="identifiant", LineStatusCode="type_ligne", LineStatusReasonCode="sous_type", IncludedNote=_r(Content="note")
    ),
    SpecifiedTradeProduct=_r(
        GlobalID=identifiant("identifiant_standard"),
        SellerAssignedID="reference_vendeur",
        BuyerAssignedID="reference_acheteur",
        Name="nom",
        Description="description",
        ApplicableProductCharacteristic=objets("attributs", assemblage.attribut, _r(Description="nom", Value="valeur")),
        DesignatedProductClassification=_r(ClassCode=identifiants("classifications", "listID")),
        OriginTradeCountry=_r(ID="pays_origine"),
    ),
    SpecifiedLineTradeAgreement=_r(
        BuyerOrderReferencedDocument=_r(LineID="commande_ligne"),
        GrossPriceProductTradePrice=_r(
            ChargeAmount=montant("prix_brut"),
            BasisQuantity=quantite("brut_quantite", "brut_unite"),
            AppliedTradeAllowanceCharge=_remise_sur_prix,
        ),
        NetPriceProductTradePrice=_r(ChargeAmount=montant("prix_net"), BasisQuantity=quantite("prix_quantite", "prix_unite")),
    ),
    SpecifiedLineTradeDelivery=_r(
        BilledQuantity=quantite("quantite", "unite"),
        ShipToTradeParty=_r(ID=identifiant("lieu_livraison"), GlobalID=identifiant("lieu_livraison")),
        ActualDeliverySupplyChainEvent=_r(OccurrenceDateTime=_jour("date_livraison")),
    ),
    SpecifiedLineTradeSettlement=_r(
        ApplicableTradeTax=_r(CategoryCode="tva_categorie", RateApplicablePercent=montant("tva_taux")),
        BillingSpecifiedPeriod=_PERIODE,
        SpecifiedTradeAllowanceCharge=_REMISES,
        SpecifiedTradeSettlementLineMonetarySummation=_r(LineTotalAmount=montant("montant")),
        AdditionalReferencedDocument=_objet_de_ligne,
        ReceivableSpecifiedTradeAccountingAccount=_r(ID="imputation"),
    ),
)

# --- root ------------------------------------------------------------------------------------------------------------

_RACINE: Table = _m(
    ExchangedDocumentContext=_r(
        BusinessProcessSpecifiedDocumentContextParameter=_r(ID="cadre"),
        GuidelineSpecifiedDocumentContextParameter=_r(ID="profil"),
    ),
    ExchangedDocument=_r(
        ID="numero",
        TypeCode="type_code",
        IssueDateTime=_jour("date_emission"),
        IncludedNote=objets("notes", assemblage.note, _r(Content="texte", SubjectCode="sujet")),
    ),
    SupplyChainTradeTransaction=_r(
        IncludedSupplyChainTradeLineItem=objets("lignes", _ligne, _LIGNE),
        ApplicableHeaderTradeAgreement=_ACCORD,
        ApplicableHeaderTradeDelivery=_LIVRAISON,
        ApplicableHeaderTradeSettlement=_REGLEMENT,
    ),
)


_totaux, _facture = de(Totaux), de(Facture)


def lire_cii(root: _Element) -> Facture:
    """Map a CrossIndustryInvoice, valid or not, of any Factur-X level: what is absent or cannot be read is absent."""
    termes: Termes = {}
    parcourir(root, _RACINE, termes)
    if "livraison" in termes:
        termes["livraison"] = Livraison(**termes["livraison"])
    totaux: Termes = termes.pop("totaux", {})
    lus = totaux.pop("totaux_tva", [])
    assemblage.repartir_tva(lus, totaux, termes.get("devise"), termes.get("devise_comptable"))
    termes["totaux"] = _totaux(totaux)
    termes["paiements"] = assemblage.paiements(
        termes.pop("moyens", []), termes.pop("reference_paiement", None), termes.pop("mandat", None), termes.pop("creancier", None)
    )
    return _facture(figer(termes))
