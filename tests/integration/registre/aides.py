"""Deposits, invoices and whole flows for the tests of the ledger."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Barrier
from typing import TypeVar

from sqlalchemy import Engine, text

from flux.modele.anomalie import anomalie
from flux.modele.facture import Adresse, Facture, Identifiant, Ligne, Note, Partie, PieceJointe, Totaux, VentilationTva
from flux.modele.statut import Motif
from flux.modele.verdict import Decision
from flux.registre.depots import enregistrer_depot
from flux.registre.lectures import compteurs_du_flux
from flux.registre.ouverture import enregistrer_ouverture
from flux.registre.sorties import Numeroteur, clore_flux
from flux.registre.tranches import enregistrer_tranche
from flux.registre.valeurs import Depot, Membre, ResultatMembre, Sortie, StatutPose, Tranche
from raccordement.exemple import creer_partenaire

T = TypeVar("T")

LE = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
IDENTIFIANT = "ABC001A1140123456789ABCDE"


def partenaire(engine: Engine, code: str = "ABC001") -> int:
    return creer_partenaire(engine, code, f"Éditeur {code}", code.lower(), LE).id


def depot(
    partenaire_id: int, reclamation: str, identifiant: str | None = IDENTIFIANT, *, octets: str = "a", taille: int = 10, plus: int = 0
):
    le = LE + timedelta(minutes=plus)
    return Depot(partenaire_id, f"{reclamation}.tar.gz", reclamation, identifiant, "FSO1140A", octets * 64, taille, le, le)


def facture(rang: int, *, lignes: int = 2) -> Facture:
    return Facture(
        numero=f"F-{rang}",
        date_emission=date(2026, 11, 20),
        type_code="380",
        devise="EUR",
        engagement="4500012345",
        cadre="A1",
        notes=(Note("Escompte « néant »\n\\fin\t.", "AAB"),),
        vendeur=Partie(
            nom="Société Éxemple",
            identifiants=(Identifiant("12345678900011", "0009"),),
            identifiant_legal=Identifiant("123456789", "0002"),
            adresse_electronique=Identifiant("123456789", "0225"),
            adresse=Adresse(ville="Paris", pays="FR"),
        ),
        acheteur=Partie(nom="Commune d'Essai", identifiants=(Identifiant("21750001600019", "0009"), Identifiant("SERV", "0224"))),
        totaux=Totaux(ht=Decimal("100.00"), tva=Decimal("20.00"), ttc=Decimal("120.00"), net_a_payer=Decimal("120.00")),
        tva=(VentilationTva(Decimal("100.00"), Decimal("20.00"), "S", Decimal(20)),),
        pieces_jointes=(PieceJointe("BDC", "Bon de commande", contenu=b"%PDF", mime="application/pdf", nom="bdc.pdf"),),
        lignes=tuple(Ligne(identifiant=str(n), nom=f"Article {n}", quantite=Decimal("1.5"), description="ligne") for n in range(lignes)),
    )


def accepte(rang: int, numero: str | None = None) -> ResultatMembre:
    """An accepted invoice; its number is that of its rank: give one to store two of a rank."""
    return ResultatMembre(rang, Decision.ACCEPTE, replace(facture(rang), numero=numero or f"F-{rang}"), (), StatutPose("DEPOSEE", LE))


def rejete(rang: int) -> ResultatMembre:
    faute = anomalie("PDF-01", found="currencyID", member=f"{rang}.xml", path="/i", line=3, column=7)
    pose = StatutPose("NON_CONFORME", LE, "Rejetée", faute.fr, (Motif("REJ_SEMAN", faute.fr),))
    return ResultatMembre(rang, Decision.REJETE, facture(rang), (faute, faute), pose)


def illisible(rang: int) -> ResultatMembre:
    return ResultatMembre(rang, Decision.ILLISIBLE, None, (anomalie("XML-02", member=f"{rang}.xml"),))


def ouvrir(engine: Engine, flux_id: int, tailles: Sequence[int]) -> bool:
    """Open a flow with one tranche for each number of ``tailles``."""
    rangs = [tranche for tranche, nombre in enumerate(tailles) for _ in range(nombre)]
    membres = [Membre(n, f"{n}.xml", 100, "b" * 64, tranche, n * 100) for n, tranche in enumerate(rangs)]
    tranches = [Tranche(n, f"tranches/{flux_id}/{n}", nombre, nombre * 100) for n, nombre in enumerate(tailles)]
    return enregistrer_ouverture(engine, flux_id, membres, tranches, jeu_de_regles="2026-11")


def sorties(*noms: str) -> Callable[[Numeroteur], list[Sortie]]:
    """What writes answers of these names, each under the number it asks for."""
    return lambda suivant: [Sortie("CSO1140A", nom, "c" * 64, 5, f"sorties/{nom}", suivant()) for nom in noms]


def flux_ouvert(engine: Engine, tailles: Sequence[int] = (3,), code: str = "ABC001") -> int:
    flux_id = enregistrer_depot(engine, depot(partenaire(engine, code), f"r-{code}", None)).id
    assert ouvrir(engine, flux_id, tailles)
    return flux_id


def flux_repondu(engine: Engine, reclamation: str = "r1", identifiant: str | None = IDENTIFIANT) -> int:
    """One accepted, one rejected, one unreadable member; answered by one file."""
    flux_id = enregistrer_depot(engine, depot(partenaire(engine), reclamation, identifiant)).id
    ouvrir(engine, flux_id, (3,))
    enregistrer_tranche(engine, flux_id, 0, [accepte(0), rejete(1), illisible(2)])
    clore(engine, flux_id)
    return flux_id


def clore(engine: Engine, flux_id: int, statut: str = "INTEGRE_PARTIEL") -> bool:
    return clore_flux(engine, flux_id, statut, compteurs_du_flux(engine, flux_id), sorties(f"retour-{flux_id}"), le=LE)


def compte(engine: Engine, table: str, condition: str = "true") -> int:
    with engine.connect() as conn:
        return conn.execute(text(f"SELECT count(*) FROM {table} WHERE {condition}")).scalar_one()


def lignes_de(engine: Engine, requete: str) -> list[tuple[object, ...]]:
    with engine.connect() as conn:
        return [tuple(row) for row in conn.execute(text(requete))]


def tables_de_la_tranche(engine: Engine) -> dict[str, int]:
    return {nom: compte(engine, nom) for nom in ("factures", "lignes", "pieces_jointes", "anomalies", "statuts")}


def ensemble(nombre: int, action: Callable[[int], T]) -> list[T]:
    """Run ``action`` in ``nombre`` threads that start together."""
    barriere = Barrier(nombre)

    def un(n: int) -> T:
        barriere.wait()
        return action(n)

    with ThreadPoolExecutor(nombre) as threads:
        return list(threads.map(un, range(nombre)))
