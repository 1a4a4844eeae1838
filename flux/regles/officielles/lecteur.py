"""Reader: an ISO-Schematron rule file, compiled to XSLT 2.0 by its publisher → the rules it holds.

The published files all come from the same stylesheet generator: boiler plate (locations, identifiers), one mode for each
pattern, one template for each rule. Everything is looked at; what is not known raises, with the line: never a silent skip.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from flux.regles.officielles.erreurs import ErreurRegles

XSL = "{http://www.w3.org/1999/XSL/Transform}"
SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_MODE_DE_MOTIF = re.compile(r"M\d+")
_MODES_CONNUS = frozenset(
    {
        None, "schematron-select-full-path", "schematron-get-full-path", "schematron-get-full-path-2",
        "schematron-get-full-path-3", "generate-id-from-path", "generate-id-2",
    }
)  # fmt: skip
_PARAMETRES = frozenset({"archiveDirParameter", "archiveNameParameter", "fileNameParameter", "fileDirParameter"})
_PARCOURS = frozenset({"*", "@*|*", "*|comment()|processing-instruction()"})
# The one form of location seen in the published files: name and rank of each ancestor, qualified by its namespace.
_EMPLACEMENT = (
    "template(apply-templates(),text(/),choose(when(value-of()),otherwise(text(*:),value-of(),text([namespace-uri()='),value-of(),"
    "text(']))),variable(),text([),value-of(),text(]))"
)


@dataclass(frozen=True, slots=True)
class Texte:
    """A piece of XPath with the namespaces in scope and its line in the rule file."""

    xpath: str
    espaces: Mapping[str | None, str]
    ligne: int


@dataclass(frozen=True, slots=True)
class Lie:
    """A variable: name, XPath and, in a function, its declared type."""

    nom: str
    valeur: Texte
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Assertion:
    """One test. ``constat``: a report (fires when true) instead of an assert. ``message``: text and computed pieces.

    ``identifiant`` and ``drapeau`` (flag) are ``""`` when the file gives none.
    """

    identifiant: str
    drapeau: str
    test: Texte
    message: tuple[str | Texte, ...]
    constat: bool


@dataclass(frozen=True, slots=True)
class Regle:
    """One rule: the nodes it is about, then variables and assertions in their order.

    ``continue_``: the pattern goes on with the nodes below; a few published rules stop there, and nothing of their pattern
    fires underneath.
    """

    contexte: Texte
    priorite: float
    continue_: bool
    contenu: tuple[Lie | Assertion, ...]


@dataclass(frozen=True, slots=True)
class Motif:
    """One pattern: its rules, the one to try first coming first."""

    mode: str
    regles: tuple[Regle, ...]


@dataclass(frozen=True, slots=True)
class Fonction:
    """An ``xsl:function``: parameters (name, type), variables, result expression, declared type."""

    nom: str
    parametres: tuple[tuple[str, str | None], ...]
    variables: tuple[Lie, ...]
    resultat: Texte
    type: str | None


@dataclass(frozen=True, slots=True)
class Regles:
    """Everything a rule file says."""

    fichier: Path
    variables: tuple[Lie, ...]
    fonctions: tuple[Fonction, ...]
    motifs: tuple[Motif, ...]


class Lecteur:
    """Reads one rule file. Facts of an error carry the file's name and the line."""

    def __init__(self, fichier: Path) -> None:
        self.fichier = fichier
        self._espaces: dict[frozenset[tuple[str | None, str]], Mapping[str | None, str]] = {}
        self.racine = etree.parse(fichier, etree.XMLParser(resolve_entities=False, no_network=True)).getroot()

    def lire(self) -> Regles:  # noqa: C901, PLR0912 one branch a top-level element
        """Read the whole file.

        :raises ErreurRegles: a construct outside those known.
        """
        variables: list[Lie] = []
        fonctions: list[Fonction] = []
        ordre: list[str] = []
        regles: dict[str, list[tuple[float, int, Regle]]] = {}
        for rang, elem in enumerate(self.racine.iterchildren("*")):
            if elem.tag == XSL + "variable":
                if elem.get("name") != "document-uri":
                    variables.append(self._variable(elem))
            elif elem.tag == XSL + "function":
                fonctions.append(self._fonction(elem))
            elif elem.tag == XSL + "template":
                mode = elem.get("mode")
                if mode and _MODE_DE_MOTIF.fullmatch(mode):
                    regle = self._modele(elem, mode)
                    if regle is not None:
                        regles.setdefault(mode, []).append((-regle.priorite, -rang, regle))
                elif elem.get("match") == "/" and mode is None:
                    ordre = self._ordre(elem)
                else:
                    self._accessoire(elem, mode)
            elif elem.tag == XSL + "param":
                if elem.get("name") not in _PARAMETRES:
                    raise self._inconnu(elem)
            elif elem.tag not in {XSL + "output", SVRL + "text"}:
                raise self._inconnu(elem)
        if set(regles) - set(ordre):
            raise ErreurRegles(f"modes never applied: {sorted(set(regles) - set(ordre))}", fichier=self.fichier.name)
        motifs = (Motif(mode, tuple(r for _, _, r in sorted(regles.get(mode, []), key=lambda t: t[:2]))) for mode in ordre)
        return Regles(self.fichier, tuple(variables), tuple(fonctions), tuple(motifs))

    def _inconnu(self, elem: etree._Element, quoi: str = "") -> ErreurRegles:
        nom = etree.QName(elem).localname
        attributs = " ".join(f'{k!s}="{v!s}"' for k, v in elem.attrib.items())
        return ErreurRegles(f"<{nom} {attributs}> {quoi}".strip(), fichier=self.fichier.name, ligne=_ligne(elem))

    def _texte(self, elem: etree._Element, attribut: str) -> Texte:
        valeur = elem.get(attribut)
        if valeur is None:
            raise self._inconnu(elem, f"without {attribut}")
        espaces = elem.nsmap
        commun = self._espaces.setdefault(frozenset(espaces.items()), espaces)
        return Texte(valeur, commun, _ligne(elem))

    def _variable(self, elem: etree._Element) -> Lie:
        if set(elem.attrib) - {"name", "select", "as"} or len(elem) or (elem.text or "").strip():
            raise self._inconnu(elem)
        return Lie(elem.get("name", ""), self._texte(elem, "select"), elem.get("as"))

    def _fonction(self, elem: etree._Element) -> Fonction:
        parametres: list[tuple[str, str | None]] = []
        variables: list[Lie] = []
        resultat: Texte | None = None
        for sous in elem.iterchildren("*"):
            if sous.tag == XSL + "param" and not variables:
                parametres.append((sous.get("name", ""), sous.get("as")))
            elif sous.tag == XSL + "variable" and resultat is None:
                variables.append(self._variable(sous))
            elif sous.tag == XSL + "sequence" and resultat is None:
                resultat = self._texte(sous, "select")
            else:
                raise self._inconnu(sous)
        if resultat is None:
            raise self._inconnu(elem, "without xsl:sequence")
        return Fonction(elem.get("name", ""), tuple(parametres), tuple(variables), resultat, elem.get("as"))

    def _ordre(self, elem: etree._Element) -> list[str]:
        """Modes in the order they are applied, from the template of the document node."""
        modes = []
        for appel in elem.iter(XSL + "apply-templates"):
            mode = appel.get("mode")
            if mode is None and appel.get("select") is None:
                continue  # inside active-pattern: the default mode says nothing
            if appel.get("select") != "/" or mode is None or not _MODE_DE_MOTIF.fullmatch(mode):
                raise self._inconnu(appel)
            modes.append(mode)
        return modes

    def _accessoire(self, elem: etree._Element, mode: str | None) -> None:
        """Boiler plate: known modes only, and locations written the one way :func:`document.emplacement` writes them."""
        if mode not in _MODES_CONNUS or (mode is None and elem.get("match") != "text()"):
            raise self._inconnu(elem)
        if mode == "schematron-get-full-path" and elem.get("match") == "*" and _forme(elem) != _EMPLACEMENT:
            raise self._inconnu(elem, "another form of location")

    def _modele(self, elem: etree._Element, mode: str) -> Regle | None:
        """One template of a pattern's mode: a rule, or the plumbing that walks the document."""
        contenu = list(elem.iterchildren("*"))
        if elem.get("match") == "text()" and not contenu:
            return None
        continue_ = bool(contenu) and contenu[-1].tag == XSL + "apply-templates"
        if continue_:
            parcours = contenu.pop()
            if parcours.get("mode") != mode or parcours.get("select") not in _PARCOURS:
                raise self._inconnu(parcours)
        if elem.get("match") == "@*|node()" and not contenu and continue_:
            return None
        if not contenu or contenu[0].tag != SVRL + "fired-rule":
            raise self._inconnu(elem, "without fired-rule")
        pieces = tuple(self._piece(sous) for sous in contenu[1:])
        return Regle(self._texte(elem, "match"), float(elem.get("priority", "0.5")), continue_, pieces)

    def _piece(self, elem: etree._Element) -> Lie | Assertion:
        if elem.tag == XSL + "variable":
            return self._variable(elem)
        branches = list(elem.iterchildren("*"))
        if elem.tag == XSL + "choose" and [b.tag for b in branches] == [XSL + "when", XSL + "otherwise"]:
            quand, sinon = branches
            if not len(quand) and not (quand.text or "").strip() and len(sinon) == 1 and sinon[0].tag == SVRL + "failed-assert":
                return self._assertion(sinon[0], self._texte(quand, "test"), constat=False)
        if elem.tag == XSL + "if" and len(branches) == 1 and branches[0].tag == SVRL + "successful-report":
            return self._assertion(branches[0], self._texte(elem, "test"), constat=True)
        raise self._inconnu(elem)

    def _assertion(self, elem: etree._Element, test: Texte, *, constat: bool) -> Assertion:
        attributs: dict[str, str] = {}
        message: tuple[str | Texte, ...] = ()
        for sous in elem.iterchildren("*"):
            if sous.tag == XSL + "attribute" and sous.get("name") == "location":
                appel = sous[0] if len(sous) == 1 else sous
                if appel.get("mode") != "schematron-select-full-path" or appel.get("select") != ".":
                    raise self._inconnu(sous)
            elif sous.tag == XSL + "attribute" and not len(sous) and sous.get("name") in {"id", "flag"}:
                attributs[sous.get("name", "")] = sous.text or ""
            elif sous.tag == SVRL + "text" and not message:
                message = self._message(sous)
            else:
                raise self._inconnu(sous)
        return Assertion(attributs.get("id", ""), attributs.get("flag", ""), test, message, constat)

    def _message(self, elem: etree._Element) -> tuple[str | Texte, ...]:
        pieces: list[str | Texte] = [_litteral(elem.text)]
        for sous in elem.iterchildren("*"):
            if sous.tag == XSL + "value-of" and set(sous.attrib) == {"select"}:
                pieces.append(self._texte(sous, "select"))
            elif sous.tag == XSL + "text" and not len(sous):
                pieces.append(sous.text or "")
            else:
                raise self._inconnu(sous)
            pieces.append(_litteral(sous.tail))
        return tuple(p for p in pieces if p)


def _ligne(elem: etree._Element) -> int:
    """Line of an element in its file."""
    return int(str(elem.sourceline or 0))


def _litteral(texte: str | None) -> str:
    """Text of a stylesheet: nothing when it is white space only (XSLT 2.0, 4.2)."""
    return texte if texte and texte.strip(" \t\r\n") else ""


def _forme(elem: etree._Element) -> str:
    """Shape of a template: names and literal text, for comparison with the known one."""
    sous = list(elem.iterchildren("*"))
    interieur = ",".join(map(_forme, sous)) if sous else (elem.text or "").strip()
    return f"{etree.QName(elem).localname}({interieur})"


def lire(fichier: Path) -> Regles:
    """Read one published rule file (XSLT 2.0 made from ISO Schematron).

    :raises ErreurRegles: a construct outside those known, with file and line.
    """
    return Lecteur(fichier).lire()
