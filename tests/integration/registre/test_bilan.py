"""The balance holds at every step of a flow's life, and breaks when a row is lost, doubled or changed."""

import pytest
from sqlalchemy import Engine, text

from flux.errors import ErreurInvariant
from flux.registre.bilan import LOIS, BilanFactures, BilanFlux, bilan, verifier_bilan
from flux.registre.depots import enregistrer_depot
from flux.registre.tranches import enregistrer_tranche
from tests.integration.registre.aides import accepte, clore, depot, flux_ouvert, flux_repondu, partenaire


def test_un_registre_vide_est_juste(registre: Engine) -> None:
    assert verifier_bilan(registre).flux == BilanFlux(0, 0, 0, 0, 0, 0, 0, 0, 0)


def test_le_bilan_tient_a_chaque_etape(registre: Engine) -> None:
    flux_repondu(registre)
    pid = partenaire(registre)
    enregistrer_depot(registre, depot(pid, "r2"))  # repeated
    enregistrer_depot(registre, depot(pid, "r3", octets="f"))  # breaks the uniqueness of ids
    refuse = enregistrer_depot(registre, depot(pid, "r4", None)).id
    clore(registre, refuse, "IRRECEVABLE")
    ouvert = flux_ouvert(registre, (2, 1), "XYZ002")
    enregistrer_tranche(registre, ouvert, 1, [accepte(2)])
    found = verifier_bilan(registre)
    assert found.flux == BilanFlux(
        deposes=5, integres=0, integres_partiels=1, rejetes=0, irrecevables=1, repetes=1, recus=1, ouverts=1, traites=0
    )
    assert found.factures == BilanFactures(deposees=6, acceptees=2, rejetees=1, illisibles=1, en_cours=2)
    assert found.flux.en_cours == 2


def test_un_bilan_peut_ne_porter_que_sur_quelques_flux(registre: Engine) -> None:
    one = flux_repondu(registre)
    two = flux_ouvert(registre, (2,), "XYZ002")
    assert bilan(registre, [two]).factures == BilanFactures(2, 0, 0, 0, 2)
    with registre.begin() as conn:
        conn.execute(text("DELETE FROM sorties"))
    assert bilan(registre, [two]).juste
    assert [ecart.flux_id for ecart in bilan(registre, [one, two]).ecarts] == [one]


ALTERATIONS = {
    "membres": "DELETE FROM membres WHERE rang = 2",
    "membres_des_tranches": "UPDATE tranches SET nombre = 4",
    "decides": "UPDATE membres SET decision = NULL WHERE rang = 2",
    "factures_acceptees": "DELETE FROM statuts WHERE membre_rang = 0; DELETE FROM pieces_jointes; DELETE FROM lignes;"
    " DELETE FROM factures WHERE membre_rang = 0",
    "factures_rejetees": "UPDATE factures SET etat = 'DEPOSEE'",
    "factures_avec_statut": "DELETE FROM statuts WHERE membre_rang = 1",
    "etat_courant": "UPDATE factures SET etat = 'SUSPENDUE' WHERE membre_rang = 0",
    "statuts_appliques": "INSERT INTO lignes_statut (flux_id, membre_rang, rang, code_lu, statut, issue, facture_flux_id, facture_membre_rang,"
    " statut_rang) VALUES (1, 0, 1, '06', 'SUSPENDUE', 'applique', 1, 0, 1)",
    "lignes_sans_facture": "UPDATE lignes SET membre_rang = 9 WHERE membre_rang = 0 AND rang = 0",
    "reponse_acceptees": "UPDATE flux SET acceptees = 2",
    "reponse_rejetees": "UPDATE flux SET rejetees = 2",
    "reponse_illisibles": "UPDATE membres SET decision = 'accepted' WHERE rang = 2",
    "issue": "UPDATE flux SET statut = 'INTEGRE'",
    "reponse": "DELETE FROM sorties",
    "reponse_doublee": "INSERT INTO sorties (partenaire_id, flux_id, interface, nom, sha256, taille, cle, cree_le) "
    "SELECT partenaire_id, flux_id, interface, nom || '-2', sha256, taille, cle, cree_le FROM sorties",
    "repete_de": "UPDATE flux SET statut = 'REPETE', repete_de = id",
}


def test_chaque_loi_a_une_alteration_qui_la_rompt() -> None:
    assert set(ALTERATIONS) == set(LOIS)


@pytest.mark.parametrize("loi", ALTERATIONS)
def test_une_ligne_alteree_rompt_le_bilan(registre: Engine, loi: str) -> None:
    flux_id = flux_repondu(registre)
    verifier_bilan(registre)
    with registre.begin() as conn:
        for statement in ALTERATIONS[loi].split(";"):
            conn.execute(text(statement))
    found = bilan(registre)
    assert loi in {ecart.loi for ecart in found.ecarts}
    with pytest.raises(ErreurInvariant, match=f"flow {flux_id}: ") as caught:
        verifier_bilan(registre)
    assert caught.value.facts == {"flux": found.flux, "factures": found.factures, "ecarts": found.ecarts}


def test_un_membre_d_une_tranche_finie_sans_decision_rompt_le_bilan(registre: Engine) -> None:
    flux_id = flux_ouvert(registre, (1, 1))
    enregistrer_tranche(registre, flux_id, 0, [accepte(0)])
    with registre.begin() as conn:
        conn.execute(text("UPDATE tranches SET etat = 'traitee' WHERE rang = 1"))
    assert [(e.loi, e.attendu, e.trouve) for e in bilan(registre).ecarts] == [("decides", 0, 1)]


def test_un_flux_hors_de_tout_etat_connu_n_est_pas_compte(registre: Engine) -> None:
    """The states are checked by the database; the sums do not rely on it."""
    flux_id = flux_ouvert(registre, (1,))
    with registre.connect() as conn:
        conn.execute(text("ALTER TABLE flux DROP CONSTRAINT ck_flux_etat"))
        conn.execute(text("UPDATE flux SET etat = 'perdu'"))
        conn.commit()
    try:
        with pytest.raises(ErreurInvariant, match="1 flows deposited, 0 accounted for"):
            verifier_bilan(registre, [flux_id])
    finally:
        with registre.begin() as conn:
            conn.execute(text("UPDATE flux SET etat = 'ouvert'"))
            conn.execute(text("ALTER TABLE flux ADD CONSTRAINT ck_flux_etat CHECK (etat IN ('recu', 'ouvert', 'traite', 'repondu'))"))
