"""What the official rules find, told as anomalies: path, line, value, official text, and what it means in both languages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from lxml import etree

from flux.modele.anomalie import Anomalie, anomalie, citer
from flux.referentiel.anomalies_officielles import CODES, INDECISE, REGLE, SUITE
from flux.referentiel.catalogue import Severite
from flux.referentiel.espaces_de_noms import PREFIXE_DE
from flux.referentiel.explications import Explication, expliquer, expliquer_ici, expliquer_message
from flux.regles.officielles.jeu import Echec
from flux.regles.officielles.numeros import base, numero_publie, sans_numero
from flux.xsd.reperes import chemin_xpath, lignes_colonnes, rangs

#: Failures of one rule told one by one (house): one mistake repeated in 100,000 lines does not hide the rest.
PAR_REGLE = 20

_PAS = re.compile(r"/(?:\*:(?P<nom>[^\[/]+)\[namespace-uri\(\)='(?P<espace>[^']*)'\]|(?P<seul>[^\[/@*]+))\[(?P<rang>\d+)\]")
#: A value that the official text quotes, where the rule fails above the element that holds it.
_CITEE = re.compile(r': "([^"]*)"')
_SANS_EXPLICATION = Explication("Une règle officielle n'est pas respectée à cet endroit.", "An official rule is not kept here.")


def en_anomalies(
    root: etree._Element,
    xml: bytes,
    echecs: Sequence[Echec],
    maximum: int,
    clairs: Mapping[str, Sequence[Anomalie]],
    severites: Mapping[str, Severite],
) -> tuple[Anomalie, ...]:
    """Tell what the sets found of one document, several sets together.

    A rule that two sets hold alike is told once for one place.

    :param xml: the bytes that ``root`` was read from, in UTF-8, for lines and columns.
    :param maximum: anomalies told at most; the others are counted in a last one.
    :param clairs: official number → the same fault as a management rule tells it, with its values: told in place of the explanation.
    :param severites: severities in use where they are not the published ones, by published number, with or without its term.
    """
    uniques = list({(numero(e), e.emplacement, bool(e.erreur)): e for e in reversed(echecs)}.values())[::-1]
    dits, tus = choisir(uniques, maximum)
    places = [localiser(root, e.emplacement) for e in dits]
    ranks = rangs(root, places)
    lines = lignes_colonnes(xml, ranks.values())
    restants = {regle: list(ceux) for regle, ceux in clairs.items()}
    told = []
    for echec, place in zip(dits, places, strict=True):
        line, column = lines.get(ranks.get(place, -1), (None, None))
        ou = Place(chemin_xpath(place), line, column, (place.text or "") if len(place) == 0 else "")
        claire = _retirer(restants.get(base(numero(echec)), []), ou.path)
        une = _dire(echec, ou, claire)
        reglee = une.severity if claire is None or claire.published is None else claire.severity  # set under the management rule's key
        voulue = severites.get(une.rule, severites.get(base(une.rule), reglee))
        told.append(une if voulue is une.severity else replace(une, severity=voulue, published=une.severity))
    if tus:
        told.append(suite(tus))
    return tuple(told)


class Place(NamedTuple):
    """Where a rule fails: path, line and column from 1, text of an element without children as it is written."""

    path: str
    line: int | None
    column: int | None
    brut: str

    @property
    def texte(self) -> str:
        """That text without the blanks around it."""
        return self.brut.strip()


def choisir(echecs: Iterable[Echec], maximum: int) -> tuple[list[Echec], list[Echec]]:
    """Part what is told from what is only counted; what rejects is told first."""
    dits: list[Echec] = []
    tus: list[Echec] = []
    vus: Counter[str] = Counter()
    for echec in sorted(echecs, key=lambda e: _severite(e) is not Severite.ERREUR):
        vus[numero(echec)] += 1
        (dits if vus[numero(echec)] <= PAR_REGLE and len(dits) < maximum else tus).append(echec)
    return dits, tus


def suite(tus: Sequence[Echec]) -> Anomalie:
    """Return the last anomaly, which counts what is not told one by one; as severe as the worst of it."""
    pire = Severite.ERREUR if any(_severite(e) is Severite.ERREUR for e in tus) else Severite.AVERTISSEMENT
    return replace(anomalie(SUITE, found=len(tus)), severity=pire)


def _retirer(restants: list[Anomalie], path: str) -> Anomalie | None:
    """Take the first of the anomalies that speaks of this place or of one inside it."""
    for rang, une in enumerate(restants):
        if une.path is not None and (une.path == path or une.path.startswith(path + "/")):
            return restants.pop(rang)
    return None


def numero(echec: Echec) -> str:
    """Return the published number of a rule: the Factur-X sets write it at the start of the text, under a number of the file's own."""
    return numero_publie(echec.regle, echec.message)


