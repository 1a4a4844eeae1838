"""Opening and tranches: once, whole or not at all, and never two at a time on the same rows."""

import hashlib
import threading
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine, event, text

from flux.errors import ErreurInvariant, ErreurRegistre
from flux.modele.anomalie import anomalie
from flux.modele.facture import Facture, Identifiant, Ligne, Note, Partie
from flux.modele.statut import Motif
from flux.modele.verdict import Decision
from flux.registre import tranches as module
from flux.registre.bilan import verifier_bilan
from flux.registre.depots import enregistrer_depot
from flux.registre.lectures import (
    anomalies_du_flux,
    compteurs_du_flux,
    flux_par_id,
    membres_de_la_tranche,
    statuts_du_flux,
    tranche_par_rang,
    tranches_du_flux,
)  # fmt: skip
from flux.registre.ouverture import enregistrer_ouverture
from flux.registre.tranches import enregistrer_tranche
from flux.registre.valeurs import FLUX_LUI_MEME, Compteurs, EtatFlux, EtatTranche, Membre, ResultatMembre, StatutPose, Tranche
from tests.integration.registre.aides import (
    LE,
    accepte,
    compte,
    depot,
    ensemble,
    facture,
    flux_ouvert,
    illisible,
    ouvrir,
    partenaire,
    rejete,
    tables_de_la_tranche,
)  # fmt: skip

TROIS = {"factures": 2, "lignes": 4, "pieces_jointes": 2, "anomalies": 3, "statuts": 2}


def _etat(engine: Engine, flux_id: int) -> EtatFlux:
    lu = flux_par_id(engine, flux_id)
    assert lu is not None
    return lu.etat


def _trois() -> list[ResultatMembre]:
    return [accepte(0), rejete(1), illisible(2)]


def test_une_ouverture_se_relit(registre: Engine) -> None:
    flux_id = flux_ouvert(registre, (2, 1))
    assert _etat(registre, flux_id) is EtatFlux.OUVERT
    tranches = tranches_du_flux(registre, flux_id)
    assert tranches == [Tranche(0, f"tranches/{flux_id}/0", 2, 200), Tranche(1, f"tranches/{flux_id}/1", 1, 100)]
    assert tranche_par_rang(registre, flux_id, 1) == tranches[1]
    assert tranche_par_rang(registre, flux_id, 2) is None
    assert membres_de_la_tranche(registre, flux_id, 1) == [Membre(2, "2.xml", 100, "b" * 64, 1, 200)]
    lu = flux_par_id(registre, flux_id)
    assert lu is not None
    assert (lu.membres, lu.jeu_de_regles) == (3, "2026-11")


def test_une_seconde_ouverture_ne_change_rien(registre: Engine) -> None:
    flux_id = flux_ouvert(registre, (3,))
    assert not ouvrir(registre, flux_id, (5, 5))
    assert compte(registre, "membres") == 3


def test_des_ouvertures_a_la_fois_en_font_une(registre: Engine) -> None:
    flux_id = enregistrer_depot(registre, depot(partenaire(registre), "r1")).id
    assert sorted(ensemble(6, lambda _: ouvrir(registre, flux_id, (4, 4)))) == [False] * 5 + [True]
    assert (compte(registre, "membres"), compte(registre, "tranches")) == (8, 2)


def test_un_flux_sans_tranche_est_traite_des_l_ouverture(registre: Engine) -> None:
    flux_id = enregistrer_depot(registre, depot(partenaire(registre), "r1")).id
    faute = anomalie("ARC-01")
    assert enregistrer_ouverture(registre, flux_id, [Membre(0, "x", 0, decision=Decision.ILLISIBLE)], [], [(FLUX_LUI_MEME, faute)])
    assert _etat(registre, flux_id) is EtatFlux.TRAITE
    assert list(anomalies_du_flux(registre, flux_id)) == [(FLUX_LUI_MEME, faute)]
    assert compteurs_du_flux(registre, flux_id) == Compteurs(0, 0, 1)


