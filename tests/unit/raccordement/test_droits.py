"""What a record allows, as a truth table: a flow comes in when the record is open, subscribed, dated and certified, and not otherwise."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from flux.modele.raccordement import EtatCertificat, EtatFiche, Protocole
from flux.referentiel.interfaces import Environnement
from raccordement.certificats_partenaire import CertificatPartenaire
from raccordement.droits import refus
from raccordement.fiche import Fiche

LE = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
FICHE = Fiche.model_validate(
    {
        "code_application": "ABC001",
        "raison_sociale": "Éditeur",
        "etat": "qualification",
        "abonnements": [{"interface": "FSO1100A", "sens": "emission"}, {"interface": "FSO1106A", "sens": "reception"}],
    }
)
CERTIFICAT = CertificatPartenaire(
    "0" * 64, b"", (), LE - timedelta(9), LE + timedelta(9), "k", 1, 1, EtatCertificat.EN_VIGUEUR, LE - timedelta(5), None, LE, "x"
)

#: Each line: what differs from a record that allows everything, and the rule that says so.
LIGNES = {
    "demande": ({"etat": EtatFiche.DEMANDE}, {}, {}, "RAC-01"),
    "suspendu": ({"etat": EtatFiche.SUSPENDU}, {}, {}, "RAC-01"),
    "clos": ({"etat": EtatFiche.CLOS}, {}, {}, "RAC-01"),
    "interface sans abonnement": ({}, {}, {"interface": "FSO1110A"}, "RAC-02"),
    "abonnement de l'autre sens": ({}, {}, {"interface": "FSO1106A"}, "RAC-02"),
    "sans abonnement": ({"abonnements": ()}, {}, {}, "RAC-02"),
    "qualification seule": ({}, {}, {"environnement": Environnement.PRODUCTION}, "RAC-03"),
    "lendemain de la fin": ({"fin": date(2026, 11, 22)}, {}, {}, "RAC-04"),
    "autre protocole": ({"protocole": Protocole.AS4}, {}, {}, "RAC-05"),
    "certificat expiré": ({}, {"not_after": LE - timedelta(seconds=1)}, {}, "RAC-06"),
    "certificat pas encore valable": ({}, {"not_before": LE + timedelta(seconds=1)}, {}, "RAC-07"),
    "certificat proposé": ({}, {"etat": EtatCertificat.PROPOSE, "en_vigueur_de": None}, {}, "RAC-07"),
    "certificat révoqué": ({}, {"etat": EtatCertificat.REVOQUE, "en_vigueur_jusqu": LE}, {}, "RAC-07"),
    "certificat révoqué, qui expire ensuite": (
        {},
        {"etat": EtatCertificat.REVOQUE, "en_vigueur_jusqu": LE - timedelta(2), "not_after": LE - timedelta(1)},
        {},
        "RAC-07",
    ),
    "certificat remplacé, fenêtre close": ({}, {"etat": EtatCertificat.REMPLACE, "en_vigueur_jusqu": LE}, {}, "RAC-07"),
    "certificat en vigueur demain": ({}, {"en_vigueur_de": LE + timedelta(1)}, {}, "RAC-07"),
}
PERMIS = {
    "tout est là": ({}, {}, {}),
    "production": (
        {"etat": EtatFiche.PRODUCTION, "environnement": Environnement.PRODUCTION},
        {},
        {"environnement": Environnement.PRODUCTION},
    ),
    "production essaie en qualification": ({"etat": EtatFiche.PRODUCTION, "environnement": Environnement.PRODUCTION}, {}, {}),
    "dernier jour": ({"fin": date(2026, 11, 23)}, {}, {}),
    "nom sans interface": ({}, {}, {"interface": None}),
    "certificat remplacé, fenêtre ouverte": ({}, {"etat": EtatCertificat.REMPLACE, "en_vigueur_jusqu": LE + timedelta(1)}, {}),
    "certificat révoqué depuis": ({}, {"etat": EtatCertificat.REVOQUE, "en_vigueur_jusqu": LE + timedelta(1)}, {}),
    "dernière seconde du certificat": ({}, {"not_after": LE}, {}),
}


def _juger(fiche: dict, certificat: dict, appel: dict):
    given = {"interface": "FSO1100A", "environnement": Environnement.QUALIFICATION} | appel
    return refus(FICHE.model_copy(update=fiche), [replace(CERTIFICAT, **certificat)], instant=LE, **given)


@pytest.mark.parametrize("ligne", LIGNES)
def test_each_thing_missing_refuses_and_says_which(ligne):
    *given, rule = LIGNES[ligne]
    assert [one.rule for one in _juger(*given)] == [rule]


@pytest.mark.parametrize("ligne", PERMIS)
def test_what_the_record_allows_comes_in(ligne):
    assert _juger(*PERMIS[ligne]) == ()


def test_all_that_is_missing_is_said_at_once():
    one_each = [
        LIGNES[name]
        for name in ("suspendu", "sans abonnement", "qualification seule", "lendemain de la fin", "autre protocole", "certificat expiré")
    ]
    for chosen in product((False, True), repeat=len(one_each)):
        rows = [row for row, taken in zip(one_each, chosen, strict=True) if taken]
        fiche, certificat, appel = ({key: value for row in rows for key, value in row[part].items()} for part in range(3))
        assert [one.rule for one in _juger(fiche, certificat, appel)] == [row[3] for row in rows]


def test_without_a_record_or_a_certificate_nothing_comes_in():
    assert [one.rule for one in refus(None, [], "FSO1100A", Environnement.QUALIFICATION, LE)] == ["RAC-01"]
    assert [one.rule for one in refus(FICHE, [], "FSO1100A", Environnement.QUALIFICATION, LE)] == ["RAC-07"]
    ended = replace(CERTIFICAT, not_after=LE - timedelta(1))
    assert refus(FICHE, [ended, CERTIFICAT], "FSO1100A", Environnement.QUALIFICATION, LE) == ()


def test_the_last_day_is_a_day_of_paris():
    fiche = FICHE.model_copy(update={"fin": date(2026, 11, 22)})
    night = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # 23 November, 00:30 in Paris
    certificate = replace(CERTIFICAT, en_vigueur_de=night - timedelta(1))
    assert [one.rule for one in refus(fiche, [certificate], None, Environnement.QUALIFICATION, night)] == ["RAC-04"]
    assert refus(fiche, [certificate], None, Environnement.QUALIFICATION, night - timedelta(hours=1)) == ()
