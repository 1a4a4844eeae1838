"""UBL 2.1 Invoice and CreditNote → :class:`~flux.modele.facture.Facture`, by the EN 16931 binding (CEN/TS 16931-3-2)."""

from __future__ import annotations

import re

from lxml.etree import _Element

from flux.modele.facture import Adresse, Contact, Facture, Ligne, Livraison, Note, Periode, Totaux, VentilationTva
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
    jour,
    lire_identifiant,
    montant,
    objet,
    objets,
    parcourir,
    quantite,
)
from flux.parsers.valeurs import decimal, jour_iso, texte
from flux.referentiel.espaces_de_noms import UBL_CAC, UBL_CBC, UBL_CREDIT_NOTE

#: BT-8: UNTDID 2005 as UBL writes it → UNTDID 2475 as the model holds it.
_EXIGIBILITES = {"3": "5", "35": "29", "432": "72"}
#: BT-21 inside BT-22: ``#AAI#text``.
_SUJET = re.compile(r"#([A-Z]{3})#(.*)", re.DOTALL)


def _a(**actions: object) -> Table:
    """Return a table of aggregates (``cac``)."""
    return {f"{{{UBL_CAC}}}{nom}": action for nom, action in actions.items()}


def _b(**actions: object) -> Table:
    """Return a table of basic elements (``cbc``)."""
    return {f"{{{UBL_CBC}}}{nom}": action for nom, action in actions.items()}


def _jour(nom: str) -> Lecteur:
    return jour(nom, jour_iso)


def _sujet_et_texte(brut: str | None) -> tuple[str | None, str | None]:
    brut = texte(brut)
    found = _SUJET.match(brut) if brut is not None and brut[0] == "#" else None
    return (None, brut) if found is None else (found[1], texte(found[2]))


def _note(element: _Element, termes: Termes) -> None:
    sujet, contenu = _sujet_et_texte(element.text)
    if contenu is not None:
        termes.setdefault("notes", []).append(Note(contenu, sujet))


def _note_de_ligne(element: _Element, termes: Termes) -> None:
    contenu = _sujet_et_texte(element.text)[1]
    if contenu is not None:
        termes.setdefault("note", contenu)


# --- parties ---------------------------------------------------------------------------------------------------------

_ADRESSE: Table = {
    **_b(
        StreetName="ligne1",
        AdditionalStreetName="ligne2",
        CityName="ville",
        PostalZone="code_postal",
        CountrySubentity="subdivision",
    ),
    **_a(AddressLine=_b(Line="ligne3"), Country=_b(IdentificationCode="pays")),
}
_TAXE: Table = {**_b(CompanyID="numero"), **_a(TaxScheme=_b(ID="regime"))}


def _identite(element: _Element, termes: Termes) -> None:
    """BT-29, BT-46, BT-60, or BT-90 under the scheme SEPA."""
    found = lire_identifiant(element)
    if found is None:
        return
    if found.schema == "SEPA":
        termes.setdefault("creancier", found.valeur)
    else:
        termes.setdefault("identifiants", []).append(found)


def _taxe(element: _Element, termes: Termes) -> None:
    """BT-31, BT-48, BT-63 under the scheme VAT; BT-32 under any other."""
    found: Termes = {}
    parcourir(element, _TAXE, found)
    if "numero" in found:
        termes.setdefault("tva" if found.get("regime") == "VAT" else "immatriculation_fiscale", found["numero"])


def _table_partie(nom_d_usage: str) -> Table:
    """Seller and buyer are named by their legal entity and have a trading name; payee and representative have the latter only."""
    return {
        **_b(EndpointID=identifiant("adresse_electronique")),
        **_a(
            PartyIdentification=_b(ID=_identite),
            PartyName=_b(Name=nom_d_usage),
            PostalAddress=objet("adresse", de(Adresse), _ADRESSE),
            PartyTaxScheme=_taxe,
            PartyLegalEntity=_b(
                RegistrationName="nom",
                CompanyID=identifiant("identifiant_legal"),
                CompanyLegalForm="information_legale",
            ),
            Contact=objet("contact", de(Contact), _b(Name="nom", Telephone="telephone", ElectronicMail="courriel")),
        ),
    }


