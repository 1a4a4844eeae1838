"""Paths, steps, predicates and unions of XPath 2.0 → comprehension clauses over the index of the document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flux.regles.officielles import index
from flux.regles.officielles.arbre import Appel, Binaire, Chemin, Contexte, Etape, Expression, Filtre, Litteral, Variable
from flux.regles.officielles.codes import NOEUDS, Code, Garde, Portee, Pour
from flux.regles.officielles.erreurs import ErreurRegles
from flux.regles.officielles.motifs import termes
from flux.regles.officielles.presence import sans_erreur

if TYPE_CHECKING:
    from flux.regles.officielles.expressions import Traducteur

_PARENT = Etape("parent", "node()")
_COUPABLES = frozenset({"child", "descendant"})
_TOUT = Etape("descendant-or-self", "node()")


def est_direct(e: Expression) -> bool:
    """Whether a path is already remembered by the document itself: ``/``, ``//nom``."""
    match e:
        case Chemin(True, ()) | Chemin(True, (Etape("descendant", _, ()),)):
            return True
    return False


def chemin(t: Traducteur, e: Chemin | Etape | Filtre, portee: Portee) -> Code:
    """Compile a path, a step or a filtered expression."""
    if isinstance(e, Etape):
        return _pas(t, t.foyer(portee), e, portee)
    if isinstance(e, Filtre):
        return _filtre(t, t.code(e.base, portee), e.predicats, portee)
    liste = _liste_de_codes(t, e, portee)
    if liste is not None:
        return liste
    coupe = _couper(e)
    if coupe is not None and _entame(t, coupe[0], portee):
        return _par_prefixe(t, *coupe, portee)
    etapes = list(e.etapes)
    if e.absolu:
        if portee.foyer is None and not etapes:
            raise ErreurRegles("/ in a function")
        courant = Code("M.racine", "noeud")
    else:
        courant = t.code(etapes.pop(0), portee)
    for rang, etape in enumerate(etapes):
        courant = _pas(t, courant, etape, portee, encore=rang < len(etapes) - 1)
    return courant


def depuis_le_sommet(e: Chemin, profondeur: int) -> Chemin:
    """A path that starts with as many ``..`` as lead to the root element, as a path from the root: the same for every node of the rule."""
    montees = profondeur - 1
    if e.absolu or len(e.etapes) <= montees or any(etape != _PARENT for etape in e.etapes[:montees]) or e.etapes[montees] == _PARENT:
        return e
    return Chemin(True, (Etape("child", "*"), *e.etapes[montees:]))


def _couper(e: Chemin) -> tuple[Chemin, Expression | None, Expression | None] | None:  # noqa: PLR0911 one case a kind of end
    """A path without its last predicate, or without the step after it: what comes before may be shared with other paths.

    ``None`` for a path without predicate, and where positions count.
    """
    *avant, derniere = e.etapes
    if not all(isinstance(etape, Etape) and etape.axe in _COUPABLES for etape in avant):
        return None
    predicats: tuple[Expression, ...] = ()
    if isinstance(derniere, Etape):
        if derniere.axe not in _COUPABLES and derniere.predicats:
            return None
        predicats = tuple(terme for p in derniere.predicats for terme in _successifs(p))
        if any(isinstance(p, Litteral) for p in predicats):
            return None
        if predicats:
            return Chemin(e.absolu, (*avant, Etape(derniere.axe, derniere.test, predicats[:-1]))), None, predicats[-1]
    elif isinstance(derniere, Filtre | Chemin):
        return None
    if not any(isinstance(etape, Etape) and etape.predicats for etape in avant):
        return None  # walking names costs no more than remembering where they lead
    return Chemin(e.absolu, tuple(avant)), derniere, None


def _successifs(predicat: Expression) -> list[Expression]:
    """``[a and b]`` as ``[a][b]``, unless an error in ``a`` could be hidden by ``b``."""
    parties = termes(predicat)
    return parties if all(map(sans_erreur, parties[:-1])) else [predicat]


def _entame(t: Traducteur, e: Chemin, portee: Portee) -> bool:
    """Whether only the document decides a path, or the start of it up to a predicate."""
    if t.du_document(e, portee):
        return True
    coupe = _couper(e)
    return coupe is not None and _entame(t, coupe[0], portee)


