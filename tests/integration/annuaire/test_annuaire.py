"""Asking the directory: the same answers with and without a database, few questions to the server."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, event

from flux.annuaire import Adressage, Annuaire, AnnuaireMemoire, Entree, Mode, Service, Structure, verifier_adressage
from flux.annuaire.modele import SIRET_NON_RENSEIGNE
from flux.registre.annuaire import AnnuaireRegistre, etat_annuaire
from flux.registre.annuaire_import import importer
from tests.unit.annuaire.exemples import siret

LE = datetime(2026, 11, 2, 7, 0, tzinfo=UTC)
VALEURS = (
    *(Structure(siret(n), f"S{n}", service_requis=n % 2 == 0, etat=n in (5, 6)) for n in range(8)),
    *(Service(siret(n), "COMMUN", "Commun", actif=n % 3 == 0, engagement_requis=n == 3) for n in range(8)),
    Service(siret(5), "ETAT", "Fermé", actif=False),
    Service(siret(6), "ETAT", "Ouvert"),
    Service(siret(1), "SEUL", "Seul"),
    Service(siret(1), "LONG" * 25, "Cent caractères"),
)


def charger(registre: Engine, *valeurs: Structure | Service) -> None:
    bilan = importer(registre, [Entree(v, "essai", n) for n, v in enumerate(valeurs)], Mode.COMPLET, LE)
    assert bilan.fautes == ()


@contextmanager
def requetes(registre: Engine) -> Iterator[list[str]]:
    vues: list[str] = []

    def noter(conn, cursor, statement, *_):
        vues.append(statement)

    event.listen(registre, "before_cursor_execute", noter)
    yield vues
    event.remove(registre, "before_cursor_execute", noter)


def reponses(annuaire: Annuaire) -> list[object]:
    sirets = [
        *(siret(n) for n in range(9)),
        SIRET_NON_RENSEIGNE,
        "",
        "x'; DROP TABLE structures",
        "é" * 200,
        "\0",
        "\ud800",
        siret(1) + "9",
        siret(1) + " ",
    ]
    codes = [None, "COMMUN", "ETAT", "SEUL", "RIEN", "x" * 500, "\0", "\ud800", "LONG" * 26, "SEUL "]
    return [
        *(annuaire.structure(one) for one in sirets),
        *(annuaire.service(one, code) for one in sirets for code in codes if code is not None),
        *(annuaire.structures_du_service(code) for code in codes if code is not None),
        *(annuaire.structure_du_service_etat(code) for code in codes if code is not None),
        *(list(verifier_adressage(Adressage(one, code), annuaire, travaux=False)) for one in sirets for code in codes),
    ]


def test_les_deux_annuaires_repondent_pareil(registre):
    charger(registre, *VALEURS)
    memoire, base = reponses(AnnuaireMemoire(VALEURS)), reponses(AnnuaireRegistre(registre))
    assert memoire == base
    assert any(isinstance(one, Service) for one in base)


def test_un_service_de_l_etat_est_pris_ouvert_plutot_que_ferme(registre):
    charger(registre, *VALEURS)
    assert AnnuaireRegistre(registre).structure_du_service_etat("ETAT") == Structure(siret(6), "S6", service_requis=True, etat=True)
    assert [one.siret for one in AnnuaireRegistre(registre).structures_du_service("COMMUN")] == [siret(6), siret(5), siret(0)]


def test_une_question_deja_posee_ne_coute_plus_rien_meme_sans_reponse(registre):
    charger(registre, *VALEURS)
    annuaire = AnnuaireRegistre(registre)
    premieres = reponses(annuaire)
    with requetes(registre) as vues:
        assert reponses(annuaire) == premieres
        assert annuaire.version == 1
    assert vues == []


def test_la_memoire_est_bornee(registre):
    charger(registre, *VALEURS)
    annuaire = AnnuaireRegistre(registre, taille=2)
    for n in range(3):
        annuaire.structure(siret(n))
    with requetes(registre) as vues:
        annuaire.structure(siret(2))
        annuaire.structure(siret(1))
        assert vues == []
        annuaire.structure(siret(0))
        assert len(vues) == 1


def test_une_nouvelle_version_est_vue_a_l_echeance_pas_avant(registre):
    charger(registre, *VALEURS)
    heure = [1000.0]
    annuaire = AnnuaireRegistre(registre, frequence=30.0, horloge=lambda: heure[0])
    assert annuaire.structure(siret(99)) is None
    charger(registre, Structure(siret(99), "Nouvelle"))
    heure[0] += 29.9
    assert annuaire.structure(siret(99)) is None
    assert annuaire.version == 1
    heure[0] += 0.1
    assert annuaire.structure(siret(99)) == Structure(siret(99), "Nouvelle")
    assert annuaire.structure(siret(1)) is None
    assert annuaire.version == 2


def test_un_annuaire_jamais_importe_le_dit(registre):
    annuaire = AnnuaireRegistre(registre)
    assert annuaire.version == 0
    assert annuaire.structure(siret(1)) is None
    assert etat_annuaire(registre) is None


@pytest.mark.parametrize("annuaire", [AnnuaireMemoire(VALEURS)])
def test_un_annuaire_en_memoire_a_une_version(annuaire):
    assert annuaire.version


def test_des_structures_annoncees_sont_lues_en_une_fois_avec_leurs_services(registre):
    charger(registre, *VALEURS)
    annuaire, lent = AnnuaireRegistre(registre), AnnuaireRegistre(registre)
    annonces = [siret(n) for n in range(9)] + ["", "\0", "\ud800", "x" * 500]
    with requetes(registre) as vues:
        annuaire.precharger(annonces)
    assert len(vues) == 3  # the version, the structures, the services
    with requetes(registre) as vues:
        trouvees = [annuaire.structure(siret(n)) for n in range(9)]
        services = [annuaire.service(siret(n), "COMMUN") for n in range(8)]
        annuaire.precharger(annonces)
    assert vues == []
    assert trouvees == [lent.structure(siret(n)) for n in range(9)]
    assert services == [lent.service(siret(n), "COMMUN") for n in range(8)]
    assert reponses(annuaire) == reponses(lent)


def test_annoncer_ne_demande_rien_a_un_annuaire_vide_et_tient_dans_la_memoire(registre):
    vide = AnnuaireRegistre(registre)
    with requetes(registre) as vues:
        vide.precharger([siret(1)])
    assert len(vues) == 1
    charger(registre, *VALEURS)
    petit = AnnuaireRegistre(registre, taille=3)
    petit.precharger(siret(n) for n in range(8))
    assert reponses(petit) == reponses(AnnuaireRegistre(registre))
