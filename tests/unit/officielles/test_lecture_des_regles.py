"""A rule file is read whole or refused with the line: nothing is passed over."""

from __future__ import annotations

import pytest

from flux.regles.officielles import ErreurRegles, charger_fichier
from flux.regles.officielles.lecteur import Assertion, Lie, lire
from tests.unit.officielles.jeu_de_poche import assertion, ecrire, feuille, regle


def test_patterns_rules_and_assertions_come_in_their_order(tmp_path):
    texte = feuille(
        regle("p:b", assertion("B2", "p:x"), mode="M2"),
        regle("p:c", '<xsl:variable name="v" select="p:y"/>', assertion("C", "$v", drapeau="warning"), priorite=999),
        regle("p:a", assertion("A", "p:x", message='du <xsl:value-of select="p:z"/> de'), priorite=1000),
        modes=("M1", "M2"),
    )
    regles = lire(ecrire(tmp_path, texte))
    assert [(m.mode, [r.contexte.xpath for r in m.regles]) for m in regles.motifs] == [("M1", ["p:a", "p:c"]), ("M2", ["p:b"])]
    variable, test = regles.motifs[0].regles[1].contenu
    assert isinstance(variable, Lie)
    assert (variable.nom, variable.valeur.xpath) == ("v", "p:y")
    assert isinstance(test, Assertion)
    assert (test.identifiant, test.drapeau, test.constat) == ("C", "warning", False)
    message = regles.motifs[0].regles[0].contenu[0].message
    assert [m if isinstance(m, str) else m.xpath for m in message] == ["du ", "p:z", " de"]


@pytest.mark.parametrize(
    ("avant", "apres", "construction"),
    [
        ('<xsl:choose><xsl:when test="p:x"/>', '<xsl:choose><xsl:when test="p:x">y</xsl:when>', "choose"),
        ("<svrl:fired-rule", "<xsl:message/><svrl:fired-rule", "fired-rule"),
        ('<xsl:attribute name="id">', '<xsl:attribute name="role">', "role"),
        ("<svrl:text>", "<svrl:diagnostic-reference/><svrl:text>", "diagnostic"),
        ('<xsl:output method="xml"/>', '<xsl:key name="k" match="p:a" use="p:x"/>', "key"),
        ('<xsl:output method="xml"/>', '<xsl:include href="x.xsl"/>', "include"),
        ('<xsl:output method="xml"/>', '<xsl:template match="p:a" mode="autre"/>', "autre"),
        ('<xsl:text>[</xsl:text><xsl:value-of select="1+ $preceding"/>', '<xsl:text>(</xsl:text><xsl:value-of select="1+ $preceding"/>', "location"),
        ('select="*" mode="M1"/></xsl:template><xsl:template match="text()"', 'select="p:x" mode="M1"/></xsl:template><xsl:template match="text()"', "apply"),
        ('test="p:x"/>', 'test="id(p:x)"/>', "function id"),
        ('test="p:x"/>', 'test="$inconnue"/>', "$inconnue"),
        ('test="p:x"/>', 'test="z:x"/>', "prefix z"),
        ('test="p:x"/>', 'test="p:x["/>', "XPath"),
        ('test="p:x"/>', 'test="p:x is p:y"/>', "is"),
        ('test="p:x"/>', 'test="matches(p:x, \'\\p{L}\')"/>', "regular"),
        ('test="p:x"/>', 'test="matches(p:x, p:y)"/>', "regular"),
        ('test="p:x"/>', 'test="replace(p:x, \'a(b)\', \'$1\')"/>', "replacement"),
        ('test="p:x"/>', 'test="p:x[count(p:y)]"/>', "positions"),
        ('test="p:x"/>', 'test="following::p:x"/>', "axis"),
        ('test="p:x"/>', 'test="document(\'autre.xml\')/a"/>', "document"),
        ('match="p:a"', 'match="p:a/@id"', "pattern"),
        ('match="p:a"', 'match="p:a[p:x]//p:b"', "pattern"),
        ('match="p:a"', 'match="p:a[1]"', "position"),
    ],
)  # fmt: skip
def test_an_unknown_construct_stops_the_load_with_its_line(tmp_path, avant, apres, construction):
    texte = feuille(regle("p:a", assertion("A", "p:x")))
    assert avant in texte
    with pytest.raises(ErreurRegles) as faute:
        charger_fichier(ecrire(tmp_path, texte.replace(avant, apres, 1), "mauvais.xslt"), None)
    assert construction in str(faute.value)
    assert faute.value.fichier == "mauvais.xslt"
    assert faute.value.ligne > 0