def _par_prefixe(t: Traducteur, prefixe: Chemin, etape: Expression | None, predicat: Expression | None, portee: Portee) -> Code:
    """The last step or the last predicate of a path, on what comes before."""
    if predicat is not None and t.du_document(prefixe, portee):
        par_index = index.par_constante(t, prefixe, predicat, portee)
        if par_index is not None:
            return par_index
    courant = t.code(prefixe, portee)
    if etape is not None:
        return _pas(t, courant, etape, portee)
    return _filtre(t, courant, (predicat,) if predicat is not None else (), portee)


def _liste_de_codes(t: Traducteur, e: Chemin, portee: Portee) -> Code | None:
    """``document('x_codedb.xml')/codedb/cl[@id=7]/enumeration[@value=$v]``: the values found in that code list."""
    match e:
        case Chemin(
            False,
            (
                Appel("document", (Litteral(str(fichier)),)),
                Etape("child", "codedb", ()),
                Etape("child", "cl", (numero,)),
                Etape("child", "enumeration", (choix,)),
            ),
        ):
            ident = _egalite(numero, "id")
            valeur = _egalite(choix, "value")
            if isinstance(ident, Litteral) and isinstance(valeur, Variable):
                constante = t.atelier.codes(fichier, str(ident.valeur))
                clauses, py = t.iterer(t.atomise(t.code(valeur, portee)))
                if not clauses:
                    var = t.atelier.nouveau()
                    clauses, py = (Pour.un(var, py),), var
                return Code(py, "texte", "liste", (*clauses, Garde(f"{py} in {constante}")))
    return None


def _egalite(e: Expression, attribut: str) -> Expression | None:
    """The right side of ``@attribut = …``."""
    if isinstance(e, Binaire) and e.operateur == "=" and e.gauche == Etape("attribute", attribut):
        return e.droite
    return None


def _filtre(t: Traducteur, base: Code, predicats: tuple[Expression, ...], portee: Portee) -> Code:
    clauses, py = t.iterer(base)
    if not clauses:
        var = t.atelier.nouveau()
        clauses, py = (Pour.un(var, py),), var
    courant = base.avec(forme="liste", clauses=clauses, py=py, max1=base.forme != "liste" or base.max1)
    for predicat in predicats:
        courant = _predicat(t, courant, predicat, portee, None)
    return courant


def _predicat(t: Traducteur, courant: Code, predicat: Expression, portee: Portee, avant: int | None) -> Code:
    """One predicate on the items of the clauses.

    :param avant: how many clauses lead to the context node of the step, whose children a position counts; ``None`` when the
        position counts the whole sequence.
    """
    if isinstance(predicat, Litteral) and isinstance(predicat.valeur, int):
        rang = predicat.valeur
        if rang < 1:
            raise ErreurRegles(f"[{rang}]")
        tranche = f"[{rang - 1}:{rang}]"
        if avant is None:
            return t.liste_de(f"{_ordonnee(courant)}{tranche}", courant.genre, max1=True, profondeur=courant.profondeur)
        dedans = courant.avec(clauses=courant.clauses[avant:]).liste
        var = t.atelier.nouveau()
        return courant.avec(py=var, clauses=(*courant.clauses[:avant], Pour(var, f"{dedans}{tranche}")), max1=avant == 0)
    parties = _successifs(predicat)
    if len(parties) > 1:
        for partie in parties:
            courant = _predicat(t, courant, partie, portee, avant)
        return courant
    entiere = isinstance(predicat, Binaire) and predicat.operateur == "and"
    for terme in termes(predicat):
        par_index = index.par_valeur(t, courant, terme, portee, suffit=not entiere)
        if par_index is not None and not entiere:
            return par_index
        if par_index is not None:
            courant = par_index  # the others are false, whatever an error in another term: the whole predicate is asked of these
            break
    element = Code(courant.py, courant.genre, profondeur=courant.profondeur)
    code = t.code(predicat, portee.sur(element))
    if code.genre in {"entier", "decimal", "double", "numerique", "item"} and code.forme != "liste":
        raise ErreurRegles(f"predicate that may count positions: {predicat}")
    return courant.avec(clauses=(*courant.clauses, Garde(t.verite(code))))


def _ordonnee(code: Code) -> str:
    """The sequence in document order."""
    if code.ordonne or code.max1:
        return code.liste
    if code.genre not in NOEUDS:
        raise ErreurRegles("order of this sequence")
    return f"trie({code.liste})"


