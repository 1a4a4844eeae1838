"""The outbox: one answer a flow, one name for ever, never the same file in two hands."""

import pytest
from sqlalchemy import Engine

from flux.errors import ErreurInvariant
from flux.modele.anomalie import anomalie
from flux.registre.connexion import transaction
from flux.registre.depots import enregistrer_depot
from flux.registre.lectures import anomalies_du_flux, compteurs_du_flux, flux_par_id
from flux.registre.sorties import clore_flux, marquer_emise, sorties_a_emettre
from flux.registre.tranches import enregistrer_tranche
from flux.registre.valeurs import FLUX_LUI_MEME, Compteurs, EtatFlux
from tests.integration.registre.aides import LE, accepte, clore, compte, depot, ensemble, flux_ouvert, flux_repondu, partenaire, sorties


def _traite(engine: Engine, code: str = "ABC001") -> int:
    flux_id = flux_ouvert(engine, (1,), code)
    enregistrer_tranche(engine, flux_id, 0, [accepte(0, f"F-{code}")])
    return flux_id


def test_une_cloture_ecrit_l_issue_les_comptes_et_les_reponses(registre: Engine) -> None:
    flux_id = _traite(registre)
    faute = anomalie("ARC-01")
    assert clore_flux(registre, flux_id, "INTEGRE", Compteurs(1, 0, 0), sorties("a", "b"), [faute], le=LE)
    lu = flux_par_id(registre, flux_id)
    assert lu is not None
    assert (lu.etat, lu.statut) == (EtatFlux.REPONDU, "INTEGRE")
    assert list(anomalies_du_flux(registre, flux_id)) == [(FLUX_LUI_MEME, faute)]
    with transaction(registre, "test") as conn:
        found = sorties_a_emettre(conn)
    assert [(one.nom, one.flux_id, one.dossier, one.cle) for one in found] == [
        ("a", flux_id, "abc001", "sorties/a"), ("b", flux_id, "abc001", "sorties/b"),
    ]  # fmt: skip


def test_une_seconde_cloture_ne_change_rien(registre: Engine) -> None:
    flux_id = _traite(registre)
    assert clore(registre, flux_id, "INTEGRE")
    assert not clore_flux(registre, flux_id, "REJETE", Compteurs(0, 1, 0), sorties(f"retour-{flux_id}", "z"), [anomalie("ARC-01")], le=LE)
    assert (compte(registre, "sorties"), compte(registre, "anomalies")) == (1, 0)
    assert compte(registre, "flux", "statut = 'INTEGRE' AND acceptees = 1") == 1
    assert compte(registre, "sorties", "sha256 = repeat('c', 64)") == 1


def test_des_clotures_a_la_fois_donnent_une_reponse(registre: Engine) -> None:
    flux_id = _traite(registre)
    assert sorted(ensemble(6, lambda _: clore(registre, flux_id, "INTEGRE"))) == [False] * 5 + [True]
    assert compte(registre, "sorties") == 1


def test_un_flux_irrecevable_se_clot_sans_avoir_ete_ouvert(registre: Engine) -> None:
    flux_id = enregistrer_depot(registre, depot(partenaire(registre), "r1")).id
    assert clore(registre, flux_id, "IRRECEVABLE")
    assert compte(registre, "flux", "membres = 0 AND acceptees = 0") == 1


def test_un_flux_dont_une_tranche_reste_ne_se_clot_pas(registre: Engine) -> None:
    flux_id = flux_ouvert(registre, (1, 1))
    enregistrer_tranche(registre, flux_id, 0, [accepte(0)])
    with pytest.raises(ErreurInvariant) as caught:
        clore(registre, flux_id)
    assert caught.value.facts == {"flux_id": flux_id, "tranches": 1}


@pytest.mark.parametrize(("statut", "noms"), [("REPETE", ("a",)), ("PERDU", ("a",)), ("INTEGRE", ())])
def test_une_issue_inconnue_ou_sans_reponse_est_refusee(registre: Engine, statut: str, noms: tuple[str, ...]) -> None:
    flux_id = _traite(registre)
    with pytest.raises(ErreurInvariant):
        clore_flux(registre, flux_id, statut, Compteurs(1, 0, 0), sorties(*noms), le=LE)
    assert (compte(registre, "sorties"), compte(registre, "numeros")) == (0, 0)


def test_un_nom_de_sortie_ne_sert_qu_une_fois(registre: Engine) -> None:
    one, two = _traite(registre), _traite(registre, "XYZ002")
    assert clore_flux(registre, one, "INTEGRE", Compteurs(1, 0, 0), sorties("a"), le=LE)
    with pytest.raises(ErreurInvariant, match="uq_sorties_nom"):
        clore_flux(registre, two, "INTEGRE", Compteurs(1, 0, 0), sorties("b", "a"), le=LE)
    assert compte(registre, "sorties") == 1
    assert compte(registre, "flux", "etat = 'traite'") == 1
    assert compteurs_du_flux(registre, two) == Compteurs(1, 0, 0)


def test_deux_emetteurs_ne_tiennent_pas_la_meme_sortie(registre: Engine) -> None:
    flux_repondu(registre)
    two = _traite(registre, "XYZ002")
    clore(registre, two, "INTEGRE")
    with transaction(registre, "un") as a, transaction(registre, "deux") as b:
        mine = sorties_a_emettre(a, limite=1)
        yours = sorties_a_emettre(b)
        assert ([one.flux_id for one in mine], [one.flux_id for one in yours]) == ([1], [two])
        assert marquer_emise(a, mine[0].id, LE)
        assert not marquer_emise(a, mine[0].id, LE)
    assert compte(registre, "sorties", "etat = 'emise' AND emissions = 1 AND emise_le IS NOT NULL") == 1


def test_les_sorties_d_un_seul_partenaire(registre: Engine) -> None:
    flux_repondu(registre)
    two = _traite(registre, "XYZ002")
    clore(registre, two, "INTEGRE")
    with transaction(registre, "test") as conn:
        assert [one.flux_id for one in sorties_a_emettre(conn, partenaire(registre, "XYZ002"))] == [two]


def test_une_emission_interrompue_recommence(registre: Engine) -> None:
    flux_repondu(registre)
    with registre.connect() as conn:  # closed without commit, as a crash does
        (one,) = sorties_a_emettre(conn)
        marquer_emise(conn, one.id, LE)
    with transaction(registre, "test") as conn:
        assert sorties_a_emettre(conn) == [one]