def test_une_tranche_qui_ment_sur_ses_membres_n_ouvre_rien(registre: Engine) -> None:
    flux_id = enregistrer_depot(registre, depot(partenaire(registre), "r1")).id
    with pytest.raises(ErreurInvariant) as caught:
        enregistrer_ouverture(registre, flux_id, [Membre(0, "x", 1, tranche_rang=0)], [Tranche(0, "k", 2, 1)])
    assert caught.value.facts == {"flux_id": flux_id, "rang": 0, "announced": 2, "found": 1}
    assert (_etat(registre, flux_id), compte(registre, "membres"), compte(registre, "tranches")) == (EtatFlux.RECU, 0, 0)


def test_une_ouverture_interrompue_reprend(registre: Engine) -> None:
    flux_id = enregistrer_depot(registre, depot(partenaire(registre), "r1")).id

    def membres():
        yield Membre(0, "x", 1, tranche_rang=0)
        raise ErreurRegistre("the archive's store went away", operation="test")

    with pytest.raises(ErreurRegistre):
        enregistrer_ouverture(registre, flux_id, membres(), [Tranche(0, "k", 2, 1)])
    assert compte(registre, "membres") == 0
    assert ouvrir(registre, flux_id, (2,))


def test_un_flux_inconnu_est_une_faute_des_notres(registre: Engine) -> None:
    with pytest.raises(ErreurInvariant):
        ouvrir(registre, 99, (1,))
    with pytest.raises(ErreurInvariant):
        enregistrer_tranche(registre, 99, 0, [accepte(0)])


def test_une_tranche_range_tout(registre: Engine) -> None:
    flux_id = flux_ouvert(registre, (3,))
    assert enregistrer_tranche(registre, flux_id, 0, _trois())
    assert tables_de_la_tranche(registre) == TROIS
    assert compteurs_du_flux(registre, flux_id) == Compteurs(1, 1, 1)
    assert _etat(registre, flux_id) is EtatFlux.TRAITE
    with registre.connect() as conn:
        row = conn.execute(text("SELECT * FROM factures WHERE membre_rang = 0")).mappings().one()
        ligne = conn.execute(text("SELECT * FROM lignes WHERE membre_rang = 0 AND rang = 1")).mappings().one()
        piece = conn.execute(text("SELECT nom, mime, taille, reference, sha256 FROM pieces_jointes WHERE membre_rang = 0")).one()
    assert (row["etat"], row["numero"], row["annee"], row["ttc"]) == ("DEPOSEE", "F-0", 2026, Decimal("120.00"))
    assert (row["fournisseur_schema"], row["fournisseur_id"], row["fournisseur_siren"]) == ("0009", "12345678900011", "123456789")
    assert (row["destinataire_id"], row["code_service"]) == ("21750001600019", "SERV")
    assert row["detail"]["notes"] == [{"texte": "Escompte « néant »\n\\fin\t.", "sujet": "AAB"}]
    assert row["detail"]["tva"] == [{"base": "100.00", "montant": "20.00", "categorie": "S", "taux": "20"}]
    assert row["detail"]["vendeur"]["adresse"] == {"ville": "Paris", "pays": "FR"}
    assert "pieces_jointes" not in row["detail"]
    assert (ligne["identifiant"], ligne["quantite"], ligne["detail"]) == ("1", Decimal("1.5"), {"description": "ligne"})
    assert piece == ("bdc.pdf", "application/pdf", 4, "BDC", hashlib.sha256(b"%PDF").hexdigest())


