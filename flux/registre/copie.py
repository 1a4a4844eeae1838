"""COPY: rows to a table as fast as the server takes them, and text and JSON made fit for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
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
    """Return compact JSON that ``jsonb`` takes, of a value of the model, a text or a tuple of either.

    Amounts and dates are texts; terms that are absent (``None`` or an empty tuple) are left out. Written out here because it runs
    once an invoice and once a line: :mod:`json` sets up an encoder at each call and calls back for every value of the model.

    :raises KeyError: never for values of the model: a type with no writer is a fault of ours.
    """
    return _propre(_quelconque(valeur))


def json_de(kind: type, *sans: str) -> Callable[[Any], str | None]:
    """Return what writes one class of the model as :func:`json_texte` does, without its fields ``sans``; ``None`` when nothing is left."""
    ecrire = _objet(kind, sans)

    def texte(valeur: object) -> str | None:
        found = ecrire(valeur)
        return None if found == "{}" else _propre(found)

    return texte


#: JSON's only form of NUL, which jsonb refuses: an odd number of backslashes, then u0000.
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


def _propre(texte: str) -> str:
    if texte.isprintable() and "\\u0000" not in texte:
        return texte
    return propre(_NUL.sub("\\1\ufffd", texte))


def _quelconque(valeur: object) -> str:
    return _ECRIRE[type(valeur)](valeur)


def _suite(valeur: tuple[object, ...]) -> str:
    return f"[{','.join([_ECRIRE[type(v)](v) for v in valeur])}]"


def _objet(kind: type, sans: Collection[str] = ()) -> Callable[[Any], str]:
    """Return the writer of one class of the model: a field's annotation tells its form; its name, ours, needs no escape."""
    champs = [one for one in fields(kind) if one.name not in sans]
    valeurs = attrgetter(*[one.name for one in champs])
    formes = [(f'"{one.name}":', _PAR_ANNOTATION.get(str(one.type).removesuffix(" | None"), _quelconque)) for one in champs]

    def ecrire(valeur: object) -> str:
        found = zip(formes, valeurs(valeur), strict=True)
        return f"{{{','.join([nom + forme(v) for (nom, forme), v in found if v is not None and v is not _VIDE])}}}"

    return ecrire


_VIDE: tuple[()] = ()  # CPython has one empty tuple


def _entre_guillemets(valeur: object) -> str:
    return f'"{valeur}"'


_PAR_ANNOTATION: dict[str, Callable[[Any], str]] = {"str": encode_basestring, "Decimal": _entre_guillemets, "date": _entre_guillemets}
_ECRIRE: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    bool: lambda valeur: "true" if valeur else "false",
    Decimal: _entre_guillemets,
    date: _entre_guillemets,
    tuple: _suite,
    **{
        kind: _objet(kind)
        for kind in (
            modele.Adresse, modele.Compte, modele.Contact, modele.FactureAnterieure, modele.Identifiant, modele.Livraison, modele.Note,
            modele.Paiement, modele.Partie, modele.Periode, modele.RemiseCharge, modele.Totaux, modele.VentilationTva,
        )
    },
}  # fmt: skip
