"""Assertions proved for all the lines at once: the same verdict as looking at each line, whatever one of them lacks, doubles or spoils."""

from __future__ import annotations

from random import Random

import pytest
from lxml import etree

from flux.regles.officielles import Document
from flux.regles.officielles.memoire import Memoire
from flux.regles.officielles.reference import Reference
from tests.unit.officielles.jeu_de_poche import assertion, ecrire, evaluer, feuille, jeu, regle, regles

N = 'xmlns:p="urn:test:p" xmlns:q="urn:test:q"'
LIGNE = (
    "<p:d><p:id>{i}</p:id></p:d>",
    "<p:a><p:net><p:prix>5.20</p:prix></p:net></p:a>",
    '<p:q u="KG">2</p:q>',
    "<p:t><p:c>S</p:c><p:r>20</p:r></p:t>",
)
TESTS = {
    "BIEN": "p:d/p:id != ''",
    "LA": "p:a/p:net/p:prix",
    "UNE": "count(p:q) = 1",
    "MAX": "count(p:t) <= 1",
    "ATTR": "p:q/@u",
    "POSITIF": "(p:a/p:net/p:prix) >= 0",
    "PLUSGRAND": "p:a/p:net/p:prix > p:a/p:net/p:brut",
    "NON": "not(p:a/p:net/p:prix < 0)",
    "DECIMALES": "string-length(substring-after(p:a/p:net/p:prix, '.')) <= 2",
    "DEDANS": "p:t[upper-case(p:c) = 'S']/p:r",
    "CALCUL": "xs:decimal(p:t/p:r) * 2 = xs:decimal(p:t/p:double) or not(p:t/p:double)",
    "TOUS": "every $r in p:t/p:r satisfies xs:decimal($r) < 100",
    "SEUL": "normalize-space(p:q) = '2'",
    "DESSUS": "../p:l/p:d/p:id = p:d/p:id",
    "DOCUMENT": "//p:t/p:c = 'S'",
    "UNION": "p:t/(p:c | p:r) = 'S'",
    "ABSENT": "not(p:q/p:z) or p:q/p:z = 'oui'",
    "ENTRE": "p:a/p:net/p:prix >= (1, 2)",
}
SOMME = "every $r in xs:decimal(.) satisfies sum(//p:t[p:r = $r]/xs:decimal(p:r)) * 2 = 7 * count(//p:t[xs:decimal(p:r) = $r])"
MODES = ("M1", "M2")
CORPS = (
    regle("p:l", *(assertion(ident, test) for ident, test in TESTS.items()), priorite=1001),
    regle("p:d", assertion("MONTE", "../p:a/p:net/p:prix != ''"), assertion("MONTE2", "count(../p:q/@u) = 1"), priorite=1000),
    regle("p:t[p:c = 'S']", assertion("TAUX", "p:r > 0"), priorite=1000),
    regle("p:t[p:c = 'Z']", assertion("SANS", "not(p:r)"), mode="M2", priorite=1001),
    regle("p:l[p:groupe/p:id = p:d/p:id]", assertion("GROUPE", "false()"), mode="M2", priorite=1001),
    regle("p:q[. = '3']", assertion("PAR", SOMME), assertion("PAR2", f"not({SOMME})"), mode="M2", priorite=1001),
)
ABIMES = (
    ("<p:id>3</p:id>", "<p:id/>"),
    ("<p:id>3</p:id>", "<p:id>3</p:id><p:id/>"),
    ("<p:prix>5.20</p:prix>", ""),
    ("<p:prix>5.20</p:prix>", "<p:prix>NaN</p:prix>"),
    ("<p:prix>5.20</p:prix>", "<p:prix>NaN</p:prix><p:brut>4</p:brut>"),
    ("<p:prix>5.20</p:prix>", "<p:prix>-1.234</p:prix>"),
    ("<p:prix>5.20</p:prix>", "<p:prix>cinq</p:prix>"),
    ("<p:net>", "<p:net/><p:net>"),
    (' u="KG"', ""),
    ('<p:q u="KG">2</p:q>', '<p:q u="KG">2</p:q><p:q>3<p:z>non</p:z></p:q>'),
    ('<p:q u="KG">2</p:q>', ""),
    ('<p:q u="KG">2</p:q>', '<p:q u="KG">3</p:q>'),
    ('<p:q u="KG">2</p:q>', '<p:q u="KG">3</p:q>'),
    ("<p:c>S</p:c>", "<p:c>Z</p:c>"),
    ("<p:r>20</p:r>", "<p:r>0</p:r>"),
    ("<p:r>20</p:r>", "<p:r>20</p:r><p:double>39</p:double>"),
    ("<p:r>20</p:r>", "<p:r>vingt</p:r>"),
    ("<p:d>", "<p:d/><p:d>"),
    ("<p:t>", "<p:t/><p:t>"),
    ("<p:d>", "<p:groupe><p:id>3</p:id></p:groupe><p:d>"),
    ("<p:r>20</p:r>", "<p:r>3</p:r>"),
)