def _pas(t: Traducteur, courant: Code, etape: Expression, portee: Portee, *, encore: bool = False) -> Code:
    """Go one step further from every item."""
    if isinstance(etape, Contexte):
        return courant
    seul = courant.forme != "liste" or courant.max1
    clauses, py = t.iterer(courant)
    if not isinstance(etape, Etape):
        return _pas_calcule(t, courant, clauses, py, etape, portee, encore=encore)
    if courant.genre not in NOEUDS:
        if courant.genre in {"attribut", "texte", "vide"} and etape.axe in {"child", "attribute", "descendant"}:
            return t.liste_de("()", "vide", max1=True)
        raise ErreurRegles(f"{etape.axe}:: from {courant.genre}")
    suite = _axe(t, courant, clauses, py, etape, seul=seul)
    if etape.axe != "child" and any(isinstance(p, Litteral) for p in etape.predicats):
        raise ErreurRegles(f"position on {etape.axe}::")
    for predicat in etape.predicats:
        if suite.forme != "liste":
            c, p = t.iterer(suite)
            if not c:
                p = t.atelier.nouveau()
                c = (Pour.un(p, suite.py),)
            suite = suite.avec(forme="liste", clauses=c, py=p, max1=True)
        suite = _predicat(t, suite, predicat, portee, len(clauses))
    return suite


def _pas_calcule(
    t: Traducteur, courant: Code, clauses: tuple[Pour | Garde, ...], py: str, etape: Expression, portee: Portee, *, encore: bool
) -> Code:
    """A step that is an expression, ``a/normalize-space(b)``, evaluated for each item."""
    if isinstance(etape, Filtre) and any(isinstance(p, Litteral) for p in etape.predicats):
        raise ErreurRegles("position in a computed step")
    code = t.code(etape, portee.sur(Code(py, courant.genre, profondeur=courant.profondeur)))
    if code.genre == "item":
        raise ErreurRegles("step of mixed kinds")
    ajout, fin = t.iterer(code)
    max1 = (courant.forme != "liste" or courant.max1) and (code.forme != "liste" or code.max1)
    resultat = Code(fin, code.genre, "liste", (*clauses, *ajout), max1=max1, profondeur=code.profondeur, ordonne=max1 or courant.ordonne)
    if not resultat.clauses:
        return code
    if code.genre in NOEUDS and encore and not max1 and courant.forme == "liste":
        return t.liste_de(f"trie({resultat.liste})", code.genre, profondeur=code.profondeur)
    return resultat


def _axe(t: Traducteur, courant: Code, clauses: tuple[Pour | Garde, ...], py: str, etape: Etape, *, seul: bool) -> Code:  # noqa: C901, PLR0911, PLR0912 one case an axis
    var = t.atelier.nouveau()
    p = courant.profondeur
    match etape.axe:
        case "attribute":
            return _attribut(t, clauses, py, etape.test, seul=seul, simple=courant.forme == "un" and not clauses)
        case "child":
            if etape.test == "text()":
                return Code(var, "texte", "liste", (*clauses, Pour(var, f"textes({py}, False)")))
            if courant.py == "M.racine" and etape.test == "*":
                return Code("M.sommet", "element", profondeur=1)
            if etape.test[-1] in "*)" or etape.test[0] == "*":
                source: tuple[Pour | Garde, ...] = (Pour(var, f"enfants({py})"), *_garde(var, etape.test))
            else:
                tag = t.atelier.tag(etape.test)
                source = (Pour(var, f"{py}.kids.get({tag}, ())", py, tag),)
            return Code(var, "element", "liste", (*clauses, *source), profondeur=p + 1, ordonne=seul)
        case "self":
            if etape.test == "node()":
                return courant
            garde = _garde(py, etape.test) if etape.test != "*" else (Garde(f"{py}.parent is not None"),)
            base = clauses or (Pour.un(var, py),)
            if not clauses:
                garde = tuple(Garde(g.condition.replace(py, var, 1)) for g in garde)
                py = var
            return courant.avec(forme="liste", clauses=(*base, *garde), py=py, max1=seul, genre="element")
        case "parent":
            return _parent(t, courant, clauses, py, etape.test, seul=seul)
        case "descendant" | "descendant-or-self":
            return _descendants(t, courant, clauses, py, etape, seul=seul)
        case "ancestor" | "ancestor-or-self":
            source = (Pour(var, f"ancetres({py}, {etape.axe != 'ancestor'})"), *_garde(var, etape.test))
            return _plusieurs(t, Code(var, "element", "liste", (*clauses, *source), profondeur=1), seul=seul)
        case "preceding":
            candidats = t.atelier.tous_de(t.atelier.tag(etape.test))
            if etape.test[-1] in "*)":
                raise ErreurRegles(f"preceding::{etape.test}")
            source = (Pour(var, f"precedents({candidats}, {py})"),)
            return _plusieurs(t, Code(var, "element", "liste", (*clauses, *source), profondeur=1), seul=seul)
        case "preceding-sibling" | "following-sibling":
            source = (Pour(var, f"freres({py}, {etape.axe == 'preceding-sibling'})"), *_garde(var, etape.test))
            return _plusieurs(t, Code(var, "element", "liste", (*clauses, *source), profondeur=p), seul=seul)
    raise ErreurRegles(f"axis {etape.axe}")


