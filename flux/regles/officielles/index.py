"""Joins: ``lines[key = value]`` by an index of the key, where walking every line for every line would cost their square."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flux.regles.officielles.arbre import Appel, Binaire, Chemin, Etape, Expression
from flux.regles.officielles.codes import NOEUDS, TEXTES, Code, Portee, Pour, besoins

if TYPE_CHECKING:
    from flux.regles.officielles.expressions import Traducteur

_VASTES = ("M.racine", "M.tous(", "M[", ".parent.kids.get(")


def par_valeur(t: Traducteur, courant: Code, predicat: Expression, portee: Portee) -> Code | None:
    """The nodes of a long list whose key has a value given from outside; ``None`` for anything else.

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
        if code.genre not in TEXTES or code.memo:
            continue
        var = t.atelier.nouveau("n")
        lue = t.atomise(t.code(cle, portee.sur(Code(var, courant.genre))))
        if lue.genre not in TEXTES:
            continue
        globales = tuple(sorted((v, portee.variables[v].memo) for v in besoins(cle).variables))
        numero = t.atelier.cle(f"lambda {var}, M: {lue.liste}", (courant.genre, cle, globales))
        source = f"M.trouver({numero}, {dernier.source}, {code.liste})"
        return courant.avec(clauses=(*courant.clauses[:-1], Pour(dernier.var, source)))
    return None


def _est_cle(e: Expression, portee: Portee) -> bool:
    """Whether an expression is a path down from the node, normalised or not, that nothing else near the node decides."""
    if isinstance(e, Appel) and e.nom == "normalize-space" and len(e.arguments) == 1:
        return _est_cle(e.arguments[0], portee)
    premiere = e.etapes[0] if isinstance(e, Chemin) and not e.absolu else e
    if not isinstance(premiere, Etape) or premiere.axe not in {"child", "attribute"}:
        return False
    return all(v in portee.variables and portee.variables[v].memo for v in besoins(e).variables)
