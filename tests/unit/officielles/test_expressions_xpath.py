"""XPath 2.0 as the rules use it: each expression gives what the recommendation says, and what Saxon says."""

from __future__ import annotations

import pytest
from lxml import etree

from flux.regles.officielles import Document, charger_fichier
from flux.regles.officielles.reference import Reference
from tests.unit.officielles.jeu_de_poche import assertion, ecrire, feuille, regle

XML = """<p:r xmlns:p="urn:test:p" xmlns:q="urn:test:q" a="1" b="">
  <p:l><p:id>1</p:id><p:m c="EUR">10.10</p:m><p:cat>S</p:cat><q:x>a</q:x></p:l>
  <p:l><p:id>2</p:id><p:m c="EUR">20.20</p:m><p:cat> S </p:cat><q:x>b</q:x><p:up>1</p:up></p:l>
  <p:l><p:id>3</p:id><p:m c="USD">-0.005</p:m><p:cat>E</p:cat><p:sub><p:id>9</p:id></p:sub></p:l>
  <p:t>30.295</p:t><p:vide/><p:blanc> </p:blanc><p:nb>\u00a0S</p:nb><p:d>2024-02-29</p:d><p:d2>2024-03-01+01:00</p:d2>
  <p:vrai>true</p:vrai><p:un>1</p:un><p:mot>a-b.c</p:mot><p:long>éÉß𝄞</p:long><p:gros>12345678901234567890.12</p:gros>
  <!-- c --><p:mixte>a<!-- x -->b<p:g>c</p:g>d</p:mixte><p:nan>abc</p:nan><p:note>AAA#BBB#x</p:note><p:zero>0</p:zero>
  <p:n>1</p:n><p:n>NaN</p:n><p:n>3</p:n><p:n>-INF</p:n><p:n>1e400</p:n><p:n>05</p:n><p:n>1E2</p:n><p:n>+1</p:n><p:b><p:n>NaN</p:n></p:b>
  <p:z>-0</p:z><p:z>-0.00</p:z>
</p:r>"""

