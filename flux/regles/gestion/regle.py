"""What a management rule is, what it is given and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import cast

from lxml import etree
from lxml.etree import _Element

from flux.annuaire import Annuaire
from flux.limites import Limites
from flux.modele.facture import Facture
from flux.referentiel.catalogue import Severite
from flux.referentiel.espaces_de_noms import CII, PREFIXES
from flux.referentiel.interfaces import Ere, Interface


class Syntaxe(Enum):
    """What an invoice is written in: the column of paths in :mod:`flux.referentiel.termes`."""

    UBL = "ubl"
    CII = "cii"
    CPP = "cpp"


_SYNTAXES = {f"{{{CII}}}CrossIndustryInvoice": Syntaxe.CII, "CPPFactureMixte": Syntaxe.CPP}


#: Day of a judgement that has none: the newest rules, and nothing that depends on a day.
SANS_JOUR = date.max


@dataclass(frozen=True, slots=True)
class ContexteRegles:
    """What the rules are given beside the invoice.

    :ivar interface: the row it was deposited under. :ivar le: day of reception, Europe/Paris; :data:`SANS_JOUR` when there is none.
    :ivar root: root of its XML. :ivar data: the bytes that ``root`` was read from, for lines and columns.
    :ivar annuaire: the directory, ``None`` when the platform has none: what only it can tell is then not checked.
    :ivar severites: severity in use, by key of a rule, where it is not the published one.
    :ivar officielles: numbers of the official rules that judge the same document: what they say too is left to them.
    :ivar schema_valide: False when the schema found faults: what is missing or does not add up may then be unreadable, and is not told.
    :ivar regles_au: day whose rules judge, where it is not that of reception; :ivar jour_des_regles: that day, or ``le``.
    :ivar syntaxe: what the document is written in, by its root. :ivar cii: True when it is a CrossIndustryInvoice.
    """

    interface: Interface
    le: date
    root: _Element
    data: bytes
    annuaire: Annuaire | None = None
    severites: Mapping[str, Severite] = field(default_factory=dict)
    limites: Limites = field(default_factory=Limites)
    officielles: frozenset[str] = frozenset()
    schema_valide: bool = True
    regles_au: date | None = None
    jour_des_regles: date = field(init=False)
    syntaxe: Syntaxe = field(init=False)
    cii: bool = field(init=False)

    def __post_init__(self) -> None:
        """Read the syntax once: a dozen rules ask for it."""
        syntaxe = _SYNTAXES.get(str(self.root.tag), Syntaxe.UBL)
        object.__setattr__(self, "jour_des_regles", self.regles_au or self.le)
        object.__setattr__(self, "syntaxe", syntaxe)
        object.__setattr__(self, "cii", syntaxe is Syntaxe.CII)


@dataclass(frozen=True, slots=True)
class Constat:
    """One fault found.

    :ivar terme: key of the term it speaks of, in :data:`flux.referentiel.termes.TERMES`.
    :ivar found: the value found. :ivar expected: what was wanted.
    :ivar rang: rank of its repeated group, from 0 (the line, the VAT breakdown…).
    :ivar absent: the term is missing: the fault is told where it should be.
    :ivar noeud: the element at fault, where the rule has it at hand.
    :ivar regle: key of the rule that tells it, when it is not the one that found it.
    :ivar faits: what the rule's texts need besides.
    """

    terme: str
    found: object = None
    expected: object = None
    rang: int | None = None
    absent: bool = False
    noeud: _Element | None = None
    regle: str | None = None
    faits: Mapping[str, object] | None = None


def recherche(chemin: str) -> Callable[[_Element], list[_Element]]:
    """Compile a path (project prefixes) that is looked for in every document; a third of what ``find`` takes."""
    return cast("Callable[[_Element], list[_Element]]", etree.XPath(chemin, namespaces=PREFIXES))


def valeurs_cherchees(chemin: str) -> Callable[[_Element], list[str]]:
    """Compile a path that leads to attributes or texts."""
    return cast("Callable[[_Element], list[str]]", etree.XPath(chemin, namespaces=PREFIXES, smart_strings=False))


Verifier = Callable[[Facture, ContexteRegles], Sequence[Constat]]

CLASSIQUE = frozenset({Ere.CLASSIQUE})
REFORME = frozenset({Ere.REFORME})
TOUTES = frozenset(Ere)


@dataclass(frozen=True, slots=True)
class Regle:
    """One row of the table of rules. Its texts, codes and severity stand in the catalogue of anomalies, under the same key.

    :ivar cle: key in the catalogue. :ivar publie: number of the published rule, empty for one that was published without a number.
    :ivar eres: eras it holds in. :ivar termes: keys of the terms it speaks of. :ivar source: document and section.
    :ivar verifier: finds its faults; ``None`` when another rule finds them on the way.
    :ivar interfaces: codes of the interfaces it holds for, ``None`` for all of its eras. :ivar hors: those it does not hold for.
    :ivar severite: severity here, where it is not the catalogue's.
    :ivar depuis: first day of reception it judges. :ivar jusqua: last one, ``None`` while it is in force.
    :ivar officielle: official rule that says the same of a reform invoice, ``None`` when none does.
    :ivar calcul: it adds up several terms: of a document that breaks its schema it would tell faults that are none.
    """

    cle: str
    publie: str
    eres: frozenset[Ere]
    termes: tuple[str, ...]
    source: str
    verifier: Verifier | None
    interfaces: frozenset[str] | None = None
    hors: frozenset[str] = frozenset()
    severite: Severite | None = None
    depuis: date = date.min
    jusqua: date | None = None
    officielle: str | None = None
    calcul: bool = False

    @property
    def officielles(self) -> frozenset[str]:
        """Numbers under which official rules say the same: the two EXTENDED profiles number the sums anew, with their tolerance."""
        if self.officielle is None:
            return frozenset()
        return frozenset({self.officielle} | {self.officielle.replace("BR-CO-", f"BR-{sigle}-CO-") for sigle in ("FREXT", "FXEXT")})

    def en_vigueur(self, interface: Interface, le: date, officielles: frozenset[str] = frozenset()) -> bool:
        """Tell whether it judges a document received on day ``le`` under ``interface``, which these official rules judge too."""
        if interface.ere not in self.eres or interface.code in self.hors:
            return False
        if self.interfaces is not None and interface.code not in self.interfaces:
            return False
        if self.officielles & officielles:
            return False
        return self.depuis <= le and (self.jusqua is None or le <= self.jusqua)


#: Documents that rules come from, and the first day from which each is taken to be in force.
EDI = "Annexe EDI V4.20 of Chorus Pro's external specifications"
ANNEXE_7 = "PPF external specifications v3.1, annexe 7 V1.8"
OCT_2025 = date(2025, 10, 31)
XP = "XP Z12-012 (2026-02) §4.5.3"
FEV_2026 = date(2026, 2, 1)
PIVOT = "CPPFacturePivot V2_02 (04/04/2022)"
PJ = "Chorus Pro, page on attachments, as OCA's l10n-france quotes it"
V394 = "Chorus Pro release notes V3.9.4"
EN = "EN 16931-1 §6.4.2"
AIFE = "AIFE's samples FSO1116A and FSO1117A (April 2018)"
OCA = "OCA l10n-france, checks before a deposit"
