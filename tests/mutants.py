"""Seeded mutations of an XML document: what hurried exports get wrong."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from copy import deepcopy

from lxml import etree

#: Values that no number, date, boolean or code takes, or that only some take.
VALEURS = (
    "", "-1 324,60", "1.5e3", "2026-02-30", "03/02/2026", "oui", "€", "x" * 130, "  380  ", "0", "-0", "TRUE", "1", "EUR", "12:61:00", "=",
)  # fmt: skip


def _elements(root: etree._Element, hasard: random.Random) -> etree._Element:
    return hasard.choice(list(root.iter("*")))


def _sous_la_racine(root: etree._Element, hasard: random.Random) -> etree._Element:
    return hasard.choice([e for e in root.iter("*") if e is not root])


def _supprimer(root: etree._Element, hasard: random.Random) -> None:
    element = _sous_la_racine(root, hasard)
    element.getparent().remove(element)


def _doubler(root: etree._Element, hasard: random.Random) -> None:
    element = _sous_la_racine(root, hasard)
    element.addnext(deepcopy(element))


def _echanger(root: etree._Element, hasard: random.Random) -> None:
    pairs = [e for e in root.iter("*") if e.getnext() is not None and isinstance(e.getnext().tag, str)]
    element = hasard.choice(pairs)
    element.getnext().addnext(element)


def _renommer(root: etree._Element, hasard: random.Random) -> None:
    element = _sous_la_racine(root, hasard)
    other = _elements(root, hasard)
    element.tag = hasard.choice((other.tag, "Inconnu", "{urn:exemple:ailleurs}" + etree.QName(element).localname))


def _vider(root: etree._Element, hasard: random.Random) -> None:
    element = _elements(root, hasard)
    attributes = dict(element.attrib)
    tail = element.tail
    element.clear()
    element.attrib.update(attributes)
    element.tail = tail


def _valeur(root: etree._Element, hasard: random.Random) -> None:
    _elements(root, hasard).text = hasard.choice(VALEURS)


def _attribut(root: etree._Element, hasard: random.Random) -> None:
    element = hasard.choice([e for e in root.iter("*") if e.attrib] or [root])
    if element.attrib and hasard.random() < 0.7:
        name = hasard.choice(list(element.attrib))
        if hasard.random() < 0.5:
            del element.attrib[name]
        else:
            element.set(name, hasard.choice(VALEURS))
    else:
        element.set("inconnu", "1")


OPERATIONS: tuple[Callable[[etree._Element, random.Random], None], ...] = (
    _supprimer, _doubler, _echanger, _renommer, _vider, _valeur, _attribut,
)  # fmt: skip


def mutants(data: bytes, graine: int, nombre: int) -> Iterator[bytes]:
    """Yield ``nombre`` different documents, each ``data`` with one to three mutations; the same seed gives the same ones."""
    hasard = random.Random(graine)
    seen = {etree.tostring(etree.fromstring(data))}
    while nombre:
        root = etree.fromstring(data)
        for _ in range(hasard.choice((1, 1, 1, 2, 3))):
            if len(root) > 0:
                hasard.choice(OPERATIONS)(root, hasard)
        mutant = etree.tostring(root)
        if mutant not in seen:
            seen.add(mutant)
            nombre -= 1
            yield mutant
