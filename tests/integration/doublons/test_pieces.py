"""Attachments named by reference: joined when the supplier declared them, never another one's, refused when clearly meant and unknown."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from flux.etapes.bilan import bilan_complet
from flux.etapes.pieces_declarees import Declarations
from flux.limites import Limites
from flux.modele.facture import Facture, Identifiant, PieceJointe
from flux.registre.annuaire_pj import Fournisseur, ajouter_piece, retirer_piece
from flux.transport.entrepot import Entrepot, cle_de
from tests.integration.registre.aides import facture
from tests.integration.test_etapes import Maison, maison

__all__ = ["maison"]

LE = datetime(2026, 11, 2, 7, tzinfo=UTC)
MOI, AUTRE = "12345678900011", "98765432100011"


def _declarer(engine: Engine, entrepot: Entrepot, qui: str, reference: str, contenu: bytes = b"%PDF-", type_identifiant: int = 1) -> str:
    fournisseur = Fournisseur(qui, type_identifiant)
    return ajouter_piece(engine, entrepot, fournisseur, reference, "rib.pdf", "application/pdf", [contenu], le=LE, limites=Limites()).sha256


def _citant(*pieces: PieceJointe, schema: str = "0009") -> Facture:
    one = facture(0)
    vendeur = replace(one.vendeur, identifiants=(Identifiant(MOI, schema),))
    return replace(one, vendeur=vendeur, pieces_jointes=pieces)


@pytest.fixture
def declarer(registre, tmp_path):
    entrepot = Entrepot(str(tmp_path / "entrepot"))
    return lambda *args, **options: _declarer(registre, entrepot, *args, **options)


@pytest.mark.parametrize("schema", ["0009", "1"])
@pytest.mark.parametrize("piece", [PieceJointe("RIB"), PieceJointe("RIB", type_piece="02"), PieceJointe(nom="RIB")])
def test_une_piece_declaree_est_jointe(registre, declarer, piece, schema):
    sha256 = declarer(MOI, "RIB")
    (found,), faults = Declarations(registre).joindre(_citant(PieceJointe("BDC", contenu=b"x"), piece, schema=schema), "f.xml")
    assert faults == ()
    assert (found.rang, found.nom, found.mime, found.taille, found.sha256) == (1, "rib.pdf", "application/pdf", 5, sha256)


@pytest.mark.parametrize("stricte", [False, True])
def test_une_piece_inconnue_est_refusee_si_c_en_est_bien_une(registre, stricte):
    pieces = (PieceJointe("P1", type_piece="02"), PieceJointe("P2", nom="p2.pdf"), PieceJointe("Lot567", "lot"))
    found, faults = Declarations(registre, stricte).joindre(_citant(*pieces), "f.xml")
    assert found == ()
    assert [(one.code, one.found, one.member) for one in faults] == [
        ("REJ_REF_PJ", reference, "f.xml") for reference in ("P1", "P2", "Lot567")[: 3 if stricte else 2]
    ]
    assert all(one.bloquante for one in faults)


def test_la_piece_d_une_autre_structure_ne_s_atteint_jamais(registre, declarer):
    declarer(AUTRE, "RIB", b"secret")
    declarer(MOI, "RIB", b"autre type", type_identifiant=6)
    declarations = Declarations(registre)
    autre = _citant(PieceJointe("RIB", type_piece="02"))
    autre = replace(autre, vendeur=replace(autre.vendeur, identifiants=(Identifiant(AUTRE, "0009"),)))
    assert len(declarations.joindre(autre, "autre.xml")[0]) == 1
    found, faults = declarations.joindre(_citant(PieceJointe("RIB", type_piece="02")), "f.xml")
    assert (found, [one.rule for one in faults]) == ((), ["PJR-01"])


@pytest.mark.parametrize(
    "piece", [PieceJointe("RIB", contenu=b"", type_piece="02"), PieceJointe("RIB", uri="https://x.example", type_piece="02")]
)
def test_une_piece_qui_a_son_contenu_ou_son_lieu_n_est_pas_cherchee(registre, declarer, piece):
    declarer(MOI, "RIB")
    assert Declarations(registre).joindre(_citant(piece), "f.xml") == ((), ())


def _fabriquer_citant(maison: Maison) -> tuple[Path, str]:
    """A flow whose invoice names the reference RIB; its supplier's SIRET."""
    fichier = maison.fabriquer()
    document = "<cac:AdditionalDocumentReference><cbc:ID>RIB</cbc:ID><cbc:DocumentTypeCode>02</cbc:DocumentTypeCode></cac:AdditionalDocumentReference>"
    brut = fichier.read_text(encoding="utf-8")
    assert brut.count("<cac:AccountingSupplierParty>") == 1
    fichier.write_text(brut.replace("<cac:AccountingSupplierParty>", f"{document}<cac:AccountingSupplierParty>"), encoding="utf-8")
    return fichier, brut.split('schemeID="0009">')[1][:14]


@pytest.mark.parametrize(("declaree", "etat"), [(True, "DEPOSEE"), (False, "NON_CONFORME")])
def test_de_bout_en_bout_la_piece_est_au_registre_ou_la_facture_est_refusee(maison: Maison, declaree, etat):
    contexte = maison.contexte
    fichier, siret = _fabriquer_citant(maison)
    maison.deposer(fichier)
    maison.recevoir()
    if declaree:
        sha256 = _declarer(contexte.engine, contexte.entrepot, siret, "RIB")
    maison.integrer()
    assert maison.lignes("SELECT etat FROM factures") == [(etat,)]
    jointe = ("rib.pdf", "application/pdf", 5, sha256) if declaree else (None, None, None, None)
    assert maison.lignes("SELECT nom, mime, taille, sha256 FROM pieces_jointes WHERE reference = 'RIB'") == [jointe]
    assert maison.lignes("SELECT code, found FROM anomalies WHERE severity = 'error'") == ([] if declaree else [("REJ_REF_PJ", "RIB")])


@pytest.mark.desequilibre
def test_une_piece_jointe_puis_retiree_reste_due_par_l_entrepot(maison: Maison):
    contexte = maison.contexte
    fichier, siret = _fabriquer_citant(maison)
    maison.deposer(fichier)
    maison.recevoir()
    sha256 = _declarer(contexte.engine, contexte.entrepot, siret, "RIB")
    maison.integrer()
    retirer_piece(contexte.engine, Fournisseur(siret), "RIB")
    assert bilan_complet(contexte).constats == ()
    contexte.entrepot.supprimer(cle_de(sha256))
    assert [(one.code, one.flux) for one in bilan_complet(contexte).constats] == [("original_manquant", (1,))]