def _severite(echec: Echec) -> Severite:
    """``warning`` and ``information`` inform; any other flag rejects, and none at all does too (ISO Schematron leaves it to the user)."""
    return Severite.AVERTISSEMENT if echec.drapeau in {"warning", "information"} and not echec.erreur else Severite.ERREUR


def _dire(echec: Echec, ou: Place, claire: Anomalie | None) -> Anomalie:
    regle, message = numero(echec), sans_numero(" ".join(echec.message.split()))
    ici: dict[str, Any] = {"path": ou.path, "line": ou.line, "column": ou.column}
    if echec.erreur:
        return replace(anomalie(INDECISE, found=echec.erreur, regle=regle, **ici), rule=regle)
    explication = _expliquer(regle, echec.message, ou) if claire is None else Explication(claire.fr, claire.en)
    entiers = {"regle": regle, "message": message, "explication_fr": explication.fr, "explication_en": explication.en}
    une = anomalie(REGLE, found=ou.texte or None, entiers=entiers, **ici)
    une = replace(une, rule=regle, severity=_severite(echec), code="CALCUL_ERR" if explication.calcul else une.code)
    if claire is None:
        return une
    code = claire.code if claire.code in CODES else une.code
    return replace(une, code=code, path=claire.path, line=claire.line, column=claire.column, found=claire.found, expected=claire.expected)


def _expliquer(regle: str, dit: str, ou: Place) -> Explication:
    message = sans_numero(" ".join(dit.split()))
    found = expliquer_ici(regle, ou.path, ou.texte) or expliquer(regle, message) or expliquer_message(message, ou.path) or _SANS_EXPLICATION
    brut = next((one for one in (ou.brut, *_CITEE.findall(dit)) if one.strip() not in {"", one}), None)
    if brut is None or found.calcul:  # numbers are read without the blanks around them
        return found
    return replace(
        found,
        fr=f"{found.fr} La valeur est entourée d'espaces ou de retours à la ligne : « {citer(brut)} ». Retirez-les.",
        en=f"{found.en} The value is surrounded by spaces or line breaks: “{citer(brut)}”. Remove them.",
    )


def chemin_court(emplacement: str) -> str:
    """Return an SVRL location as a path that people read and XPath 1.0 takes: canonical prefixes, a rank at every step but the root."""
    steps = [
        f"{PREFIXE_DE.get(one['espace'] or '', '*')}:{one['nom']}[{one['rang']}]" if one["nom"] else f"{one['seul']}[{one['rang']}]"
        for one in _PAS.finditer(emplacement)
    ]
    return "/" + "/".join(steps).replace("[1]", "", 1) if steps else emplacement


def localiser(root: etree._Element, emplacement: str) -> etree._Element:
    """Return the element at an SVRL location, the nearest one above for an attribute; the root when it says nothing else."""
    ici = root
    for rang, pas in enumerate(_PAS.finditer(emplacement)):
        tag = f"{{{pas['espace']}}}{pas['nom']}" if pas["nom"] and pas["espace"] else pas["nom"] or pas["seul"]
        if rang:
            freres = ici.findall(tag)
            if len(freres) < int(pas["rang"]):
                break
            ici = freres[int(pas["rang"]) - 1]
    return ici