def test_ce_que_disent_les_reponses_se_relit(registre: Engine) -> None:
    flux_id = flux_ouvert(registre, (3,))
    trois = _trois()
    enregistrer_tranche(registre, flux_id, 0, trois)
    assert list(anomalies_du_flux(registre, flux_id)) == [(r.rang, a) for r in trois for a in r.anomalies]
    depose, rejet = statuts_du_flux(registre, flux_id)
    assert (depose.code, depose.horodatage, depose.recu_le, depose.motifs) == ("DEPOSEE", LE, LE, ())
    assert (depose.numero, depose.date_emission, depose.fournisseur_pays) == ("F-0", date(2026, 11, 20), "FR")
    assert trois[1].statut is not None
    assert (rejet.membre_rang, rejet.motifs, rejet.commentaire) == (1, trois[1].statut.motifs, trois[1].statut.commentaire)
    assert isinstance(rejet.motifs[0], Motif)


def test_un_flot_se_lit_a_moitie_puis_la_connexion_sert_encore(registre: Engine) -> None:
    flux_id = flux_ouvert(registre, (3,))
    enregistrer_tranche(registre, flux_id, 0, _trois())
    with registre.connect() as conn:
        flot = statuts_du_flux(conn, flux_id)
        next(flot)
        ouverts = "SELECT count(*) FROM pg_cursors"  # the rows stay on the server
        assert conn.execute(text(ouverts)).scalar_one() == 1
        flot.close()
        assert conn.execute(text(ouverts)).scalar_one() == 0
        assert len(list(anomalies_du_flux(conn, flux_id))) == 3


def test_une_tranche_rangee_deux_fois_ne_change_rien(registre: Engine) -> None:
    flux_id = flux_ouvert(registre, (3, 1))
    assert enregistrer_tranche(registre, flux_id, 0, _trois())
    assert not enregistrer_tranche(registre, flux_id, 0, [accepte(0), accepte(1), accepte(2)])
    assert tables_de_la_tranche(registre) == TROIS
    assert compteurs_du_flux(registre, flux_id) == Compteurs(1, 1, 1)
    assert _etat(registre, flux_id) is EtatFlux.OUVERT


def test_une_tranche_rangee_par_plusieurs_a_la_fois_l_est_une_fois(registre: Engine) -> None:
    flux_id = flux_ouvert(registre, (3,))
    assert sorted(ensemble(6, lambda _: enregistrer_tranche(registre, flux_id, 0, _trois()))) == [False] * 5 + [True]
    assert tables_de_la_tranche(registre) == TROIS


def test_la_derniere_de_tranches_paralleles_termine_le_flux(registre: Engine) -> None:
    for essai in range(5):
        flux_id = flux_ouvert(registre, (1,) * 4, f"PAR00{essai}")
        assert all(ensemble(4, lambda n, f=flux_id: enregistrer_tranche(registre, f, n, [rejete(n)])))
        assert _etat(registre, flux_id) is EtatFlux.TRAITE
    verifier_bilan(registre)


