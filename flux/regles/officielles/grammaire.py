"""Grammar of XPath 2.0 (W3C recommendation, appendix A.1), as far as the official rule files use it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from flux.regles.officielles.arbre import (
    Appel,
    Binaire,
    Boucle,
    Chemin,
    Contexte,
    Conversion,
    Etape,
    Expression,
    Filtre,
    Litteral,
    Oppose,
    Sequence,
    Si,
    Variable,
)
from flux.regles.officielles.erreurs import ErreurRegles
from flux.regles.officielles.lexique import decouper

AXES = frozenset(
    {
        "child", "attribute", "self", "parent", "ancestor", "ancestor-or-self", "descendant", "descendant-or-self",
        "preceding", "preceding-sibling", "following-sibling",
    }
)  # fmt: skip
_COMPARAISONS = frozenset({"=", "!=", "<", "<=", ">", ">=", "eq", "ne", "lt", "le", "gt", "ge"})
_TESTS_DE_NOEUD = frozenset({"node", "text"})
_TOUT = Etape("descendant-or-self", "node()")


class Grammaire:
    """A recursive descent parser of one expression.

    :param texte: the XPath expression.
    :param espaces: prefix → namespace, as in scope in the rule file. Unprefixed element names have no namespace.
    :raises ErreurRegles: anything outside the known grammar.
    """

    def __init__(self, texte: str, espaces: Mapping[str | None, str]) -> None:
        self.texte = texte
        self.espaces = espaces
        self.mots = decouper(texte)
        self.i = 0

    def lire(self) -> Expression:
        """Parse the whole text."""
        resultat = self._sequence()
        if self.mots[self.i].genre != "fin":
            raise self._erreur()
        return resultat

    # -- tokens -------------------------------------------------------------------------------------------------------

    def _erreur(self) -> ErreurRegles:
        return ErreurRegles(f"{self.mots[self.i].texte!r} in XPath: {self.texte}")

    def _est(self, *textes: str) -> bool:
        mot = self.mots[self.i]
        return mot.genre in {"symbole", "nom"} and mot.texte in textes

    def _suivant(self, decalage: int = 1) -> str:
        mot = self.mots[min(self.i + decalage, len(self.mots) - 1)]
        return mot.texte if mot.genre in {"symbole", "nom", "variable"} else ""

    def _prendre(self, *textes: str) -> bool:
        if self._est(*textes):
            self.i += 1
            return True
        return False

    def _exiger(self, texte: str) -> None:
        if not self._prendre(texte):
            raise self._erreur()

    def _mot(self) -> str:
        self.i += 1
        return self.mots[self.i - 1].texte

    # -- expressions, loosest first -----------------------------------------------------------------------------------

    def _sequence(self) -> Expression:
        elements = [self._simple()]
        while self._prendre(","):
            elements.append(self._simple())
        return elements[0] if len(elements) == 1 else Sequence(tuple(elements))

    def _simple(self) -> Expression:
        if self._est("for", "some", "every") and self._suivant().startswith("$"):
            return self._boucle()
        if self._est("if") and self._suivant() == "(":
            return self._si()
        return self._binaire(0)

    def _boucle(self) -> Boucle:
        genre = self._mot()
        liaisons: list[tuple[str, Expression]] = []
        while True:
            if self.mots[self.i].genre != "variable":
                raise self._erreur()
            nom = self._mot()[1:]
            self._exiger("in")
            liaisons.append((nom, self._simple()))
            if not self._prendre(","):
                break
        self._exiger("return" if genre == "for" else "satisfies")
        return Boucle(genre, tuple(liaisons), self._simple())

    def _si(self) -> Si:
        self.i += 2
        condition = self._sequence()
        self._exiger(")")
        self._exiger("then")
        alors = self._simple()
        self._exiger("else")
        return Si(condition, alors, self._simple())

    _NIVEAUX: tuple[frozenset[str], ...] = (
        frozenset({"or"}), frozenset({"and"}), _COMPARAISONS, frozenset({"to"}), frozenset({"+", "-"}),
        frozenset({"*", "div", "idiv", "mod"}), frozenset({"|", "union"}),
    )  # fmt: skip

    def _binaire(self, niveau: int) -> Expression:
        if niveau == len(self._NIVEAUX):
            return self._conversion()
        operateurs = self._NIVEAUX[niveau]
        gauche = self._binaire(niveau + 1)
        while self._est(*operateurs):
            operateur = self._mot()
            gauche = Binaire("|" if operateur == "union" else operateur, gauche, self._binaire(niveau + 1))
            if operateurs is _COMPARAISONS:  # comparisons do not chain
                break
        return gauche

    def _conversion(self) -> Expression:
        operande = self._unaire()
        while self._est("cast", "castable") and self._suivant() == "as":
            essai = self._mot() == "castable"
            self.i += 1
            operande = Conversion(operande, self._mot(), self._prendre("?"), essai)
        return operande

    def _unaire(self) -> Expression:
        if self._prendre("-"):
            return Oppose(self._unaire())
        if self._prendre("+"):
            return self._unaire()
        return self._chemin()

    # -- paths --------------------------------------------------------------------------------------------------------

    def _chemin(self) -> Expression:
        if self._prendre("//"):
            return self._fin_de_chemin(absolu=True, etapes=[_TOUT, self._etape()])
        if self._prendre("/"):
            return self._fin_de_chemin(absolu=True, etapes=[self._etape()] if self._debute_etape() else [])
        return self._fin_de_chemin(absolu=False, etapes=[self._etape()])

    def _debute_etape(self) -> bool:
        mot = self.mots[self.i]
        return mot.genre in {"nom", "variable", "chaine", "entier"} or mot.texte in {"*", "@", ".", "..", "("}

    def _fin_de_chemin(self, *, absolu: bool, etapes: list[Expression]) -> Expression:
        while self._est("/", "//"):
            if self._mot() == "//":
                etapes.append(_TOUT)
            etapes.append(self._etape())
        if not absolu and len(etapes) == 1:
            return etapes[0]
        return Chemin(absolu, tuple(_raccourcir(etapes)))

    def _etape(self) -> Expression:
        base: Expression
        mot = self.mots[self.i]
        if self._prendre(".."):
            base = Etape("parent", "node()")
        elif self._prendre("@"):
            base = Etape("attribute", self._test(attribut=True))
        elif mot.genre == "nom" and self._suivant() == "::":
            axe = self._mot()
            if axe not in AXES:
                raise ErreurRegles(f"axis {axe} in XPath: {self.texte}")
            self.i += 1
            base = Etape(axe, self._test(attribut=axe == "attribute"))
        elif mot.texte == "*" or (mot.genre == "nom" and (self._suivant() != "(" or mot.texte in _TESTS_DE_NOEUD)):
            base = Etape("child", self._test(attribut=False))
        else:
            base = self._primaire()
        predicats = []
        while self._prendre("["):
            predicats.append(self._sequence())
            self._exiger("]")
        if not predicats:
            return base
        if isinstance(base, Etape):
            return Etape(base.axe, base.test, tuple(predicats))
        return Filtre(base, tuple(predicats))

    def _test(self, *, attribut: bool) -> str:
        if self._prendre("*"):
            return "*"
        if self.mots[self.i].genre != "nom":
            raise self._erreur()
        nom = self._mot()
        if nom in _TESTS_DE_NOEUD and self._prendre("("):
            self._exiger(")")
            return f"{nom}()"
        return self._nom_qualifie(nom, attribut=attribut)

    def _nom_qualifie(self, nom: str, *, attribut: bool) -> str:
        prefixe, deux_points, local = nom.partition(":")
        if not deux_points or prefixe == "*":
            return nom
        espace = "http://www.w3.org/XML/1998/namespace" if prefixe == "xml" and attribut else self.espaces.get(prefixe)
        if espace is None:
            raise ErreurRegles(f"prefix {prefixe} in XPath: {self.texte}")
        return f"{{{espace}}}{local}"

    def _primaire(self) -> Expression:  # noqa: PLR0911 one case a kind of primary expression
        mot = self.mots[self.i]
        if mot.genre == "nom" and self._suivant() == "(":
            self.i += 2
            arguments: list[Expression] = []
            if not self._prendre(")"):
                arguments.append(self._simple())
                while self._prendre(","):
                    arguments.append(self._simple())
                self._exiger(")")
            return Appel(mot.texte.removeprefix("fn:"), tuple(arguments))
        if self._prendre("("):
            if self._prendre(")"):
                return Sequence(())
            interieur = self._sequence()
            self._exiger(")")
            return interieur
        if self._prendre("."):
            return Contexte()
        self.i += 1
        if mot.genre == "variable":
            return Variable(mot.texte[1:])
        if mot.genre == "chaine":
            return Litteral(mot.texte[1:-1].replace(mot.texte[0] * 2, mot.texte[0]))
        if mot.genre in {"entier", "decimal", "double"}:
            return Litteral({"entier": int, "decimal": Decimal, "double": float}[mot.genre](mot.texte))
        self.i -= 1
        raise self._erreur()


def _raccourcir(etapes: list[Expression]) -> list[Expression]:
    """``//x`` is ``/descendant-or-self::node()/child::x``: one descendant step when no predicate counts positions."""
    resultat: list[Expression] = []
    for etape in etapes:
        if (
            resultat
            and resultat[-1] == _TOUT
            and isinstance(etape, Etape)
            and etape.axe == "child"
            and not any(isinstance(p, Litteral) for p in etape.predicats)
        ):
            resultat[-1] = Etape("descendant", etape.test, etape.predicats)
        elif resultat and resultat[-1] == _TOUT and (dessous := _dessous(etape)) is not None:
            resultat[-1] = dessous
        else:
            resultat.append(etape)
    return resultat


def _dessous(e: Expression) -> Expression | None:
    """``//(a|b)``: the union of the descendants, for a union of plain child steps; else ``None``."""
    if isinstance(e, Binaire) and e.operateur == "|":
        gauche, droite = _dessous(e.gauche), _dessous(e.droite)
        return Binaire("|", gauche, droite) if gauche is not None and droite is not None else None
    return Etape("descendant", e.test) if isinstance(e, Etape) and e.axe == "child" and not e.predicats else None


def lire(texte: str, espaces: Mapping[str | None, str]) -> Expression:
    """Parse one XPath 2.0 expression.

    :param texte: the expression.
    :param espaces: prefix → namespace in scope.
    :raises ErreurRegles: anything outside the known grammar.
    """
    return Grammaire(texte, espaces).lire()
