"""XPath 2.0 expressions → Python expressions: operators, comparisons, conditions, loops. Paths and functions have their own modules."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from flux.regles.officielles import chemins, fonctions
from flux.regles.officielles.accords import OPERATEURS, Comparateur, accorder, comparateur, seul
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
from flux.regles.officielles.atelier import Atelier
from flux.regles.officielles.codes import (
    BRUTS,
    EXACTS,
    NOEUDS,
    NUMERIQUES,
    TEXTES,
    Besoins,
    Code,
    Garde,
    Portee,
    Pour,
    besoins,
    est_constante,
    est_memo,
    peut_lever,
)
from flux.regles.officielles.erreurs import ErreurRegles
from flux.regles.officielles.motifs import termes

_VALEUR = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_ARITHMETIQUE = {"+": "plus", "-": "moins", "*": "fois", "div": "divise", "mod": "modulo"}
_PUISSANCE = re.compile(r"1(0+)")  # of ten: to divide by it is to multiply by a decimal fraction, exactly
_ATTRIBUT = re.compile(r"(\w+)\.attrs\.get\(('[^']*')\)")
_NOM = re.compile(r"[A-Za-z_]\w*(?:\.[a-z]\w*)*")  # a name, or a cheap attribute of one


class Traducteur:
    """Compiles expressions for one rule set.

    :param atelier: where constants, remembered expressions and functions go.
    """

    def __init__(self, atelier: Atelier) -> None:
        self.atelier = atelier

    def code(self, e: Expression, portee: Portee) -> Code:
        """Compile one expression in a scope.

        :raises ErreurRegles: a construct, function or combination of types not known.
        """
        if isinstance(e, Chemin) and portee.exacte > 1:
            e = chemins.depuis_le_sommet(e, portee.exacte)
        if isinstance(e, Appel | Binaire | Chemin | Filtre | Si | Boucle) and not chemins.est_direct(e) and self.du_document(e, portee):
            return self._memorise(e, portee)
        return self._par_valeurs(e, portee) or self._code(e, portee)

    def du_document(self, e: Expression, portee: Portee) -> bool:
        """Whether a value depends on the document and on nothing closer."""
        besoin = besoins(e)
        if besoin.foyer and not portee.racine:
            return False
        return (besoin.document or besoin.foyer or bool(besoin.variables)) and all(
            v in portee.variables and portee.variables[v].memo for v in besoin.variables
        )

    def cle_de_memoire(self, e: Expression, portee: Portee) -> object:
        """What tells the value of an expression that only the document decides from any other."""
        besoin = besoins(e)
        return (e, besoin.foyer, tuple(sorted((v, portee.variables[v].memo) for v in besoin.variables if v in portee.variables)))

    def _memorise(self, e: Expression, portee: Portee) -> Code:
        """Evaluate once for a document: ``M[n]`` in the generated code."""
        cle = self.cle_de_memoire(e, portee)
        self.atelier.lectures[cle] += 2 if portee.souvent else 1
        if not self.atelier.vaut(cle):
            return self._code(e, portee)
        connu = self.atelier.memo(cle)
        if connu is None:
            code = self._code(e, portee.du_document())
            if self.atelier.est_consultation(code):
                return self._code(e, portee)
            connu = self.atelier.retenir(cle, code)
        numero, code = connu
        lu = f"M[{numero}]"
        if code.forme != "liste":
            return code.avec(py=lu)
        var = self.atelier.nouveau()
        return code.avec(py=var, clauses=(Pour(var, lu),))

    def _par_valeurs(self, e: Expression, portee: Portee) -> Code | None:
        """A sum or a count over the document that single values decide too, ``sum(//X[rate = $rate]/amount)``: once for these values."""
        besoin = besoins(e)
        if not isinstance(e, Appel) or e.nom not in {"sum", "count"} or besoin.foyer or not besoin.document:
            return None
        valeurs = [(v, portee.variables[v]) for v in sorted(besoin.variables) if v in portee.variables and not portee.variables[v].memo]
        if not all(c.forme == "un" and c.genre in TEXTES | EXACTS and _NOM.fullmatch(c.py) for _, c in valeurs):
            return None
        cle = ("valeurs", self.cle_de_memoire(e, portee), tuple((v, c.genre) for v, c in valeurs))
        self.atelier.lectures[cle] += 1
        if not self.atelier.vaut(cle):
            return None
        connu = self.atelier.memo(cle)
        if connu is None:
            locales = {v: Code(f"v_{re.sub(r'[^0-9A-Za-z_]', '_', v)}", c.genre) for v, c in valeurs}
            code = self._code(e, Portee({**portee.variables, **locales}, None))
            connu = self.atelier.fonction_de_valeurs(cle, code, [c.py for c in locales.values()])
        return connu[1].avec(py=f"M[{', '.join([connu[0], *(c.py for _, c in valeurs)])}]")

    def _code(self, e: Expression, portee: Portee) -> Code:  # noqa: C901, PLR0911 one case a kind of expression
        match e:
            case Litteral(valeur):
                return _litteral(valeur)
            case Variable(nom):
                if nom not in portee.variables:
                    raise ErreurRegles(f"${nom}")
                return self._renomme(portee.variables[nom])
            case Contexte():
                return self.foyer(portee)
            case Sequence(elements):
                return self._sequence([self.code(x, portee) for x in elements])
            case Appel():
                return fonctions.appel(self, e, portee)
            case Si(condition, alors, sinon):
                return self._si(self.verite(self.code(condition, portee)), self.code(alors, portee), self.code(sinon, portee))
            case Boucle():
                return self._boucle(e, portee)
            case Conversion(operande, nom, vide, essai):
                return fonctions.conversion(self, self.code(operande, portee), nom, vide=vide, essai=essai)
            case Oppose(operande):
                nombre = self.numerique(self.code(operande, portee))
                return nombre.avec(py=f"oppose({nombre.py})", general=False)
            case Etape() | Chemin() | Filtre():
                return chemins.chemin(self, e, portee)
            case Binaire(operateur, gauche, droite):
                return self._binaire(operateur, gauche, droite, portee)

    def foyer(self, portee: Portee) -> Code:
        """The context item."""
        if portee.foyer is None:
            raise ErreurRegles("context item in a function")
        return portee.foyer

    def _renomme(self, code: Code) -> Code:
        """A fresh loop variable for a sequence read twice in one expression."""
        if code.forme != "liste":
            return code
        var = self.atelier.nouveau()
        return code.avec(py=var, clauses=(Pour(var, code.liste),))

    def liste_de(self, source: str, genre: str, **reste: object) -> Code:
        """A sequence given by a Python expression."""
        var = self.atelier.nouveau()
        return Code(var, genre, "liste", (Pour(var, source),)).avec(**reste)

    def iterer(self, code: Code) -> tuple[tuple[Pour | Garde, ...], str]:
        """Comprehension clauses that walk the value, and the name or expression of one item."""
        if code.forme == "liste":
            return code.clauses, code.py
        if code.forme == "un" and _NOM.fullmatch(code.py):
            return (), code.py
        var = self.atelier.nouveau()
        pour = Pour.un(var, code.py)
        return ((pour,) if code.forme == "un" else (pour, Garde(f"{var} is not None"))), var

    # -- operators ----------------------------------------------------------------------------------------------------

    def _binaire(self, operateur: str, gauche: Expression, droite: Expression, portee: Portee) -> Code:
        if operateur in {"and", "or"}:
            conditions = [self.verite(self.code(e, portee)) for e in termes(Binaire(operateur, gauche, droite), operateur)]
            if any(map(peut_lever, conditions[:-1])):
                return Code(self.atelier.questions.decider(conditions, operateur), "booleen")
            return Code(f"({f' {operateur} '.join(conditions)})", "booleen")
        if operateur == "|":
            return chemins.union(self, self.code(gauche, portee), self.code(droite, portee))
        if operateur in OPERATEURS:
            return Code(self.comparaison(operateur, self.code(gauche, portee), self.code(droite, portee)), "booleen")
        if operateur in _VALEUR:
            return self._comparaison_de_valeurs(operateur, self.code(gauche, portee), self.code(droite, portee))
        if operateur in _ARITHMETIQUE:
            cotes = [self.code(gauche, portee), self.code(droite, portee)]
            # Untyped text may be added to a date too: Saxon does not know the type of the result. Multiplied, it is a number.
            incertain = operateur in "+-" and any(c.genre in NOEUDS | BRUTS or c.general for c in cotes)
            return self._arithmetique(operateur, *map(self.numerique, cotes)).avec(general=incertain)
        raise ErreurRegles(f"operator {operateur}")

    def _arithmetique(self, operateur: str, g: Code, d: Code) -> Code:
        genres = {g.genre, d.genre}
        genre = "numerique" if "numerique" in genres else "double" if "double" in genres else "decimal"
        if genres == {"entier"} and operateur != "div":
            genre = "entier"
        forme = "un" if g.forme == d.forme == "un" else "opt"
        if genres <= EXACTS and operateur == "div" and (puissance := _PUISSANCE.fullmatch(d.py)) is not None:
            operateur, d = "*", Code(self.atelier.constante("DIXIEME", f"Decimal('1e-{len(puissance[1])}')"), "decimal")
        if g.forme == "opt" and peut_lever(d.py):  # Saxon stops at an empty left operand, before it casts the right one
            var = self.atelier.nouveau()
            calcul = self._arithmetique(operateur, g.avec(py=var, forme="un"), d)
            return calcul.avec(py=f"premier({calcul.py} for {var} in seq({g.py}))", forme="opt")
        if forme == "un" and operateur in "+-*" and (genres <= EXACTS or genres == {"double"}):
            return Code(f"({g.py} {operateur} {d.py})", genre)
        if genres <= EXACTS and operateur in "+-*":
            return Code(f"{_ARITHMETIQUE[operateur]}_exact({g.py}, {d.py})", genre, forme)
        if genres <= EXACTS and operateur == "div" and re.fullmatch(r"[1-9]\d*", d.py):
            return Code(f"quotient({g.py}, {d.py})", genre, forme)
        return Code(f"{_ARITHMETIQUE[operateur]}({g.py}, {d.py})", genre, forme)

    def _comparaison_de_valeurs(self, operateur: str, g: Code, d: Code) -> Code:
        g, d = self.unique(self.atomise(g)), self.unique(self.atomise(d))
        if not (g.genre in TEXTES and d.genre in TEXTES) and not (g.genre in NUMERIQUES and d.genre in NUMERIQUES):
            raise ErreurRegles(f"{g.genre} {operateur} {d.genre}")
        if g.forme == d.forme == "un" and (g.genre in TEXTES or {g.genre, d.genre} <= EXACTS):
            return Code(f"({g.py} {_VALEUR[operateur]} {d.py})", "booleen")
        if g.forme == "opt" and peut_lever(d.py):
            (avant_g, py_g), (avant_d, py_d) = self.iterer(g), self.iterer(d)
            return Code(self.existe((*avant_g, *avant_d, Garde(f"compare_un('{operateur}', {py_g}, {py_d})"))), "booleen")
        return Code(f"compare_un('{operateur}', {g.py}, {d.py})", "booleen")

    def comparaison(self, operateur: str, g: Code, d: Code) -> str:
        """A general comparison, as a Python boolean expression."""
        g, d = self.atomise(g), self.atomise(d)
        if "vide" in {g.genre, d.genre}:
            return "False"
        general = g.general or d.general
        python = comparateur(operateur, g, d)
        accord = accorder(operateur, g, d)
        if accord is None:
            if g.forme == "opt" and d.forme != "liste" and not general and peut_lever(d.py):
                (avant_g, py_g), (avant_d, py_d) = self.iterer(g), self.iterer(d)
                items = f"{self.items(Code(py_g, g.genre))}, {self.items(Code(py_d, d.genre))}"
                return self.existe((*avant_g, *avant_d, Garde(f"compare('{operateur}', {items}, seul={seul(g) or seul(d)})")))
            return f"compare('{operateur}', {self.items(g)}, {self.items(d)}, seul={seul(g) or seul(d)})"
        g, d = accord
        texte = g.genre in TEXTES
        hative = operateur == "=" and "un" in {g.forme, d.forme} and "liste" not in {g.forme, d.forme} and texte
        if g.forme == d.forme == "un" or (hative and (g.forme == "un" or not peut_lever(d.py))):
            return f"({python(g.py, d.py)})"
        if texte and operateur == "=" and "liste" in {g.forme, d.forme}:
            rapide = self._egalite_de_textes(g, d)
            if rapide:
                return rapide
        return self._un_couple(g, python, d, general=general)

    def _egalite_de_textes(self, g: Code, d: Code) -> str:
        """Whether two sequences of texts, of which one is a list, have one in common: the cheap forms, empty when none fits."""
        if d.forme != "liste" or (_memoire(g) and not _memoire(d)):
            g, d = d, g
        if g.forme == "liste" or est_constante(d.liste) or est_memo(d.liste):
            if d.forme != "liste":
                g, d = d, g
            if _memoire(d):
                d = self._ensemble_memorise(d)
            if not est_constante(d.liste) and not est_memo(d.liste):
                return f"(not {{*{g.liste}}}.isdisjoint({d.liste}))" if g.forme == "liste" else ""
            if g.forme == "un":
                return f"({g.py} in {d.liste})"
            source = _noeuds_simples(g)
            return (
                f"parmi({source}, {d.liste})" if source else self.existe((*g.clauses, Garde(f"{g.py} in {d.liste}"))) if g.clauses else ""
            )
        source = _noeuds_simples(d)
        return f"egal_un({source}, {g.py})" if source and g.forme == "un" else ""

    def _un_couple(self, g: Code, python: Comparateur, d: Code, *, general: bool) -> str:
        """Whether a couple of items compares, each side evaluated when Saxon does: it shows when one is empty and the other an error.

        Two single values of known types: the left one, then the right one if there is a left one. A single value and a sequence: the
        single value, then the sequence if there is one. Otherwise both.
        """
        seul_g, seul_d = seul(g), seul(d)
        (avant_g, py_g), (avant_d, py_d) = self._iterer_ou_inscrire(g), self._iterer_ou_inscrire(d)
        garde = Garde(python(py_g, py_d))
        if not avant_g or not avant_d:
            return self.existe((*avant_g, *avant_d, garde))
        if (general or not (seul_g or seul_d)) and (not (seul_g and seul_d) or peut_lever(g.liste + d.liste)):
            a, b = self.atelier.nouveau(), self.atelier.nouveau()
            x, y = self.atelier.nouveau(), self.atelier.nouveau()
            return self.existe((Pour.un(b, d.liste), Pour.un(a, g.liste), Pour(x, a), Pour(y, b), Garde(python(x, y))))
        return self.existe((*avant_g, *avant_d, garde) if seul_g else (*avant_d, *avant_g, garde))

    def _iterer_ou_inscrire(self, code: Code) -> tuple[tuple[Pour | Garde, ...], str]:
        """As :meth:`iterer`, a literal left where it is."""
        if code.forme == "un" and re.fullmatch(r"'[^']*'|-?[\d.]+|True|False", code.py):
            return (), code.py
        return self.iterer(code)

    def _ensemble_memorise(self, code: Code) -> Code:
        """The set of a remembered list of texts, remembered too."""
        cle = ("ensemble", _memoire(code))
        connu = self.atelier.memo(cle) or self.atelier.retenir(cle, Code(f"frozenset({code.liste})", code.genre))
        return self.liste_de(f"M[{connu[0]}]", code.genre)

    # -- conditions and loops -----------------------------------------------------------------------------------------

    def existe(self, clauses: tuple[Pour | Garde, ...]) -> str:
        """Whether the clauses find something."""
        derniere = clauses[-1]
        if isinstance(derniere, Pour) and derniere.tag:
            if len(clauses) == 1:
                return f"({derniere.tag} in {derniere.base}.kids)"
            clauses = (*clauses[:-1], Garde(f"{derniere.tag} in {derniere.base}.kids"))
        if len(clauses) == 1 and isinstance(clauses[0], Pour):
            tous = re.fullmatch(r"enfants\(([\w.]+)\)", clauses[0].source)
            return f"bool({tous[1]}.kids)" if tous else f"bool({clauses[0].source})"
        return self.atelier.questions.poser(clauses)

    def verite(self, code: Code) -> str:  # noqa: PLR0911 one case a kind of value
        """Effective boolean value, as a Python boolean expression."""
        if code.genre == "vide":
            return "False"
        if code.genre in NOEUDS or code.genre in {"attribut", "texte"}:
            if code.forme == "un":
                return "True"
            if code.forme == "liste":
                return self.existe(code.clauses)
            attribut = _ATTRIBUT.fullmatch(code.py)
            return f"({attribut[2]} in {attribut[1]}.attrs)" if attribut else f"({code.py} is not None)"
        if code.forme == "liste" or code.genre in {"item", "double", "numerique"}:
            return f"vrai({self.items(code)})"
        if code.genre == "booleen":
            return code.py if code.forme == "un" else f"bool({code.py})"
        if code.genre == "date":
            raise ErreurRegles("date as a condition")
        return f"bool({code.py})"

    def _si(self, condition: str, alors: Code, sinon: Code) -> Code:
        genre, (a, s) = self._commun([alors, sinon])
        if "liste" not in {a.forme, s.forme}:
            return Code(f"({a.py} if {condition} else {s.py})", genre, "un" if a.forme == s.forme == "un" else "opt")
        return self.liste_de(f"({a.liste} if {condition} else {s.liste})", genre, max1=a.max1 and s.max1)

    def _commun(self, codes: list[Code]) -> tuple[str, list[Code]]:
        """One kind for several values: their own when they agree, else the mixed kind."""
        genres = {c.genre for c in codes if c.genre != "vide"}
        if len(genres) <= 1:
            return (genres.pop() if genres else "vide"), codes
        if genres <= NOEUDS:
            return "noeud", codes
        if genres <= NUMERIQUES:
            return "numerique", codes
        return "item", [self.liste_de(self.items(c), "item", max1=c.forme != "liste" or c.max1) for c in codes]

    def _sequence(self, codes: list[Code]) -> Code:
        if not codes:
            return self.liste_de("()", "vide", max1=True)
        genre, codes = self._commun(codes)
        if genre == "chaine" and all(re.fullmatch(r"'.*'|\".*\"", c.py) and c.forme == "un" for c in codes):
            return self.liste_de(self.atelier.constante("VALEURS", f"frozenset(({', '.join(c.py for c in codes)},))"), genre)
        return self.liste_de(f"({', '.join('*' + c.liste if c.forme != 'un' else c.py for c in codes)},)", genre, ordonne=False)

    def _boucle(self, e: Boucle, portee: Portee) -> Code:
        appartenance = _appartenance(e)
        if appartenance is not None:
            return self.code(appartenance, portee)
        clauses: tuple[Pour | Garde, ...] = ()
        for nom, valeur in e.liaisons:
            code = self.code(valeur, portee)
            ajout, py = self.iterer(code)
            if not _NOM.fullmatch(py):
                var = self.atelier.nouveau()
                ajout, py = (*ajout, Pour.un(var, py)), var
            clauses = (*clauses, *ajout)
            portee = replace(portee, souvent=True).plus(nom, Code(py, code.genre, profondeur=code.profondeur))
        corps = self.code(e.corps, portee)
        if e.genre == "for":
            ajout, py = self.iterer(corps)
            return Code(py, corps.genre, "liste", (*clauses, *ajout), max1=not clauses and corps.forme != "liste", ordonne=False)
        if not clauses:
            return Code(self.verite(corps), "booleen")
        return Code(self.atelier.questions.poser(clauses, self.verite(corps), toutes=e.genre == "every"), "booleen")

    # -- conversions --------------------------------------------------------------------------------------------------

    def atomise(self, code: Code) -> Code:
        """Typed values: nodes become untyped text."""
        if code.genre in NOEUDS:
            if code.forme == "opt":
                return Code(f"val_opt({code.py})", "nontype", "opt")
            return code.avec(py=f"{code.py}.val", genre="nontype")
        return code.avec(genre="nontype") if code.genre in {"attribut", "texte"} else code

    def unique(self, code: Code) -> Code:
        """At most one item (XPTY0004 otherwise), not a list any more."""
        if code.forme != "liste":
            return code
        source = _noeuds_simples(code)
        if source:
            return Code(f"val_un({source})", code.genre, "opt")
        if code.genre == "vide":
            return Code("None", "vide", "opt")
        return Code(f"un({self.ensemble(code)})", code.genre, "opt", profondeur=code.profondeur)

    def ensemble(self, code: Code) -> str:
        """The sequence as an indexable Python expression (constants of texts are sets)."""
        return f"tuple({code.liste})" if re.fullmatch(r"[A-Z][A-Z_0-9]*", code.liste) else code.liste

    def items(self, code: Code) -> str:
        """The sequence with items that tell their kind themselves."""
        marque = {"attribut": "Attribut", "texte": "Attribut", "nontype": "NonType"}.get(code.genre)
        if code.genre == "date":
            raise ErreurRegles("date in a mixed sequence")
        if marque is None:
            return self.ensemble(code)
        clauses, py = self.iterer(code)
        return f"[{marque}({py}) {' '.join(map(str, clauses))}]" if clauses else f"({marque}({py}),)"

    def chaine_opt(self, code: Code) -> Code:
        """An argument declared ``xs:string?``."""
        code = self.unique(self.atomise(code))
        if code.genre in TEXTES or code.genre == "vide":
            return code.avec(genre="chaine")
        if code.genre == "item":
            return Code(f"chaine_item({code.py})", "chaine", "opt")
        raise ErreurRegles(f"{code.genre} where a string is wanted")

    def chaine(self, code: Code) -> str:
        """A string argument, the empty string for the empty sequence."""
        code = self.chaine_opt(code)
        return code.py if code.forme == "un" else f"({code.py} or '')"

    def numerique(self, code: Code) -> Code:
        """A numeric operand: untyped text is cast to xs:double."""
        code = self.unique(self.atomise(code))
        if code.genre in NUMERIQUES:
            return code
        if code.genre in BRUTS:
            return Code(f"double({code.py})" if code.forme == "un" else f"opt(double, {code.py})", "double", code.forme)
        if code.genre == "vide":
            return Code("None", "double", "opt")
        if code.genre == "item":
            return Code(f"nombre_item({code.py})", "numerique", "opt")
        raise ErreurRegles(f"{code.genre} where a number is wanted")


def _litteral(valeur: str | Decimal | float) -> Code:
    if isinstance(valeur, str):
        return Code(repr(valeur), "chaine")
    if isinstance(valeur, Decimal):
        return Code(f"Decimal('{valeur}')", "decimal")
    return Code(repr(valeur), "entier" if isinstance(valeur, int) else "double")


def _appartenance(e: Boucle) -> Expression | None:
    """``some $p in S satisfies f($p) = v`` is ``(for $p in S return f($p)) = v``, of which the left side may be remembered."""
    corps = e.corps
    if e.genre != "some" or len(e.liaisons) != 1 or not isinstance(corps, Binaire) or corps.operateur != "=":
        return None
    nom = e.liaisons[0][0]
    if besoins(corps.gauche) != Besoins(variables=frozenset({nom})) or nom in besoins(corps.droite).variables:
        return None
    return Binaire("=", Boucle("for", e.liaisons, corps.gauche), corps.droite)


def _memoire(code: Code) -> str:
    """What tells a remembered list of texts, or of the texts of remembered nodes, from another; empty for any other sequence."""
    if code.forme == "liste" and len(code.clauses) == 1 and isinstance(code.clauses[0], Pour):
        source = code.clauses[0].source
        if est_memo(source):
            return source + code.py.removeprefix(code.clauses[0].var)
    return ""


def _noeuds_simples(code: Code) -> str:
    """The Python list of nodes whose string values a sequence is; empty when it is anything else."""
    if code.forme == "liste" and code.py.endswith(".val"):
        return code.avec(py=code.py[: -len(".val")]).liste
    return ""
