"""Deposits: one claim is one row, one flow id has one holder for ever."""

from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from sqlalchemy import Engine, text

from flux.errors import ErreurUsage
from flux.modele.doublon import IssueDoublon
from flux.registre.connexion import creer_moteur, transaction
from flux.registre.depots import enregistrer_depot, former_lots, lot_par_id, marquer_lance
from flux.registre.lectures import flux_par_id
from flux.registre.sorties import marquer_emise, sorties_a_emettre
from flux.registre.valeurs import REPETE, Depot, EtatFlux, FluxEnregistre, Premier
from raccordement.exemple import creer_partenaire
from raccordement.partenaires import partenaire as lire_partenaire
from raccordement.partenaires import partenaires
from tests.integration.registre.aides import IDENTIFIANT, LE, compte, depot, ensemble, flux_repondu, partenaire


def test_un_partenaire_cree_deux_fois_est_le_meme(registre: Engine) -> None:
    premier = creer_partenaire(registre, "ABC001", "Éditeur", "abc001", LE)
    assert creer_partenaire(registre, "ABC001", "Éditeur", "abc001", LE) == premier
    assert lire_partenaire(registre, "ABC001") == premier
    assert lire_partenaire(registre, "ZZZ999") is None
    assert partenaires(registre) == [premier]


@pytest.mark.parametrize(
    ("code", "dossier"), [("ABC001", "autre"), ("XYZ001", "abc001"), ("abc1", "x"), ("XYZ001", "../in"), ("XYZ001", "")]
)
def test_un_code_ou_un_dossier_pris_ou_mal_forme_est_refuse(registre: Engine, code: str, dossier: str) -> None:
    creer_partenaire(registre, "ABC001", "Éditeur", "abc001", LE)
    with pytest.raises(ErreurUsage):
        creer_partenaire(registre, code, "Éditeur", dossier, LE)
    assert len(partenaires(registre)) == 1


def test_un_depot_neuf_tient_son_identifiant(registre: Engine) -> None:
    new = enregistrer_depot(registre, depot(partenaire(registre), "r1"))
    assert new.issue is IssueDoublon.NOUVEAU
    lu = flux_par_id(registre, new.id)
    assert lu is not None
    assert (lu.identifiant, lu.etat, lu.statut, lu.premier, lu.recu_le) == (IDENTIFIANT, EtatFlux.RECU, None, None, LE)
    assert compte(registre, "flux", "tient_identifiant") == 1


def test_la_meme_reclamation_ne_change_rien(registre: Engine) -> None:
    pid = partenaire(registre)
    new = enregistrer_depot(registre, depot(pid, "r1"))
    again = enregistrer_depot(registre, depot(pid, "r1", octets="f", taille=99, plus=5))
    assert again == FluxEnregistre(new.id, None)
    assert compte(registre, "flux", "taille = 10") == compte(registre, "flux") == 1


def test_deux_depots_sans_identifiant_sont_deux_flux(registre: Engine) -> None:
    pid = partenaire(registre)
    assert [enregistrer_depot(registre, depot(pid, f"r{n}", None)).issue for n in range(2)] == [IssueDoublon.NOUVEAU] * 2
    assert compte(registre, "flux", "tient_identifiant") == 0


def test_un_identifiant_est_propre_a_un_partenaire(registre: Engine) -> None:
    assert enregistrer_depot(registre, depot(partenaire(registre), "r1")).issue is IssueDoublon.NOUVEAU
    assert enregistrer_depot(registre, depot(partenaire(registre, "XYZ002"), "r1", octets="f")).issue is IssueDoublon.NOUVEAU


def test_les_memes_octets_sous_le_meme_identifiant_font_repartir_la_reponse(registre: Engine) -> None:
    premier = flux_repondu(registre)
    pid = partenaire(registre)
    with transaction(registre, "test") as conn:
        (reponse,) = sorties_a_emettre(conn)
        assert marquer_emise(conn, reponse.id, LE)
    again = enregistrer_depot(registre, depot(pid, "r2", plus=5))
    assert again == FluxEnregistre(again.id, IssueDoublon.FLUX_REPETE, Premier(premier, LE))
    with transaction(registre, "test") as conn:
        (repartie,) = sorties_a_emettre(conn)
    assert (repartie.id, repartie.nom, repartie.sha256, repartie.emissions) == (reponse.id, reponse.nom, reponse.sha256, 1)
    lu = flux_par_id(registre, again.id)
    assert lu is not None
    assert (lu.statut, lu.etat) == (REPETE, EtatFlux.REPONDU)
    # registered again after a crash: known, and the answer does not leave a third time
    with transaction(registre, "test") as conn:
        marquer_emise(conn, reponse.id, LE)
    assert enregistrer_depot(registre, depot(pid, "r2", plus=6)).issue is None
    with transaction(registre, "test") as conn:
        assert sorties_a_emettre(conn) == []


def test_une_repetition_avant_la_reponse_attend_celle_ci(registre: Engine) -> None:
    pid = partenaire(registre)
    enregistrer_depot(registre, depot(pid, "r1"))
    assert enregistrer_depot(registre, depot(pid, "r2")).issue is IssueDoublon.EN_COURS
    assert compte(registre, "sorties") == 0
    assert [lot.flux for lot in former_lots(registre, LE, 50, 1000)] == [(1,)]


