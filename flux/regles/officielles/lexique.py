"""Words of XPath 2.0: one expression → a list of tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flux.regles.officielles.erreurs import ErreurRegles

_NC = r"[^\W\d][\w.\-·]*"
_MOTS = re.compile(
    rf"""(?P<blanc>[ \t\r\n]+|\(:(?:[^:(]|:(?!\))|\((?!:))*:\))
    |(?P<double>(?:\d+\.?\d*|\.\d+)[eE][+-]?\d+)
    |(?P<decimal>\d+\.\d*|\.\d+)
    |(?P<entier>\d+)
    |(?P<chaine>"(?:[^"]|"")*"|'(?:[^']|'')*')
    |(?P<variable>\${_NC}(?::{_NC})?)
    |(?P<nom>{_NC}:\*|\*:{_NC}|{_NC}(?::(?!:){_NC})?)
    |(?P<symbole>::|//|\.\.|<<|>>|<=|>=|!=|[()\[\],./|@=<>+\-*?])
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Mot:
    """One token: its kind (``chaine``, ``entier``, ``decimal``, ``double``, ``variable``, ``nom``, ``symbole``, ``fin``) and text."""

    genre: str
    texte: str


def decouper(texte: str) -> list[Mot]:
    """Cut an expression into tokens, ending with one of kind ``fin``.

    :raises ErreurRegles: a character that starts no token.
    """
    mots: list[Mot] = []
    position = 0
    while position < len(texte):
        trouve = _MOTS.match(texte, position)
        if trouve is None or trouve.lastgroup is None:
            raise ErreurRegles(f"character {texte[position]!r} at {position} in XPath: {texte}")
        position = trouve.end()
        if trouve.lastgroup != "blanc":
            mots.append(Mot(trouve.lastgroup, trouve.group()))
    mots.append(Mot("fin", ""))
    return mots
