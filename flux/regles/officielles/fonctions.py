"""Functions and casts of XPath 2.0 → calls of :mod:`execution`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from flux.regles.officielles.arbre import Appel, Chemin, Etape, Expression, Litteral
from flux.regles.officielles.codes import BRUTS, EXACTS, NOEUDS, NUMERIQUES, TEXTES, Code, Portee, Pour, peut_lever
from flux.regles.officielles.erreurs import ErreurRegles
from flux.regles.officielles.expressions_regulieres import remplacement, traduire

if TYPE_CHECKING:
    from flux.regles.officielles.expressions import Traducteur

_SANS_BOOL = re.compile(r"bool\(([^()]*(?:\([^()]*\))?)\)")  # ``not`` asks for the truth of a value itself
_TOUT = Etape("descendant-or-self", "node()")


def appel(t: Traducteur, e: Appel, portee: Portee) -> Code:
    """Compile a function call.

    :raises ErreurRegles: an unknown function, or arguments of a kind it does not take.
    """
    if e.nom in t.atelier.fonctions:
        return _propre(t, e, portee)
    if e.nom.startswith(("xs:", "xsd:")) and len(e.arguments) == 1:
        return conversion(t, t.code(e.arguments[0], portee), e.nom, vide=True, essai=False)
    genre = _GENRES.get(e.nom)
    if genre is not None and len(e.arguments) in genre[1]:
        return genre[0](t, e, portee)
    raise ErreurRegles(f"function {e.nom} with {len(e.arguments)} arguments")


def _propre(t: Traducteur, e: Appel, portee: Portee) -> Code:
    """A function of the rule set, with the conversions its declared types ask for (XPath 2.0, 3.1.5)."""
    signature = t.atelier.fonctions[e.nom]
    if len(e.arguments) != len(signature.parametres):
        raise ErreurRegles(f"{e.nom} with {len(e.arguments)} arguments")
    arguments = ["M"]
    for argument, genre in zip(e.arguments, signature.parametres, strict=True):
        code = t.code(argument, portee)
        if genre in {"xs:string", "xs:string?"}:
            code = t.chaine_opt(code)
            arguments.append(code.py if genre[-1] == "?" or code.forme == "un" else f"exactement({code.py})")
        elif genre == "element()?" and code.genre in NOEUDS:
            arguments.append(t.unique(code).py)
        else:
            raise ErreurRegles(f"{e.nom}: {code.genre} where {genre} is wanted")
    if signature.resultat != "xs:boolean":
        raise ErreurRegles(f"{e.nom} as {signature.resultat}")
    return Code(f"{signature.python}({', '.join(arguments)})", "booleen")


def conversion(t: Traducteur, code: Code, nom: str, *, vide: bool, essai: bool) -> Code:
    """``xs:type(code)`` and ``code cast as xs:type``."""
    if essai:
        raise ErreurRegles("castable as")
    code = t.unique(t.atomise(code))
    if code.forme == "opt" and not vide:
        code = code.avec(py=f"exactement({code.py})", forme="un")
    local = nom.partition(":")[2]
    fonction, genre = {
        "decimal": ("decimal", "decimal"), "double": ("double", "double"), "boolean": ("booleen", "booleen"), "date": ("date", "date"),
        "string": ("texte", "chaine"),
    }.get(local, ("", ""))  # fmt: skip
    if not fonction:
        raise ErreurRegles(f"cast to {nom}")
    if code.genre == "vide":
        return Code("None", genre, "opt")
    if code.genre == genre or (genre == "decimal" and code.genre == "entier"):
        return code
    if code.genre not in TEXTES and fonction != "texte":
        if genre != "decimal" or code.genre not in NUMERIQUES | {"booleen"}:
            raise ErreurRegles(f"cast of {code.genre} to {nom}")
        fonction = "decimal_de"
    if code.forme == "un":
        return Code(f"{fonction}({code.py})", genre)
    if fonction == "decimal" and code.py.startswith("val_un("):
        return Code(f"dec_un({code.py[7:]}", genre, "opt")
    return Code(f"opt({fonction}, {code.py})", genre, "opt")


# -- one small compiler a function ----------------------------------------------------------------------------------------


def _argument(t: Traducteur, e: Appel, portee: Portee, rang: int = 0) -> Code:
    """An argument, or the context item when the call has none."""
    return t.code(e.arguments[rang], portee) if e.arguments else t.foyer(portee)


def _chaines(t: Traducteur, e: Appel, portee: Portee) -> list[str]:
    return [t.chaine(t.code(a, portee)) for a in e.arguments]


def _constante(a: Expression, role: str) -> str:
    if not isinstance(a, Litteral) or not isinstance(a.valeur, str):
        raise ErreurRegles(f"computed {role}")
    return a.valeur


def _regex(t: Traducteur, a: Expression) -> str:
    motif = _constante(a, "regular expression")
    return t.atelier.constante("REGEX", f"re.compile({traduire(motif)!r})")


def _not(t: Traducteur, e: Appel, portee: Portee) -> Code:
    condition = t.verite(_presence(t, e, portee))
    simple = _SANS_BOOL.fullmatch(condition)
    return Code(f"(not {simple[1] if simple else condition})", "booleen")


def _presence(t: Traducteur, e: Appel, portee: Portee) -> Code:
    """An argument of which only existence or truth matters: ``//@nom`` is answered by the index."""
    argument = e.arguments[0]
    match argument:
        case Chemin(True, (tout, Etape("attribute", test, ()))) if tout == _TOUT and test != "*":
            return Code(f"({test!r} in M.attributs)", "booleen")
    return t.code(argument, portee)


