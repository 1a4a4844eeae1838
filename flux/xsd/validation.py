"""The judgement of one document by its schema: nothing to say, or every fault, each where it is and in words."""

from __future__ import annotations

from typing import Any

from lxml import etree

from flux.limites import Limites
from flux.modele.anomalie import LONGUEUR_CITATION, Anomalie, anomalie
from flux.referentiel.chemins import nommer
from flux.referentiel.schemas import SCHEMAS, Schema
from flux.xsd.blancs import resserrer_dates
from flux.xsd.fautes import PLAFOND, Faute, est_valide, relever
from flux.xsd.messages import ORDRE, Lecture, lire
from flux.xsd.reperes import chemin_xpath, lignes_colonnes, nom_court

__all__ = ["nom_court", "valider"]


def valider(root: etree._Element, cle: str, data: bytes, limites: Limites) -> tuple[Anomalie, ...]:
    """Judge one document.

    :param root: root element of the tree read from ``data``. Dates and times lose the white space around them in it, as the schema has it.
    :param cle: key of the schema, in :data:`flux.referentiel.schemas.SCHEMAS`.
    :param data: the document's bytes, in UTF-8; they give lines and columns, and of a large document also the verdict.
    :param limites: gives how many anomalies are told; the others are counted in a last one, XSD-08.
    :return: nothing for a valid document.
    :raises SchemaAltere: a file of the schema is missing or is not the one that was pinned.
    :raises ErreurConfiguration: no schema has this key.
    :raises ErreurUsage: ``data`` is not what ``root`` was read from.
    """
    row = SCHEMAS.get(cle)
    if row is not None and root.tag != row.racine:
        return (_mauvaise_racine(root, row, data),)
    if est_valide(root, cle, data):
        return ()
    bare = resserrer_dates(root, cle, data)
    if bare is not data and est_valide(root, cle, bare):
        return ()
    faults, total = relever(root, cle, bare, limites.anomalies_fichier)
    places = lignes_colonnes(data, {fault.rang for fault in faults})
    told = tuple(_anomalie(fault, cle, places.get(fault.rang)) for fault in faults)
    rest = total - len(told)
    if rest <= 0:
        return told
    return (*told, anomalie("XSD-08", found=f"{rest}+" if total >= PLAFOND else rest))


def _anomalie(fault: Faute, cle: str, place: tuple[int, int] | None) -> Anomalie:
    read = lire(fault, cle)
    line, column = place or (None, None)
    path = chemin_xpath(fault.element, read.attribut)
    facts: dict[str, Any] = {**read.faits, **_mots(path, read)}
    return anomalie(read.rule, path=path, line=line, column=column, found=read.found, expected=read.expected, **facts)


def _mots(path: str, read: Lecture) -> dict[str, str]:
    """Return what the texts call the element at fault and the elements awaited: by their terms, where they are terms."""
    name_fr, name_en = nommer(path, read.faits["name"])
    words = {"name_fr": name_fr, "name_en": name_en}
    if read.rule in ORDRE and read.expected is not None:
        parent = path if read.rule == "XSD-02" else path.rpartition("/")[0]
        awaited = [nommer(f"{parent}/{name}", name) for name in read.expected.split(", ")]
        in_words = [", ".join(said) for said in zip(*awaited, strict=True)]
        fits = max(map(len, in_words)) <= LONGUEUR_CITATION  # a list cut in its middle would say less than the plain one
        words["expected_fr"], words["expected_en"] = in_words if fits else (read.expected, read.expected)
    return words


def _mauvaise_racine(root: etree._Element, row: Schema, data: bytes) -> Anomalie:
    """Told here and not by libxml2, which takes any global element of the schema for a root: ``cbc:ID`` alone would be an invoice."""
    line, column = lignes_colonnes(data, {0})[0]
    found, expected = nom_court(str(root.tag)), nom_court(row.racine)
    return anomalie("XSD-20", path=chemin_xpath(root), line=line, column=column, found=found, expected=expected)
