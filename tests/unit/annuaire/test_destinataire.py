"""What is found about a recipient, case by case."""

from dataclasses import dataclass
from datetime import date
from itertools import product

import pytest

from flux.annuaire import (
    Adressage,
    AnnuaireMemoire,
    ConstatDestinataire,
    Service,
    Structure,
    annuaire_exemple,
    verifier_adressage,
)
from flux.annuaire.modele import SIRET_NON_RENSEIGNE
from tests.unit.annuaire.exemples import siret

C = ConstatDestinataire
LIBRE, ENG, SERV, OU, MOA, FERMEE, ETAT, TOUT, DATEE = (siret(n) for n in range(9))
STRUCTURES = (
    Structure(LIBRE, "Libre"),
    Structure(ENG, "Engagement", engagement_requis=True),
    Structure(SERV, "Service", service_requis=True),
    Structure(OU, "L'un ou l'autre", engagement_ou_service=True),
    Structure(MOA, "Travaux seulement", moa=True, moa_unique=True),
    Structure(FERMEE, "Fermée", actif=False, service_requis=True),
    Structure(ETAT, "État", etat=True, service_requis=True, engagement_requis=True),
    Structure(TOUT, "Tout", service_requis=True, engagement_requis=True, engagement_ou_service=True),
    Structure(DATEE, "Datée", debut=date(2026, 1, 1), fin=date(2026, 12, 31)),
)
ANNUAIRE = AnnuaireMemoire(
    (
        *(Service(one.siret, "COMPTA", "Compta") for one in STRUCTURES if one.siret != LIBRE),
        *STRUCTURES,
        Service(LIBRE, "VIEUX", "Vieux", actif=False),
        Service(LIBRE, "EXIGEANT", "Exigeant", engagement_requis=True),
        Service(LIBRE, "LIBRE", "Libre"),
        Service(ETAT, "D0001", "Préfecture"),
        Service(LIBRE, "D0001", "Homonyme"),
        Service(ENG, "AILLEURS", "Ailleurs"),
        Service(siret(99), "PERDU", "Sans structure"),
    )
)


@pytest.mark.parametrize(
    ("adressage", "attendu"),
    [
        (Adressage(None), [C.SIRET_ABSENT]),
        (Adressage(siret(50)), [C.STRUCTURE_INCONNUE]),
        (Adressage(FERMEE), [C.STRUCTURE_INACTIVE]),
        (Adressage(LIBRE), []),
        (Adressage(LIBRE, "LIBRE"), []),
        (Adressage(LIBRE, "libre"), [C.SERVICE_INCONNU]),
        (Adressage(LIBRE, "PERDU"), [C.SERVICE_INCONNU]),
        (Adressage(LIBRE, "AILLEURS", "E1"), [C.SERVICE_AUTRE_STRUCTURE]),
        (Adressage(LIBRE, "VIEUX"), [C.SERVICE_INACTIF]),
        (Adressage(LIBRE, "EXIGEANT"), [C.ENGAGEMENT_MANQUANT_SERVICE]),
        (Adressage(LIBRE, "EXIGEANT", "E1"), []),
        (Adressage(LIBRE, "EXIGEANT", contrat="M1"), [C.ENGAGEMENT_PAR_CONTRAT]),
        (Adressage(ENG), [C.ENGAGEMENT_MANQUANT_STRUCTURE]),
        (Adressage(ENG, engagement="E1"), []),
        (Adressage(ENG, contrat="M1"), [C.ENGAGEMENT_PAR_CONTRAT]),
        (Adressage(SERV, engagement="E1"), [C.SERVICE_MANQUANT]),
        (Adressage(SERV, "COMPTA"), []),
        (Adressage(OU), [C.SERVICE_OU_ENGAGEMENT_MANQUANT]),
        (Adressage(OU, "COMPTA"), []),
        (Adressage(OU, engagement="E1"), []),
        (Adressage(TOUT), [C.SERVICE_MANQUANT, C.ENGAGEMENT_MANQUANT_STRUCTURE]),
        (Adressage(TOUT, "COMPTA"), [C.ENGAGEMENT_MANQUANT_STRUCTURE]),
        (Adressage(MOA), [C.MOA_UNIQUE]),
        (Adressage(SIRET_NON_RENSEIGNE), [C.ETAT_SERVICE_MANQUANT]),
        (Adressage(SIRET_NON_RENSEIGNE, "LIBRE"), [C.ETAT_SERVICE_INCONNU]),
        (Adressage(SIRET_NON_RENSEIGNE, "D0001", "E1"), [C.ETAT_PAR_SERVICE]),
        (Adressage(SIRET_NON_RENSEIGNE, "D0001"), [C.ETAT_PAR_SERVICE, C.ENGAGEMENT_MANQUANT_STRUCTURE]),
    ],
)
def test_ce_qui_est_constate(adressage, attendu):
    assert [one.nature for one in verifier_adressage(adressage, ANNUAIRE, travaux=False)] == attendu