def _partie(nom: str, table: Table) -> Lecteur:
    def lecteur(element: _Element, termes: Termes) -> None:
        found: Termes = {}
        parcourir(element, table, found)
        if "creancier" in found:
            termes.setdefault("creancier", found.pop("creancier"))
        if found and nom not in termes:
            termes[nom] = assemblage.partie(found)

    return lecteur


_PARTIE, _TIERS = _table_partie("nom_commercial"), _table_partie("nom")

# --- document ---------------------------------------------------------------------------------------------------------

_PERIODE = objet("periode", de(Periode), _b(StartDate=_jour("debut"), EndDate=_jour("fin")))
_EXIGIBILITE = _b(DescriptionCode="code_exigibilite")


def _periode_de_facture(element: _Element, termes: Termes) -> None:
    """BG-14, and BT-8 which UBL writes beside it."""
    _PERIODE(element, termes)
    parcourir(element, _EXIGIBILITE, termes)


_LIVRAISON: Table = {
    **_b(ActualDeliveryDate=_jour("date")),
    **_a(
        DeliveryLocation={**_b(ID=identifiant("lieu")), **_a(Address=objet("adresse", de(Adresse), _ADRESSE))},
        DeliveryParty=_a(PartyName=_b(Name="nom")),
    ),
}


def _moyen_de_paiement(element: _Element, termes: Termes) -> None:
    termes.setdefault("code", texte(element.text))
    libelle = texte(element.get("name"))
    if libelle is not None:
        termes.setdefault("libelle", libelle)


_MOYEN: Table = {
    **_b(PaymentMeansCode=_moyen_de_paiement, PaymentDueDate=_jour("echeance"), PaymentID="reference"),
    **_a(
        CardAccount=_b(PrimaryAccountNumberID="carte"),
        PayeeFinancialAccount=objet(
            "compte",
            assemblage.compte,
            {
                **_b(ID="numero", Name="titulaire"),
                **_a(FinancialInstitutionBranch=_b(ID="bic")),
            },
        ),
        PaymentMandate={**_b(ID="mandat"), **_a(PayerFinancialAccount=_b(ID="compte_debite"))},
    ),
}
_REMISE: Table = {
    **_b(
        ChargeIndicator="charge",
        AllowanceChargeReasonCode="motif_code",
        AllowanceChargeReason="motif",
        MultiplierFactorNumeric=montant("pourcentage"),
        Amount=montant("montant"),
        BaseAmount=montant("base"),
    ),
    **_a(TaxCategory=_b(ID="tva_categorie", Percent=montant("tva_taux"))),
}


def _montant_de_tva(element: _Element, termes: Termes) -> None:
    """BT-110 or BT-111: the currency tells which."""
    found = decimal(element.text)
    if found is not None:
        termes.setdefault("montant", found)
        termes.setdefault("devise", texte(element.get("currencyID")))


_TVA: Table = {
    **_b(TaxAmount=_montant_de_tva),
    **_a(
        TaxSubtotal=objets(
            "tva",
            de(VentilationTva),
            {
                **_b(TaxableAmount=montant("base"), TaxAmount=montant("montant")),
                **_a(
                    TaxCategory=_b(
                        ID="categorie",
                        Percent=montant("taux"),
                        TaxExemptionReason="exoneration",
                        TaxExemptionReasonCode="exoneration_code",
                    )
                ),
            },
        )
    ),
}
_TOTAUX: Table = _b(
    LineExtensionAmount=montant("lignes"),
    TaxExclusiveAmount=montant("ht"),
    TaxInclusiveAmount=montant("ttc"),
    AllowanceTotalAmount=montant("remises"),
    ChargeTotalAmount=montant("charges"),
    PrepaidAmount=montant("acompte"),
    PayableRoundingAmount=montant("arrondi"),
    PayableAmount=montant("net_a_payer"),
)
_DOCUMENT: Table = {
    **_b(ID=identifiant("reference"), DocumentTypeCode="type_code", DocumentDescription="description"),
    **_a(Attachment={**_b(EmbeddedDocumentBinaryObject=binaire), **_a(ExternalReference=_b(URI="uri"))}),
}