def test_d_autres_octets_sous_le_meme_identifiant_rompent_l_unicite(registre: Engine) -> None:
    pid = partenaire(registre)
    premier = enregistrer_depot(registre, depot(pid, "r1"))
    second = enregistrer_depot(registre, depot(pid, "r2", octets="f", plus=5))
    assert second == FluxEnregistre(second.id, IssueDoublon.NOM_REUTILISE, Premier(premier.id, LE))
    # said again on every read, so that a run that starts later knows
    assert enregistrer_depot(registre, depot(pid, "r2", octets="f")) == FluxEnregistre(second.id, None, second.premier)
    lu = flux_par_id(registre, second.id)
    assert lu is not None
    assert (lu.premier, lu.statut) == (second.premier, None)


def test_deux_porteurs_a_la_fois_un_seul_identifiant(registre: Engine) -> None:
    pid = partenaire(registre)
    found = ensemble(8, lambda n: enregistrer_depot(registre, depot(pid, f"r{n}", octets="abcdef01"[n])))
    assert Counter(one.issue for one in found) == {IssueDoublon.NOUVEAU: 1, IssueDoublon.NOM_REUTILISE: 7}
    assert compte(registre, "flux", "tient_identifiant") == 1
    assert {one.premier.id for one in found if one.premier} == {one.id for one in found if one.issue is IssueDoublon.NOUVEAU}


def test_une_reclamation_enregistree_a_la_fois_est_une(registre: Engine) -> None:
    pid = partenaire(registre)
    for identifiant in (None, IDENTIFIANT):
        found = ensemble(8, lambda _, i=identifiant: enregistrer_depot(registre, depot(pid, f"r-{i}", i)))
        assert Counter(one.issue for one in found) == {IssueDoublon.NOUVEAU: 1, None: 7}
        assert len({one.id for one in found}) == 1
    assert compte(registre, "flux") == 2


def _dans_un_processus(url: str, one: Depot) -> FluxEnregistre:
    return enregistrer_depot(creer_moteur(url), one)


def test_deux_processus_a_la_fois_un_seul_identifiant(registre: Engine, url_registre: str) -> None:
    pid = partenaire(registre)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        found = list(processes.map(_dans_un_processus, [url_registre] * 4, [depot(pid, f"r{n}") for n in range(4)]))
    assert Counter(one.issue for one in found) == {IssueDoublon.NOUVEAU: 1, IssueDoublon.EN_COURS: 3}


def test_la_base_elle_meme_refuse_un_second_porteur(registre: Engine) -> None:
    pid = partenaire(registre)
    enregistrer_depot(registre, depot(pid, "r1"))
    enregistrer_depot(registre, depot(pid, "r2", octets="f"))
    with pytest.raises(Exception, match="uq_flux_identifiant_tenu"), registre.begin() as conn:
        conn.execute(text("UPDATE flux SET tient_identifiant = true"))


def test_un_nom_indecodable_est_garde_autant_que_possible(registre: Engine) -> None:
    one = enregistrer_depot(registre, depot(partenaire(registre), "factur\udce9\0", None))
    lu = flux_par_id(registre, one.id)
    assert lu is not None
    assert lu.reclamation == "factur\ufffd\ufffd"
    assert enregistrer_depot(registre, depot(lu.partenaire_id, "factur\udce9\0", None)).issue is None


def test_les_petits_flux_d_un_partenaire_vont_ensemble_les_gros_seuls(registre: Engine) -> None:
    a, b = partenaire(registre), partenaire(registre, "XYZ002")
    tailles = [(a, 10), (a, 1000), (a, 11), (b, 10), (a, 1001), (a, 12)]
    ids = [enregistrer_depot(registre, depot(pid, f"r{n}", None, taille=taille)).id for n, (pid, taille) in enumerate(tailles)]
    lots = former_lots(registre, LE, 3, 1000)
    assert [(lot.partenaire_id, lot.flux) for lot in lots] == [
        (a, (ids[0], ids[1], ids[2])), (a, (ids[5],)), (a, (ids[4],)), (b, (ids[3],)),
    ]  # fmt: skip
    assert lot_par_id(registre, lots[0].id) == lots[0]
    assert lot_par_id(registre, 99) is None


def test_un_lot_revient_jusqu_a_son_lancement(registre: Engine) -> None:
    pid = partenaire(registre)
    enregistrer_depot(registre, depot(pid, "r1", None))
    (lot,) = former_lots(registre, LE, 50, 1000)
    enregistrer_depot(registre, depot(pid, "r2", None))
    lots = former_lots(registre, LE, 50, 1000)
    assert lots[0] == lot
    assert len(lots) == 2
    assert marquer_lance(registre, lot.id, LE)
    assert not marquer_lance(registre, lot.id, LE)
    assert former_lots(registre, LE, 50, 1000) == lots[1:]


def test_des_lots_formes_a_la_fois_ne_partagent_pas_de_flux(registre: Engine) -> None:
    pid = partenaire(registre)
    for n in range(10):
        enregistrer_depot(registre, depot(pid, f"r{n}", None))
    found = ensemble(6, lambda _: former_lots(registre, LE, 4, 1000))
    assert all(one == found[0] for one in found)
    assert sorted(flux for lot in found[0] for flux in lot.flux) == list(range(1, 11))
