"""Invoices towards public entities, plausible and varied, that depend on a seed alone.

They keep to EN 16931, to the French rules BR-FR and to the published rules of invoices towards the public sector (XP Z12-012
§4.5.3, BR-FR-CPRO): SIRET of the seller (03, 09) and of the buyer (10), service and engagement where the recipient wants them
(11, 12), number of at most 20 characters (02), attachment name of at most 50 (41).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from flux.fabrique.identifiants import BANQUE, gtin, iban, siren, siret
from flux.fabrique.niveaux import PROFIL_EN16931, PROFIL_EXTENDED_CTC_FR
from flux.fabrique.tables import BIENS, DESTINATAIRES, EXONERATION, FOURNISSEURS, SERVICES, Article, Destinataire, fournisseur
from flux.fabrique.tirage import Tirage
from flux.modele.facture import (
    Adresse,
    Compte,
    Contact,
    Facture,
    FactureAnterieure,
    Identifiant,
    Ligne,
    Livraison,
    Note,
    Paiement,
    Partie,
    Periode,
    PieceJointe,
    RemiseCharge,
    Totaux,
    VentilationTva,
)

_CENT = Decimal("0.01")

#: Notes that BR-FR-05 asks for, and the mark of an invoice towards a public entity (ADN).
_NOTES = (
    Note("Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 EUR", "PMT"),
    Note("Tout retard de paiement donne lieu à des intérêts moratoires au taux de la BCE majoré de 8 points", "PMD"),
    Note("Pas d'escompte pour paiement anticipé", "AAB"),
    Note("B2G", "ADN"),
)


def fabriquer_facture(graine: int, rang: int, lignes: int, le: date, *, avoir: bool | None = None) -> Facture:
    """Make one invoice.

    :param graine: seed of the flow, 0 or more. :param rang: rank of the invoice in the flow, from 0.
    :param lignes: number of lines, at least 1. :param le: latest issue date; the invoice bears one of the 28 days up to it.
    :param avoir: make a credit note (True), an invoice (False) or, by default, a credit note one time in twelve.
    :return: the same value for the same arguments, on any machine.
    """
    tirage = Tirage("facture", graine, rang)
    credit = tirage.chance(12) if avoir is None else avoir
    emise = le - timedelta(days=tirage.entier(0, 27))
    nature = tirage.choix("BSM")
    destinataire = tirage.choix(DESTINATAIRES)
    vendeur = fournisseur(tirage.entier(0, FOURNISSEURS - 1))
    service = tirage.choix(destinataire.services) if destinataire.service_requis or tirage.chance(2) else None
    articles = {"B": BIENS, "S": SERVICES, "M": BIENS + SERVICES}[nature]
    detail = tuple(_ligne(tirage, n + 1, tirage.choix(articles), emise) for n in range(lignes))
    remises = _remises(tirage, detail)
    tva = _ventilation(detail, remises)
    periode = _mois_precedent(emise) if nature == "S" else None
    entite = vendeur.identifiant("0002") or ""
    paiements, beneficiaire = ((), None) if credit else _paiement(tirage, entite, rang)
    facture = Facture(
        numero=_numero("A" if credit else "F", emise, graine, rang),
        date_emission=emise,
        type_code="381" if credit else "380",
        devise="EUR",
        code_exigibilite="72" if nature == "S" and tirage.chance(3) else None,
        echeance=None if credit else emise + timedelta(days=30),
        reference_acheteur=service,
        contrat=f"C-{emise.year - 1}-{tirage.entier(1, 9999):04d}" if tirage.chance(3) else None,
        engagement=f"EJ{tirage.entier(0, 99_999_999):08d}" if destinataire.engagement_requis or tirage.chance(2) else None,
        imputation=f"{tirage.entier(6000, 6999)}" if tirage.chance(10) else None,
        conditions_paiement="Déduction sur la prochaine facture" if credit else "Paiement à 30 jours par virement",
        notes=_notes(tirage, vendeur),
        cadre=f"{nature}1",
        profil=PROFIL_EXTENDED_CTC_FR if destinataire.service_requis else PROFIL_EN16931,
        factures_anterieures=_anterieures(emise, graine, rang) if credit else (),
        vendeur=vendeur,
        acheteur=_acheteur(destinataire, service),
        beneficiaire=beneficiaire,
        livraison=_livraison(tirage, destinataire, emise) if periode is None else Livraison(date=periode.fin),
        periode=periode,
        paiements=paiements,
        remises_charges=remises,
        totaux=_totaux(detail, remises, tva),
        tva=tva,
        lignes=detail,
    )
    return replace(facture, pieces_jointes=(_piece_jointe(facture),)) if tirage.chance(8) else facture


def _numero(lettre: str, emise: date, graine: int, rang: int) -> str:
    """At most 20 characters (BR-FR-CPRO-02) up to rank 99,999,999; unique in the flows of one seed."""
    return f"{lettre}{emise:%y}-{graine % 10**6:06d}-{rang:06d}"


def _anterieures(emise: date, graine: int, rang: int) -> tuple[FactureAnterieure, ...]:
    avant = emise - timedelta(days=40)
    return (FactureAnterieure(_numero("P", avant, graine, rang), avant),)


def _notes(tirage: Tirage, vendeur: Partie) -> tuple[Note, ...]:
    extra: tuple[Note, ...] = ()
    if tirage.chance(2):
        extra += (Note("B2B", "BAR"),)
    if vendeur.information_legale and tirage.chance(2):
        extra += (Note(vendeur.information_legale, "REG"),)
    if tirage.chance(6):
        extra += (Note("Merci de rappeler le numéro de facture lors du règlement"),)
    return _NOTES + extra


def _adresse(destinataire: Destinataire) -> Adresse:
    return Adresse(ligne1=destinataire.ligne, code_postal=destinataire.code_postal, ville=destinataire.ville, pays="FR")


def _acheteur(destinataire: Destinataire, service: str | None) -> Partie:
    """The service goes to BT-46 too (scheme 0224) where it is mandatory; EN 16931 proper has room for one BT-46 only."""
    numero = destinataire.siret
    entite = numero[:9]
    identifiants: tuple[Identifiant, ...] = (Identifiant(numero, "0009"),)
    if destinataire.service_requis and service:
        identifiants += (Identifiant(service, "0224"),)
    return Partie(
        nom=destinataire.nom,
        identifiants=identifiants,
        identifiant_legal=Identifiant(entite, "0002"),
        adresse_electronique=Identifiant(f"{entite}_{numero}" + (f"_{service}" if service else ""), "0225"),
        adresse=_adresse(destinataire),
        contact=Contact(nom=f"Service {service}", courriel="contact@exemple.test") if service else None,
    )


def _livraison(tirage: Tirage, destinataire: Destinataire, emise: date) -> Livraison:
    jour = emise - timedelta(days=tirage.entier(1, 20))
    if tirage.chance(2):
        return Livraison(date=jour)
    lieu = Identifiant(destinataire.siret, "0009")
    return Livraison(nom=f"{destinataire.nom}, magasin", lieu=lieu, date=jour, adresse=_adresse(destinataire))


def _mois_precedent(emise: date) -> Periode:
    fin = emise.replace(day=1) - timedelta(days=1)
    return Periode(fin.replace(day=1), fin)


def _ligne(tirage: Tirage, n: int, article: Article, emise: date) -> Ligne:
    brut = Decimal(tirage.entier(*article.prix)).scaleb(-2)
    rabais = (brut / 10).quantize(_CENT, ROUND_HALF_UP) if tirage.chance(8) else None
    net = brut - rabais if rabais else brut
    if article.unite in {"KGM", "MTR", "KWH", "MTK", "KMT", "MTQ"}:
        quantite = Decimal(tirage.entier(5, 2_000_000)).scaleb(-3)
    else:
        quantite = Decimal(tirage.entier(1, 60))
    montant = (quantite * net).quantize(_CENT, ROUND_HALF_UP)
    remises: tuple[RemiseCharge, ...] = ()
    if tirage.chance(8):
        remise = (montant / 20).quantize(_CENT, ROUND_HALF_UP)
        remises = (RemiseCharge(False, remise, montant, Decimal("5.00"), motif="Remise sur quantité", motif_code="95"),)
        montant -= remise
    return Ligne(
        identifiant=str(n),
        note="Livré en deux fois" if tirage.chance(20) else None,
        quantite=quantite,
        unite=article.unite,
        montant=montant,
        commande_ligne=str(n * 10) if tirage.chance(4) else None,
        periode=_mois_precedent(emise) if article.unite == "KWH" else None,
        remises_charges=remises,
        prix_net=net,
        prix_remise=rabais,
        prix_brut=brut if rabais else None,
        tva_categorie=article.categorie,
        tva_taux=article.taux,
        nom=article.nom,
        description=article.description,
        reference_vendeur=f"REF-{tirage.entier(1, 99999):05d}",
        identifiant_standard=Identifiant(gtin(tirage.entier(0, 999_999)), "0160") if tirage.chance(4) else None,
        pays_origine="FR" if tirage.chance(6) else None,
        attributs=(("Lot", f"L{tirage.entier(1, 999):03d}"),) if tirage.chance(6) else (),
    )


def _remises(tirage: Tirage, lignes: tuple[Ligne, ...]) -> tuple[RemiseCharge, ...]:
    """Document allowance and charge, both in the VAT group of the first taxed line."""
    premiere = next((one for one in lignes if one.tva_categorie == "S"), None)
    if premiere is None:
        return ()
    groupe, base, remises = (premiere.tva_categorie, premiere.tva_taux), premiere.montant or Decimal(0), []
    if tirage.chance(4):
        montant = (base / 50).quantize(_CENT, ROUND_HALF_UP)
        remises.append(RemiseCharge(False, montant, base, Decimal("2.00"), *groupe, "Remise commerciale", "95"))
    if tirage.chance(6):
        remises.append(RemiseCharge(True, Decimal(tirage.entier(500, 9000)).scaleb(-2), None, None, *groupe, "Frais de transport", "FC"))
    return tuple(remises)


def _ventilation(lignes: tuple[Ligne, ...], remises: tuple[RemiseCharge, ...]) -> tuple[VentilationTva, ...]:
    bases: dict[tuple[str, Decimal], Decimal] = {}
    for ligne in lignes:
        cle = (ligne.tva_categorie or "", ligne.tva_taux or Decimal(0))
        bases[cle] = bases.get(cle, Decimal(0)) + (ligne.montant or 0)
    for one in remises:
        bases[one.tva_categorie or "", one.tva_taux or Decimal(0)] += one.montant if one.charge else -one.montant
    return tuple(
        VentilationTva(
            base,
            (base * taux / 100).quantize(_CENT, ROUND_HALF_UP),
            categorie,
            taux,
            *(EXONERATION if categorie == "E" else (None, None)),
        )
        for (categorie, taux), base in bases.items()
    )


def _totaux(lignes: tuple[Ligne, ...], remises: tuple[RemiseCharge, ...], tva: tuple[VentilationTva, ...]) -> Totaux:
    brut = sum((one.montant or Decimal(0) for one in lignes), Decimal(0))
    rabais = sum((one.montant for one in remises if not one.charge), Decimal(0))
    frais = sum((one.montant for one in remises if one.charge), Decimal(0))
    taxe = sum((one.montant or Decimal(0) for one in tva), Decimal(0)).quantize(_CENT)
    ht = brut - rabais + frais
    return Totaux(brut, rabais or None, frais or None, ht, taxe, ttc=ht + taxe, net_a_payer=ht + taxe)


def _paiement(tirage: Tirage, entite: str, rang: int) -> tuple[tuple[Paiement, ...], Partie | None]:
    """A transfer to the seller or, one time in twenty, to a factor (BG-10); a card payment one time in fifteen."""
    if tirage.chance(15):
        return (Paiement(code="48", libelle="Carte d'achat", carte="7890"),), None
    tiers = None
    if tirage.chance(20):
        entite = siren(9001)
        siret_tiers = Identifiant(siret(entite), "0009")
        tiers = Partie(nom="Affacturage du Centre", identifiants=(siret_tiers,), identifiant_legal=Identifiant(entite, "0002"))
    compte = Compte(iban(int(entite)), titulaire=tiers.nom if tiers else None, bic=f"FLUXFRPP{BANQUE[:3]}")
    paiement = Paiement(code=tirage.choix(("30", "58")), libelle="Virement", reference=f"REF {rang:08d}", comptes=(compte,))
    return (paiement,), tiers


def _piece_jointe(facture: Facture) -> PieceJointe:
    """A delivery note as CSV: one row a line. BR-FR-17 closes the list of descriptions."""
    rows = [f"{one.identifiant};{one.nom};{one.quantite}" for one in facture.lignes]
    contenu = "\r\n".join(["ligne;article;quantité", *rows, ""]).encode()
    reference = f"BL-{facture.numero}"
    return PieceJointe(reference, description="BON_LIVRAISON", contenu=contenu, mime="text/csv", nom=f"{reference}.csv")
