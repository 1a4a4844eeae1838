"""The journal against the ledger's rows: whatever was changed, removed or added in them afterwards is told, and nothing else."""

from datetime import timedelta

import pytest
from typer.testing import CliRunner

from flux.cli import app
from flux.config import Reglages
from flux.contexte import Contexte
from flux.modele.anomalie import anomalie
from flux.modele.verdict import Decision
from flux.registre.depots import enregistrer_depot
from flux.registre.entretien import noter_purgee, noter_retirees, remettre
from flux.registre.journal_releve import Portee
from flux.registre.journal_sceaux import sceller
from flux.registre.journal_verification import verifier_journal
from flux.registre.lectures import compteurs_du_flux
from flux.registre.ouverture import enregistrer_ouverture
from flux.registre.sorties import clore_flux
from flux.registre.tranches import enregistrer_tranche
from flux.registre.valeurs import FLUX_LUI_MEME, Membre, Tranche
from flux.transport.entrepot import Entrepot
from tests.integration.journal.aides import JOUR, changer, faire_partir
from tests.integration.registre.aides import LE, accepte, depot, lignes_de, partenaire, rejete, sorties


@pytest.fixture
def vecu(registre):
    """Flow 1: a fault of its own, a file that cannot be read, two batches, two answers: one fetched, one purged. Flow 2 repeats it."""
    who = partenaire(registre)
    enregistrer_depot(registre, depot(who, "r1"))
    membres = [
        Membre(0, "é\ud800.xml", 1, "b" * 64, 0, 0), Membre(1, "1.xml", 1, "b" * 64, 0, 1), Membre(2, "2", 0, decision=Decision.ILLISIBLE),
        Membre(3, "3.xml", 1, "b" * 64, 1, 0),
    ]  # fmt: skip
    fautes = [(FLUX_LUI_MEME, anomalie("ENV-07", found="x", date="y")), (2, anomalie("XML-02", member="2")), (0, anomalie("XML-02"))]
    enregistrer_ouverture(registre, 1, membres, [Tranche(0, "k", 2, 2), Tranche(1, "l", 1, 1)], fautes, jeu_de_regles="2026-09-01", le=LE)
    enregistrer_tranche(registre, 1, 1, [rejete(3)])
    enregistrer_tranche(registre, 1, 0, [accepte(0), rejete(1)])
    last = [anomalie("ENV-07", found="z", date="y")]
    clore_flux(registre, 1, "INTEGRE_PARTIEL", compteurs_du_flux(registre, 1), sorties("a", "b c"), last, le=LE)
    faire_partir(registre)
    noter_retirees(registre, {1: 1}, LE)
    noter_purgee(registre, 2, 1, LE)
    enregistrer_depot(registre, depot(who, "r2", plus=1))
    assert verifier_journal(registre) == []  # answers fetched, or purged, wait again
    faire_partir(registre)
    sceller(registre, JOUR, LE)
    return registre


def test_what_the_platform_does_alarms_nobody(vecu):
    assert verifier_journal(vecu) == []
    remettre(vecu, [1, 2])
    assert verifier_journal(vecu) == []
    faire_partir(vecu)
    noter_retirees(vecu, {1: 2, 2: 2}, LE + timedelta(days=1))
    assert verifier_journal(vecu) == []