def _boolean(t: Traducteur, e: Appel, portee: Portee) -> Code:
    return Code(t.verite(t.code(e.arguments[0], portee)), "booleen")


def _exists(t: Traducteur, e: Appel, portee: Portee) -> Code:
    code = _presence(t, e, portee)
    if code.py.endswith(" in M.attributs)"):
        return code
    clauses, _ = t.iterer(code)
    if code.forme == "un":
        return Code("True", "booleen")
    return Code(t.verite(code) if code.genre in NOEUDS | {"attribut", "texte"} else t.existe(clauses), "booleen")


def _empty(t: Traducteur, e: Appel, portee: Portee) -> Code:
    return Code(f"(not {_exists(t, e, portee).py})", "booleen")


def _count(t: Traducteur, e: Appel, portee: Portee) -> Code:
    code = t.code(e.arguments[0], portee)
    if code.forme == "un":
        return Code("1", "entier")
    if code.forme == "opt":
        return Code(f"(0 if {code.py} is None else 1)", "entier")
    return Code(f"len({t.ensemble(code)})", "entier")


def _normalize_space(t: Traducteur, e: Appel, portee: Portee) -> Code:
    code = _argument(t, e, portee)
    if code.genre in NOEUDS:
        if code.forme == "un":
            return Code(f"norm({code.py})", "chaine")
        if code.forme == "liste":
            fin = code.clauses[-1]
            if len(code.clauses) > 1 and isinstance(fin, Pour) and fin.tag and not peut_lever(code.liste):
                # a name that the document does not have costs no walk
                return Code(f"(norm_un({code.liste}) if {fin.tag} in M.noms else '')", "chaine")
            return Code(f"norm_un({code.liste})", "chaine")
    return Code(f"normaliser({t.chaine(code)})", "chaine")


def _string(t: Traducteur, e: Appel, portee: Portee) -> Code:
    code = t.unique(_argument(t, e, portee))
    if code.genre in TEXTES and code.forme == "un":
        return code.avec(genre="chaine")
    return Code(f"texte({code.py})", "chaine")


def _number(t: Traducteur, e: Appel, portee: Portee) -> Code:
    code = t.unique(t.atomise(_argument(t, e, portee)))
    if code.genre in TEXTES:
        return Code(f"nombre({code.py})", "double")
    if code.genre in NUMERIQUES and code.forme == "un":
        return Code(f"float({code.py})", "double")
    raise ErreurRegles(f"number({code.genre})")


