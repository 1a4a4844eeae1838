"""The reference page of the official rules: what each rule file of the installed wheels asks, in this project's words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from flux.referentiel.explications import Explication, expliquer, expliquer_message
from flux.referentiel.schemas import REGLES
from flux.regles.officielles.lecteur import Assertion, lire
from flux.regles.officielles.numeros import numero_publie
from flux.xsd.catalogue import chemin_regles

_FAMILLE = re.compile(r"(UBL-CR|CII-SR|CII-DT|CII-FREXT-?DT)-?\d+")
#: The element or attribute of an explanation, and of a message.
_NOMME = re.compile(r"(?P<quoi>L'élément|L'attribut|The element|The attribute) \S+(?: (?:de|of) \S+)?")
_ELEMENT = re.compile(r"(?:variant )?'?(?P<arobase>@?)[\w:]+(?:\[.*\])?'(?= )")


@dataclass(slots=True)
class _Ligne:
    """One row: the rules it stands for, in which sets, how grave."""

    explication: Explication
    regles: dict[str, None] = field(default_factory=dict)
    jeux: dict[str, None] = field(default_factory=dict)
    graves: dict[str, None] = field(default_factory=dict)


def assertions() -> Iterator[tuple[str, str, str, str]]:
    """Yield set, identifier, flag and message of every official assertion; what a message computes is told as ``…``."""
    for jeu in REGLES:
        for motif in lire(chemin_regles(jeu)).motifs:
            for regle in motif.regles:
                for une in regle.contenu:
                    if isinstance(une, Assertion):
                        message = "".join(piece if isinstance(piece, str) else "…" for piece in une.message)
                        yield jeu, une.identifiant, une.drapeau, message


def lignes() -> Iterator[tuple[str, str, str, str, str]]:
    """Yield the rows of the page: rules, sets, severity, French, English.

    Rules that differ by the element alone are one row.
    """
    rows: dict[tuple[str, str], _Ligne] = {}
    for jeu, identifiant, drapeau, message in assertions():
        regle = numero_publie(identifiant, message)
        cle, explication = _replier(regle, message)
        if explication is None:  # a test says so for every assertion
            continue
        row = rows.setdefault(cle, _Ligne(explication))
        row.regles[regle] = None
        row.jeux[jeu] = None
        row.graves[drapeau or "fatal"] = None
    for row in rows.values():
        yield _noms(list(row.regles)), ", ".join(row.jeux), ", ".join(row.graves), row.explication.fr, row.explication.en


def _replier(regle: str, message: str) -> tuple[tuple[str, str], Explication | None]:
    """Return what a rule is folded under, and the explanation of that row: the element of many is X."""
    if regle.startswith("FX-SCH"):
        forme = _ELEMENT.sub(r"'\g<arobase>X'", " ".join(message.split()))
        return ("", forme), expliquer_message(forme)
    precise = expliquer(regle, message)
    famille = _FAMILLE.fullmatch(regle)
    if famille is None or precise is None or precise == expliquer(regle):
        return (regle, ""), precise
    repliee = Explication(*(_NOMME.sub(r"\g<quoi> X", texte) for texte in (precise.fr, precise.en)))
    return (famille[1], repliee.fr), repliee


def _noms(regles: list[str]) -> str:
    return regles[0] if len(regles) == 1 else f"{min(regles)} … {max(regles)} ({len(regles)} rules)"