def _document(type_50: str | None) -> Lecteur:
    def lecteur(element: _Element, termes: Termes) -> None:
        found: Termes = {}
        parcourir(element, _DOCUMENT, found)
        assemblage.ranger_document(found, termes, type_50)

    return lecteur


def _reference(nom: str) -> Table:
    return _b(ID=nom)


# --- lines -------------------------------------------------------------------------------------------------------------


def _objet_de_ligne(element: _Element, termes: Termes) -> None:
    """BT-128: the document of type 130."""
    found: Termes = {}
    parcourir(element, _DOCUMENT, found)
    if found.get("type_code") == "130" and "reference" in found:
        termes.setdefault("objet", found["reference"])


_ARTICLE: Table = {
    **_b(Description="description", Name="nom"),
    **_a(
        BuyersItemIdentification=_reference("reference_acheteur"),
        SellersItemIdentification=_reference("reference_vendeur"),
        StandardItemIdentification=_b(ID=identifiant("identifiant_standard")),
        OriginCountry=_b(IdentificationCode="pays_origine"),
        CommodityClassification=_b(ItemClassificationCode=identifiants("classifications", "listID")),
        ClassifiedTaxCategory=_b(ID="tva_categorie", Percent=montant("tva_taux")),
        AdditionalItemProperty=objets("attributs", assemblage.attribut, _b(Name="nom", Value="valeur")),
    ),
}
_REMISE_SUR_PRIX: Table = _b(ChargeIndicator="charge", Amount=montant("prix_remise"), BaseAmount=montant("prix_brut"))


def _remise_sur_prix(element: _Element, termes: Termes) -> None:
    """BT-147 and BT-148: of discounts only, added up; UBL admits a charge on the price, which EN 16931 has no term for."""
    found: Termes = {}
    parcourir(element, _REMISE_SUR_PRIX, found)
    if found.pop("charge", None) not in ("true", "1"):
        if "prix_remise" in found:
            termes["prix_remise"] = termes.get("prix_remise", 0) + found["prix_remise"]
        if "prix_brut" in found:
            termes.setdefault("prix_brut", found["prix_brut"])


_PRIX: Table = {
    **_b(PriceAmount=montant("prix_net"), BaseQuantity=quantite("prix_quantite", "prix_unite")),
    **_a(AllowanceCharge=_remise_sur_prix),
}
_LIGNE: Table = {
    **_b(
        ID="identifiant",
        Note=_note_de_ligne,
        InvoicedQuantity=quantite("quantite", "unite"),
        CreditedQuantity=quantite("quantite", "unite"),
        LineExtensionAmount=montant("montant"),
        AccountingCost="imputation",
    ),
    **_a(
        InvoicePeriod=_PERIODE,
        OrderLineReference=_b(LineID="commande_ligne"),
        Delivery={**_b(ActualDeliveryDate=_jour("date_livraison")), **_a(DeliveryLocation=_b(ID=identifiant("lieu_livraison")))},
        DocumentReference=_objet_de_ligne,
        AllowanceCharge=objets("remises_charges", assemblage.remise, _REMISE),
        Item=_ARTICLE,
        Price=_PRIX,
    ),
}
_ligne, _totaux, _facture = de(Ligne), de(Totaux), de(Facture)
_LIGNES = objets("lignes", lambda termes: _ligne(figer(termes)), _LIGNE)

# --- roots -------------------------------------------------------------------------------------------------------------

