"""What the tests of the parsers share: one invoice with every term of the model, and a maker of Factur-X files.

:data:`COMPLETE` is what tests/fixtures/parsers/complete-ubl.xml and complete-cii.xml write, each in its syntax.
"""

from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path

import pikepdf
from facturx import generate_from_binary
from reportlab.pdfgen.canvas import Canvas

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

FIXTURES = Path(__file__).parents[2] / "fixtures" / "parsers"


def fixture(nom: str) -> bytes:
    return (FIXTURES / nom).read_bytes()


@cache
def page() -> bytes:
    """One page of PDF, with nothing of Factur-X in it."""
    out = BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.drawString(100, 700, "Facture d'essai")
    canvas.save()
    return out.getvalue()


@cache
def facturx(xml: bytes, level: str = "en16931", relation: str = "data", autres: tuple[str, ...] = ()) -> bytes:
    """A Factur-X file made by the wheel factur-x, which embeds ``xml`` unread."""
    attachments = {nom: {"filedata": b"autre"} for nom in autres}
    made: bytes = generate_from_binary(
        page(),
        xml,
        flavor="factur-x",
        level=level,
        check_xsd=False,
        check_schematron=False,
        afrelationship=relation,
        attachments=attachments,
        pdf_metadata={"author": "a", "title": "t", "subject": "s", "keywords": "k"},
    )
    return made


def retouche(pdf: bytes, geste, **save) -> bytes:
    """Return ``pdf`` after ``geste`` has changed its objects."""
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as opened:
        geste(opened)
        opened.save(out, fix_metadata_version=False, **save)
    return out.getvalue()


