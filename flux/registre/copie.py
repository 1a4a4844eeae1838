"""COPY: rows to a table as fast as the server takes them, and text and JSON made fit for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from datetime import date
from decimal import Decimal
from json.encoder import encode_basestring
from operator import attrgetter
from typing import Any, overload

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Table

from flux.errors import ErreurConfiguration
from flux.modele import facture as modele


def pilote(conn: Connection) -> psycopg.Connection[tuple[object, ...]]:
    """Return the psycopg connection under ``conn``, inside the same transaction. Raises ErreurConfiguration for another driver."""
    brut = conn.connection.driver_connection
    if not isinstance(brut, psycopg.Connection):
        raise ErreurConfiguration("the ledger's engine must use the psycopg driver", setting="base")
    return brut


def copier(conn: Connection, table: Table, colonnes: Sequence[str], lignes: Iterable[Sequence[object]]) -> int:
    """COPY ``lignes`` (values in the order of ``colonnes``) into ``table``; return how many. Part of ``conn``'s transaction."""
    requete = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(sql.Identifier(nom) for nom in colonnes)
    )
    nombre = 0
    with pilote(conn).cursor() as curseur, curseur.copy(requete) as copie:
        for ligne in lignes:
            copie.write_row(ligne)
            nombre += 1
    return nombre


@overload
def propre(texte: str) -> str: ...
@overload
def propre(texte: str | None) -> str | None: ...
def propre(texte: str | None) -> str | None:
    """Return text that PostgreSQL takes: NUL and lone surrogates (undecodable file names) become U+FFFD. ``None`` stays."""
    if texte is None or texte.isprintable():  # neither of them is printable: a fast test for nearly every value
        return texte
    return texte.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def json_texte(valeur: object) -> str:
    """Return compact JSON that ``jsonb`` takes, of values of the model, texts, tuples and dictionaries with text keys.

    Amounts and dates are texts; terms that are absent (``None`` or an empty tuple) are left out. Written out here because it runs
    once an invoice and once a line: :mod:`json` sets up an encoder at each call and calls back for every value of the model.

    :raises KeyError: never for values of the model: a type with no writer is a fault of ours.
    """
    texte = _ECRIRE[type(valeur)](valeur)
    if texte.isprintable() and "\\u0000" not in texte:
        return texte
    return propre(_NUL.sub("\\1\ufffd", texte))


#: JSON's only form of NUL, which jsonb refuses: an odd number of backslashes, then u0000.
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


def _suite(valeur: tuple[object, ...]) -> str:
    return f"[{','.join([_ECRIRE[type(v)](v) for v in valeur])}]"


def _paires(noms: Iterable[str], valeurs: Iterable[object]) -> str:
    """Write an object; ``noms`` are our own names, which need no escape."""
    presents = [f'"{nom}":{_ECRIRE[type(v)](v)}' for nom, v in zip(noms, valeurs, strict=True) if v is not None and v != ()]
    return f"{{{','.join(presents)}}}"


def _objet(kind: type) -> Callable[[Any], str]:
    """Return the writer of one class of the model."""
    noms = tuple(f.name for f in fields(kind))
    valeurs = attrgetter(*noms)
    return lambda valeur: _paires(noms, valeurs(valeur))


_ECRIRE: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    bool: lambda valeur: "true" if valeur else "false",
    Decimal: lambda valeur: f'"{valeur}"',
    date: lambda valeur: f'"{valeur}"',
    tuple: _suite,
    dict: lambda valeur: _paires(valeur.keys(), valeur.values()),
    **{
        kind: _objet(kind)
        for kind in (
            modele.Adresse, modele.Compte, modele.Contact, modele.FactureAnterieure, modele.Identifiant, modele.Livraison, modele.Note,
            modele.Paiement, modele.Partie, modele.Periode, modele.RemiseCharge, modele.Totaux, modele.VentilationTva,
        )
    },
}  # fmt: skip