def _garde(var: str, test: str) -> tuple[Garde, ...]:
    """The name test as a condition on a variable."""
    if test in {"*", "node()"}:
        return ()
    if test.startswith("*:"):
        return (Garde(f"{var}.tag.rpartition('}}')[2] == {test[2:]!r}"),)
    if test.endswith("}*"):
        return (Garde(f"{var}.tag.startswith({test[:-1]!r})"),)
    if test.endswith("()"):
        raise ErreurRegles(test)
    return (Garde(f"{var}.tag == {test!r}"),)


def _plusieurs(t: Traducteur, code: Code, *, seul: bool) -> Code:
    """Doubles may come when the step starts from several nodes: each once, in order."""
    return code if seul else t.liste_de(f"trie({code.liste})", code.genre, profondeur=code.profondeur)


def _attribut(t: Traducteur, clauses: tuple[Pour | Garde, ...], py: str, test: str, *, seul: bool, simple: bool) -> Code:
    if test == "*":
        var = t.atelier.nouveau()
        return Code(var, "attribut", "liste", (*clauses, Pour(var, f"{py}.attrs.values()")))
    valeur = f"{py}.attrs.get({test!r})"
    if simple:
        return Code(valeur, "attribut", "opt")
    var = t.atelier.nouveau()
    return Code(var, "attribut", "liste", (*clauses, Pour.un(var, valeur), Garde(f"{var} is not None")), max1=seul)


def _parent(t: Traducteur, courant: Code, clauses: tuple[Pour | Garde, ...], py: str, test: str, *, seul: bool) -> Code:
    p = max(0, courant.profondeur - 1)
    var = t.atelier.nouveau()
    genre = "element" if p else "noeud"
    if not seul:
        code = t.liste_de(f"parents({courant.liste})", "noeud", profondeur=p)
        return code.avec(clauses=(*code.clauses, *_garde(code.py, test)))
    if courant.forme == "un" and courant.profondeur and test == "node()":
        return Code(f"{courant.py}.parent", genre, profondeur=p)
    garde = (Garde(f"{var} is not None"), *_garde(var, test))
    return Code(var, genre, "liste", (*clauses, Pour.un(var, f"{py}.parent"), *garde), max1=True, profondeur=p)


def _descendants(t: Traducteur, courant: Code, clauses: tuple[Pour | Garde, ...], py: str, etape: Etape, *, seul: bool) -> Code:
    var = t.atelier.nouveau()
    soi = etape.axe == "descendant-or-self"
    if etape.test == "text()":
        return Code(var, "texte", "liste", (*clauses, Pour(var, f"textes({py}, True)")))
    if courant.py == "M.racine":
        if etape.test[-1] not in "*)" and etape.test[0] != "*":
            return Code(var, "element", "liste", (Pour(var, t.atelier.tous_de(t.atelier.tag(etape.test))),), profondeur=1)
        source: tuple[Pour | Garde, ...] = (Pour(var, "M.elements()"), *_garde(var, etape.test))
        return Code(var, "element", "liste", source, profondeur=1, ordonne=False)
    source = (Pour(var, f"descendants({py}, {soi})"), *_garde(var, etape.test))
    return _plusieurs(t, Code(var, courant.genre if soi else "element", "liste", (*clauses, *source), profondeur=1), seul=seul)


def union(t: Traducteur, g: Code, d: Code) -> Code:
    """``a | b``."""
    if g.genre == "vide" or d.genre == "vide":
        return d if g.genre == "vide" else g
    if g.genre in NOEUDS and d.genre in NOEUDS:
        genre = "element" if g.genre == d.genre == "element" else "noeud"
        return t.liste_de(f"union({g.liste}, {d.liste})", genre, profondeur=min(g.profondeur, d.profondeur))
    raise ErreurRegles(f"{g.genre} | {d.genre}")