def _simple(modele: str, genre: str) -> Callable[[Traducteur, Appel, Portee], Code]:
    """A function of strings, written as a template over its arguments."""
    return lambda t, e, portee: Code(modele.format(*_chaines(t, e, portee)), genre)


def _contains(t: Traducteur, e: Appel, portee: Portee) -> Code:
    match e.arguments:
        case (Litteral(str(codes)), Appel("concat", (Litteral(" "), cherche, Litteral(" ")))):  # a code list written as one text
            source = t.unique(t.atomise(t.code(cherche, portee)))
            if source.genre in TEXTES and source.forme == "un":
                return Code(f"parmi_codes({source.py}, {t.atelier.constante('CODES', f'ListeDeCodes({codes!r})')})", "booleen")
    gauche, droite = _chaines(t, e, portee)
    return Code(f"({droite} in {gauche})", "booleen")


def _string_length(t: Traducteur, e: Appel, portee: Portee) -> Code:
    return Code(f"len({t.chaine(_argument(t, e, portee))})", "entier")


def _matches(t: Traducteur, e: Appel, portee: Portee) -> Code:
    source = t.chaine(t.code(e.arguments[0], portee))
    return Code(f"({_regex(t, e.arguments[1])}.search({source}) is not None)", "booleen")


def _replace(t: Traducteur, e: Appel, portee: Portee) -> Code:
    source = t.chaine(t.code(e.arguments[0], portee))
    par = remplacement(_constante(e.arguments[2], "replacement"))
    return Code(f"{_regex(t, e.arguments[1])}.sub({par!r}, {source})", "chaine")


def _tokenize(t: Traducteur, e: Appel, portee: Portee) -> Code:
    source = t.chaine(t.code(e.arguments[0], portee))
    return t.liste_de(f"morceaux({_regex(t, e.arguments[1])}, {source})", "chaine")


def _substring(t: Traducteur, e: Appel, portee: Portee) -> Code:
    source = t.chaine(t.code(e.arguments[0], portee))
    bornes = [t.numerique(t.code(a, portee)) for a in e.arguments[1:]]
    if any(b.forme != "un" for b in bornes):
        raise ErreurRegles("substring with an optional bound")
    return Code(f"sous_chaine({', '.join([source, *(b.py for b in bornes)])})", "chaine")


def _concat(t: Traducteur, e: Appel, portee: Portee) -> Code:
    pieces = []
    for a in e.arguments:
        code = t.unique(t.atomise(t.code(a, portee)))
        pieces.append(code.py if code.genre in TEXTES and code.forme == "un" else f"texte({code.py})")
    return Code(f"({' + '.join(pieces)})", "chaine")


def _string_join(t: Traducteur, e: Appel, portee: Portee) -> Code:
    code = t.code(e.arguments[0], portee)
    if not code.ordonne and code.genre in NOEUDS:
        code = t.liste_de(f"trie({code.liste})", code.genre)
    code = t.atomise(code)
    if code.genre not in TEXTES and code.genre != "vide":
        raise ErreurRegles(f"string-join({code.genre})")
    return Code(f"{t.chaine(t.code(e.arguments[1], portee))}.join({code.liste})", "chaine")


def _distinct(t: Traducteur, e: Appel, portee: Portee) -> Code:
    code = t.atomise(t.code(e.arguments[0], portee))
    if code.genre not in TEXTES:
        raise ErreurRegles(f"distinct-values({code.genre})")
    return t.liste_de(f"tuple(dict.fromkeys({code.liste}))", code.genre, ordonne=False)


def _nombres(t: Traducteur, code: Code) -> tuple[str, str]:
    """A sequence of numbers: Python expression and kind; untyped text is cast to xs:double."""
    if not code.ordonne and code.genre in NOEUDS:
        code = t.liste_de(f"trie({code.liste})", code.genre)  # sums of doubles depend on the order
    code = t.atomise(code)
    if code.genre in BRUTS:
        clauses, py = t.iterer(code)
        return (f"[double({py}) {' '.join(map(str, clauses))}]" if clauses else f"(double({py}),)"), "double"
    if code.genre in NUMERIQUES:
        return code.liste, code.genre
    raise ErreurRegles(f"{code.genre} where numbers are wanted")


