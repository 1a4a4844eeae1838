"""Attachments declared on an issuer: kept once, joined by reference, never out of their structure."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from flux.config import Reglages
from flux.contexte import Contexte
from flux.errors import ErreurTransport, ErreurUsage
from flux.etapes.bilan import bilan_complet
from flux.limites import Limites
from flux.registre.annuaire_pj import Fournisseur, PieceDeclaree, ajouter_piece, piece_declaree, pieces_declarees, retirer_piece
from flux.transport.entrepot import Entrepot
from tests.integration.registre.aides import compte
from tests.unit.annuaire.exemples import siret

LE = datetime(2026, 11, 2, 7, 0, tzinfo=UTC)
MOI, AUTRE = Fournisseur(siret(1)), Fournisseur(siret(2))


@pytest.fixture
def entrepot(tmp_path):
    return Entrepot(str(tmp_path / "entrepot"))


@pytest.fixture
def ajouter(registre, entrepot):
    def un(qui=MOI, reference="RIB", contenu=b"%PDF-", *, nom="rib.pdf", mime="application/pdf", le=LE, **options) -> PieceDeclaree:
        return ajouter_piece(registre, entrepot, qui, reference, nom, mime, [contenu], le=le, limites=Limites(piece_jointe=10), **options)

    return un


def test_une_piece_declaree_se_retrouve_avec_ses_octets(registre, entrepot, ajouter):
    piece = ajouter()
    assert piece_declaree(registre, MOI, "RIB") == piece
    assert (piece.nom, piece.mime, piece.taille, piece.ajoutee_le) == ("rib.pdf", "application/pdf", 5, LE)
    with entrepot.ouvrir(piece.cle) as source:
        assert source.read() == b"%PDF-"


def test_la_piece_d_une_autre_structure_ne_s_atteint_jamais(registre, ajouter):
    """Whatever stands for the other issuer: its SIREN, a prefix, a pattern, another type of identifier, blanks."""
    ajouter(AUTRE, contenu=b"secret")
    autre = AUTRE.identifiant
    for qui in (
        MOI,
        *(
            Fournisseur(v)
            for v in (autre[:9], autre[:13], autre + " ", " " + autre, "%", "_" * 14, "", autre + "0", autre + "\0", "' OR '1'='1")
        ),
    ):
        assert piece_declaree(registre, qui, "RIB") is None
        assert pieces_declarees(registre, qui) == []
        assert not retirer_piece(registre, qui, "RIB")
    for type_identifiant in range(2, 8):
        assert piece_declaree(registre, Fournisseur(autre, type_identifiant), "RIB") is None
    assert piece_declaree(registre, AUTRE, "RIB") is not None


def test_deux_structures_ont_chacune_leur_piece_de_meme_reference(registre, ajouter):
    ajouter(MOI, contenu=b"mien")
    ajouter(AUTRE, contenu=b"autre")
    ajouter(Fournisseur(MOI.identifiant, 6), contenu=b"type 6")
    tailles = [getattr(piece_declaree(registre, qui, "RIB"), "taille", None) for qui in (MOI, AUTRE, Fournisseur(MOI.identifiant, 6))]
    assert tailles == [4, 5, 6]
    assert retirer_piece(registre, MOI, "RIB")
    assert piece_declaree(registre, AUTRE, "RIB") is not None


def test_ajouter_deux_fois_ne_change_rien(registre, ajouter):
    assert ajouter(le=LE + timedelta(days=1)) == ajouter()
    assert compte(registre, "pieces_declarees") == 1


@pytest.mark.parametrize("autre", [{"contenu": b"autre"}, {"nom": "b.pdf"}, {"mime": "image/png"}])
def test_une_reference_prise_n_est_pas_ecrasee_sans_le_demander(registre, ajouter, autre):
    avant = ajouter()
    with pytest.raises(ErreurUsage):
        ajouter(**autre)
    assert piece_declaree(registre, MOI, "RIB") == avant
    apres = ajouter(**autre, remplacer=True)
    assert piece_declaree(registre, MOI, "RIB") == apres != avant


def test_retirer_ne_supprime_pas_les_octets(registre, entrepot, ajouter):
    piece = ajouter()
    assert retirer_piece(registre, MOI, "RIB")
    assert not retirer_piece(registre, MOI, "RIB")
    assert piece_declaree(registre, MOI, "RIB") is None
    assert entrepot.existe(piece.cle)


@pytest.mark.parametrize(
    "faute",
    [
        {"contenu": b""},
        {"contenu": b"x" * 11},
        {"reference": ""},
        {"reference": "R" * 51},
        {"reference": " RIB"},
        {"reference": "R\0"},
        {"nom": "n" * 51},
        {"mime": ""},
        {"mime": "pdf"},
        {"qui": Fournisseur("")},
        {"qui": Fournisseur("1" * 81)},
        {"qui": Fournisseur("1", 0)},
        {"qui": Fournisseur("1", 8)},
    ],
)
def test_ce_qui_ne_se_garde_pas_est_refuse(registre, ajouter, faute):
    with pytest.raises(ErreurUsage):
        ajouter(**faute)
    assert compte(registre, "pieces_declarees") == 0


def test_les_pieces_se_listent_par_reference(registre, ajouter):
    for reference in ("B", "A", "C" * 50):
        ajouter(reference=reference)
    assert [one.reference for one in pieces_declarees(registre, MOI)] == ["A", "B", "C" * 50]
    for reference in ("C" * 51, "a", "A ", "A\0", "%"):
        assert piece_declaree(registre, MOI, reference) is None


@pytest.fixture
def bilan(registre, entrepot, tmp_path):
    """What the balance says of the store: the codes of what is wrong, and how many leftovers it knows."""

    def un():
        found = bilan_complet(Contexte(Reglages(dossier=tmp_path), registre, entrepot, lambda: LE + timedelta(days=9)))
        return [one.code for one in found.constats], len(found.restes)

    return un


def _objets(entrepot):
    return sum(1 for _ in entrepot.lister("sha256"))


def test_une_piece_refusee_pour_sa_reference_ne_laisse_rien(entrepot, ajouter, bilan):
    ajouter()
    with pytest.raises(ErreurUsage):
        ajouter(contenu=b"autre")
    assert _objets(entrepot) == 1
    assert bilan() == ([], 0)


def test_une_piece_que_l_entrepot_n_a_pas_prise_n_est_pas_declaree(registre, entrepot, ajouter, monkeypatch):
    def refuser(_contenu):
        raise ErreurTransport("The staging store is full.", operation="deposer")

    monkeypatch.setattr(entrepot, "deposer", refuser)
    with pytest.raises(ErreurTransport):
        ajouter()
    assert compte(registre, "pieces_declarees") == 0


def test_declarer_de_nouveau_rend_les_octets_perdus(entrepot, ajouter, bilan):
    piece = ajouter()
    entrepot.supprimer(piece.cle)
    assert bilan() == (["original_manquant"], 0)
    assert ajouter() == piece
    assert bilan() == ([], 0)


def test_remplacer_et_retirer_laissent_des_restes_connus(ajouter, registre, bilan):
    ajouter()
    ajouter(contenu=b"autre", remplacer=True)
    assert bilan() == ([], 1)
    ajouter(contenu=b"autre", nom="b.pdf", remplacer=True)  # the same bytes under another name
    assert bilan() == ([], 1)
    retirer_piece(registre, MOI, "RIB")
    assert bilan() == ([], 2)
    ajouter(AUTRE)  # somebody else declares what was withdrawn: it is no leftover
    assert bilan() == ([], 1)


@pytest.mark.parametrize("retiree_avant", [False, True])
def test_une_declaration_perdue_reste_un_orphelin(registre, ajouter, bilan, retiree_avant):
    if retiree_avant:
        ajouter()
        retirer_piece(registre, MOI, "RIB")
    ajouter()
    with registre.begin() as conn:
        conn.execute(text("DELETE FROM pieces_declarees"))
    assert bilan() == (["orphelin"], 0)
