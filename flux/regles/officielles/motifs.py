"""Match patterns of XSLT 2.0: which paths a rule can fire on, and what is left to look at on each node."""

from __future__ import annotations

from dataclasses import dataclass

from flux.regles.officielles.arbre import Appel, Binaire, Chemin, Contexte, Etape, Expression, Filtre, Litteral
from flux.regles.officielles.erreurs import ErreurRegles


@dataclass(frozen=True, slots=True)
class Pas:
    """One step: ``dessous`` when any depth may lie between the step before and this one; the name test; predicates."""

    dessous: bool
    test: str
    predicats: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """One branch of a pattern. ``absolu``: the first step is a child of the document node."""

    absolu: bool
    pas: tuple[Pas, ...]

    @property
    def fixe(self) -> bool:
        """Whether all its nodes are at the depth that the number of steps says."""
        return self.absolu and not any(p.dessous for p in self.pas)


def alternatives(e: Expression) -> list[Alternative]:
    """Cut a pattern into branches without ``|``.

    :raises ErreurRegles: a pattern on attributes or text, or of a form not known.
    """
    match e:
        case Binaire("|", gauche, droite):
            return alternatives(gauche) + alternatives(droite)
        case Etape():
            return [Alternative(False, (_pas(e),))]
        case Filtre(base, predicats):
            return [_avec(a, predicats) for a in alternatives(base)]
        case Chemin(absolu, etapes) if etapes:
            premier, *suite = etapes
            absolu = absolu and isinstance(premier, Etape) and premier.axe == "child"
            debuts = [Alternative(absolu or a.absolu, a.pas) for a in alternatives(premier)]
            fins = [a.pas for a in _produit(suite)]
            return [Alternative(a.absolu, a.pas + fin) for a in debuts for fin in fins]
    raise ErreurRegles(f"pattern {e}")


def _produit(etapes: list[Expression]) -> list[Alternative]:
    """Every way through steps that may be unions themselves."""
    chemins = [Alternative(False, ())]
    for etape in etapes:
        suites = alternatives(etape)
        if any(s.absolu for s in suites):
            raise ErreurRegles(f"pattern step {etape}")
        chemins = [Alternative(False, c.pas + s.pas) for c in chemins for s in suites]
    return chemins


def _pas(e: Expression) -> Pas:
    if not isinstance(e, Etape) or e.axe not in {"child", "descendant"} or e.test.endswith("()"):
        raise ErreurRegles(f"pattern step {e}")
    return Pas(e.axe == "descendant", e.test, e.predicats)


def _avec(a: Alternative, predicats: tuple[Expression, ...]) -> Alternative:
    dernier = a.pas[-1]
    return Alternative(a.absolu, (*a.pas[:-1], Pas(dernier.dessous, dernier.test, dernier.predicats + predicats)))


def conditions(a: Alternative) -> list[tuple[int, int, Expression]]:
    """Predicates of a branch: how many parents up, least depth of the node there, expression.

    :raises ErreurRegles: a predicate above a ``//``, where the node it speaks of is not known.
    """
    trouvees: list[tuple[int, int, Expression]] = []
    haut: int | None = 0
    for rang in range(len(a.pas) - 1, -1, -1):
        pas = a.pas[rang]
        if pas.predicats and haut is None:
            raise ErreurRegles(f"pattern with a predicate above //: {a}")
        trouvees.extend((haut or 0, rang + 1, p) for p in pas.predicats)
        haut = None if pas.dessous or haut is None else haut + 1
    return trouvees


def termes(e: Expression, operateur: str = "and") -> list[Expression]:
    """The terms of a conjunction, or of an alternative."""
    if isinstance(e, Binaire) and e.operateur == operateur:
        return termes(e.gauche, operateur) + termes(e.droite, operateur)
    return [e]


def sur_le_nom(e: Expression) -> str | None:
    """A condition that the name of the node decides, as Python over its Clark name ``tag``; else ``None``."""
    match e:
        case Appel("ends-with", (Appel("name", () | (Contexte(),)), Litteral(str(fin)))) if not set(fin) & set(":}"):
            return f"tag.endswith({fin!r})"
        case Appel("not", (argument,)):
            interieur = sur_le_nom(argument)
            return f"(not {interieur})" if interieur else None
        case Etape("self", test, ()) if test[-1] not in "*)" and test[0] != "*":
            return f"(tag == {test!r})"
        case Binaire("and" | "or" as operateur, gauche, droite):
            g, d = sur_le_nom(gauche), sur_le_nom(droite)
            return f"({g} {operateur} {d})" if g and d else None
    return None


def sans_texte(e: Expression) -> bool:
    """Whether a condition asks for a node without child and without text: hardly a document has one."""
    dits = termes(e)
    muets = (Appel("not", (Appel("normalize-space", quoi),)) for quoi in ((), (Contexte(),)))
    return Appel("not", (Etape("child", "*"),)) in dits and any(muet in dits for muet in muets)


def convient(absolu: bool, pas: tuple[tuple[bool, str], ...], noms: tuple[str, ...]) -> bool:
    """Whether a branch, predicates left aside, matches nodes of that path (names from the root element down)."""
    return _convient(absolu, pas, len(pas) - 1, noms, len(noms) - 1)


def _convient(absolu: bool, pas: tuple[tuple[bool, str], ...], rang: int, noms: tuple[str, ...], position: int) -> bool:
    if position < 0 or not _nomme(pas[rang][1], noms[position]):
        return False
    if rang == 0:
        return position == 0 or not absolu
    if not pas[rang][0]:
        return _convient(absolu, pas, rang - 1, noms, position - 1)
    return any(_convient(absolu, pas, rang - 1, noms, p) for p in range(position - 1, -1, -1))


def _nomme(test: str, nom: str) -> bool:
    if test == "*":
        return True
    if test.startswith("*:"):
        return nom.rpartition("}")[2] == test[2:]
    if test.endswith("}*"):
        return nom.startswith(test[:-1])
    return nom == test
