"""A flow that the record does not allow is answered like any other: its feedback says which rule, and the file may come again."""

import pytest

from flux.modele.raccordement import EtatCertificat, EtatFiche
from raccordement.certificats_partenaire import certificats, fermer
from raccordement.etats import changer_etat
from raccordement.fiche import Abonnement
from raccordement.fiches import abonner, modifier, trouver
from raccordement.historique import Geste
from tests.integration.test_etapes import Maison, _retour, maison

__all__ = ["maison"]


def _geste(maison: Maison) -> Geste:
    return Geste("operateur", maison.contexte.horloge(), "essai")


def _suspendre(maison: Maison) -> None:
    assert changer_etat(maison.contexte.engine, "ABC123", EtatFiche.SUSPENDU, _geste(maison)) == ()


def _clore(maison: Maison) -> None:
    assert changer_etat(maison.contexte.engine, "ABC123", EtatFiche.CLOS, _geste(maison)) == ()


def _desabonner(maison: Maison) -> None:
    abonner(maison.contexte.engine, "ABC123", _geste(maison), retirer=[Abonnement(interface="FSO1140A", sens="emission")])


def _finir(maison: Maison) -> None:
    modifier(maison.contexte.engine, "ABC123", {"fin": "2026-11-22"}, _geste(maison))


def _changer_de_protocole(maison: Maison) -> None:
    modifier(maison.contexte.engine, "ABC123", {"protocole": "AS2"}, _geste(maison))


def _revoquer(maison: Maison) -> None:
    engine = maison.contexte.engine
    for one in certificats(engine, trouver(engine, "ABC123")[0]):
        fermer(engine, one.id, _geste(maison), EtatCertificat.REVOQUE)


CAS = {
    _suspendre: ("RAC-01", "IRR_CODE_APP"),
    _clore: ("RAC-01", "IRR_CODE_APP"),
    _desabonner: ("RAC-02", "IRR_CODE_INTER"),
    _finir: ("RAC-04", "IRR_CODE_APP"),
    _changer_de_protocole: ("RAC-05", "IRR_CODE_APP"),
    _revoquer: ("RAC-07", "IRR_CODE_APP"),
}


@pytest.mark.parametrize("empecher", CAS, ids=lambda one: one.__name__)
def test_a_flow_that_the_record_does_not_allow_gets_its_feedback(maison, empecher):
    maison.deposer(maison.fabriquer())
    empecher(maison)
    maison.tout()
    root = _retour(maison.reponses())
    rule, code = CAS[empecher]
    assert all(word in root.xpath("string()") for word in (rule, code))
    assert maison.lignes("SELECT rule FROM anomalies") == [(rule,)]
    assert maison.lignes("SELECT etat, statut, identifiant FROM flux") == [("repondu", "IRRECEVABLE", None)]
    assert maison.lignes("SELECT count(*) FROM factures") == [(0,)]


def test_the_same_file_is_integrated_once_the_record_is_open_again(maison):
    engine = maison.contexte.engine
    fichier = maison.fabriquer()
    _suspendre(maison)
    maison.deposer(fichier)
    maison.tout()
    assert _retour(maison.relever()).findtext(".//IdStatut") != "90"
    assert changer_etat(engine, "ABC123", EtatFiche.QUALIFICATION, _geste(maison)) == ()
    maison.deposer(fichier)
    maison.tout()
    assert _retour(maison.relever()).findtext(".//IdStatut") == "90"


def test_a_flow_is_judged_by_the_record_of_its_reception(maison):
    """Whatever happens between the reception and the run that opens the flow."""
    maison.deposer(maison.fabriquer(sequence=1))
    maison.recevoir()
    first = list(maison.lots)
    _suspendre(maison)
    maison.deposer(maison.fabriquer(sequence=2))
    maison.recevoir()
    maison.lots = sorted({*first, *maison.lots})
    changer_etat(maison.contexte.engine, "ABC123", EtatFiche.QUALIFICATION, _geste(maison))
    maison.integrer()
    assert maison.lignes("SELECT statut FROM flux ORDER BY id") == [("INTEGRE",), ("IRRECEVABLE",)]


@pytest.mark.parametrize(
    ("retires", "defauts", "recus"),
    [
        ((), (), ["CSO1140A", "FEN1202A", "FSO1301A"]),
        (("FSO1301A",), (), ["CSO1140A", "FEN1202A"]),
        (("FSO1301A", "FEN1202A"), (), ["CSO1140A"]),
        (("FEN1202A",), ("xml-tronque",), ["CSO1140A"]),
    ],
)
def test_lifecycle_files_go_to_those_who_subscribe_and_feedback_to_everybody(maison, retires, defauts, recus):
    gone = [Abonnement(interface=one, sens="reception") for one in retires]
    abonner(maison.contexte.engine, "ABC123", _geste(maison), retirer=gone)
    maison.deposer(maison.fabriquer(defauts=defauts, part_fautive=1.0))
    maison.tout()
    assert sorted(name[:8] for name in maison.reponses()) == recus
