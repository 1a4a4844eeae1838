"""What one rule set accumulates while it is compiled: names, constants, remembered expressions, functions, code lists."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from flux.regles.officielles.codes import Code, peut_lever
from flux.regles.officielles.erreurs import ErreurRegles
from flux.regles.officielles.questions import Questions

_CONSULTATION = re.compile(
    r"^(?:bool\(|len\()?M\[[^]]*\]\.get\('[^']*', \(\)\)\)?$|^    for x1 in M\[[^]]*\]\.get\('[^']*', \(\)\):$", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Signature:
    """A rule set's own function: its Python name, the declared types of its parameters and of its result."""

    python: str
    parametres: tuple[str | None, ...]
    resultat: str | None


@dataclass(slots=True)
class Atelier:
    """State of one compilation.

    :ivar fichier: the rule file; code lists are read beside it.
    :ivar constantes: Python name → Python expression, in order of first use.
    :ivar memos: remembered expressions, by key: a number, or ``'e'`` and a number for one that may raise an error.
    :ivar tous: names of which the rules ask for every element of the document.
    :ivar cles: functions that read the key of a node, by number.
    :ivar lectures: how many times a document reads each expression that could be remembered (a loop counts twice).
    :ivar essai: the trial compilation, whose counts say what is worth remembering; ``None`` in the trial itself.
    :ivar questions: loops that ask one question, shared by the rules.
    :ivar documents: files read beside the rule file (code lists).
    """

    fichier: Path
    constantes: dict[str, str] = field(default_factory=dict)
    memos: dict[str, str] = field(default_factory=dict)
    tous: dict[str, None] = field(default_factory=dict)
    cles: list[str] = field(default_factory=list)
    fonctions: dict[str, Signature] = field(default_factory=dict)
    prefixes: dict[str, str] = field(default_factory=dict)
    documents: dict[str, etree._Element] = field(default_factory=dict)
    numeros: dict[object, int] = field(default_factory=dict)
    lectures: Counter[object] = field(default_factory=Counter)
    essai: Atelier | None = None
    questions: Questions = field(default_factory=Questions)
    _memo_par_cle: dict[object, tuple[str, Code]] = field(default_factory=dict)
    _cle_par_nature: dict[object, int] = field(default_factory=dict)
    _nom_par_valeur: dict[str, str] = field(default_factory=dict)
    _compteur: int = 0

    def nouveau(self, base: str = "x") -> str:
        """A variable name not used yet in the set."""
        self._compteur += 1
        return f"{base}{self._compteur}"

    def constante(self, nom: str, valeur: str) -> str:
        """A module constant of that value; the name is made unique."""
        connu = self._nom_par_valeur.get(valeur)
        if connu is not None:
            return connu
        base = re.sub(r"\W", "_", nom)
        unique, rang = base, 1
        while unique in self.constantes:
            rang += 1
            unique = f"{base}_{rang}"
        self.constantes[unique] = valeur
        self._nom_par_valeur[valeur] = unique
        return unique

    def tag(self, clark: str) -> str:
        """The constant that holds a Clark name: ``cbc_ID``."""
        espace, _, local = clark.rpartition("}")
        prefixe = self.prefixes.get(espace[1:], "ns") if espace else "sans"
        return self.constante(f"{prefixe}_{local}", repr(clark))

    def retenir_prefixes(self, espaces: Mapping[str | None, str]) -> None:
        """Learn readable names of namespaces."""
        for prefixe, espace in espaces.items():
            if prefixe:
                self.prefixes.setdefault(espace, prefixe)

    def memo(self, cle: object) -> tuple[str, Code] | None:
        """The remembered expression of that key, with the key it has in the generated code."""
        return self._memo_par_cle.get(cle)

    def retenir(self, cle: object, code: Code) -> tuple[str, Code]:
        """Remember an expression that only the document decides, under a number that the final compilation keeps."""
        numeros = self.numeros if self.essai is None else self.essai.numeros
        rang = numeros.setdefault(cle, len(numeros))
        py = code.liste if code.forme == "liste" else code.py
        numero = str(rang)
        if peut_lever(py):
            numero = f"'e{rang}'"
            py = f"({py[1:-1]})" if py[0] == "[" else py  # a generator: what comes before an error is kept
        self.memos[numero] = py
        self._memo_par_cle[cle] = (numero, code)
        return numero, code

    def fonction_de_valeurs(self, cle: object, code: Code, parametres: list[str]) -> tuple[str, Code]:
        """Remember an expression of the document and of some values, as a function of these: ``M[pour_1, x]`` in the generated code."""
        nom = f"{'pour_e' if peut_lever(code.py) else 'pour_'}{len(self._memo_par_cle) + 1}"
        self.questions.sources[nom] = f"def {nom}({', '.join(['M', *parametres])}):\n    return {code.py}\n"
        self._memo_par_cle[cle] = (nom, code)
        return nom, code

    def est_consultation(self, code: Code) -> bool:
        """Whether a value is no more than one look-up of an index already remembered: remembering it again would cost as much."""
        source = code.liste if code.forme == "liste" else code.py
        question = re.fullmatch(r"(qe?_\d+)\([^()]*\)", source)
        if question is not None:
            source = self.questions.sources[question[1]]
        return _CONSULTATION.search(source) is not None

    def tous_de(self, tag: str) -> str:
        """Every element of a name in the document, as generated code asks for it."""
        self.tous[tag] = None
        return f"M.tous({tag}, ())"

    def vaut(self, cle: object) -> bool:
        """Whether an expression is read more than once for a document, as the trial compilation counted; in the trial, yes."""
        return self.essai is None or self.essai.lectures[cle] > 1

    def cle(self, fonction: str, nature: object) -> int:
        """The number of a function that reads the key of a node; keys of one nature share it."""
        numero = self._cle_par_nature.setdefault(nature, len(self.cles))
        if numero == len(self.cles):
            self.cles.append(fonction)
        return numero

    def codes(self, fichier: str, identifiant: str) -> str:
        """The constant that holds a code list of a ``…_codedb.xml`` beside the rule file.

        :raises ErreurRegles: no such file or list.
        """
        if fichier not in self.documents:
            chemin = self.fichier.parent / fichier
            if Path(fichier).name != fichier or not chemin.is_file():
                raise ErreurRegles(f"document('{fichier}')")
            analyseur = etree.XMLParser(resolve_entities=False, no_network=True)
            self.documents[fichier] = etree.parse(chemin, analyseur).getroot()
        racine = self.documents[fichier]
        valeurs = {
            v
            for liste in racine.iterchildren("cl")
            if liste.get("id") == identifiant
            for enumeration in liste.iterchildren("enumeration")
            if (v := enumeration.get("value")) is not None
        }
        if racine.tag != "codedb" or not valeurs:
            raise ErreurRegles(f"document('{fichier}')/codedb/cl[@id={identifiant}]")
        return self.constante(f"CODES_{identifiant}", f"frozenset({{{', '.join(map(repr, sorted(valeurs)))}}})")
