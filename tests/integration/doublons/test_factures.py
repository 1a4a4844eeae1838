"""Invoices received before: refused alone, whoever stores first, and the first one is left as it is."""

import threading
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import pytest
from alembic import command
from pydantic import ValidationError
from sqlalchemy import Engine, text

from flux.config import Reglages
from flux.modele.facture import Facture, Identifiant
from flux.registre import tranches as module
from flux.registre.bilan import verifier_bilan
from flux.registre.connexion import creer_moteur
from flux.registre.depots import enregistrer_depot
from flux.registre.doublons import cle_unicite
from flux.registre.lectures import anomalies_du_flux, statuts_du_flux
from flux.registre.migrations import configuration
from flux.registre.tranches import enregistrer_tranche
from flux.registre.valeurs import ResultatMembre
from tests.integration.registre.aides import accepte, compte, depot, ensemble, facture, flux_ouvert, ouvrir, partenaire, rejete

TABLES = ("factures", "lignes", "pieces_jointes", "statuts", "anomalies", "membres")


def _flux(engine: Engine, tailles: tuple[int, ...] = (1,), identifiant: str | None = None, n: int = 0) -> int:
    pid = partenaire(engine)
    flux_id = enregistrer_depot(engine, depot(pid, f"r-{identifiant}-{n}-{compte(engine, 'flux')}", identifiant)).id
    assert ouvrir(engine, flux_id, tailles)
    return flux_id


def _contenu(engine: Engine, flux_id: int) -> list[list[tuple[object, ...]]]:
    with engine.connect() as conn:
        return [[tuple(r) for r in conn.execute(text(f"SELECT * FROM {nom} WHERE flux_id = {flux_id} ORDER BY 1, 2"))] for nom in TABLES]


def _decisions(engine: Engine, flux_id: int) -> list[str]:
    with engine.connect() as conn:
        return list(conn.execute(text(f"SELECT decision FROM membres WHERE flux_id = {flux_id} ORDER BY rang")).scalars())


def _de(**termes: object) -> ResultatMembre:
    one = accepte(0)
    assert one.facture is not None
    return replace(one, facture=replace(one.facture, **termes))


def _vendeur(schema: str | None, valeur: str) -> Facture:
    one = facture(0)
    return replace(one, vendeur=replace(one.vendeur, identifiants=(Identifiant(valeur, schema),), identifiant_legal=None))


def test_la_facture_d_un_autre_flux_est_refusee_seule_et_cite_le_premier(registre: Engine) -> None:
    premier = _flux(registre, identifiant="ABC001A1140123456789ABCDE")
    enregistrer_tranche(registre, premier, 0, [accepte(0)])
    avant = _contenu(registre, premier)
    second = _flux(registre, (2,))
    assert enregistrer_tranche(registre, second, 0, [accepte(0), accepte(1)])
    assert _decisions(registre, second) == ["rejected", "accepted"]
    ((rang, faute),) = anomalies_du_flux(registre, second)
    assert (rang, faute.rule, faute.code, faute.member, faute.found) == (0, "DBL-01", "DOUBLON", "0.xml", "F-0")
    assert "23/11/2026 10:30" in faute.fr
    assert "ABC001A1140123456789ABCDE" in faute.fr
    assert "ABC001A1140123456789ABCDE" in faute.en
    refusee, acceptee = statuts_du_flux(registre, second)
    assert (refusee.code, [m.code for m in refusee.motifs], refusee.commentaire) == ("NON_CONFORME", ["DOUBLON"], faute.fr)
    assert acceptee.code == "DEPOSEE"
    assert _contenu(registre, premier) == avant
    verifier_bilan(registre)


def test_un_flux_sans_identifiant_est_cite_par_son_nom(registre: Engine) -> None:
    premier = flux_ouvert(registre, (1,))
    enregistrer_tranche(registre, premier, 0, [accepte(0)])
    second = _flux(registre)
    enregistrer_tranche(registre, second, 0, [accepte(0)])
    ((_, faute),) = anomalies_du_flux(registre, second)
    assert "r-ABC001.tar.gz" in faute.fr


