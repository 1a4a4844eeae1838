"""What comes from outside cannot fill the memory, stop a thread or spoil the cache of the rules engine."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from lxml import etree

from flux.regles.officielles import Document, ErreurMoteur, charger_fichier, document
from flux.regles.officielles.conversions import decimal
from flux.regles.officielles.document import Chemin, Forme
from tests.unit.officielles.jeu_de_poche import assertion, ecrire, feuille, jeu, regle

N = 'xmlns:p="urn:test:p"'
REGLES = (regle("p:l", assertion("A", "xs:decimal(p:m) > 1"), assertion("B", "count(//p:l[p:cat = 'S']) > 1")),)


def lignes(montants: list[str]) -> bytes:
    corps = "".join(f"<p:l><p:m>{m}</p:m><p:cat>S</p:cat></p:l>" for m in montants)
    return f"<p:r {N}>{corps}</p:r>".encode()


def test_names_from_outside_are_forgotten_past_a_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(document, "CHEMINS_MAX", 200)
    monkeypatch.setattr(document, "FORMES_MAX", 5)
    un = jeu(tmp_path, *REGLES)
    for tour in range(60):
        noms = "".join(f"<x{tour}_{n}/>" for n in range(20))
        un.evaluer(Document(etree.fromstring(f"<p:r {N}>{noms}<p:l><p:m>0</p:m></p:l></p:r>")))
    assert Chemin.nombre < 300
    assert len(Forme.connues) <= 5


def test_long_texts_are_not_remembered():
    from flux.regles.officielles import conversions

    texte = "1" * 90
    assert decimal(texte) == decimal("1" * 90)
    assert texte not in conversions._decimaux
    assert decimal("12.5") is decimal("12.5")


def profond(etages: int) -> etree._Element:
    return etree.fromstring(b"<a>" * etages + b"</a>" * etages, etree.XMLParser(huge_tree=True))


def test_a_document_too_deep_is_a_typed_error(tmp_path):
    un = jeu(tmp_path, regle("a", assertion("D", "count(descendant::a) < 300")))
    with pytest.raises(ErreurMoteur):
        Document(profond(1500))
    (echec,) = un.evaluer(Document(profond(301)))
    assert echec.emplacement == "/a[1]"


def test_threads_judge_as_one_does(tmp_path):
    un = jeu(tmp_path, *REGLES)
    documents = [lignes(["2"] * (n % 7) + ["x"] * (n % 3) + ["0.5"] * (n % 5)) for n in range(200)]

    def juger(data: bytes) -> list[object]:
        return un.evaluer(Document(etree.fromstring(data)))

    with ThreadPoolExecutor(8) as fils:
        assert list(fils.map(juger, documents)) == [juger(data) for data in documents]


_ENFANT = """
import gc, sys
from pathlib import Path
from lxml import etree
from flux.regles.officielles import Document, charger_fichier
un = charger_fichier(Path(sys.argv[1]), None)
data = ('<p:r xmlns:p="urn:test:p">' + '<p:l c="x"><p:m>3</p:m><p:cat>S</p:cat></p:l>' * 12 + '</p:r>').encode()
gc.disable()
from tests.memoire import pic_kio
def mio(): return pic_kio() / 1024
for tour in range(10_000):
    un.evaluer(Document(etree.fromstring(data)))
    if tour == 500: debut = mio()
print(mio() - debut)
"""


def test_ten_thousand_documents_leave_nothing_behind(tmp_path):
    """The collector of cycles is off in the child: nodes must go by themselves."""
    fichier = ecrire(tmp_path, feuille(*REGLES))
    done = subprocess.run([sys.executable, "-c", _ENFANT, str(fichier)], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 5


def _charger(dossier: str) -> int:
    return charger_fichier(Path(dossier) / "poche.xslt", Path(dossier) / "cache").nombre


def test_processes_that_compile_at_once_all_get_the_set(tmp_path):
    ecrire(tmp_path, feuille(*REGLES))
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        assert list(pool.map(_charger, [str(tmp_path)] * 8)) == [2] * 8
    assert not list((tmp_path / "cache").glob("*.tmp"))


def test_threads_that_compile_at_once_all_get_the_set(tmp_path):
    ecrire(tmp_path, feuille(*REGLES))
    with ThreadPoolExecutor(4) as fils:
        assert list(fils.map(_charger, [str(tmp_path)] * 8)) == [2] * 8