CHANGEES = {
    "flux.nom": ("UPDATE flux SET nom = 'x' WHERE id = 1", "flux 1 : nom"),
    "flux.sha256": (f"UPDATE flux SET sha256 = '{'f' * 64}' WHERE id = 1", "flux 1 : sha256"),
    "flux.taille": ("UPDATE flux SET taille = 11 WHERE id = 1", "flux 1 : taille"),
    "flux.interface": ("UPDATE flux SET interface = NULL WHERE id = 1", "flux 1 : interface"),
    "flux.identifiant": ("UPDATE flux SET identifiant = 'x' WHERE id = 1", "flux 1 : identifiant"),
    "flux.recu_le": ("UPDATE flux SET recu_le = recu_le - interval '1 second' WHERE id = 1", "flux 1 : recu_le"),
    "flux.depose_le": ("UPDATE flux SET depose_le = NULL WHERE id = 1", "flux 1 : depose_le"),
    "flux.repondu_le": ("UPDATE flux SET repondu_le = now() WHERE id = 1", "flux 1 : repondu_le"),
    "flux.statut": ("UPDATE flux SET statut = 'INTEGRE' WHERE id = 1", "flux 1 : statut"),
    "flux.acceptees": ("UPDATE flux SET acceptees = 2 WHERE id = 1", "flux 1 : acceptees"),
    "flux.membres": ("UPDATE flux SET membres = 5 WHERE id = 1", "flux 1 : membres"),
    "flux.jeu_de_regles": ("UPDATE flux SET jeu_de_regles = '2026-11' WHERE id = 1", "flux 1 : jeu_de_regles"),
    "flux.repete_de": ("UPDATE flux SET repete_de = 2 WHERE id = 2", "flux 2 : repete_de"),
    "membres.nom": ("UPDATE membres SET nom = '1.XML' WHERE rang = 1", "flux 1, fichiers : detail"),
    "membres.sha256": (f"UPDATE membres SET sha256 = '{'f' * 64}' WHERE rang = 3", "flux 1, fichiers : detail"),
    "membres.taille": ("UPDATE membres SET taille = 2 WHERE rang = 2", "flux 1, fichiers : detail"),
    "membres.decision": ("UPDATE membres SET decision = 'accepted' WHERE rang = 1", "flux 1, tranche 0 : detail"),
    "membres.tranche_rang": ("UPDATE membres SET tranche_rang = 0 WHERE rang = 3", "flux 1, tranche 1 : detail"),
    "two decisions exchanged": (
        "UPDATE membres SET decision = CASE rang WHEN 0 THEN 'rejected' ELSE 'accepted' END WHERE rang IN (0, 1)", "flux 1, tranche 0 : detail",
    ),
    "membres.replis": ("UPDATE membres SET replis = '{en16931}' WHERE rang = 0", "flux 1, tranche 0 : replis"),
    "anomalies.code": ("UPDATE anomalies SET code = 'X' WHERE membre_rang = 1 AND rang = 1", "flux 1, tranche 0 : detail"),
    "anomalies.severity": ("UPDATE anomalies SET severity = 'warning' WHERE membre_rang = 3", "flux 1, tranche 1 : detail"),
    "anomalies.rule of an unreadable file": ("UPDATE anomalies SET rule = 'X' WHERE membre_rang = 2", "flux 1, fichiers : detail"),
    "anomalies.code of the flow": ("UPDATE anomalies SET code = 'X' WHERE membre_rang = -1 AND rang = 1", "flux 1, anomalies du flux : fautes"),
    "tranches.nombre": ("UPDATE tranches SET nombre = 3 WHERE rang = 0", "flux 1, tranche 0 : fichiers"),
    "tranches.etat": ("UPDATE tranches SET etat = 'a_traiter' WHERE rang = 0", "flux 1, tranche 0 : etat"),
    "sorties.sha256": (f"UPDATE sorties SET sha256 = '{'f' * 64}' WHERE id = 1", "flux 1, sortie a : sha256"),
    "sorties.taille": ("UPDATE sorties SET taille = 6 WHERE id = 2", "flux 1, sortie b c : taille"),
    "sorties.emissions": ("UPDATE sorties SET emissions = 1 WHERE id = 1", "flux 1, sortie a : emissions"),
    "sorties.emise_le": ("UPDATE sorties SET emise_le = now() WHERE id = 1", "flux 1, sortie a : emise_le"),
    "sorties.retiree_le": ("UPDATE sorties SET retiree_le = now() WHERE id = 1", "flux 1, sortie a : retiree_le"),
    "flux.original_purge_le": ("UPDATE flux SET original_purge_le = now() WHERE id = 1", "flux 1 : original_purge_le"),
    "tranches.purge_le": ("UPDATE tranches SET purge_le = now() WHERE rang = 1", "flux 1, tranche 1 : purge_le"),
    "sorties.octets_purges_le": ("UPDATE sorties SET octets_purges_le = now() WHERE id = 2", "flux 1, sortie b c : octets_purges_le"),
    "sorties.purgee_le": ("UPDATE sorties SET purgee_le = now() WHERE id = 2", "flux 1, sortie b c : purgee_le"),
}  # fmt: skip
ABSENTES = {
    "flux": ("DELETE FROM flux WHERE id = 1", "flux 1"),
    "repetition": ("DELETE FROM flux WHERE id = 2", "flux 1, répété par le flux 2"),
    "tranches": ("DELETE FROM tranches WHERE rang = 1", "flux 1, tranche 1"),
    "sorties": ("DELETE FROM sorties WHERE id = 2", "flux 1, sortie b c"),
    "answer of nobody": ("UPDATE sorties SET flux_id = NULL WHERE id = 2", "flux 1, sortie b c"),
}
RANGEES_AUTREMENT = {
    "membres": ("DELETE FROM membres WHERE rang = 3", "ligne changée", "flux 1, fichiers : fichiers"),
    "last member": ("DELETE FROM anomalies WHERE membre_rang = 1", "ligne changée", "flux 1, tranche 0 : detail"),
    "one more member": (
        "INSERT INTO membres (flux_id, rang, nom, taille, decision) VALUES (1, 4, '4', 0, 'unreadable')", "ligne changée",
        "flux 1, fichiers : illisibles",
    ),
    "one more anomaly": (
        "INSERT INTO anomalies (flux_id, membre_rang, rang, code, rule, severity, layer, fr, en) VALUES (1, 3, 7, 'X', 'X', 'error', 'x', '', '')",
        "ligne changée", "flux 1, tranche 1 : detail",
    ),
    "anomaly of no file": ("UPDATE anomalies SET membre_rang = 9 WHERE membre_rang = 3", "ligne en trop", "flux 1, anomalies sans fichier"),
    "one more answer": (
        "INSERT INTO sorties (partenaire_id, flux_id, interface, nom, sha256, taille, cle, cree_le) VALUES (1, 1, 'X', 'd', 'x', 1, 'k', now())",
        "ligne en trop", "flux 1, sortie d",
    ),
    "one more flow": (
        "INSERT INTO flux (partenaire_id, nom, reclamation, sha256, taille, recu_le) VALUES (1, 'x', 'r3', 'x', 1, now())",
        "absente du journal", "flux 3",
    ),
    "one more repetition": (
        "UPDATE flux SET repete_de = 1, statut = 'REPETE', etat = 'repondu', tient_identifiant = false WHERE id = 1", "absente du journal",
        "flux 1",
    ),
}  # fmt: skip
TOUT = (
    [(cas, sql, "ligne changée", ou) for cas, (sql, ou) in CHANGEES.items()]
    + [(f"no {cas}", sql, "ligne absente", ou) for cas, (sql, ou) in ABSENTES.items()]
    + [(cas, *rest) for cas, rest in RANGEES_AUTREMENT.items()]
)


