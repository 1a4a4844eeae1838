"""Where a fault is in the file: the term's element, or the nearest one above it that exists; and what to call the term."""

from __future__ import annotations

import re
from typing import cast

from lxml.etree import _Element

from flux.referentiel.espaces_de_noms import PREFIXES, UBL_CREDIT_NOTE
from flux.referentiel.termes import AVOIR, GROUPES, TERMES, UNITE_CPP, Groupe, Terme
from flux.regles.gestion.regle import Constat, Syntaxe

_PAS = re.compile(r"[^/\[]+(?:\[[^\]]*\])?")


class Lieux:
    """Finds the elements of one document. Repeated groups are looked for once."""

    def __init__(self, root: _Element, syntaxe: Syntaxe) -> None:
        self._root = root
        self._syntaxe = syntaxe
        self._avoir = root.tag == f"{{{UBL_CREDIT_NOTE}}}CreditNote"
        self._groupes: dict[str, list[_Element]] = {}

    def trouver(self, constat: Constat) -> tuple[_Element, str | None]:
        """Return the element a fault speaks of, and its attribute when it is one that exists."""
        if constat.noeud is not None:
            return constat.noeud, None
        terme = TERMES[constat.terme]
        base = self._base(terme, constat.rang)
        if base is None:
            return self._dernier_existant(self._root, self._chemin(GROUPES[terme.groupe or ""])), None
        container, leaf = self._parts(terme)
        if not constat.absent:
            leaf, _, attribute = leaf.partition("/@")
            found = self._xpath(base, f"{container}/{leaf}" if container else leaf)
            if found:
                node = _celui_qui_vaut(found, constat.found)
                return node, attribute if attribute and attribute in node.attrib else None
        return self._dernier_existant(base, container), None

    def _base(self, terme: Terme, rang: int | None) -> _Element | None:
        """Return what the term's path starts from: the root, or the element of its group; ``None`` when that one is not there."""
        if terme.groupe is None or rang is None:
            return self._root if terme.groupe is None else None
        nodes = self._groupes.get(terme.groupe)
        if nodes is None:
            nodes = self._groupes[terme.groupe] = self._xpath(self._root, self._chemin(GROUPES[terme.groupe]))
        return nodes[rang] if rang < len(nodes) else None

    def _chemin(self, row: Terme | Groupe) -> str:
        path = {Syntaxe.UBL: row.ubl, Syntaxe.CII: row.cii, Syntaxe.CPP: row.cpp}[self._syntaxe]
        if self._avoir:
            for before, after in AVOIR:
                path = path.replace(before, after)
        return path

    def _parts(self, terme: Terme) -> tuple[str, str]:
        """Return the path of what contains the term, and the rest."""
        path = self._chemin(terme)
        if not path:
            return UNITE_CPP if self._syntaxe is Syntaxe.CPP else "", "."
        if "|" in path:
            container, _, leaf = path.partition("|")
            return container, leaf
        if "/@" in path:
            element, _, attribute = path.rpartition("/@")
            container, _, leaf = element.rpartition("/")
            return container, f"{leaf}/@{attribute}"
        steps = _PAS.findall(path)
        return "/".join(steps[:-1]), steps[-1]

    def _dernier_existant(self, base: _Element, path: str) -> _Element:
        here = base
        for step in _PAS.findall(path):
            found = self._xpath(here, step)
            if not found:
                break
            here = found[0]
        return here

    @staticmethod
    def _xpath(node: _Element, path: str) -> list[_Element]:
        return cast("list[_Element]", node.xpath(path, namespaces=PREFIXES))


def _celui_qui_vaut(nodes: list[_Element], value: object) -> _Element:
    """Return the first element with that text, or else the first."""
    wanted = str(value)
    return next((node for node in nodes if (node.text or "").strip() == wanted), nodes[0])


def noms_du_terme(constat: Constat) -> tuple[str, str]:
    """Return what to call the term of a fault, in French and in English: name, number and, in a repeated group, which one."""
    terme = TERMES[constat.terme]
    fr, en = [terme.numero] if terme.numero else [], [terme.numero] if terme.numero else []
    if terme.groupe is not None and constat.rang is not None:
        groupe = GROUPES[terme.groupe]
        fr.append(f"{groupe.fr} {constat.rang + 1}")
        en.append(f"{groupe.en} {constat.rang + 1}")
    return (f"{terme.fr} ({', '.join(fr)})" if fr else terme.fr, f"{terme.en} ({', '.join(en)})" if en else terme.en)
