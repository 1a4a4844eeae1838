"""Seeded mutants: small damages to a document, what hurried exports get wrong. For the comparison of the two engines, and for tests."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from random import Random

from lxml import etree

_VALEURS = (
    "", " ", "0", "1", "-1", "0.00", "00", "1e3", "NaN", "INF", "true", "false", "TRUE", "S", "E", "AE", "K", "O", "Z", "EUR", "eur",
    "FR", "380", "381", "261", "2026-02-30", "2026-02-28", "20260228", "20261301", "99999999999999999999.999999", "0.005", "-0.005",
    "1.005", "12.345", "é€𝄞", "\u00a0", "\u00a0S\u00a0", " S ", "S\n", "\tEUR", "١٢٣", "#BAR#B2B#", "ABC#", "GROUP", "DETAIL", "0002",
    "0009", "0225", "123456789", "12345678901234", "A" * 3000, "a b", "1 2", "+5", ".5", "5.", "--5", "0x1F", "VAT", "vat", "M8",
    "B1", "S9",
)  # fmt: skip
_NOMBRES = ("INF", "-INF", "NaN", "1e400", "-1e400", "1E2", "05", "+1", "-0", "1.", "1e-400", "", " ", "\u00a05")
_DATES = (
    "20", "202", "2026-0", "2026-1", "20260", "202611", "2026112", "2026112x", "x0261120", "2026-1x-01", "2026-11-2", "2026-11", "",
    "\u00a0S\u00a0", "\u00a020261120", "2026-11-20\u00a0", "2026-11-20Z", "2026-11-20+02:00", "2026-11-20+14:30", "2026-11-20-15:00",
    "2026-11-20T10:00:00Z", "2026-11-20T10:00:00+01:00", "10:00:00+01:00", "20261120100000Z", "2147483648-01-01", "-2026-11-20",
)  # fmt: skip


def muter(racine: etree._Element, hasard: Random) -> etree._Element:
    """A copy of the document with one to three damages.

    An element is removed, doubled, moved, emptied, renamed or given another text, a number or a date an odd one; an attribute is
    removed, added or changed.
    """
    copie = deepcopy(racine)
    for _ in range(hasard.choice((1, 1, 1, 2, 3))):
        elements = [e for e in copie.iter("*") if e is not copie]
        if not elements:
            break
        _endommager(hasard.choice(elements), elements, hasard)
    return copie


def mutants(data: bytes, graine: int, nombre: int) -> Iterator[bytes]:
    """Yield so many different mutants of a document; the same seed gives the same ones."""
    hasard = Random(graine)  # noqa: S311 mutants need no secret
    racine = etree.fromstring(data)
    vus = {etree.tostring(racine)}
    while nombre:
        mutant = etree.tostring(muter(racine, hasard))
        if mutant not in vus:
            vus.add(mutant)
            nombre -= 1
            yield mutant


def _endommager(elem: etree._Element, elements: list[etree._Element], hasard: Random) -> None:  # noqa: C901, PLR0912 one branch a kind of damage
    parent = elem.getparent()
    if parent is None:
        return
    geste = hasard.randrange(14)
    autre = hasard.choice(elements)
    if geste == 0:
        parent.remove(elem)
    elif geste == 1:
        parent.insert(parent.index(elem), deepcopy(elem))
    elif geste == 2:
        if elem not in autre.iterancestors() and autre is not elem:
            autre.append(elem)
    elif geste == 3:
        autre.append(deepcopy(elem))
    elif geste == 4:
        for sous in list(elem):
            elem.remove(sous)
        elem.text = hasard.choice((None, "", " "))
    elif geste == 5:
        elem.tag = autre.tag
    elif geste in {6, 7}:
        noms = [str(a) for a in elem.attrib] or ["schemeID", "currencyID", "unitCode", "listID", "languageID"]
        nom = hasard.choice(noms)
        if hasard.random() < 0.4:
            elem.attrib.pop(nom, "")
        else:
            elem.set(nom, hasard.choice(_VALEURS))
    elif geste == 8:
        elem.text, autre.text = autre.text, elem.text
    elif geste == 9:
        elem.append(etree.Comment("x"))
        elem.text = hasard.choice(_VALEURS)
    else:
        feuilles = [e for e in elements if len(e) == 0] or [elem]
        choix: list[etree._Element] = feuilles
        valeurs: tuple[str, ...] = _VALEURS
        if geste == 12:
            choix, valeurs = [e for e in feuilles if _est_nombre(e)], _NOMBRES
        elif geste == 13:
            choix, valeurs = [e for e in feuilles if "Date" in str(e.tag)], _DATES
        hasard.choice(choix or feuilles).text = hasard.choice(valeurs)


def _est_nombre(elem: etree._Element) -> bool:
    """Whether an element holds a number, as amounts, rates and quantities do."""
    return (elem.text or "").strip().removeprefix("-").replace(".", "", 1).isdigit()
