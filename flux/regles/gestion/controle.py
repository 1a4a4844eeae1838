"""All management rules over one invoice."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import islice
from typing import Any

from flux.modele.anomalie import Anomalie, anomalie
from flux.modele.facture import Facture
from flux.referentiel.anomalies import CATALOGUE
from flux.referentiel.catalogue import Severite
from flux.regles.gestion.lieux import Lieux, noms_du_terme
from flux.regles.gestion.regle import Constat, ContexteRegles, Regle
from flux.regles.gestion.table import SUITE, regles_de
from flux.xsd.reperes import chemin_xpath, lignes_colonnes, rangs

#: Faults of one rule told one by one; the others are counted, so that one fault in 100,000 lines does not hide the rest (house).
PAR_REGLE = 20


def controler(facture: Facture, contexte: ContexteRegles) -> tuple[Anomalie, ...]:
    """Judge one invoice by the rules in force on its day of reception.

    :return: its faults, rule by rule in table order; at most ``contexte.limites.anomalies_fichier``, the others counted in a last one.
    """
    found, rest = _relever(regles_de(contexte.interface, contexte.jour_des_regles, contexte.officielles), facture, contexte)
    return _dire(found, rest, contexte) if found or rest else ()


def expliquer_echecs(facture: Facture, contexte: ContexteRegles, numeros: Collection[str]) -> dict[str, list[Anomalie]]:
    """Judge one invoice by the management rules that say the same as official rules which failed: they know the values.

    :param numeros: published numbers of those rules.
    :return: official number → anomalies, where a management rule found the same fault.
    """
    said: dict[str, list[Anomalie]] = {}
    for regle in regles_de(contexte.interface, contexte.jour_des_regles):
        for numero in regle.officielles.intersection(numeros):
            found, _ = _relever((regle,), facture, contexte)
            said.setdefault(numero, []).extend(_dire(found, [], contexte))
    return said


def _relever(regles: Iterable[Regle], facture: Facture, contexte: ContexteRegles) -> tuple[list[tuple[Regle, Constat]], list[Severite]]:
    """Run rules: what they find, and the severities of what is too much to be told."""
    found: list[tuple[Regle, Constat]] = []
    rest: list[Severite] = []
    for regle in regles:
        if regle.verifier is None:
            continue
        constats = regle.verifier(facture, contexte)
        if not constats:
            continue
        if not contexte.schema_valide:
            constats = [] if regle.calcul else [one for one in constats if not one.absent]
        room = min(PAR_REGLE, contexte.limites.anomalies_fichier - len(found))
        found += [(regle, one) for one in islice(constats, room)]
        rest += [_severites(regle, one, contexte)[0] for one in constats[room:]]
    return found, rest


def _severites(regle: Regle, constat: Constat, contexte: ContexteRegles) -> tuple[Severite, Severite]:
    """Return the severity in use of a fault, and the published one."""
    cle = constat.regle or regle.cle
    published = CATALOGUE[cle].severity if constat.regle is not None or regle.severite is None else regle.severite
    return contexte.severites.get(cle, published), published


def _dire(found: list[tuple[Regle, Constat]], rest: list[Severite], contexte: ContexteRegles) -> tuple[Anomalie, ...]:
    """Turn what was found into anomalies: only here are paths, lines and texts made."""
    lieux = Lieux(contexte.root, contexte.syntaxe)
    places = [lieux.trouver(constat) for _, constat in found]
    ranks = rangs(contexte.root, (element for element, _ in places))
    lines = lignes_colonnes(contexte.data, ranks.values())
    told = []
    for (regle, constat), (element, attribute) in zip(found, places, strict=True):
        line, column = lines.get(ranks.get(element, -1), (None, None))
        in_use, published = _severites(regle, constat, contexte)
        fr, en = noms_du_terme(constat)
        facts: dict[str, Any] = {"terme_fr": fr, "terme_en": en, "Terme_fr": fr[0].upper() + fr[1:], "Terme_en": en[0].upper() + en[1:]}
        facts |= constat.faits or {}
        facts |= {"found": constat.found, "expected": constat.expected, "line": line, "column": column}
        one = anomalie(constat.regle or regle.cle, path=chemin_xpath(element, attribute), **facts)
        told.append(replace(one, severity=in_use, published=None if in_use is published else published))
    return (*told, *_suite(rest))


def _suite(rest: list[Severite]) -> Iterable[Anomalie]:
    """Count what is not told; it rejects when any of it does."""
    if rest:
        worst = Severite.ERREUR if Severite.ERREUR in rest else Severite.AVERTISSEMENT
        yield replace(anomalie(SUITE, found=len(rest)), severity=worst)