VRAIS = [
    "p:l", "@a", "@b", "exists(@b)", "not(@c)", "count(p:l) = 3", "count(p:l/p:m) eq 3", "count(//p:id) = 4", "count(//@c) = 3",
    "p:l/p:cat = 'S'", "p:l/p:cat != 'S'", "not(p:vide = 'x')", "p:vide = ''", "normalize-space(p:l[2]/p:cat) = 'S'",
    "normalize-space(p:nb) != 'S'", "string-length(p:nb) = 2", "not(normalize-space(p:blanc))", "string-length(p:long) = 4",
    "upper-case(p:long) = 'ÉÉSS𝄞'", "sum(p:l/xs:decimal(p:m)) = xs:decimal(p:t)", "sum(p:l/p:m) > 30.29", "sum(p:none) = 0",
    "round(sum(p:l/xs:decimal(p:m)) * 10 * 10) div 100 = 30.3", "round(2.5) = 3", "round(-2.5) = -2", "round(-0.5) = 0",
    "round(xs:double('2.5')) = 3", "abs(xs:decimal(p:l[3]/p:m)) = 0.005", "1 div 3 = 0.333333333333333333",
    "2 div 3 = 0.666666666666666667", "0.00001 div 3 = 0.00000333333333333333333", "10 mod 3 = 1", "-10 mod 3 = -1", "5.5 mod 2 = 1.5",
    "xs:decimal(p:gros) * 100 = 1234567890123456789012", "p:zero = 0", "p:un = 1.0", "p:un = true()", "p:vrai = true()", "not(p:un = 2)",
    "p:l/p:m > 20", "not(p:l/p:m > 21)", "not(p:none > 0)", "not(p:none = p:none)", "(1, 2) = 2", "'b' = ('a', 'b')",
    "p:l/p:id = p:l/p:up", "p:l[p:id = 2]/p:cat", "p:l[p:id = '2' and p:up]/q:x = 'b'", "p:l[1]/p:id = '1'", "(p:l/p:id)[3] = '3'",
    "(//p:id)[2] = '2'", "p:l[p:m/@c = 'USD']/p:sub/p:id = '9'", "p:l/p:m[@c = 'EUR'][2] = '20.20' or true()",
    "p:l[2]/p:m[@c = 'EUR'][1] = '20.20'", "count(p:l | p:t) = 4", "count(p:l | p:l) = 3", "count((p:l | p:t)/p:id) = 3",
    "count(p:l/..) = 1", "p:l[3]/p:sub/../p:id = '3'", "p:l/p:sub/ancestor::p:l/p:id = '3'", "count(//p:id/ancestor::*) = 5",
    "p:l[2]/preceding-sibling::p:l/p:id = '1'", "count(p:l[1]/following-sibling::p:l) = 2", "count(//p:m[not(preceding::p:m/@c = @c)]) = 2",
    "every $x in p:l satisfies $x/p:id", "some $x in p:l satisfies $x/p:id = '3'", "not(every $x in p:l satisfies $x/p:up)",
    "every $x in p:none satisfies false()", "count(for $x in p:l, $y in $x/p:m return $y) = 3", "(for $x in p:l return $x/p:id) = '2'",
    "some $i in //p:l/p:id satisfies normalize-space($i) = normalize-space(p:un)", "if (p:l) then true() else p:nan = 1",
    "(if (p:none) then p:l else p:t) = '30.295'", "matches(p:l[1]/p:id, '^\\d$')", "not(matches(p:nb, '^\\s'))", "matches(p:mot, '^[a-z.\\-]+$')",
    "not(matches('a&#10;', '^a$'))", "replace(p:mot, '\\.', '') = 'a-bc'", "count(tokenize(p:note, '#')) = 3", "count(tokenize('', '#')) = 0",
    "'BBB' = tokenize(p:note, '#')", "substring-before(p:note, '#') = 'AAA'", "substring-after(p:note, '#') = 'BBB#x'",
    "substring-after(p:note, 'zz') = ''", "substring(p:mot, 2, 2) = '-b'", "substring('12345', 1.5, 2.6) = '234'", "substring('12345', 0) = '12345'",
    "translate(p:mot, '-.', '_') = 'a_bc'", "concat('a', 1.50, xs:double('2')) = 'a1.52'", "string-join(p:l/p:id, '-') = '1-2-3'",
    "contains(p:mot, 'b')", "starts-with(p:mot, 'a')", "ends-with(name(), ':r')", "local-name() = 'r'", "namespace-uri() = 'urn:test:p'",
    "ends-with(name(p:t), 't')", "count(distinct-values(p:l/p:m/@c)) = 2", "xs:date(p:d) < xs:date(p:d2)", "xs:date(p:d2) >= xs:date('2024-02-29')",
    "p:mixte = 'abcd'", "string(p:mixte/p:g) = 'c'", "string-join(p:mixte//text(), '|') = 'a|b|c|d'", "number(p:nan) != number(p:nan)",
    "number(p:un) = 1", "string(100 div 100) = '1'", "string(0.50) = '0.5'", "string(xs:double('1234567')) = '1.234567E6'", "not(p:none/p:x)",
    "count(*) = 29", "count(p:l[not(*)]) = 0", "p:l/*[ends-with(name(), 'cat')] = 'E'", "self::p:r", "not(self::p:l)", "/p:r/p:l", "//q:x = 'b'",
    "p:l/(p:id = '3') = true()", "p:l[1]/normalize-space(p:cat) = 'S'", "(p:un cast as xs:boolean) = true()", "1 lt 2 and 'a' lt 'b'",
    "not(xs:decimal(p:none) lt 2)", "p:l/(p:id | p:up) = '1'", "max(p:l/xs:decimal(p:m)) = 20.2", "min((3, 1, 2)) = 1", "boolean(p:l)", "empty(p:none)", "- 1 = -1",
    "custom:bissextile(p:d)", "not(custom:bissextile('2023-01-01'))", "custom:a_enfant(p:l[3], '9')", "not(custom:a_enfant(p:none, '9'))", "not(custom:annee('1999-x'))", "custom:annee('2024-02')", "$premier = '1'",
    # Former differences with Saxon: an error beside `and`, `or` counts only if no other term decides; which side of a comparison is
    # evaluated when the other is empty depends on what may be many.
    "p:nan = 1 or p:l", "not(p:nan = 1 and p:none)", "not(p:l and p:nan = 1 and p:none)",
    "(p:nan = 1 or xs:decimal(p:mot) = 1) or p:l", "p:nan = 1 or (xs:decimal(p:mot) = 1 or p:l)", "count(p:l[p:cat = 1 or p:id]) = 3",
    "count(p:l[p:cat = 1 and p:none]) = 0", "every $x in p:l satisfies ($x/p:cat = 1 or $x/p:id)",
    "not(some $x in p:l satisfies ($x/p:cat = 1 and $x/p:none))", "normalize-space(p:l) = '' or p:l", "custom:annee('abc') or p:l",
    "p:l/(p:id = '1') or p:l", "(xs:decimal(p:nan) = sum(p:l/xs:decimal(p:m))) or not(p:none)",
    "not(p:l/xs:decimal(p:cat) = p:none[1])", "not(p:none[1] = p:l/xs:decimal(p:cat))", "not(@none = p:l/xs:decimal(p:cat))",
    "not(xs:decimal(p:none) = p:l/xs:decimal(p:cat))", "not(@none = normalize-space(p:l))", "not(@none = xs:decimal(p:nan))",
    "not(xs:decimal(p:none) = xs:decimal(p:nan))", "not(xs:decimal(p:none - 1) < xs:decimal(p:nan))",
    "not(p:none eq string(sum(p:l/p:cat)))", "count(p:l[normalize-space(p:cat) = 'S']) = 2",
    "count(p:l[normalize-space(p:cat) = 'E']/p:id) = 1", "count(/p:r/p:l[p:m/@c = 'EUR'][normalize-space(p:cat) = 'S']) = 2",
    "exists(//p:l[xs:decimal(p:id) = 2])", "contains(' S E ', concat(' ', normalize-space(p:l[2]/p:cat), ' '))",
    "contains(' S  E ', concat(' ', normalize-space(p:blanc), ' '))",
    "not(contains(' S E ', concat(' ', normalize-space(p:mot), ' ')))", "contains(' S E ', concat(' ', 'S E', ' '))",
    "not((round(p:none * 10 * 10) div 100) = (round(sum(p:l/p:cat) * 10 * 10) div 100))", "not(p:none * 10 < p:nan * 10)",
    "not(xs:decimal(p:none) = round(sum(p:l/p:cat)))", "not(@none = sum(p:l/p:cat) * 2)",
    # An empty left operand ends the arithmetic before the right one is cast.
    *(f"empty(xs:decimal(p:none) {o} xs:decimal(p:nan))" for o in ("+", "-", "*", "div", "mod")), "empty(p:none + p:nan)",
    "not(custom:jour_coupe('abc'))", "not(custom:jour_coupe('x0240201'))", "not(custom:jour_coupe(p:nb))", "custom:jour_coupe('20240201')",
    "empty(xs:decimal(p:none) - xs:decimal(p:none) + xs:decimal(p:nan))", "not(xs:decimal(p:un) = xs:decimal(p:none) + xs:decimal(p:nan))",
    # Odd numbers and dates: NaN wins wherever it stands, rounding keeps the sign, Saxon takes zones up to 14:59.
    "string(max(p:n)) = 'NaN'", "string(min(p:n/number(.))) = 'NaN'", "string(max((p:n[2], p:n[1]))) = 'NaN'", "empty(max(p:none))",
    "string(round(xs:double('-0.4'))) = '-0'", "string(round(xs:double('-0'))) = '-0'", "string(p:n[4] + 0) = '-INF'", "p:n[5] > 1",
    "p:n[6] = 5", "string(xs:decimal(p:n[6])) = '5'", "p:n[7] = 100", "xs:decimal(p:n[8]) = 1", "string(p:n[5] - p:n[5]) = 'NaN'",
    # Saxon finds an untyped NaN greater than one number: met by BR-27 on a price of NaN (seed 23).
    "p:n[2] > 0", "p:n[2] >= 0.5", "0 < p:n[2]", "1 <= p:n[2]", "not(p:n[2] < 0)", "not(p:n[2] <= 9)", "not(p:n[2] = 0)", "p:n[2] != 0",
    "not(number(p:n[2]) > 0)", "not(p:n[1] > number(p:n[2]))", "not(p:n[2] > number(p:n[2]))", "p:n[2] > (1, 2)", "not(p:b/p:n > (1, 2))", "not((1, 2) < p:b/p:n)", "p:b/p:n > 1",
    "p:n[2] > p:n[1] + 0", "p:n[2] > sum(p:n[1])", "count(p:n[. > 5]) = 3", "(p:n[2], 1) > 2", "not(p:n[2] * 1 > 0)",
    # Beside a number, Saxon puts an untyped -0 before 0, unless it is written as a whole number beside one: BR-CO-14 on a total of -0 (seed 401).
    "p:z[1] = 0", "p:z[1] >= 0", "p:z[2] < 0", "p:z[2] != 0", "not(p:z[2] >= 0)", "0 > p:z[2]", "not(p:z[1] = 0.0)", "p:z[1] < 0.0", "p:zero = 0.0",
    "p:z[1] = sum(p:z)", "p:z = -p:zero", "p:z[2] = round(p:z[2] * 100) div 100", "not(p:z = round(sum(p:zero) * 10 * 10) div 100)",
    "not(p:zero = -0e0)", "p:zero > number(p:z[2])", "xs:decimal(p:z[2]) = 0", "number(p:z[2]) = 0", "p:z[2] = number(p:z[1])",
    "not(p:z = (0.0, 7))", "p:z >= (0.0, 7)", "(p:z, 1) != 0.0", "(p:z[2], 1) < 0", "string(sum(p:z)) = '-0'",
    "xs:date('2026-11-20+14:30') < xs:date('2026-11-20Z')", "xs:date('2026-11-20-14:59') > xs:date('2026-11-20Z')",
    "xs:date('2147483647-01-01') > xs:date(p:d)", "xs:date('-0004-02-29') < xs:date('0000-02-29')",
]  # fmt: skip