def _sum(t: Traducteur, e: Appel, portee: Portee) -> Code:
    liste, genre = _nombres(t, t.code(e.arguments[0], portee))
    if genre in EXACTS:
        return Code(f"sum({liste})", genre)
    return Code(f"somme({liste})", "numerique", general=True)  # the integer 0 when empty


def _extreme(nom: str) -> Callable[[Traducteur, Appel, Portee], Code]:
    def compile_(t: Traducteur, e: Appel, portee: Portee) -> Code:
        liste, genre = _nombres(t, t.code(e.arguments[0], portee))
        return Code(f"{nom}({liste})", genre, "opt")

    return compile_


def _arrondi(nom: str) -> Callable[[Traducteur, Appel, Portee], Code]:
    def compile_(t: Traducteur, e: Appel, portee: Portee) -> Code:
        code = t.numerique(t.code(e.arguments[0], portee))
        return code.avec(py=f"{nom}({code.py})" if code.forme == "un" else f"opt({nom}, {code.py})", general=False)

    return compile_


def _nom(fonction: str) -> Callable[[Traducteur, Appel, Portee], Code]:
    def compile_(t: Traducteur, e: Appel, portee: Portee) -> Code:
        code = t.unique(_argument(t, e, portee))
        if code.genre not in NOEUDS:
            raise ErreurRegles(f"{e.nom}({code.genre})")
        return Code(f"{fonction}({code.py})", "chaine")

    return compile_


_GENRES: dict[str, tuple[Callable[[Traducteur, Appel, Portee], Code], frozenset[int]]] = {
    "abs": (_arrondi("abs"), frozenset({1})),
    "boolean": (_boolean, frozenset({1})),
    "concat": (_concat, frozenset(range(2, 50))),
    "contains": (_contains, frozenset({2})),
    "count": (_count, frozenset({1})),
    "distinct-values": (_distinct, frozenset({1})),
    "empty": (_empty, frozenset({1})),
    "ends-with": (_simple("({0}).endswith({1})", "booleen"), frozenset({2})),
    "exists": (_exists, frozenset({1})),
    "false": (lambda _t, _e, _p: Code("False", "booleen"), frozenset({0})),
    "local-name": (_nom("nom_local"), frozenset({0, 1})),
    "lower-case": (_simple("({0}).lower()", "chaine"), frozenset({1})),
    "matches": (_matches, frozenset({2})),
    "max": (_extreme("maximum"), frozenset({1})),
    "min": (_extreme("minimum"), frozenset({1})),
    "name": (_nom("nom"), frozenset({0, 1})),
    "namespace-uri": (_nom("espace_de_noms"), frozenset({0, 1})),
    "normalize-space": (_normalize_space, frozenset({0, 1})),
    "not": (_not, frozenset({1})),
    "number": (_number, frozenset({0, 1})),
    "replace": (_replace, frozenset({3})),
    "round": (_arrondi("arrondi"), frozenset({1})),
    "starts-with": (_simple("({0}).startswith({1})", "booleen"), frozenset({2})),
    "string": (_string, frozenset({0, 1})),
    "string-join": (_string_join, frozenset({2})),
    "string-length": (_string_length, frozenset({0, 1})),
    "substring": (_substring, frozenset({2, 3})),
    "substring-after": (_simple("apres({0}, {1})", "chaine"), frozenset({2})),
    "substring-before": (_simple("avant({0}, {1})", "chaine"), frozenset({2})),
    "sum": (_sum, frozenset({1})),
    "tokenize": (_tokenize, frozenset({2})),
    "translate": (_simple("traduit({0}, {1}, {2})", "chaine"), frozenset({3})),
    "true": (lambda _t, _e, _p: Code("True", "booleen"), frozenset({0})),
    "upper-case": (_simple("({0}).upper()", "chaine"), frozenset({1})),
}
