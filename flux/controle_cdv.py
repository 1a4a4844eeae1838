"""What BR-FR-CDV finds in a deposited lifecycle message (CDAR), by the part of the message that it is about.

A message may speak of several invoices. What is wrong with one reference is no matter of the others; what is wrong above them concerns
them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from lxml.etree import _Element

from flux.emitters.presence_cdar import termes_absents
from flux.modele.anomalie import Anomalie, anomalie
from flux.regles.officielles import Document, Echec, JeuDeRegles, charger
from flux.regles.officielles.constats import chemin_court, choisir, suite

#: The part of a path that one status, or all those of one acknowledgement, hang on.
_PARTIE = re.compile(r"/[^/]+/cdar:AcknowledgementDocument\[\d+\](?:/ram:ReferenceReferencedDocument\[\d+\])?")

#: Path of an acknowledgement or of a reference → what is told of it; ``""``: of the whole message.
FautesCdv = Mapping[str, tuple[Anomalie, ...]]


@cache
def _jeu() -> JeuDeRegles:
    """BR-FR-CDV, compiled once a process: less than 0.1 s."""
    return charger("br-fr-cdv", None)


def fautes_cdv(root: _Element, nom: str, maximum: int) -> FautesCdv:
    """Judge a message by BR-FR-CDV, and by the presence of the terms that these rules forget to ask for.

    :param nom: of the file, for the anomalies. :param maximum: anomalies told of one part; the others are counted in a last one.
    """
    parts: dict[str, list[Echec]] = {}
    for one in _jeu().evaluer(Document(root)):
        part = _PARTIE.match(chemin_court(one.emplacement))
        parts.setdefault(part[0] if part else "", []).append(one)
    absents = [anomalie("STA-15", found=rule, expected=term) for rule, term in termes_absents(root)]
    told = {"": absents} | {part: list(_dire(found, maximum)) for part, found in parts.items() if part}
    told[""] += _dire(parts.get("", ()), maximum)
    return {part: tuple(one.au_membre(nom) for one in anomalies) for part, anomalies in told.items()}


def fautes_du_statut(fautes: FautesCdv, chemin: str) -> Iterator[Anomalie]:
    """Yield what concerns the status at a path: of the message, of its acknowledgement, of itself."""
    for part in ("", chemin.rpartition("/")[0], chemin):
        yield from fautes.get(part, ())


def _dire(echecs: Iterable[Echec], maximum: int) -> Iterator[Anomalie]:
    dits, tus = choisir(echecs, maximum)
    for one in dits:
        message = " ".join(one.message.split()).rstrip(".") or "message non publié"
        rule = "STA-14" if one.drapeau == "warning" else "STA-13"
        yield anomalie(rule, path=chemin_court(one.emplacement), line=one.ligne, found=one.regle, message=message)
    if tus:
        yield suite(tus)