ERREURS = {
    "xs:decimal(p:nan) = 1": "FORG0001",
    "p:nan = 1": "FORG0001",
    "p:nan = true()": "FORG0001",
    "xs:date('2023-02-29') = xs:date(p:d)": "FORG0001",
    "normalize-space(p:l) = ''": "XPTY0004",
    "xs:decimal(p:l/p:m) = 1": "XPTY0004",
    "1 div xs:decimal(p:zero) = 1": "FOAR0001",
    "round(p:nan) = 1": "FORG0001",
    "p:l[p:l/(p:id = '1')] or (p:l/(p:id = '1'))": "FORG0006",
    "custom:annee('abc')": "FORG0001",
    "sum(p:l/p:cat) = 1": "FORG0001",
    "p:nan = 1 or p:none": "FORG0001",
    "p:nan = 1 and p:l": "FORG0001",
    "count(p:l[p:cat = 1][p:none]) = 0": "FORG0001",
    "not(p:nan = 1) and not(p:none)": "FORG0001",
    "p:none = xs:decimal(p:nan)": "FORG0001",
    "sum(p:l/p:cat) = p:none": "FORG0001",
    "xs:decimal(p:nan) = p:none": "FORG0001",
    "@none = sum(p:l/p:cat)": "FORG0001",
    "xs:decimal(p:none) = sum(p:l/p:cat)": "FORG0001",
    "p:none - 1 < xs:decimal(p:nan)": "FORG0001",
    "p:none * 10 = sum(p:l/p:cat)": "FORG0001",
    "p:none - 1 < p:nan - 1": "FORG0001",
    "xs:double(p:none) < sum(p:l/p:cat)": "FORG0001",
    "normalize-space(p:l) = p:none": "XPTY0004",
    "p:none = p:l/xs:decimal(p:cat)": "FORG0001",
    "custom:jour('abc')": "FORG0001",
    "empty(xs:decimal(p:nan) + xs:decimal(p:none))": "FORG0001",
    "xs:decimal(p:n[5]) > 1": "FORG0001",
    "xs:decimal(p:n[7]) = 100": "FORG0001",
    "xs:date('2026-11-20-15:00') = xs:date(p:d)": "FORG0001",
    "xs:date('2026-11-20+13:60') = xs:date(p:d)": "FORG0001",
    "xs:date('2147483648-01-01') > xs:date(p:d)": "FODT0001",
    "xs:date('-99999999999999999999-01-01') < xs:date(p:d)": "FODT0001",
    "normalize-space(p:l[xs:decimal(p:cat) = 1]/p:absent) = ''": "FORG0001",  # a name that is nowhere hides no error on the way to it
    "not(//p:id * p:absent != 1)": "XPTY0004",
    "not(//p:id eq p:absent)": "XPTY0004",
}