COMPLETE = Facture(
    numero="F-2026-0042",
    date_emission=date(2026, 9, 14),
    type_code="380",
    devise="EUR",
    devise_comptable="CHF",
    date_exigibilite=date(2026, 9, 15),
    code_exigibilite="72",
    echeance=date(2026, 10, 14),
    reference_acheteur="SERVICE-ACHATS",
    projet="PROJET-7",
    contrat="MARCHE-2026-11",
    engagement="ENG-123456",
    commande_vendeur="CV-998",
    avis_reception="BR-55",
    avis_expedition="BL-54",
    appel_offres="AO-2026-3",
    objet=Identifiant("COMPTEUR-17", "ABT"),
    imputation="6061-A",
    conditions_paiement="Paiement à 30 jours",
    notes=(Note("Pénalités : trois fois le taux légal", "PMD"), Note("Note sans sujet")),
    cadre="A1",
    profil="urn:cen.eu:en16931:2017",
    factures_anterieures=(FactureAnterieure("F-2026-0001", date(2026, 8, 1)), FactureAnterieure("F-2026-0002")),
    vendeur=Partie(
        nom="Atelier du Quai SAS",
        nom_commercial="Le Quai",
        identifiants=(Identifiant("V-001"), Identifiant("10000001700018", "0009")),
        identifiant_legal=Identifiant("100000017", "0002"),
        tva="FR32100000017",
        immatriculation_fiscale="FISC-88",
        information_legale="SAS au capital de 10 000 EUR",
        adresse_electronique=Identifiant("100000017_FACT", "0225"),
        adresse=Adresse("1 quai des Essais", "Bâtiment B", "Étage 3", "44000", "Nantes", "Loire-Atlantique", "FR"),
        contact=Contact("Claude Martin", "+33 2 00 00 00 00", "claude@quai.example"),
    ),
    acheteur=Partie(
        nom="Commune de Port-Exemple",
        nom_commercial="Mairie",
        identifiants=(Identifiant("20000002500014", "0009"),),
        identifiant_legal=Identifiant("200000025", "0002"),
        tva="FR65200000025",
        adresse_electronique=Identifiant("200000025", "0225"),
        adresse=Adresse(ligne1="Place de la Mairie", code_postal="29000", ville="Port-Exemple", pays="FR"),
        contact=Contact(nom="Service des achats"),
    ),
    beneficiaire=Partie(
        nom="Affacturage Exemple SA", identifiants=(Identifiant("AFF-9"),), identifiant_legal=Identifiant("300000033", "0002")
    ),
    representant_fiscal=Partie(nom="Représentant Exemple", tva="FR40300000033", adresse=Adresse(ville="Lyon", pays="FR")),
    livraison=Livraison(
        nom="Entrepôt communal",
        lieu=Identifiant("3000000000012", "0088"),
        date=date(2026, 9, 10),
        adresse=Adresse(ligne1="2 rue du Port", code_postal="29001", ville="Port-Exemple", pays="FR"),
    ),
    periode=Periode(date(2026, 9, 1), date(2026, 9, 30)),
    paiements=(
        Paiement(
            code="30",
            libelle="Virement",
            reference="REF-42",
            comptes=(
                Compte("FR7630006000011234567890189", "Atelier du Quai", "AGRIFRPP"),
                Compte("FR7610107001011234567890129"),
            ),
        ),
        Paiement(code="48", reference="REF-42", carte="1234"),
        Paiement(code="59", reference="REF-42", mandat="MANDAT-5", creancier="FR72ZZZ123456", compte_debite="FR1420041010050500013M02606"),
    ),
    remises_charges=(
        RemiseCharge(
            charge=False,
            montant=Decimal("10.00"),
            base=Decimal("200.00"),
            pourcentage=Decimal("5.00"),
            tva_categorie="S",
            tva_taux=Decimal("20.00"),
            motif="Remise de fidélité",
            motif_code="95",
        ),
        RemiseCharge(charge=True, montant=Decimal("4.00"), tva_categorie="S", tva_taux=Decimal("20.00"), motif="Port"),
    ),
    totaux=Totaux(
        lignes=Decimal("200.00"),
        remises=Decimal("10.00"),
        charges=Decimal("4.00"),
        ht=Decimal("194.00"),
        tva=Decimal("36.80"),
        tva_comptable=Decimal("35.10"),
        ttc=Decimal("230.80"),
        acompte=Decimal("30.00"),
        arrondi=Decimal("0.20"),
        net_a_payer=Decimal("201.00"),
    ),
    tva=(
        VentilationTva(Decimal("184.00"), Decimal("36.80"), "S", Decimal("20.00")),
        VentilationTva(Decimal("10.00"), Decimal("0.00"), "E", Decimal("0.00"), "Exonération, article 261", "VATEX-EU-132"),
    ),
    pieces_jointes=(
        PieceJointe("PJ-1", "Bon de livraison", None, b"%PDF-1.7 exemple", "application/pdf", "bl.pdf"),
        PieceJointe("PJ-2", None, "https://quai.example/pj-2"),
    ),
    lignes=(
        Ligne(
            identifiant="1",
            note="Note de ligne",
            objet=Identifiant("CHANTIER-3", "AVE"),
            quantite=Decimal("10.0000"),
            unite="C62",
            montant=Decimal("190.00"),
            commande_ligne="7",
            imputation="6061-B",
            periode=Periode(date(2026, 9, 2), date(2026, 9, 3)),
            remises_charges=(
                RemiseCharge(
                    charge=False,
                    montant=Decimal("12.00"),
                    base=Decimal("200.00"),
                    pourcentage=Decimal("6.00"),
                    motif="Lot",
                    motif_code="100",
                ),
                RemiseCharge(charge=True, montant=Decimal("2.00"), motif="Emballage", motif_code="ABL"),
            ),
            prix_net=Decimal("20.0000"),
            prix_remise=Decimal("1.5000"),
            prix_brut=Decimal("21.5000"),
            prix_quantite=Decimal("1.0000"),
            prix_unite="C62",
            tva_categorie="S",
            tva_taux=Decimal("20.00"),
            nom="Chaise",
            description="Chaise en bois",
            reference_vendeur="CH-1",
            reference_acheteur="MOB-4",
            identifiant_standard=Identifiant("3000000000029", "0160"),
            classifications=(Identifiant("56101703", "TST"), Identifiant("39111000", "STI")),
            pays_origine="FR",
            attributs=(("Couleur", "bleu"), ("Bois", "hêtre")),
        ),
        Ligne(
            identifiant="2",
            quantite=Decimal(-1),
            unite="HUR",
            montant=Decimal("10.00"),
            prix_net=Decimal(-10),
            tva_categorie="E",
            tva_taux=Decimal(0),
            nom="Formation",
        ),
    ),
)
