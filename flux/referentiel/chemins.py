"""From a path in a document to the invoice term it stands for, and back to words. No document is needed: paths are text.

The table of terms (:mod:`flux.referentiel.termes`) says where each term stands; here it is read the other way. A term that its
path alone cannot tell from another (told by a ``schemeID``, by its rank or by a sibling's value) is left out: no name is better than a
wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from flux.referentiel.termes import AVOIR, GROUPES, TERMES, Terme

#: Root step of a path → column of the table of terms. CreditNote is UBL with the changes of :data:`AVOIR`.
_RACINES = {"ubl:Invoice": "ubl", "cn:CreditNote": "avoir", "rsm:CrossIndustryInvoice": "cii", "CPPFactureMixte": "cpp"}
_PAS = re.compile(r"/(?P<nom>[^/\[\]]+)(?P<predicats>(?:\[[^\[\]]*\])*)")
_RANG = re.compile(r"\[(\d+)\]$")
_CHOIX = re.compile(r"\*\[((?:self::[\w:-]+(?: or )?)+)\]")
_NEGATION = re.compile(r"\[not\([^\[\]]*\)\]")


@dataclass(frozen=True, slots=True)
class TermeSitue:
    """The term at a place of a document.

    :ivar cle: its key in :data:`~flux.referentiel.termes.TERMES`. :ivar exact: the place is the term's element or one of its attributes, not an element below it.
    :ivar rang: which one of its repeated group, from 1; ``None`` without group, or where the path does not tell.
    """

    cle: str
    exact: bool
    rang: int | None = None

    @property
    def terme(self) -> Terme:
        """The row of the table."""
        return TERMES[self.cle]


@lru_cache(maxsize=8192)
def terme_du_chemin(chemin: str | None) -> TermeSitue | None:
    """Return the term at ``chemin``, else the nearest term above it, else ``None``.

    :param chemin: XPath of an anomaly, as :func:`flux.xsd.reperes.chemin_xpath` writes it.
    """
    steps = _pas(chemin or "")
    index = _index().get(_RACINES.get(steps[0][0], "")) if steps else None
    if index is None:
        return None
    names = [name for name, _ in steps[1:]]
    for length in range(len(names), 0, -1):
        found = index.get("/".join(names[:length])) or index.get(f"descendant::{names[length - 1]}")
        if found is not None:
            exact = all(name.startswith("@") for name in names[length:])
            cle, group = found
            return TermeSitue(cle, exact, _rang(cle, steps[1 : group + 1]))
    return None


def sans_positions(chemin: str) -> str:
    """Return a path without the ranks of its steps: the same for every invoice and every line."""
    return re.sub(r"\[\d+\]", "", chemin)


def _pas(chemin: str) -> list[tuple[str, int | None]]:
    """Return the steps of a path with their rank; what cannot be read as a step ends it."""
    steps: list[tuple[str, int | None]] = []
    at = 0
    while (step := _PAS.match(chemin, at)) is not None:
        rank = _RANG.search(step["predicats"])
        steps.append((step["nom"], int(rank[1]) if rank else None))
        at = step.end()
    return steps


def _rang(cle: str, steps: list[tuple[str, int | None]]) -> int | None:
    """Return the rank of a term's group; ``None`` where some elements of that name are not of the group, or two steps are repeated."""
    groupe = TERMES[cle].groupe
    if groupe is None or "[" in GROUPES[groupe].ubl:
        return None
    given = [rank for _, rank in steps if rank is not None]
    return (given or [1])[0] if len(given) <= 1 else None


@cache
def _index() -> dict[str, dict[str, tuple[str, int]]]:
    """Return column → path without predicate → key of the term, steps of its group. Of two terms with one path the first row is kept."""
    index: dict[str, dict[str, tuple[str, int]]] = {column: {} for column in _RACINES.values()}
    for cle, terme in TERMES.items():
        for column, rows in index.items():
            group = _NEGATION.sub("", getattr(GROUPES[terme.groupe], _colonne(column))).count("/") + 1 if terme.groupe else 0
            for path in _formes(_entier(terme, column)):
                rows.setdefault(path, (cle, group))
    return index


def _colonne(column: str) -> str:
    return "ubl" if column == "avoir" else column


def _entier(terme: Terme, column: str) -> str:
    """Return the whole path of a term below the root, empty when the syntax does not hold it."""
    parts = [getattr(terme, _colonne(column))]
    if terme.groupe is not None:
        parts.insert(0, getattr(GROUPES[terme.groupe], _colonne(column)))
    if not all(parts):
        return ""
    path = "/".join(part.strip("|").replace("|", "/") for part in parts).removesuffix("/.")
    for before, after in AVOIR if column == "avoir" else ():
        path = path.replace(before, after)
    return path


def _formes(path: str) -> Iterator[str]:
    """Yield the plain paths that ``path`` covers; none when only a predicate tells it from another term's."""
    path = _NEGATION.sub("", path)
    choice = _CHOIX.search(path)
    if choice is not None:
        for name in choice[1].split(" or "):
            yield from _formes(path[: choice.start()] + name.removeprefix("self::") + path[choice.end() :])
    elif path and "[" not in path and "*" not in path:
        yield path


def nommer(chemin: str, nom: str) -> tuple[str, str]:
    """Say what stands at ``chemin`` in business words, French then English; ``nom`` as it is where no term stands exactly there.

    >>> nommer("/ubl:Invoice/cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount", "cbc:TaxInclusiveAmount")
    ('« total TTC » (BT-112, cbc:TaxInclusiveAmount)', '“total with VAT” (BT-112, cbc:TaxInclusiveAmount)')

    :param nom: short name of the element or attribute.
    """
    found = terme_du_chemin(chemin)
    if found is None or not found.exact:
        return nom, nom
    terme = found.terme
    fr, en = [terme.numero] if terme.numero else [], [terme.numero] if terme.numero else []
    if terme.groupe is not None and found.rang is not None:
        groupe = GROUPES[terme.groupe]
        fr.append(f"{groupe.fr} {found.rang}")
        en.append(f"{groupe.en} {found.rang}")
    return f"« {terme.fr} » ({', '.join([*fr, nom])})", f"“{terme.en}” ({', '.join([*en, nom])})"
