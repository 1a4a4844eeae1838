"""A flow deposited again: its partner gets the one set of answers, whatever became of the first deposit."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree
from sqlalchemy import Engine, text

from flux.etapes import ouvrir, repondre, traiter, verdict
from flux.modele.doublon import IssueDoublon
from flux.registre.bilan import verifier_bilan
from flux.registre.depots import enregistrer_depot, former_lots, lot_par_id, marquer_lance
from flux.registre.valeurs import Lot
from tests.integration.registre.aides import LE, clore, compte, depot, ensemble, flux_repondu, partenaire, rejete
from tests.integration.registre.aides import ouvrir as ouvrir_flux
from tests.integration.registre.test_tranches import enregistrer_tranche
from tests.integration.test_etapes import Maison, maison

__all__ = ["maison"]

DEUX_HEURES = timedelta(hours=2)


def _lance(registre: Engine) -> Lot:
    enregistrer_depot(registre, depot(partenaire(registre), "r1"))
    (lot,) = former_lots(registre, LE, 50, 1000)
    marquer_lance(registre, lot.id, LE)
    return lot


@pytest.mark.parametrize(("minutes", "issue"), [(0, IssueDoublon.EN_COURS), (119, IssueDoublon.EN_COURS), (120, IssueDoublon.FLUX_REPRIS)])
def test_un_run_muet_depuis_trop_longtemps_est_tenu_pour_mort(registre: Engine, minutes: int, issue: IssueDoublon) -> None:
    _lance(registre)
    pid = partenaire(registre)
    assert enregistrer_depot(registre, depot(pid, "r2", plus=minutes), reprise_apres=DEUX_HEURES).issue is issue


def test_un_lot_qui_n_est_pas_lance_n_est_pas_mort(registre: Engine) -> None:
    pid = partenaire(registre)
    enregistrer_depot(registre, depot(pid, "r1"))
    former_lots(registre, LE, 50, 1000)
    assert enregistrer_depot(registre, depot(pid, "r2", plus=6000), reprise_apres=DEUX_HEURES).issue is IssueDoublon.EN_COURS


def _traiter(registre: Engine) -> None:
    ouvrir_flux(registre, 1, (1,))
    enregistrer_tranche(registre, 1, 0, [rejete(0)])


@pytest.mark.parametrize("avance", [lambda *_: None, lambda e: ouvrir_flux(e, 1, (1,)), _traiter], ids=["recu", "ouvert", "traite"])
def test_un_flux_repris_a_un_nouveau_lot_ou_qu_il_en_soit_et_l_ancien_est_vide(
    registre: Engine, avance: Callable[[Engine], object]
) -> None:
    ancien = _lance(registre)
    avance(registre)
    pid = partenaire(registre)
    again = enregistrer_depot(registre, depot(pid, "r2", plus=300), reprise_apres=DEUX_HEURES)
    assert again.issue is IssueDoublon.FLUX_REPRIS
    (lot,) = former_lots(registre, LE, 50, 1000)
    assert lot.id != ancien.id
    assert lot.flux == (1,)
    vide = lot_par_id(registre, ancien.id)
    assert vide is not None
    assert vide.flux == ()
    # taken again once: the new lot is not launched yet
    assert enregistrer_depot(registre, depot(pid, "r3", plus=301), reprise_apres=DEUX_HEURES).issue is IssueDoublon.EN_COURS
    verifier_bilan(registre)


def test_un_flux_repondu_n_est_pas_repris_si_vieux_soit_il(registre: Engine) -> None:
    flux_repondu(registre)
    again = enregistrer_depot(registre, depot(partenaire(registre), "r2", plus=100_000), reprise_apres=DEUX_HEURES)
    assert again.issue is IssueDoublon.FLUX_REPETE


def test_une_repetition_et_la_reponse_en_meme_temps_donnent_une_reponse(registre: Engine) -> None:
    """Either the deposit comes first and waits, or the answer is there and leaves again: it always leaves."""
    pid = partenaire(registre)
    for essai in range(5):
        identifiant = f"ABC001A1140123456789ABCD{essai}"
        flux_id = enregistrer_depot(registre, depot(pid, f"a{essai}", identifiant)).id
        ouvrir_flux(registre, flux_id, (1,))
        enregistrer_tranche(registre, flux_id, 0, [rejete(0)])
        ensemble(
            2,
            lambda n, f=flux_id, i=identifiant, e=essai: (
                enregistrer_depot(registre, depot(pid, f"b{e}", i)) if n else clore(registre, f, "REJETE")
            ),
        )
        assert compte(registre, "sorties", f"flux_id = {flux_id} AND etat = 'a_emettre'") == 1
    verifier_bilan(registre)


def test_un_depot_attend_la_reponse_qui_s_ecrit(registre: Engine) -> None:
    """It then finds the flow answered: an old run that answers at this very moment is not taken for dead."""
    _lance(registre)
    pid = partenaire(registre)
    with ThreadPoolExecutor(1) as threads:
        with registre.begin() as conn:
            conn.execute(text("UPDATE flux SET etat = 'repondu', statut = 'REJETE' WHERE id = 1"))
            again = threads.submit(enregistrer_depot, registre, depot(pid, "r2", plus=300))
            with pytest.raises(TimeoutError):
                again.result(0.5)
        assert again.result(10).issue is IssueDoublon.FLUX_REPETE


def test_un_flux_redepose_en_cours_recoit_les_reponses_une_fois(maison: Maison) -> None:
    fichier = maison.fabriquer(factures=3)
    maison.deposer(fichier)
    maison.recevoir()
    lots = maison.lots
    maison.deposer(fichier)
    assert maison.recevoir() == []
    assert maison.emettre() == 0
    maison.lots = lots
    maison.integrer()
    assert maison.emettre() == 3
    assert len(maison.relever()) == 3
    assert maison.emettre() == 0
    assert maison.lignes("SELECT statut, repete_de FROM flux ORDER BY id") == [("INTEGRE", None), ("REPETE", 1)]
    assert maison.lignes("SELECT count(*) FROM factures") == [(3,)]


def test_un_flux_laisse_sans_reponse_est_repris_et_repondu(maison: Maison) -> None:
    """Its run died with one tranche of two stored."""
    fichier = maison.fabriquer(factures=6)
    maison.deposer(fichier)
    assert maison.recevoir() == ["lot-000001--ABC123--1-flux"]
    first, _ = (tranche for tache in ouvrir(maison.contexte, 1) for tranche in tache["tranches"])
    traiter(maison.contexte, {"lot_id": 1, "rang": 0, "titre": "", "tranches": [first]})
    maison.contexte.horloge.instant += DEUX_HEURES
    maison.deposer(fichier)
    assert maison.recevoir() == ["lot-000002--ABC123--1-flux"]
    assert maison.integrer() == "lot 2: 1 flux · 6 factures intégrées, 0 rejetées, 0 illisibles"
    assert maison.emettre() == 3
    assert maison.lignes("SELECT count(*), count(DISTINCT numero) FROM factures") == [(6, 6)]
    # the old run, cleared later, finds nothing left to do
    assert ouvrir(maison.contexte, 1) == []
    assert repondre(maison.contexte, 1) == 0
    assert verdict(maison.contexte, 1).startswith("lot 1: 0 flux")


def test_les_factures_d_un_flux_renvoyees_sous_un_autre_nom_sont_refusees_une_a_une(maison: Maison) -> None:
    premier = maison.deposer(maison.fabriquer(factures=2))
    maison.tout()
    maison.relever()
    avant = maison.lignes("SELECT * FROM factures WHERE flux_id = 1")
    maison.deposer(maison.fabriquer(factures=3, sequence=2))
    maison.tout()
    found = maison.relever()
    (retour,) = [etree.fromstring(data) for name, data in found.items() if name.startswith("CSO")]
    assert retour.findtext(".//IdStatut") == "96"
    lines = retour.findall(".//LigneErreurDetail")
    assert [line.findtext("CodeErreur") for line in lines] == ["DOUBLON"] * 2
    assert all(premier.split("_")[2] in line.findtext("LibelleErreur") + line.findtext("DescriptionErreur") for line in lines)
    assert maison.lignes("SELECT etat FROM factures WHERE flux_id = 2 ORDER BY membre_rang") == [
        ("NON_CONFORME",),
        ("NON_CONFORME",),
        ("DEPOSEE",),
    ]
    assert maison.lignes("SELECT * FROM factures WHERE flux_id = 1") == avant


def test_une_facture_rejetee_puis_corrigee_est_acceptee(maison: Maison) -> None:
    maison.deposer(maison.fabriquer(defauts=("montant-illisible",), part_fautive=1.0))
    maison.tout()
    maison.deposer(maison.fabriquer(sequence=2))
    maison.tout()
    assert maison.lignes("SELECT etat FROM factures ORDER BY flux_id") == [("NON_CONFORME",), ("DEPOSEE",)]
    assert maison.lignes("SELECT count(DISTINCT numero) FROM factures") == [(1,)]


def test_un_numero_que_rien_ne_libere_reste_pris(maison: Maison) -> None:
    reglages = maison.contexte.reglages.model_copy(update={"numero_libere_par": frozenset()})
    maison.contexte = replace(maison.contexte, reglages=reglages)
    maison.deposer(maison.fabriquer(defauts=("montant-illisible",), part_fautive=1.0))
    maison.tout()
    maison.deposer(maison.fabriquer(sequence=2))
    maison.tout()
    assert maison.lignes("SELECT etat FROM factures ORDER BY flux_id") == [("NON_CONFORME",), ("NON_CONFORME",)]
    assert maison.lignes("SELECT rule FROM anomalies WHERE flux_id = 2 AND severity = 'error'") == [("DBL-01",)]