def test_une_structure_qui_n_est_que_moa_recoit_les_factures_de_travaux():
    assert list(verifier_adressage(Adressage(MOA), ANNUAIRE, travaux=True)) == []


def test_l_etat_adresse_par_service_est_nomme():
    (constat,) = verifier_adressage(Adressage(SIRET_NON_RENSEIGNE, "D0001", "E1"), ANNUAIRE, travaux=False)
    assert constat.structure is not None
    assert constat.structure.siret == ETAT
    assert not constat.nature.bloquant


def test_un_service_d_ailleurs_dit_ou_il_est():
    (constat,) = verifier_adressage(Adressage(LIBRE, "AILLEURS"), ANNUAIRE, travaux=False)
    assert constat.trouve == "AILLEURS"
    assert [one.siret for one in constat.autres] == [ENG]


@pytest.mark.parametrize(("le", "ouverte"), [(date(2025, 12, 31), False), (date(2026, 1, 1), True), (date(2026, 12, 31), True), (date(2027, 1, 1), False), (None, True)])  # fmt: skip
def test_les_dates_comptent_quand_le_jour_est_donne(le, ouverte):
    found = [one.nature for one in verifier_adressage(Adressage(DATEE), ANNUAIRE, travaux=False, le=le)]
    assert found == ([] if ouverte else [C.STRUCTURE_INACTIVE])


def test_service_et_engagement_manquants_n_ont_jamais_le_meme_constat():
    """Every flag of a structure and of a service, every presence: what is missing is told under its own flag, once."""
    for drapeaux in product((False, True), repeat=6):
        engagement, service, ou, du_service, a_service, a_engagement = drapeaux
        structure = Structure(LIBRE, "S", engagement_requis=engagement, service_requis=service, engagement_ou_service=ou)
        annuaire = AnnuaireMemoire((structure, Service(LIBRE, "S", "S", engagement_requis=du_service)))
        adressage = Adressage(LIBRE, "S" if a_service else None, "E" if a_engagement else None)
        found = [one.nature for one in verifier_adressage(adressage, annuaire, travaux=False)]
        manque_engagement = {C.ENGAGEMENT_MANQUANT_STRUCTURE, C.ENGAGEMENT_MANQUANT_SERVICE} & set(found)
        assert (C.SERVICE_MANQUANT in found) == (service and not a_service)
        assert bool(manque_engagement) == (not a_engagement and (engagement or (du_service and a_service)))
        assert len(manque_engagement) <= 1
        assert (C.SERVICE_OU_ENGAGEMENT_MANQUANT in found) == (ou and not (a_service or a_engagement or service or engagement))
        assert len(found) == len(set(found))


def test_chaque_constat_dit_son_terme_et_le_drapeau_qui_le_demande():
    assert len({one.code for one in C}) == len(C)
    drapeaux = {one: one.drapeau for one in C if one.drapeau and one.drapeau.startswith("DT-4-13")}
    assert drapeaux == {
        C.SERVICE_MANQUANT: "DT-4-13-2",
        C.ENGAGEMENT_MANQUANT_STRUCTURE: "DT-4-13-1",
        C.SERVICE_OU_ENGAGEMENT_MANQUANT: "DT-4-13-3",
        C.MOA_UNIQUE: "DT-4-13-5",
    }
    assert (C.SERVICE_MANQUANT.termes, C.SERVICE_MANQUANT.termes_classiques) == (("BT-46",), ("BT-10",))
    assert C.ENGAGEMENT_MANQUANT_SERVICE.termes == C.ENGAGEMENT_MANQUANT_SERVICE.termes_classiques == ("BT-13",)
    assert {one for one in C if not one.bloquant} == {C.ETAT_PAR_SERVICE, C.ENGAGEMENT_PAR_CONTRAT}


@dataclass
class Ligne:
    siret: str
    nom: str
    services: tuple[str, ...]
    service_requis: bool = False
    engagement_requis: bool = False


def test_un_annuaire_d_exemple_vient_de_lignes_simples():
    entrees = annuaire_exemple([Ligne(LIBRE, "A", ("S1", "S2"), service_requis=True), Ligne(ENG, "B", (), engagement_requis=True)])
    annuaire = AnnuaireMemoire(one.valeur for one in entrees)
    assert len(annuaire) == 2
    assert annuaire.structure(LIBRE) == Structure(LIBRE, "A", service_requis=True)
    assert annuaire.service(LIBRE, "S2") == Service(LIBRE, "S2", "A - S2")
    assert annuaire.structure(ENG) == Structure(ENG, "B", engagement_requis=True)