@pytest.mark.parametrize("tailles", [(3,), (1, 2), (2, 1)])
def test_deux_fois_dans_une_archive_la_seconde_cite_le_fichier(registre: Engine, tailles: tuple[int, ...]) -> None:
    flux_id = _flux(registre, tailles)
    resultats = [accepte(0), accepte(1), accepte(2, "F-0")]
    debut = 0
    for rang, nombre in enumerate(tailles):
        enregistrer_tranche(registre, flux_id, rang, reversed(resultats[debut : debut + nombre]))
        debut += nombre
    assert _decisions(registre, flux_id) == ["accepted", "accepted", "rejected"]
    ((rang, faute),) = anomalies_du_flux(registre, flux_id)
    assert (rang, faute.rule, faute.member) == (2, "DBL-02", "2.xml")
    assert "0.xml" in faute.fr
    verifier_bilan(registre)


def test_une_tranche_reprise_ne_se_prend_pas_pour_son_double(registre: Engine) -> None:
    flux_id = _flux(registre, (2,))
    resultats = [accepte(0), accepte(1, "F-0")]
    assert enregistrer_tranche(registre, flux_id, 0, resultats)
    avant = _contenu(registre, flux_id)
    assert not enregistrer_tranche(registre, flux_id, 0, resultats)
    assert _contenu(registre, flux_id) == avant


@pytest.mark.parametrize(
    "autre",
    [
        {"numero": "F-1"},
        {"numero": "f-0"},
        {"date_emission": date(2025, 11, 20)},
        {"vendeur": _vendeur("0009", "98765432100011").vendeur},
        {"vendeur": _vendeur("0228", "12345678900011").vendeur},
    ],
    ids=["numéro", "casse", "année", "fournisseur", "schéma"],
)
def test_une_autre_cle_est_une_autre_facture(registre: Engine, autre: dict[str, object]) -> None:
    flux_id = _flux(registre, (2,))
    enregistrer_tranche(registre, flux_id, 0, [accepte(0), replace(_de(**autre), rang=1)])
    assert _decisions(registre, flux_id) == ["accepted"] * 2


@pytest.mark.parametrize(
    "meme",
    [
        {"type_code": "381"},
        {"date_emission": date(2026, 1, 1)},
        {"vendeur": _vendeur("1", "12345678900011").vendeur},
        {"vendeur": _vendeur("0009", "12345678900029").vendeur},
        {"vendeur": _vendeur("0002", "123456789").vendeur},
    ],
    ids=["type", "jour", "autre ère", "autre établissement", "SIREN"],
)
def test_la_meme_cle_est_la_meme_facture(registre: Engine, meme: dict[str, object]) -> None:
    flux_id = _flux(registre, (2,))
    enregistrer_tranche(registre, flux_id, 0, [accepte(0), replace(_de(**meme), rang=1)])
    assert _decisions(registre, flux_id) == ["accepted", "rejected"]


def test_deux_etablissements_numerotent_a_part_si_un_reglage_le_dit(registre: Engine) -> None:
    flux_id = _flux(registre, (2,))
    autre = replace(_de(vendeur=_vendeur("0009", "12345678900029").vendeur), rang=1)
    enregistrer_tranche(registre, flux_id, 0, [accepte(0), autre], par_siren=False)
    assert _decisions(registre, flux_id) == ["accepted"] * 2


@pytest.mark.parametrize("manque", ["numero", "date_emission"])
def test_une_facture_sans_cle_n_est_le_double_de_rien(registre: Engine, manque: str) -> None:
    flux_id = _flux(registre, (2,))
    enregistrer_tranche(registre, flux_id, 0, [_de(**{manque: None}), replace(_de(**{manque: None}), rang=1)])
    assert _decisions(registre, flux_id) == ["accepted"] * 2


def test_un_numero_demesure_ou_indecodable_se_range(registre: Engine) -> None:
    """An index row holds 2,700 bytes, and not a lone surrogate."""
    for n, numero in enumerate(["9" * 1_000_000, "\0\udce9\x1f"]):
        flux_id = _flux(registre, (2,), n=n)
        enregistrer_tranche(registre, flux_id, 0, [accepte(0, numero), accepte(1, numero)])
        assert _decisions(registre, flux_id) == ["accepted", "rejected"]


@pytest.mark.parametrize(("libere_par", "attendu"), [(("NON_CONFORME",), "accepted"), ((), "rejected")])
def test_ce_qui_libere_un_numero_est_un_reglage(registre: Engine, libere_par: tuple[str, ...], attendu: str) -> None:
    premier, second = _flux(registre), _flux(registre, n=1)
    enregistrer_tranche(registre, premier, 0, [rejete(0)], libere_par=libere_par)
    enregistrer_tranche(registre, second, 0, [accepte(0)], libere_par=libere_par)
    assert _decisions(registre, second) == [attendu]


