"""``flux annuaire``, as an operator types it."""

import json
import re

import pytest
from typer.testing import CliRunner

from flux.cli.annuaire import annuaire
from flux.config import Reglages
from flux.contexte import Contexte
from flux.errors import ErreurUsage
from flux.transport.entrepot import Entrepot
from tests.unit.annuaire.exemples import TITRES, ecrire_csv, services, siret, structures


@pytest.fixture
def flux(registre, tmp_path, monkeypatch):
    reglages = Reglages(dossier=tmp_path)
    monkeypatch.setattr("flux.cli.rendu.contexte", lambda: Contexte(reglages, registre, Entrepot.depuis(reglages)))

    def lancer(*arguments: object, code: int = 0) -> str:
        resultat = CliRunner().invoke(annuaire, [str(one) for one in arguments])
        if resultat.exception is not None and not isinstance(resultat.exception, SystemExit):
            raise resultat.exception
        assert resultat.exit_code == code, resultat.output
        return resultat.output

    return lancer


@pytest.fixture
def fichier(tmp_path):
    return ecrire_csv(tmp_path / "annuaire.csv", [*structures(20), *services(20)])


def test_importer_puis_chercher(flux, fichier):
    assert "vide" in flux("etat")
    assert json.loads(flux("etat", "--format", "json")) is None
    told = flux("importer", fichier, "--complet")
    assert "│ annuaire.csv" in told
    assert re.search(r"importe_le +│ \d\d/\d\d/\d{4} \d\d:\d\d ", told)
    etat = json.loads(flux("etat", "--format", "json"))
    assert (etat["version"], etat["structures"], etat["services"], etat["mode"]) == (1, 20, 40, "complet")
    assert "annuaire.csv" in flux("etat")
    assert "Collectivité n° 3" in flux("chercher", siret(3))
    found = json.loads(flux("chercher", siret(3), "--service", "SERV-1-3", "--format", "json"))
    assert found["structure"]["service_requis"] is True
    assert found["service"]["nom"] == "Service 1"
    assert "oui" in flux("chercher", siret(3), "--service", "SERV-1-3")


def test_ce_qui_n_est_pas_dans_l_annuaire_rend_1(flux, fichier):
    flux("importer", fichier, "--complet")
    assert "absent" in flux("chercher", siret(99), code=1)
    assert "absent" in flux("chercher", siret(3), "--service", "RIEN", code=1)
    assert json.loads(flux("chercher", siret(99), "--service", "S", "--format", "json", code=1)) == {"structure": None, "service": None}


def test_un_fichier_fautif_dit_ou_dans_les_deux_langues_et_n_importe_rien(flux, fichier):
    fichier.write_text(f"{TITRES}\n12;;X;;;;;;;;\n")
    sortie = flux("importer", fichier, "--difference", code=1)
    assert "annuaire.csv:2 ANN-06" in sortie
    assert "n'a pas 14 chiffres" in sortie
    assert "does not have 14 digits" in sortie
    (faute,) = json.loads(flux("importer", fichier, "--difference", "--format", "json", code=1))["fautes"]
    assert (faute["fichier"], faute["ligne"], faute["code"]) == ("annuaire.csv", 2, "ANN-06")
    assert "vide" in flux("etat")


def test_le_mode_d_import_se_dit_toujours(flux, fichier):
    flux("importer", fichier, code=2)


def test_les_pieces_jointes_se_declarent_se_listent_et_se_retirent(flux, tmp_path):
    piece = tmp_path / "rib.pdf"
    piece.write_bytes(b"%PDF-1.7")
    flux("pj", "ajouter", siret(1), "RIB", piece)
    (une,) = json.loads(flux("pj", "lister", siret(1), "--format", "json"))
    assert (une["reference"], une["nom"], une["mime"], une["taille"]) == ("RIB", "rib.pdf", "application/pdf", 8)
    assert "RIB" in flux("pj", "lister", siret(1))
    assert json.loads(flux("pj", "lister", siret(2), "--format", "json")) == []
    assert "retirée" in flux("pj", "retirer", siret(1), "RIB")
    flux("pj", "retirer", siret(1), "RIB", code=1)
    with pytest.raises(ErreurUsage):
        flux("pj", "ajouter", siret(1), "RIB", tmp_path / "absent.pdf")
