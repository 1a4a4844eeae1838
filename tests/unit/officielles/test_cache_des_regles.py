"""Compiled sets on disk: readable, made again when damaged, kept apart for each rule file, private."""

from __future__ import annotations

import pytest

from flux.errors import ErreurConfiguration
from flux.regles.officielles import charger_fichier
from tests.unit.officielles.jeu_de_poche import assertion, ecrire, evaluer, feuille, regle, regles

XML = '<p:r xmlns:p="urn:test:p"><p:l/></p:r>'


def _fichiers(dossier):
    return sorted(dossier.iterdir())


def test_the_source_is_readable_and_a_second_load_uses_it(tmp_path, monkeypatch):
    fichier = ecrire(tmp_path, feuille(regle("p:l", assertion("ABC-15", "p:x = 'y'"))))
    cache = tmp_path / "cache"
    assert regles(evaluer(charger_fichier(fichier, cache), XML)) == ["ABC-15"]
    source = next(f for f in _fichiers(cache) if f.suffix == ".py").read_text()
    assert "# ABC-15 [fatal] p:x = 'y'" in source
    monkeypatch.setattr("flux.regles.officielles.chargement.compiler", None)
    assert regles(evaluer(charger_fichier(fichier, cache), XML)) == ["ABC-15"]


@pytest.mark.parametrize("suffixe", [".py", ".bin"])
@pytest.mark.parametrize("degat", ["coupe", "change", "vide", "efface"])
def test_a_damaged_file_is_made_again(tmp_path, suffixe, degat):
    fichier = ecrire(tmp_path, feuille(regle("p:l", assertion("A", "p:x"))))
    cache = tmp_path / "cache"
    charger_fichier(fichier, cache)
    vise = next(f for f in _fichiers(cache) if f.suffix == suffixe)
    bon = vise.read_bytes()
    if degat == "efface":
        vise.unlink()
    else:
        vise.write_bytes({"coupe": bon[:-3], "change": bon[:-20] + b"x" + bon[-19:], "vide": b""}[degat])
    assert regles(evaluer(charger_fichier(fichier, cache), XML)) == ["A"]
    assert vise.read_bytes() == bon


def test_another_rule_file_or_code_list_is_another_key(tmp_path):
    cache = tmp_path / "cache"
    charger_fichier(ecrire(tmp_path, feuille(regle("p:l", assertion("A", "p:x")))), cache)
    (tmp_path / "x_codedb.xml").write_text('<codedb><cl id="1"><enumeration value="A"/></cl></codedb>')
    charger_fichier(ecrire(tmp_path, feuille(regle("p:l", assertion("A", "p:x")))), cache)
    un = charger_fichier(ecrire(tmp_path, feuille(regle("p:l", assertion("B", "p:x")))), cache)
    assert regles(evaluer(un, XML)) == ["B"]
    assert len(_fichiers(cache)) == 6


def test_a_folder_that_others_may_write_is_refused(tmp_path):
    fichier = ecrire(tmp_path, feuille(regle("p:l", assertion("A", "p:x"))))
    cache = tmp_path / "cache"
    charger_fichier(fichier, cache)
    assert cache.stat().st_mode & 0o077 == 0
    cache.chmod(0o777)
    with pytest.raises(ErreurConfiguration):
        charger_fichier(fichier, cache)
