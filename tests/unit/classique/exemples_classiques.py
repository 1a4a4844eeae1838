"""One invoice as the three classic syntaxes write it: tests/fixtures/classique."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from flux.archive import ouvrir_flux
from flux.controle import juger
from flux.enveloppe import verifier_nom
from flux.limites import Limites
from flux.modele.anomalie import Anomalie
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
    PieceJointe,
    Totaux,
    VentilationTva,
)
from flux.modele.verdict import VerdictDocument
from flux.referentiel.interfaces import Environnement, Interface

LIMITES = Limites()
FIXTURES = Path(__file__).parents[2] / "fixtures" / "classique"


def fixture(nom: str) -> bytes:
    return (FIXTURES / nom).read_bytes()


def _partie(nom: str, siret: str, **champs: object) -> Partie:
    return Partie(nom=nom, identifiants=(Identifiant(siret, "1"),), **champs)


#: Every term, with identifiers where UBL and CPP write them.
CLASSIQUE = Facture(
    numero="F-2026-0042",
    date_emission=date(2026, 9, 14),
    type_code="380",
    devise="EUR",
    cadre="A9",
    notes=(Note("Travaux de septembre"),),
    reference_acheteur="SERVICE-ACHATS",
    engagement="ENG-123456",
    contrat="MARCHE-2026-11",
    contrat_type="BC",
    service_fournisseur="AGENCE-OUEST",
    factures_anterieures=(FactureAnterieure("F-2026-0001"),),
    vendeur=_partie("Atelier du Quai SAS", "10000001700018", adresse=Adresse(pays="FR")),
    acheteur=_partie("Commune de Port-Exemple", "20000002500014", contact=Contact(nom="Service des achats")),
    valideur=_partie("Titulaire du marché SA", "30000003300010", adresse=Adresse(pays="FR")),
    livraison=Livraison(date=date(2026, 9, 10)),
    paiements=(Paiement(code="30", libelle="Virement", comptes=(Compte("FR7630006000011234567890189", "Atelier du Quai", "AGRIFRPP"),)),),
    totaux=Totaux(ht=Decimal("200.00"), tva=Decimal("40.00"), ttc=Decimal("240.00"), net_a_payer=Decimal("240.00")),
    tva=(VentilationTva(Decimal("200.00"), Decimal("40.00"), "S", Decimal("20.00")),),
    pieces_jointes=(
        PieceJointe(
            reference="F-2026-0042.pdf", contenu=b"%PDF-1.7 exemple", mime="application/pdf", nom="F-2026-0042.pdf", type_piece="01"
        ),
    ),
    lignes=(
        Ligne(
            identifiant="1",
            note="Bois certifié",
            quantite=Decimal(10),
            unite="C62",
            montant=Decimal("200.00"),
            prix_net=Decimal("20.00"),
            prix_ttc=Decimal("24.00"),
            tva_taux=Decimal("20.00"),
            nom="Chaise",
            reference_vendeur="CH-1",
            type_ligne="Fourniture",
            sous_type="Mobilier",
            lieu_livraison=Identifiant("Salle des fêtes"),
            date_livraison=date(2026, 9, 9),
        ),
    ),
)


def _ligne(facture: Facture, **champs: object) -> tuple[Ligne, ...]:
    return tuple(replace(one, **champs) for one in facture.lignes)


def _legal(partie: Partie) -> Partie:
    return replace(partie, identifiants=(), identifiant_legal=partie.identifiants[0])


#: What each syntax holds of it.
EN_CII = replace(
    CLASSIQUE,
    vendeur=_legal(CLASSIQUE.vendeur),
    acheteur=_legal(CLASSIQUE.acheteur),
    valideur=_legal(CLASSIQUE.valideur),
    pieces_jointes=tuple(replace(one, description="01") for one in CLASSIQUE.pieces_jointes),
)
EN_UBL = replace(CLASSIQUE, service_fournisseur=None, lignes=_ligne(CLASSIQUE, prix_ttc=None, type_ligne=None, sous_type=None))
EN_CPP = replace(
    CLASSIQUE,
    notes=(),
    valideur=None,
    service_fournisseur=None,
    totaux=replace(CLASSIQUE.totaux, tva=None),
    tva=tuple(replace(one, categorie=None) for one in CLASSIQUE.tva),
    lignes=_ligne(
        CLASSIQUE, note=None, unite=None, nom=None, prix_ttc=None, type_ligne=None, sous_type=None, lieu_livraison=None, date_livraison=None
    ),
)


@dataclass(frozen=True)
class Jugement:
    """What a whole deposit gets: its interface by its name, its documents, its anomalies."""

    interface: Interface | None
    documents: list[VerdictDocument]
    anomalies: list[Anomalie]

    @property
    def refuse(self) -> bool:
        return any(one.bloquante for one in self.anomalies)


def juger_flux(chemin: Path, interface: Interface | None = None) -> Jugement:
    """Judge a deposited file as the platform does, without ledger; by its name unless the interface is given."""
    documents, anomalies, row = [], [], interface
    if row is None:
        _, row, faults = verifier_nom(chemin.name, environnement=Environnement.PRODUCTION)
        anomalies += faults
    if row is not None:
        ceiling = LIMITES.factures_structurees if row.limite_factures else None
        with chemin.open("rb") as source:
            for found in ouvrir_flux(source, chemin.stat().st_size, chemin.name, LIMITES, factures_max=ceiling):
                if isinstance(found, Anomalie):
                    anomalies.append(found)
                    if found.member is None:
                        documents.clear()
                else:
                    documents.append(juger(found.nom, found.contenu, row, LIMITES))
                    anomalies += documents[-1].anomalies
    return Jugement(row, documents, anomalies)