@pytest.mark.parametrize(("requete", "quoi", "ou"), [rest for _, *rest in TOUT], ids=[cas for cas, *_ in TOUT])
def test_a_row_changed_removed_or_added_afterwards_is_told(vecu, requete, quoi, ou):
    changer(vecu, requete)
    assert (quoi, ou) in {(one.quoi, one.ou) for one in verifier_journal(vecu)}


def test_one_flow_can_be_checked_alone_with_the_seals(vecu):
    changer(vecu, "UPDATE flux SET taille = 11 WHERE id = 1")
    assert [one.ou for one in verifier_journal(vecu, portee=Portee(flux=1))] == ["flux 1 : taille"]
    assert verifier_journal(vecu, portee=Portee(flux=2)) == []
    changer(vecu, "UPDATE sceaux SET empreinte = repeat('0', 64)")
    assert [one.ou for one in verifier_journal(vecu, portee=Portee(flux=2))] == ["sceau 1"]


def test_flows_that_nothing_happened_to_since_a_day_are_left(vecu):
    changer(vecu, "UPDATE flux SET taille = 11 WHERE id = 2")
    assert [one.ou for one in verifier_journal(vecu, portee=Portee(depuis=JOUR))] == ["flux 2 : taille"]
    (last,) = lignes_de(vecu, "SELECT max(le)::date FROM journal")[0]
    assert verifier_journal(vecu, portee=Portee(depuis=last + timedelta(days=2))) == []


def test_the_command_says_in_both_languages_what_was_changed(vecu, tmp_path, monkeypatch):
    settings = Reglages(dossier=tmp_path)
    monkeypatch.setattr("flux.cli.rendu.contexte", lambda: Contexte(settings, vecu, Entrepot.depuis(settings), lambda: LE))
    monkeypatch.setenv("COLUMNS", "160")
    intact = CliRunner().invoke(app, ["journal", "verifier", "--depuis", "2026-11-01"])
    assert (intact.exit_code, intact.output.count("\n")) == (0, 1)
    changer(vecu, "UPDATE flux SET nom = '[red]' WHERE id = 1")
    found = CliRunner().invoke(app, ["journal", "verifier", "--flux", "1"])
    assert found.exit_code == 1
    (row,) = [[cell.strip() for cell in line.split("│")[1:-1]] for line in found.output.splitlines() if line.startswith("│")]
    assert row == ["ligne changée / row changed", "flux 1 : nom", "r1.tar.gz", "[red]"]