# The shape of BR-FR's date checks, read from the text as it comes (UBL) or from what was cut from it first (CII, CDV).
JOUR = """
  <xsl:variable name="bon" select="matches(${lu}, '^\\d')"/>
  <xsl:variable name="an" select="xs:decimal(substring(${lu}, 1, 4))"/>
  <xsl:variable name="mois" select="xs:decimal(substring(${lu}, 5, 2))"/>
  <xsl:variable name="long" select="($an mod 4 = 0 and $an mod 100 != 0) or $an mod 400 = 0"/>
  <xsl:variable name="jours" select="if ($mois = (1, 3)) then 31 else if ($mois = 2 and $long) then 29 else if ($mois = 2) then 28 else 0"/>
  <xsl:sequence select="$bon and $mois le $jours"/></xsl:function>
"""

TETE = (
    """
<xsl:function name="custom:bissextile" as="xs:boolean"><xsl:param name="d" as="xs:string?"/>
  <xsl:variable name="an" select="number(substring($d, 1, 4))"/>
  <xsl:sequence select="($an mod 4 = 0 and $an mod 100 != 0) or $an mod 400 = 0"/></xsl:function>
<xsl:function name="custom:a_enfant" as="xs:boolean"><xsl:param name="e" as="element()?"/><xsl:param name="v" as="xs:string"/>
  <xsl:sequence select="exists($e/p:sub) and $e/p:sub/p:id = $v"/></xsl:function>
<xsl:function name="custom:annee" as="xs:boolean"><xsl:param name="d" as="xs:string"/>
  <xsl:variable name="an" select="xs:decimal(substring($d, 1, 4))"/>
  <xsl:variable name="mois" select="xs:decimal(substring($d, 6, 2))"/>
  <xsl:variable name="siecle" select="$an gt 2000 and $an lt 3000"/>
  <xsl:sequence select="matches($d, '^\\d') and $siecle and ($mois = 2 or $mois = 3)"/></xsl:function>
<xsl:function name="custom:jour" as="xs:boolean"><xsl:param name="d" as="xs:string?"/>"""
    + JOUR.replace("{lu}", "d")
    + """
<xsl:function name="custom:jour_coupe" as="xs:boolean"><xsl:param name="d" as="xs:string?"/>
  <xsl:variable name="c" select="substring($d, 1, 8)"/>"""
    + JOUR.replace("{lu}", "c")
    + """
<xsl:variable name="premier" select="/p:r/p:l[1]/p:id"/>
"""
)


