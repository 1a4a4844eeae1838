"""Joins: ``lines[key = value]`` by an index of the key, where walking every line for every line would cost their square."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flux.regles.officielles.arbre import Appel, Binaire, Chemin, Contexte, Etape, Expression, Litteral
from flux.regles.officielles.codes import EXACTS, NOEUDS, TEXTES, Code, Portee, Pour, besoins, peut_lever

if TYPE_CHECKING:
    from flux.regles.officielles.expressions import Traducteur

_VASTES = ("M.racine", "M.tous(", "M[", ".parent.kids.get(")


def par_valeur(t: Traducteur, courant: Code, predicat: Expression, portee: Portee, *, suffit: bool = True) -> Code | None:
    """The nodes of a long list whose key has a value given from outside; ``None`` for anything else.

    :param suffit: the predicate alone decides; else every node is given when a key or the value cannot be read.

    The value must not depend on the node looked for; one written in the rule is left alone (measured: an index gains nothing there).
    """
    dernier = courant.clauses[-1] if courant.clauses else None
    if not isinstance(dernier, Pour) or dernier.var != courant.py or courant.genre not in NOEUDS:
        return None
    if not any(vaste in str(clause) for clause in courant.clauses for vaste in _VASTES):
        return None
    if not isinstance(predicat, Binaire) or predicat.operateur != "=":
        return None
    for cle, valeur in ((predicat.gauche, predicat.droite), (predicat.droite, predicat.gauche)):
        besoin = besoins(valeur)
        if not _est_cle(cle, portee) or besoin.foyer or not besoin.variables:
            continue
        code = t.atomise(t.code(valeur, portee))
        if code.genre not in TEXTES | EXACTS or code.memo:
            continue
        var = t.atelier.nouveau("n")
        lue = t.atomise(t.code(cle, portee.sur(Code(var, courant.genre))))
        if lue.genre not in (TEXTES if code.genre in TEXTES else EXACTS):
            continue
        globales = tuple(sorted((v, portee.variables[v].memo) for v in besoins(cle).variables))
        numero = t.atelier.cle(f"lambda {var}, M: {lue.liste}", (courant.genre, cle, globales))
        valeurs = f"lambda: {code.liste}" if peut_lever(code.liste) else code.liste  # read only if there is a key to compare with
        source = f"M.{'trouver' if suffit else 'candidats'}({numero}, {dernier.source}, {valeurs})"
        return courant.avec(clauses=(*courant.clauses[:-1], Pour(dernier.var, source)))
    return None


def par_constante(t: Traducteur, prefixe: Chemin, predicat: Expression, portee: Portee) -> Code | None:
    """The nodes of a path that only the document decides whose key is a text written in the rule, ``//X[normalize-space(e) = 'S']``.

    One look-up serves all the rules that ask for another value of the same key: the VAT categories mostly.
    """
    for cle, texte in _comparee_a_un_texte(predicat, portee):
        memoire = ("index", t.cle_de_memoire(prefixe, portee), cle)
        t.atelier.lectures[memoire] += 1
        if not t.atelier.vaut(memoire):
            continue
        noeuds = t.code(prefixe, portee.du_document())
        if noeuds.forme != "liste" or noeuds.genre not in NOEUDS:
            continue
        connu = t.atelier.memo(memoire)
        if connu is None:
            numero = _numero(t, cle, portee, noeuds)
            if numero is None:
                continue
            connu = t.atelier.retenir(memoire, Code(f"M.grouper({numero}, {noeuds.liste})", "groupes"))
        var = t.atelier.nouveau()
        return noeuds.avec(py=var, clauses=(Pour(var, f"M[{connu[0]}].get({texte!r}, ())"),))
    return None


def cle_et_texte(t: Traducteur, predicat: Expression, portee: Portee) -> tuple[int, str] | None:
    """A predicate of a pattern as a key of the node, by number, and the text it must have."""
    for cle, texte in _comparee_a_un_texte(predicat, portee):
        if portee.foyer is not None and (numero := _numero(t, cle, portee, portee.foyer)) is not None:
            return numero, texte
    return None


def _comparee_a_un_texte(predicat: Expression, portee: Portee) -> Iterator[tuple[Expression, str]]:
    if isinstance(predicat, Binaire) and predicat.operateur == "=":
        for cle, valeur in ((predicat.gauche, predicat.droite), (predicat.droite, predicat.gauche)):
            if isinstance(valeur, Litteral) and isinstance(valeur.valeur, str) and _est_cle(cle, portee):
                yield cle, valeur.valeur


def _numero(t: Traducteur, cle: Expression, portee: Portee, noeuds: Code) -> int | None:
    """The number of the function that reads a key, ``None`` when it gives no text."""
    var = t.atelier.nouveau("n")
    lue = t.atomise(t.code(cle, portee.sur(Code(var, noeuds.genre, profondeur=noeuds.profondeur))))
    return t.atelier.cle(f"lambda {var}, M: {lue.liste}", (noeuds.genre, cle, ())) if lue.genre in TEXTES else None


def _est_cle(e: Expression, portee: Portee) -> bool:
    """Whether an expression is a path down from the node, normalised or not, that nothing else near the node decides."""
    if isinstance(e, Appel) and e.nom == "normalize-space" and len(e.arguments) == 1:
        return _est_cle(e.arguments[0], portee)
    if isinstance(e, Contexte):
        return True
    premiere = e.etapes[0] if isinstance(e, Chemin) and not e.absolu else e
    if not isinstance(premiere, Etape) or premiere.axe not in {"child", "attribute"}:
        return False
    return all(v in portee.variables and portee.variables[v].memo for v in besoins(e).variables)