def _document(hasard: Random, abimees: int) -> str:
    lignes = ["".join(LIGNE).format(i=i) for i in range(15)]
    for _ in range(abimees):
        ligne, (avant, apres) = hasard.randrange(15), hasard.choice(ABIMES)
        avant, apres = (t.replace("3</p:id>", f"{ligne}</p:id>") for t in (avant, apres))
        lignes[ligne] = lignes[ligne].replace(avant, apres, 1)
    return f"<p:r {N}>{''.join(f'<p:l>{ligne}</p:l>' for ligne in lignes)}</p:r>"


def test_a_path_that_climbs_past_the_document_proves_nothing(tmp_path):
    echecs = evaluer(jeu(tmp_path, regle("p:l", assertion("HAUT", "../../../p:r"))), _document(Random(1), 0))
    assert len(echecs) == 15


def test_to_count_what_cannot_be_read_is_an_error_for_many_lines_too(tmp_path):
    corps = regle("p:l", assertion("COMPTE", "count(p:t/p:r/xs:decimal(.)) <= 1"))
    xml = _document(Random(1), 0).replace("<p:r>20</p:r>", "<p:r>vingt</p:r>", 1)
    assert regles(evaluer(jeu(tmp_path, corps), xml)) == ["COMPTE!FORG0001"]
    assert Reference().evaluer(ecrire(tmp_path, feuille(corps)), xml).abandon


def test_one_spoilt_line_gives_what_saxon_gives(tmp_path):
    un, fichier, saxon = jeu(tmp_path, *CORPS, modes=MODES), ecrire(tmp_path, feuille(*CORPS, modes=MODES)), Reference()
    hasard, vues = Random(4), set()
    for rang in range(300):
        xml = _document(hasard, rang % 4)
        trouves, reponse = evaluer(un, xml), saxon.evaluer(fichier, xml, neuve=True)
        assert trouves == un.evaluer_avec_reserve(Document(etree.fromstring(xml)))[0]
        if reponse.abandon:
            assert any(e.erreur for e in trouves), xml
            continue
        assert sorted((e.regle, e.emplacement) for e in trouves) == sorted((c.regle, c.emplacement) for c in reponse.constats), xml
        vues |= {e.regle for e in trouves}
    assert vues >= {
        "BIEN",
        "LA",
        "UNE",
        "MAX",
        "ATTR",
        "POSITIF",
        "PLUSGRAND",
        "NON",
        "DECIMALES",
        "DEDANS",
        "MONTE",
        "MONTE2",
        "TAUX",
        "SANS",
        "GROUPE",
        "PAR",
        "PAR2",
    }


@pytest.mark.parametrize(
    ("abime", "doute"), [(("", ""), set()), ((' u="KG"', ""), {"ATTR", "MONTE2"}), (("<p:r>20</p:r>", "<p:r>0</p:r>"), {"TAUX"})]
)
def test_only_the_assertions_that_a_line_may_fail_are_asked_of_each_line(tmp_path, monkeypatch, abime, doute):
    un, doutes, regles_vues = jeu(tmp_path, *CORPS, modes=MODES), [], Memoire.doutes

    def noter(self, noeuds, revues):
        doutes.append(regles_vues(self, noeuds, revues))
        return doutes[-1]

    monkeypatch.setattr(Memoire, "doutes", noter)
    ligne = "".join(LIGNE)
    xml = f"<p:r {N}>{''.join(f'<p:l>{ligne}</p:l>'.format(i=i) for i in range(15))}</p:r>".replace(*abime, 1)
    assert {e.regle for e in evaluer(un, xml)} == doute | {"PLUSGRAND"}
    assert sum(map(sum, doutes)) == len(doute)