_COMMUN: Table = {
    **_b(
        CustomizationID="profil",
        ProfileID="cadre",
        ID="numero",
        IssueDate=_jour("date_emission"),
        Note=_note,
        TaxPointDate=_jour("date_exigibilite"),
        DocumentCurrencyCode="devise",
        TaxCurrencyCode="devise_comptable",
        AccountingCost="imputation",
        BuyerReference="reference_acheteur",
    ),
    **_a(
        InvoicePeriod=_periode_de_facture,
        OrderReference=_b(ID="engagement", SalesOrderID="commande_vendeur"),
        BillingReference=_a(
            InvoiceDocumentReference=objets(
                "factures_anterieures", assemblage.anterieure, _b(ID="numero", IssueDate=_jour("date_emission"))
            )
        ),
        DespatchDocumentReference=_reference("avis_expedition"),
        ReceiptDocumentReference=_reference("avis_reception"),
        OriginatorDocumentReference=_reference("appel_offres"),
        ContractDocumentReference=_b(ID="contrat", DocumentTypeCode="contrat_type", DocumentType="contrat_type"),
        AccountingSupplierParty=_a(Party=_partie("vendeur", _PARTIE)),
        AccountingCustomerParty=_a(Party=_partie("acheteur", _PARTIE)),
        # No public source says where UBL writes the valideur: docs/decisions/0005-classic-conventions.md.
        BuyerCustomerParty=_a(Party=_partie("valideur", _PARTIE)),
        PayeeParty=_partie("beneficiaire", _TIERS),
        TaxRepresentativeParty=_partie("representant_fiscal", _TIERS),
        Delivery=objet("livraison", de(Livraison), _LIVRAISON),
        PaymentMeans=objets("moyens", dict, _MOYEN),
        PaymentTerms=_b(Note="conditions_paiement"),
        AllowanceCharge=objets("remises_charges", assemblage.remise, _REMISE),
        TaxTotal=objets("totaux_tva", dict, _TVA),
        LegalMonetaryTotal=objet("totaux", dict, _TOTAUX),
    ),
}
_FACTURE: Table = {
    **_COMMUN,
    **_b(DueDate=_jour("echeance"), InvoiceTypeCode="type_code"),
    **_a(AdditionalDocumentReference=_document(None), ProjectReference=_reference("projet"), InvoiceLine=_LIGNES),
}
_AVOIR: Table = {
    **_COMMUN,
    **_b(CreditNoteTypeCode="type_code"),
    **_a(AdditionalDocumentReference=_document("projet"), CreditNoteLine=_LIGNES),
}


def lire_ubl(root: _Element) -> Facture:
    """Map an Invoice or a CreditNote, valid or not: what cannot be read is absent."""
    termes: Termes = {}
    parcourir(root, _AVOIR if root.tag == f"{{{UBL_CREDIT_NOTE}}}CreditNote" else _FACTURE, termes)
    code = termes.get("code_exigibilite")
    if code in _EXIGIBILITES:
        termes["code_exigibilite"] = _EXIGIBILITES[code]
    moyens: list[Termes] = termes.pop("moyens", [])
    echeances = [day for day in (moyen.pop("echeance", None) for moyen in moyens) if day is not None]
    if echeances:
        termes.setdefault("echeance", echeances[0])
    termes["paiements"] = assemblage.paiements(moyens, None, None, termes.pop("creancier", None))
    _tva(termes)
    return _facture(figer(termes))


def _tva(termes: Termes) -> None:
    """Join the totals of VAT (BT-110, BT-111) with the other totals, and take BG-23 from the one in the invoice's currency."""
    devise, comptable = termes.get("devise"), termes.get("devise_comptable")
    totaux: Termes = termes.pop("totaux", {})
    lus: list[Termes] = termes.pop("totaux_tva", [])
    assemblage.repartir_tva([(one["montant"], one["devise"]) for one in lus if "montant" in one], totaux, devise, comptable)
    termes["totaux"] = _totaux(totaux)
    termes["tva"] = [
        part for one in lus if not (one.get("devise") is not None and one["devise"] == comptable != devise) for part in one.get("tva", ())
    ]
