"""What comes after the answer: later statuses, the grouped files that carry them, refusals dealt with; told, compared, never in a circle."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from flux.etapes import grouper
from flux.modele.journal import Evenement, Genre
from flux.registre.connexion import transaction
from flux.registre.journal import inscrire, journal_du_flux
from flux.registre.journal_verification import verifier_journal
from flux.registre.statuts import poser_statut, traiter_rejet
from tests.integration.groupage.conftest import Plateforme, plateforme
from tests.integration.journal.aides import changer, faire_partir
from tests.integration.registre.aides import LE, depot, enregistrer_depot, ensemble, flux_repondu, partenaire
from tests.integration.test_statuts import demande, dire, recette
from tests.unit.statuts.exemples_statuts import cpp

__all__ = ["plateforme", "recette"]  # the fixtures


def _contenus(plateforme: Plateforme, flux_id: int, genre: Genre) -> list[dict]:
    found = journal_du_flux(plateforme.contexte.engine, flux_id)
    return [json.loads(one.texte)["contenu"] for one in found if one.genre == genre]


@pytest.fixture
def suivie(plateforme):
    """Flow 1, two of whose invoices moved on; what tells of it left in grouped files; flow 2 has one status more."""
    a, b = plateforme.integrer(), plateforme.integrer()
    plateforme.poser("MISE_A_DISPOSITION", (a, 0), (a, 1), complement="Bonne «\0» réception")
    montant = {"type_code": "MPA", "valeur": Decimal("120.00"), "devise": "EUR", "taux": None}
    plateforme.poser("MISE_A_DISPOSITION", (b, 0), complement="Bonne «\0» réception", montants=(montant,), id_mandat="M-é")
    grouper(plateforme.contexte, tout=True)
    faire_partir(plateforme.contexte.engine)
    return plateforme


def test_each_flow_is_told_of_its_statuses_and_of_the_file_that_carries_them(suivie):
    assert [one["statuts"] for one in _contenus(suivie, 1, Genre.STATUT)] == [{"MISE_A_DISPOSITION": 1}] * 2
    files = suivie.lignes("SELECT nom, sha256 FROM sorties WHERE flux_id IS NULL ORDER BY nom")
    for flux_id, elements in ((1, 2), (2, 1)):
        told = _contenus(suivie, flux_id, Genre.ENVOI)
        assert sorted((one["nom"], one["sha256"]) for one in told) == files
        assert {one["elements"] for one in told} == {elements}
        left = {one["nom"] for one in _contenus(suivie, flux_id, Genre.EMIS)}
        assert left >= {nom for nom, _ in files}


SUIVIES = {
    "code": ("UPDATE statuts SET code = 'SUSPENDUE' WHERE flux_id = 1 AND membre_rang = 0 AND rang = 1", "flux 1, statuts, facture 0 statut 1 : detail"),
    "time": ("UPDATE statuts SET horodatage = now() WHERE flux_id = 1 AND rang = 1", "flux 1, statuts, facture 1 statut 1 : detail"),
    "words": ("UPDATE statuts SET complement = 'x' WHERE flux_id = 2 AND rang = 1", "flux 2, statuts, facture 0 statut 1 : detail"),
    "who": ("UPDATE statuts SET par = 'x' WHERE flux_id = 2 AND rang = 1", "flux 2, statuts, facture 0 statut 1 : detail"),
    "amount": (
        """UPDATE statuts SET detail = jsonb_set(detail, '{montants,0,valeur}', '"1.00"') WHERE flux_id = 2""",
        "flux 2, statuts, facture 0 statut 1 : autres",
    ),
    "amount added": ("""UPDATE statuts SET detail = '{"x": 1}' WHERE flux_id = 1 AND rang = 1""", "flux 1, statuts, facture 1 statut 1 : autres"),
    "status removed": ("DELETE FROM statuts WHERE flux_id = 2 AND rang = 1", "flux 2, statuts, facture 0 statut 1"),
    "status added": (
        "INSERT INTO statuts (flux_id, membre_rang, rang, code, horodatage) VALUES (2, 0, 2, 'SUSPENDUE', now())", "flux 2",
    ),
    "grouped file": (f"UPDATE sorties SET sha256 = '{'f' * 64}' WHERE flux_id IS NULL", "flux 1, fichier groupé {nom} : sha256"),
    "one invoice less in it": ("DELETE FROM envois WHERE flux_id = 1 AND membre_rang = 0", "flux 1, fichier groupé {nom} : elements"),
    "another invoice in it": ("UPDATE envois SET membre_rang = 2 WHERE flux_id = 1 AND membre_rang = 0", "flux 1, fichier groupé {nom} : detail"),
    "not in it at all": ("UPDATE envois SET sortie_id = NULL WHERE flux_id = 2", "flux 2, fichier groupé {nom}"),
    "emission": ("UPDATE sorties SET emissions = 2 WHERE flux_id IS NULL", "flux 2, sortie {nom} : emissions"),
}  # fmt: skip


@pytest.mark.parametrize(("requete", "ou"), SUIVIES.values(), ids=SUIVIES)
def test_a_later_row_changed_afterwards_is_told(suivie, requete, ou):
    engine = suivie.contexte.engine
    assert verifier_journal(engine) == []
    nom = suivie.un("SELECT min(nom) FROM sorties WHERE flux_id IS NULL")
    tables = ("statuts", "sorties", "envois")
    for table in tables:
        changer(engine, f"DROP TABLE IF EXISTS avant_{table}; CREATE TABLE avant_{table} AS TABLE {table}")
    changer(engine, requete)
    assert ou.format(nom=nom) in {one.ou for one in verifier_journal(engine)}
    for table in tables:  # the fixture looks again
        given = f"INSERT INTO {table} OVERRIDING SYSTEM VALUE TABLE avant_{table}"
        changer(engine, f"DELETE FROM {table}; {given}; DROP TABLE avant_{table}")


def test_a_deposit_of_statuses_is_told_where_it_came_and_where_it_goes(recette):
    recette.facturer()
    recette.envoyer(cpp(dire("MISE_A_DISPOSITION"), dire("MISE_A_DISPOSITION"), dire("SUSPENDUE", plus=0)))
    engine = recette.contexte.engine
    (told,) = [json.loads(one.texte) for one in journal_du_flux(engine, 1) if one.genre == Genre.STATUT]
    assert told["sujet"] == "flux 2 tranche 0"
    assert told["contenu"]["source"] == 2
    (verdict,) = [json.loads(one.texte)["contenu"] for one in journal_du_flux(engine, 2) if one.genre == Genre.VERDICT]
    assert sum(verdict["issues"].values()) == 3
    assert verifier_journal(engine) == []
    changer(engine, "UPDATE lignes_statut SET code_lu = code_lu || 'x' WHERE rang = 1")
    assert {one.ou for one in verifier_journal(engine)} == {"flux 2, tranche 0 : lignes_statut"}
    changer(engine, "UPDATE lignes_statut SET code_lu = rtrim(code_lu, 'x') WHERE rang = 1")


def test_a_refusal_dealt_with_is_told_once_without_the_name_of_who_did(registre):
    flux_repondu(registre)
    poser_statut(registre, (1, 0), demande("REJETEE"), LE)
    assert [traiter_rejet(registre, (1, 0), "Camille D.", LE) for _ in range(2)] == [True, False]
    told = [one for one in journal_du_flux(registre, 1) if one.genre == Genre.REJET_TRAITE]
    assert len(told) == 1
    assert "Camille" not in told[0].texte
    assert verifier_journal(registre) == []
    changer(registre, "UPDATE rejets_traites SET par = 'x'")
    assert [one.ou for one in verifier_journal(registre)] == ["flux 1, rejet traité de la facture 0 : par"]
    changer(registre, "DELETE FROM rejets_traites")
    assert [one.quoi for one in verifier_journal(registre)] == ["ligne absente"]


def test_transactions_that_tell_of_the_same_flows_in_any_order_never_wait_in_a_circle(registre):
    who = partenaire(registre)
    flows = [enregistrer_depot(registre, depot(who, f"r{n}", None)).id for n in range(6)]

    def ecrire(n: int) -> int:
        written = 0
        for turn in range(10):
            order = flows[n % 6 :] + flows[: n % 6] if n % 2 else flows[::-1]
            with transaction(registre, "essai") as conn:
                written += inscrire(conn, [Evenement(one, Genre.EMIS, f"{n} {turn}", {"nom": f"{n}"}, LE) for one in order])
        return written

    assert ensemble(6, ecrire) == [60] * 6
    assert all(len(journal_du_flux(registre, one)) == 61 for one in flows)


def test_two_deposits_of_statuses_on_the_same_flows_and_a_grouping_go_on_together(plateforme):
    engine, flows = plateforme.contexte.engine, [plateforme.integrer() for _ in range(3)]
    plateforme.poser("MISE_A_DISPOSITION", *[(one, n) for one in flows for n in range(3)])

    def agir(n: int) -> int:
        if n == 0:
            return grouper(plateforme.contexte, tout=True)
        for one in flows if n % 2 else flows[::-1]:
            poser_statut(engine, (one, n - 1), demande("SUSPENDUE"), LE + timedelta(days=1))
        return 1

    assert all(ensemble(4, agir))
    grouper(plateforme.contexte, tout=True)
    assert verifier_journal(engine) == []
