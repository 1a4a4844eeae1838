"""The engine of the two mappings: tables ``tag → what to do``, of which :mod:`flux.parsers.ubl` and :mod:`flux.parsers.cii` are made.

What to do with an element is one of three things: the name of the model's field that its text fills, a table for its own children,
or a *reader*, a function that puts what it finds into the terms gathered so far (a plain dict). Each table is walked once, over the
children that are there; an XPath a term would cost ten times as much. Where a term that occurs once is written twice, the first
one counts, as XPath's ``string()`` has it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, field, fields, make_dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar, cast

from lxml.etree import _Element

from flux.limites import NOMBRE_MAX
from flux.modele.facture import Identifiant
from flux.parsers.valeurs import decimal, jour_iso, octets_base64, texte
from flux.referentiel.espaces_de_noms import UDT

#: Terms gathered, by the name of the model's field that they will fill.
Termes = dict[str, Any]
Lecteur = Callable[[_Element, Termes], None]
#: Tag in Clark notation → field name, table (``dict``) or reader.
Table = dict[str, Any]
#: From the terms of a group to its object, or ``None``.
Fabrique = Callable[[Termes], object]
_Classe = TypeVar("_Classe")
#: Fields below which a class is its own quickest maker.
_PETITE = 5
#: Children in which CII writes a date as XML Schema has it, ``xs:dateTime`` or ``xs:date``, rather than as a text with its format.
DATES_ISO = (f"{{{UDT}}}DateTime", f"{{{UDT}}}Date")


def parcourir(element: _Element, table: Table, termes: Termes) -> None:
    """Do with each child what the table says; children that it does not know are passed over."""
    get = table.get
    # the slice makes all children at once: a quarter of the walk's time less than an iterator for each small group
    for child in element[:]:  # type: ignore[index]  # lxml-stubs do not know that it takes a slice
        action = get(child.tag)
        if action is None:
            continue
        kind = action.__class__
        if kind is str:
            found = child.text
            if found is not None and action not in termes:
                found = found.strip()
                if found:
                    termes[action] = found
        elif kind is dict:
            parcourir(child, action, termes)
        else:
            action(child, termes)


def jour(nom: str, lire: Callable[[str | None], date | None]) -> Lecteur:
    """Return the reader of a date."""

    def lecteur(element: _Element, termes: Termes) -> None:
        if nom not in termes:
            found = lire(element.text)
            if found is not None:
                termes[nom] = found

    return lecteur


def montant(nom: str) -> Lecteur:
    """Return the reader of an amount, a rate or a percentage."""

    def lecteur(element: _Element, termes: Termes) -> None:
        found = element.text
        if found is not None and nom not in termes:
            # the plain form, without a sign or blanks, is nearly all there is
            number = (
                Decimal(found) if len(found) <= NOMBRE_MAX and found.isascii() and found.replace(".", "", 1).isdigit() else decimal(found)
            )
            if number is not None:
                termes[nom] = number

    return lecteur


def quantite(nom: str, unite: str) -> Lecteur:
    """Return the reader of a quantity and its ``unitCode``."""

    def lecteur(element: _Element, termes: Termes) -> None:
        found = decimal(element.text)
        if found is not None and nom not in termes:
            termes[nom] = found
            code = texte(element.get("unitCode"))
            if code is not None:
                termes[unite] = code

    return lecteur


def jour_enfant(nom: str, lire: Callable[[str | None], date | None]) -> Lecteur:
    """Return the reader of a date that CII writes one element deeper, under a name that varies, with its format."""

    def lecteur(element: _Element, termes: Termes) -> None:
        for child in element[:]:  # type: ignore[index]  # lxml-stubs do not know that it takes a slice
            if nom not in termes and child.get("format", "102") == "102":
                found = lire(child.text)
                if found is None and child.tag in DATES_ISO:
                    found = jour_d_un_instant(child.text)
                if found is not None:
                    termes[nom] = found

    return lecteur


def jour_d_un_instant(value: str | None) -> date | None:
    """Read the day of an ``xs:dateTime`` or an ``xs:date``, as written: the schema has judged the hour and the zone."""
    return None if value is None else jour_iso(value.strip()[:10])


def lire_identifiant(element: _Element, attribut: str = "schemeID") -> Identifiant | None:
    """Return the identifier that ``element`` is, with its scheme."""
    found = texte(element.text)
    return None if found is None else Identifiant(found, texte(element.get(attribut)))


def identifiant(nom: str) -> Lecteur:
    """Return the reader of an identifier with its scheme."""

    def lecteur(element: _Element, termes: Termes) -> None:
        if nom not in termes:
            found = lire_identifiant(element)
            if found is not None:
                termes[nom] = found

    return lecteur


def identifiants(nom: str, attribut: str = "schemeID") -> Lecteur:
    """Return the reader of an identifier that may be repeated."""

    def lecteur(element: _Element, termes: Termes) -> None:
        found = lire_identifiant(element, attribut)
        if found is not None:
            termes.setdefault(nom, []).append(found)

    return lecteur


def de(classe: type[_Classe]) -> Callable[[Termes], _Classe]:
    """Return the maker of ``classe``, one of the model's frozen classes, from its terms.

    A frozen class sets each of its fields by a call of its own: a fifth of the mapping's time. So an object is made of a draft class
    with the same slots, which sets them plainly, and takes its real class once it is whole. Of two or three fields that is no gain.
    """
    if len(fields(classe)) < _PETITE:  # type: ignore[arg-type]  # a dataclass, which ``type`` does not say
        return lambda termes: classe(**termes)
    brouillon = make_dataclass(
        f"_Brouillon{classe.__name__}",
        [
            (one.name, object) if one.default is MISSING else (one.name, object, field(default=one.default))
            for one in fields(classe)  # type: ignore[arg-type]
        ],
        slots=True,
        eq=False,
        repr=False,
    )

    def fabrique(termes: Termes) -> _Classe:
        made: Any = brouillon(**termes)
        made.__class__ = classe
        return cast(_Classe, made)

    return fabrique


def objet(nom: str, fabrique: Fabrique, table: Table) -> Lecteur:
    """Return the reader of a group that is an object of its own, absent when none of its terms is there."""

    def lecteur(element: _Element, termes: Termes) -> None:
        if nom not in termes:
            found: Termes = {}
            parcourir(element, table, found)
            made = fabrique(found) if found else None
            if made is not None:
                termes[nom] = made

    return lecteur


def objets(nom: str, fabrique: Fabrique, table: Table) -> Lecteur:
    """Return the reader of a repeated group; ``fabrique`` answers ``None`` when its main term is absent or unreadable."""

    def lecteur(element: _Element, termes: Termes) -> None:
        found: Termes = {}
        parcourir(element, table, found)
        made = fabrique(found) if found else None
        if made is not None:
            termes.setdefault(nom, []).append(made)

    return lecteur


def sous(nom: str, table: Table) -> Lecteur:
    """Return the reader of one of several groups that make one object: its terms are gathered under ``nom``, as a dict."""

    def lecteur(element: _Element, termes: Termes) -> None:
        found: Termes = termes.get(nom, {})
        parcourir(element, table, found)
        if found:
            termes[nom] = found

    return lecteur


def figer(termes: Termes) -> Termes:
    """Turn what was gathered in lists into tuples, in place."""
    for nom, found in termes.items():
        if type(found) is list:
            termes[nom] = tuple(found)
    return termes


def binaire(element: _Element, termes: Termes) -> None:
    """Read an attachment: content, MIME type, file name."""
    termes["contenu"] = octets_base64(element.text)
    termes["mime"] = texte(element.get("mimeCode"))
    termes["nom"] = texte(element.get("filename"))
