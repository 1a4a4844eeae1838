"""The reference engine: the same rule files run by Saxon (package saxonche). Oracle of the tests, fall-back of the platform.

Saxon holds the interpreter lock, takes some 330 MB, and can abort the process when its first processor is made in a second
thread: make one :class:`Reference` in the main thread of a dedicated (spawned) process, and keep it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from flux.errors import ErreurConfiguration, ErreurUsage

_SANS_DOCTYPE = "http://saxon.sf.net/feature/parserFeature?uri=http://apache.org/xml/features/disallow-doctype-decl"
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"


@dataclass(frozen=True, slots=True)
class Constat:
    """One failed assertion or report, as SVRL gives it."""

    regle: str
    drapeau: str
    message: str
    emplacement: str


@dataclass(frozen=True, slots=True)
class Reponse:
    """What Saxon says of a document: findings, or the message of the dynamic error on which it gave up."""

    constats: tuple[Constat, ...]
    abandon: str = ""


class Reference:
    """Saxon with DOCTYPE disallowed. Make it once, in the main thread, and keep it.

    :raises ErreurUsage: called from another thread.
    :raises ErreurConfiguration: saxonche is not installed.
    """

    def __init__(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            raise ErreurUsage("the reference engine must be made in the main thread of its process", thread=threading.current_thread().name)
        try:
            import saxonche  # noqa: PLC0415 heavy (110 MB) and optional
        except ImportError as faute:
            raise ErreurConfiguration("the reference engine needs the package saxonche: pip install saxonche", paquet="saxonche") from faute
        self._saxon: Any = saxonche.PySaxonProcessor(license=False)
        self._saxon.set_configuration_property(_SANS_DOCTYPE, "true")
        self._erreur: type[Exception] = saxonche.PySaxonApiError
        self._xslt = self._saxon.new_xslt30_processor()
        self._feuilles: dict[Path, Any] = {}

    def evaluer(self, fichier: Path, document: str, *, neuve: bool = False) -> Reponse:
        """Run a rule file on a document.

        Saxon learns: a variable that its first documents always read is evaluated at once in the next ones, so that the same
        document may give a verdict first and a dynamic error later (docs/decisions/0010-rules-engine.md).

        :param fichier: the rule file (its code lists are read beside it).
        :param document: the XML as text, without declaration of another encoding.
        :param neuve: compile the rule file again (hundreds of milliseconds), so that nothing learnt counts.
        """
        feuille = None if neuve else self._feuilles.get(fichier)
        if feuille is None:  # hundreds of milliseconds, once a file
            feuille = self._feuilles[fichier] = self._xslt.compile_stylesheet(stylesheet_file=str(fichier))
        try:
            noeud = self._saxon.parse_xml(xml_text=document)
            svrl = feuille.transform_to_string(xdm_node=noeud)
        except self._erreur as faute:
            return Reponse((), str(faute) or "dynamic error")
        racine = etree.fromstring(svrl.encode())
        return Reponse(
            tuple(
                Constat(e.get("id", ""), e.get("flag", ""), e.findtext(f"{_SVRL}text", ""), e.get("location", ""))
                for e in racine.iter(f"{_SVRL}failed-assert", f"{_SVRL}successful-report")
            )
        )