def test_deux_dernieres_tranches_qui_finissent_ensemble_terminent_le_flux(registre: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have marked their tranche before either looks whether one is left."""
    flux_id = flux_ouvert(registre, (1, 1))
    barriere = threading.Barrier(2)
    verrouiller = module.etat_verrouille

    def ensemble_puis(conn, flux):
        barriere.wait()
        return verrouiller(conn, flux)

    monkeypatch.setattr(module, "etat_verrouille", ensemble_puis)
    ensemble(2, lambda n: enregistrer_tranche(registre, flux_id, n, [accepte(n)]))
    assert _etat(registre, flux_id) is EtatFlux.TRAITE


@pytest.mark.parametrize("fonction", ["_copier_factures", "ecrire_anomalies", "terminer_tranche"])
def test_une_tranche_interrompue_ne_laisse_rien_et_reprend(registre: Engine, monkeypatch: pytest.MonkeyPatch, fonction: str) -> None:
    flux_id = flux_ouvert(registre, (3,))

    def tomber(*_: object) -> None:
        raise ErreurRegistre("power cut", operation="test")

    with monkeypatch.context() as patch:
        patch.setattr(module, fonction, tomber)
        with pytest.raises(ErreurRegistre):
            enregistrer_tranche(registre, flux_id, 0, _trois())
    assert not any(tables_de_la_tranche(registre).values())
    assert compteurs_du_flux(registre, flux_id) == Compteurs(0, 0, 0)
    assert enregistrer_tranche(registre, flux_id, 0, _trois())
    assert tables_de_la_tranche(registre) == TROIS


def test_une_connexion_coupee_avant_la_validation_se_reprend(registre: Engine) -> None:
    flux_id = flux_ouvert(registre, (3,))

    def couper(conn) -> None:
        with registre.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": conn.connection.driver_connection.info.backend_pid})

    event.listen(registre, "commit", couper, once=True)
    with pytest.raises(ErreurRegistre):
        enregistrer_tranche(registre, flux_id, 0, _trois())
    assert enregistrer_tranche(registre, flux_id, 0, _trois())
    assert tables_de_la_tranche(registre) == TROIS


@pytest.mark.parametrize(
    "resultats",
    [
        [accepte(0), accepte(1)],
        [accepte(0), accepte(1), accepte(1)],
        [accepte(0), accepte(1), accepte(3)],
        [accepte(0), accepte(1), accepte(2), accepte(3)],
        [accepte(0), accepte(1), ResultatMembre(2, Decision.ACCEPTE)],
        [accepte(0), accepte(1), ResultatMembre(2, Decision.ILLISIBLE, facture(2))],
        [accepte(0), accepte(1), ResultatMembre(2, Decision.REJETE, facture(2))],
    ],
    ids=["un de moins", "un double", "un d'une autre tranche", "un de plus", "sans facture", "illisible et lue", "sans statut"],
)
def test_des_resultats_qui_ne_sont_pas_ceux_des_membres_sont_refuses(registre: Engine, resultats: list[ResultatMembre]) -> None:
    flux_id = flux_ouvert(registre, (3, 1))
    with pytest.raises(ErreurInvariant):
        enregistrer_tranche(registre, flux_id, 0, resultats)
    assert not any(tables_de_la_tranche(registre).values())
    assert tranches_du_flux(registre, flux_id)[0].etat is EtatTranche.A_TRAITER


def test_les_anomalies_de_l_ouverture_et_de_la_tranche_se_suivent(registre: Engine) -> None:
    flux_id = enregistrer_depot(registre, depot(partenaire(registre), "r1")).id
    premiere = anomalie("PDF-11", member="0.xml")
    enregistrer_ouverture(registre, flux_id, [Membre(0, "0.xml", 1, tranche_rang=0)], [Tranche(0, "k", 1, 1)], [(0, premiere)])
    resultat = rejete(0)
    enregistrer_tranche(registre, flux_id, 0, [resultat])
    assert [one for _, one in anomalies_du_flux(registre, flux_id)] == [premiere, *resultat.anomalies]


def test_un_texte_que_la_base_refuserait_est_range(registre: Engine) -> None:
    """NUL and lone surrogates come from PDF strings and file names; a backslash before u0000 is plain text."""
    hostile = Facture(
        numero="F\0\udce9",
        notes=(Note("a\0b\\u0000c\udce9"),),
        vendeur=Partie(nom="\\N", identifiants=(Identifiant("\\.\n", "0009"),)),
        lignes=(Ligne(nom="\ttab\\", description="\\\0"),),
    )
    flux_id = flux_ouvert(registre, (1,))
    enregistrer_tranche(registre, flux_id, 0, [ResultatMembre(0, Decision.ACCEPTE, hostile, (), StatutPose("DEPOSEE", LE, "x\0"))])
    with registre.connect() as conn:
        row = conn.execute(text("SELECT numero, fournisseur_nom, fournisseur_id, detail -> 'notes' -> 0 ->> 'texte' FROM factures")).one()
        ligne = conn.execute(text("SELECT nom, detail ->> 'description' FROM lignes")).one()
    assert row == ("F\ufffd\ufffd", "\\N", "\\.\n", "a\ufffdb\\u0000c\ufffd")
    assert ligne == ("\ttab\\", "\\\ufffd")