def _regle(expressions: list[str]) -> str:
    return regle("/p:r", *(assertion(str(i), e) for i, e in enumerate(expressions)))


@pytest.fixture(scope="module")
def reference() -> Reference:
    return Reference()


def test_each_expression_is_true_here_and_in_saxon(tmp_path, reference):
    fichier = ecrire(tmp_path, feuille(_regle(VRAIS), tete=TETE))
    document = Document(etree.fromstring(XML))
    faux = [(VRAIS[int(e.regle)], e.erreur) for e in charger_fichier(fichier, None).evaluer(document)]
    assert faux == []
    reponse = reference.evaluer(fichier, XML)
    assert [VRAIS[int(c.regle)] for c in reponse.constats] == []
    assert reponse.abandon == ""


def test_each_negation_is_false(tmp_path):
    fichier = ecrire(tmp_path, feuille(_regle([f"not({e})" for e in VRAIS]), tete=TETE))
    echecs = charger_fichier(fichier, None).evaluer(Document(etree.fromstring(XML)))
    assert [VRAIS[int(e.regle)] for e in echecs] == VRAIS


@pytest.mark.parametrize(("expression", "code"), ERREURS.items())
def test_a_dynamic_error_is_told_where_saxon_gives_up(tmp_path, reference, expression, code):
    fichier = ecrire(tmp_path, feuille(_regle([expression, "false()"]), tete=TETE))
    echecs = charger_fichier(fichier, None).evaluer(Document(etree.fromstring(XML)))
    assert [(e.regle, e.erreur) for e in echecs] == [("0", code), ("1", "")]
    assert reference.evaluer(fichier, XML).abandon
