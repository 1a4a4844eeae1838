"""The journal: written once, in order, by whoever comes; and whatever is changed behind its back is found."""

import json
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from flux.errors import ErreurInvariant
from flux.modele.journal import Evenement, Genre, canonique, empreinte
from flux.registre import migrations
from flux.registre.connexion import creer_moteur, transaction
from flux.registre.embarque import adresse
from flux.registre.journal import inscrire, journal_du_flux
from flux.registre.journal_sceaux import sceller
from flux.registre.journal_verification import verifier_journal
from tests.integration.journal.aides import JOUR, changer
from tests.integration.registre.aides import LE, clore, ensemble, flux_repondu, lignes_de
from tests.integration.test_etapes import maison

__all__ = ["maison"]  # the fixture


def _forger(registre, rang: int, **neuf: object) -> None:
    """Change an entry and its digest, so that it holds by itself."""
    texte = canonique(json.loads(journal_du_flux(registre, 1)[rang].texte) | neuf)
    changer(registre, "UPDATE journal SET texte = :t, empreinte = :e WHERE flux_id = 1 AND rang = :r", t=texte, e=empreinte(texte), r=rang)


def test_the_life_of_a_flow_is_told_in_order(maison):
    maison.deposer(maison.fabriquer(factures=6))
    maison.tout()
    found = journal_du_flux(maison.contexte.engine, 1)
    assert [one.genre for one in found] == ["recu", "ouvert", "verdict", "verdict", "repondu", "emis", "emis", "emis"]
    verdict = json.loads(found[2].texte)["contenu"]
    assert verdict["accepted"] == 4
    assert verdict["regles"]["jeu"] == "2026-09-01"
    answered = json.loads(found[4].texte)["contenu"]["reponses"]
    assert sorted((one["nom"], one["sha256"]) for one in answered) == maison.lignes("SELECT nom, sha256 FROM sorties ORDER BY nom")
    assert verifier_journal(maison.contexte.engine) == []


def test_a_step_done_twice_or_at_the_same_time_is_told_once(registre):
    flux_repondu(registre)
    before = journal_du_flux(registre, 1)
    assert ensemble(4, lambda _: clore(registre, 1)) == [False] * 4

    def ecrire(n: int) -> int:
        with transaction(registre, "essai") as conn:
            return inscrire(conn, [Evenement(1, Genre.EMIS, f"{n % 2}", {}, LE)])

    assert sum(ensemble(6, ecrire)) == 2
    assert [one.rang for one in journal_du_flux(registre, 1)] == list(range(len(before) + 2))
    assert verifier_journal(registre) == []


@pytest.mark.parametrize("requete", ["UPDATE journal SET sujet = 'x'", "DELETE FROM journal", "TRUNCATE journal", "DELETE FROM sceaux"])
def test_the_database_refuses_to_change_the_journal(registre, requete):
    flux_repondu(registre)
    sceller(registre, JOUR, LE)
    with pytest.raises(ErreurInvariant, match="append-only"), transaction(registre, "essai") as conn:
        conn.execute(text(requete))


ALTERATIONS = {
    "payload": "UPDATE journal SET texte = replace(texte, 'accepted', 'rejected') WHERE genre = 'verdict'",
    "time": "UPDATE journal SET le = le + interval '1 microsecond' WHERE rang = 1",
    "deleted entry": "DELETE FROM journal WHERE rang = 1",
    "deleted tail": "DELETE FROM journal WHERE rang = 3",
    "deleted chain": "DELETE FROM journal",
    "swapped": "UPDATE journal SET rang = -rang WHERE rang IN (1, 2); UPDATE journal SET rang = 3 + rang WHERE rang < 0",
    "inserted": "INSERT INTO journal SELECT flux_id, 4, le, 'emis', 'x', texte, empreinte FROM journal WHERE rang = 3",
    "forged seal": "UPDATE sceaux SET texte = replace(texte, '11-23', '11-22')",
    "deleted heads": "DELETE FROM sceaux_tetes",
}


@pytest.mark.parametrize("requete", ALTERATIONS.values(), ids=ALTERATIONS)
def test_each_kind_of_alteration_is_found(registre, requete):
    flux_repondu(registre)
    sceller(registre, JOUR, LE)
    assert verifier_journal(registre) == []
    changer(registre, requete)
    assert verifier_journal(registre)


def test_a_flow_removed_whole_is_missed_by_its_seal(registre):
    flux_repondu(registre)
    sceller(registre, JOUR, LE)
    changer(registre, "DELETE FROM journal; DELETE FROM flux")
    assert "entrée scellée" in {one.quoi for one in verifier_journal(registre)}


def test_a_journal_written_anew_with_its_seals_is_found_by_a_seal_kept_elsewhere(registre):
    flux_repondu(registre)
    kept = sceller(registre, JOUR, LE)
    changer(registre, "DELETE FROM sceaux_tetes; DELETE FROM sceaux; UPDATE flux SET statut = 'INTEGRE'")
    answered = json.loads(journal_du_flux(registre, 1)[3].texte)["contenu"]
    _forger(registre, 3, contenu=answered | {"statut": "INTEGRE"})
    sceller(registre, JOUR, LE)
    assert verifier_journal(registre) == []  # nothing inside the database tells
    assert [one.quoi for one in verifier_journal(registre, [kept])] == ["sceau gardé"]


def test_what_a_late_transaction_commits_goes_into_the_next_seal(registre):
    flux_repondu(registre)
    with registre.connect() as late:
        inscrire(late, [Evenement(1, Genre.EMIS, "tard", {}, LE)])
        sceller(registre, JOUR, LE)
        late.commit()
    assert verifier_journal(registre) == []
    assert sceller(registre, JOUR, LE) is None
    sceller(registre, date(2026, 11, 24), LE)
    assert lignes_de(registre, "SELECT sceau, rang FROM sceaux_tetes ORDER BY 1") == [(1, 3), (2, 4)]
    assert verifier_journal(registre) == []


def test_flows_older_than_the_journal_begin_with_what_was_known(dossier_postgres):
    engine = creer_moteur(adresse(dossier_postgres, "avant_le_journal"))
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with engine.begin() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "r0010")
        conn.execute(
            text("INSERT INTO partenaires (code_application, nom, dossier, cree_le) VALUES ('ABC001', 'É', 'abc', :le)"), {"le": LE}
        )
        conn.execute(
            text("INSERT INTO flux (partenaire_id, nom, reclamation, sha256, taille, recu_le) VALUES (1, 'é\"\n.xml', 'r', :s, 1, :le)"),
            {"s": "a" * 64, "le": LE},
        )
        command.upgrade(config, "head")
    assert [one.genre for one in journal_du_flux(engine, 1)] == ["reprise"]
    assert verifier_journal(engine) == []
    with engine.begin() as conn:
        config.attributes["connection"] = conn
        command.downgrade(config, "r0010")
        command.upgrade(config, "head")
    assert verifier_journal(engine) == []
    engine.dispose()