def test_une_rejetee_ne_prend_pas_le_numero_d_une_acceptee(registre: Engine) -> None:
    premier, second = _flux(registre), _flux(registre, n=1)
    enregistrer_tranche(registre, premier, 0, [accepte(0)], libere_par=())
    enregistrer_tranche(registre, second, 0, [rejete(0)], libere_par=())
    assert [one.rule for _, one in anomalies_du_flux(registre, second)] == ["PDF-01"] * 2
    verifier_bilan(registre)


@pytest.mark.parametrize("etats", [{"DEPOSEE"}, {"INCONNU"}, {"NON_CONFORME", "DEPOSEE"}])
def test_un_reglage_qui_ne_tiendrait_rien_est_refuse(etats: set[str]) -> None:
    with pytest.raises(ValidationError, match="cannot free a number"):
        Reglages(numero_libere_par=frozenset(etats))


def test_le_reglage_vient_de_l_environnement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLUX_NUMERO_LIBERE_PAR", "[]")
    assert Reglages().numero_libere_par == frozenset()


def test_deux_tranches_qui_ont_regarde_avant_de_ranger_n_en_acceptent_qu_une(registre: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have seen every number free; the numbers come in opposite orders."""
    flux = [_flux(registre, (3,)), _flux(registre, (3,), n=1)]
    barriere = threading.Barrier(2)
    departager = module.departager
    passes = threading.local()

    def ensemble_puis(*args, **options):
        found = departager(*args, **options)
        if not getattr(passes, "vu", False):
            passes.vu = True
            barriere.wait(10)
        return found

    monkeypatch.setattr(module, "departager", ensemble_puis)
    ordres = [("a", "b", "c"), ("c", "b", "a")]
    assert ensemble(2, lambda n: enregistrer_tranche(registre, flux[n], 0, [accepte(r, x) for r, x in enumerate(ordres[n])])) == [True] * 2
    assert sorted([_decisions(registre, one) for one in flux]) == [["accepted"] * 3, ["rejected"] * 3]
    assert compte(registre, "factures", "etat = 'DEPOSEE'") == 3
    verifier_bilan(registre)


def test_les_numeros_se_prennent_toujours_dans_le_meme_ordre(registre: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else two tranches that bring the same ones could each hold what the other waits for."""
    flux_id = _flux(registre, (9,))
    copier = module.copier
    cles: list[bytes] = []

    def noter(conn, table, colonnes, lignes):
        rows = list(lignes)
        if table.name == "factures":
            cles.extend(row[colonnes.index("cle_unicite")] for row in rows)
        return copier(conn, table, colonnes, rows)

    monkeypatch.setattr(module, "copier", noter)
    enregistrer_tranche(registre, flux_id, 0, [accepte(rang) for rang in range(9)])
    assert len(cles) == 9
    assert cles == sorted(cles)


def test_celle_qui_attendait_une_transaction_defaite_est_acceptee(registre: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first transaction takes the number and is undone: the number is free, the second invoice takes it."""
    premier, second = _flux(registre), _flux(registre, n=1)
    pris, attend = threading.Event(), threading.Event()
    terminer = module.terminer_tranche

    def tomber(conn, tenue):
        if tenue.flux_id == premier:
            pris.set()
            attend.wait(10)
            raise RuntimeError("power cut")
        terminer(conn, tenue)

    monkeypatch.setattr(module, "terminer_tranche", tomber)

    def un(n: int) -> bool:
        if n == 0:
            with pytest.raises(RuntimeError):
                enregistrer_tranche(registre, premier, 0, [accepte(0)])
            return False
        pris.wait(10)
        threading.Timer(0.3, attend.set).start()
        return enregistrer_tranche(registre, second, 0, [accepte(0)])

    assert ensemble(2, un) == [False, True]
    assert _decisions(registre, second) == ["accepted"]


def _dans_un_processus(url: str, flux_id: int, depart: float) -> bool:
    engine = creer_moteur(url)
    resultats = [accepte(rang) for rang in range(40)]
    time.sleep(max(0.0, depart - time.time()))
    return enregistrer_tranche(engine, flux_id, 0, resultats if flux_id % 2 else reversed(resultats))


def test_deux_processus_rangent_les_memes_factures_une_seule_est_acceptee(registre: Engine, url_registre: str) -> None:
    essais = 4
    flux = [_flux(registre, (40,), n=n) for n in range(2)]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        list(processes.map(time.sleep, [0.5] * 2))  # both are up
        for essai in range(essais):
            with registre.begin() as conn:
                conn.execute(text("UPDATE factures SET cle_unicite = NULL"))  # the numbers of the last round are free
            if essai:
                flux = [_flux(registre, (40,), n=n) for n in range(2)]
            depart = time.time() + 0.3
            assert list(processes.map(_dans_un_processus, [url_registre] * 2, flux, [depart] * 2)) == [True] * 2
            par_rang = list(zip(*(_decisions(registre, one) for one in flux), strict=True))
            assert all(sorted(paire) == ["accepted", "rejected"] for paire in par_rang)
    verifier_bilan(registre)


def test_la_base_elle_meme_refuse_deux_factures_d_un_numero(registre: Engine) -> None:
    flux_id = _flux(registre, (2,))
    enregistrer_tranche(registre, flux_id, 0, [accepte(0), accepte(1)])
    with pytest.raises(Exception, match="uq_factures_cle_unicite"), registre.begin() as conn:
        conn.execute(text("UPDATE factures SET cle_unicite = '\\x00'"))


def test_la_migration_donne_leur_cle_aux_factures_deja_rangees(dossier_postgres: Path, registre: Engine) -> None:
    """The same as ours, and of two stored before it the first one's."""
    schemas = ("1", "0009", "0002", "2", "0223", "3", "ETR", "0227", "4", "0228", "RIDET", "5", "0229", "6", "7", "0226", None, "0088")
    factures = [replace(_vendeur(schema, "987654321"), numero=f"É-{rang}") for rang, schema in enumerate(schemas)]
    factures += [replace(_vendeur("0002", "12345678900011"), numero="S"), replace(_vendeur("0009", "12345678900011"), numero="S")]
    flux_id = _flux(registre, (len(factures) + 1,))
    resultats = [replace(accepte(0), rang=rang, facture=one) for rang, one in enumerate(factures)]
    enregistrer_tranche(registre, flux_id, 0, [*resultats, rejete(len(factures))])
    with registre.begin() as conn:
        conn.execute(text("UPDATE factures SET etat = 'DEPOSEE' WHERE numero = 'S'"))
        command.downgrade(configuration(conn), "r0002")
        command.upgrade(configuration(conn), "head")
    with registre.connect() as conn:
        trouvees = [
            None if cle is None else bytes(cle)
            for cle in conn.execute(text("SELECT cle_unicite FROM factures ORDER BY membre_rang")).scalars()
        ]
    assert trouvees == [*(cle_unicite(one) for one in factures[:-1]), None, None]


def test_la_migration_fait_passer_du_siret_au_siren_sans_rien_reprendre(dossier_postgres: Path, registre: Engine) -> None:
    """Of two establishments' invoices that the company's key makes one, the first gets it, the second keeps its own; and back."""
    sirets = ("12345678900011", "12345678900029", "98765432100011", "987654321")
    factures = [replace(_vendeur("0009" if len(one) == 14 else "0002", one), numero="N") for one in sirets]
    flux_id = _flux(registre, (len(sirets),))
    resultats = [replace(accepte(0), rang=rang, facture=one) for rang, one in enumerate(factures)]
    enregistrer_tranche(registre, flux_id, 0, resultats, par_siren=False)
    par_siret = [cle_unicite(one, par_siren=False) for one in factures]

    def cles() -> list[bytes]:
        with registre.connect() as conn:
            return [bytes(cle) for cle in conn.execute(text("SELECT cle_unicite FROM factures ORDER BY membre_rang")).scalars()]

    assert cles() == par_siret
    with registre.begin() as conn:
        command.stamp(configuration(conn), "r0009")
        command.upgrade(configuration(conn), "r0010")
    # the SIREN alone had its key all along: the establishment of that company keeps its own
    assert cles() == [cle_unicite(factures[0]), par_siret[1], par_siret[2], par_siret[3]]
    with registre.begin() as conn:
        command.downgrade(configuration(conn), "r0009")
        command.stamp(configuration(conn), "head")
    assert cles() == par_siret
