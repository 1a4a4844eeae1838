"""The journal of a flow: kinds of events, and the form in which an entry is hashed (``docs/decisions/0018-journal.md``).

Canonical form: JSON, UTF-8, keys sorted by code point, no space, nothing but objects, arrays, texts, whole numbers, booleans and null;
instants are texts, UTC, with six digits of a second. Anybody computes it again with ``sha256sum``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from flux.errors import ErreurInvariant

#: Version of the form of entries and seals: what is hashed says it.
VERSION = 1


class Genre(StrEnum):
    """What happened to a flow.

    ``reprise``: what the ledger knew when the journal began. ``repete``: the same flow was deposited again. ``statut``: invoices got later
    statuses. ``rejet_traite``: a refused invoice left its supplier's list. ``envoi``: later statuses, or invoices for their recipients,
    were put into a grouped file. ``retire``: a file is gone from the partner's folder. ``purge``: one was removed from there, or the bytes
    of an original, a batch or an answer from the staging store. ``rejoue``: an operator had the original judged again; no verdict
    changed.
    """

    REPRISE = "reprise"
    RECU = "recu"
    REPETE = "repete"
    OUVERT = "ouvert"
    VERDICT = "verdict"
    REPONDU = "repondu"
    STATUT = "statut"
    REJET_TRAITE = "rejet_traite"
    ENVOI = "envoi"
    EMIS = "emis"
    RETIRE = "retire"
    PURGE = "purge"
    REMIS = "remis"
    REJOUE = "rejoue"


#: ``classe`` of the ``purge`` of an original that was never kept.
CLE_PRIVEE = "cle_privee"
#: What a chain begins with.
DEBUTS = frozenset({Genre.REPRISE, Genre.RECU})


@dataclass(frozen=True, slots=True)
class Evenement:
    """One event to write. With ``genre``, ``sujet`` makes it unique in its flow.

    :ivar contenu: ids, names of files, digests and counts, never what an invoice says. :ivar le: when; ``None``: the ledger's clock.
    """

    flux_id: int
    genre: Genre
    sujet: str
    contenu: Mapping[str, object]
    le: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entree:
    """One entry as stored. :ivar texte: its canonical form. :ivar empreinte: SHA-256 of that, hexadecimal."""

    flux_id: int
    rang: int
    le: datetime
    genre: str
    sujet: str
    texte: str
    empreinte: str


@dataclass(frozen=True, slots=True)
class Jugement:
    """By what a batch was judged. :ivar le: now, aware. :ivar jeu: code of the dated rule set. :ivar moteur: of the official rules.

    :ivar version: of the platform, whose management rules judge. :ivar severites: digest of the severities put in place of the published
        ones, ``None`` when there are none. :ivar empreintes: official set → SHA-256 of its file.
    """

    le: datetime
    jeu: str
    moteur: str
    version: str
    severites: str | None = None
    empreintes: Mapping[str, str] = field(default_factory=dict)

    @property
    def regles(self) -> dict[str, object]:
        """What an entry holds of it."""
        return {
            "jeu": self.jeu, "moteur": self.moteur, "version": self.version, "severites": self.severites,
            "officielles": dict(self.empreintes),
        }  # fmt: skip


def canonique(valeur: object) -> str:
    """Return the canonical form of a value.

    :raises ErreurInvariant: it holds something that has none (a fraction, a naive instant…).
    """
    return _ENCODEUR.encode(valeur)


def _forme(valeur: object) -> object:
    if isinstance(valeur, datetime):
        return instant(valeur)
    raise ErreurInvariant(f"no canonical form for {type(valeur).__name__}", kind=type(valeur).__name__)


_ENCODEUR = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_forme)


def instant(le: datetime) -> str:
    """Return an instant as entries hold it: UTC, six digits of a second.

    :raises ErreurInvariant: it has no zone.
    """
    if le.tzinfo is None:
        raise ErreurInvariant(f"an instant of the journal needs its zone: {le}", le=le)
    return le.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def empreinte(texte: str) -> str:
    """Return the SHA-256 of a text in UTF-8, hexadecimal."""
    return hashlib.sha256(texte.encode()).hexdigest()


class EmpreinteDeLignes:
    """SHA-256 of rows, each in its canonical form and ended by a line feed, as they come."""

    __slots__ = ("_digest",)

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def ajouter(self, ligne: Sequence[object]) -> None:
        """Take one more row."""
        self._digest.update(canonique(ligne).encode("utf-8", "replace") + b"\n")

    def hexdigest(self) -> str:
        """Return the digest of the rows so far, hexadecimal."""
        return self._digest.hexdigest()


def empreinte_des_lignes(lignes: Iterable[Sequence[object]]) -> str:
    """Return the SHA-256 of rows: see :class:`EmpreinteDeLignes`."""
    found = EmpreinteDeLignes()
    for one in lignes:
        found.ajouter(one)
    return found.hexdigest()


#: An anomaly as the journal holds it: severity, code, rule; neither where, nor what was found, nor its words.
Faute = tuple[str, str, str]


def ligne_ouverte(rang: int, nom: str, taille: int, sha256: str | None, decision: str | None, fautes: Sequence[Faute]) -> list[object]:
    """Return the row of one file, of which the digest of an opening is made, in order of rank."""
    return [rang, nom, taille, sha256, decision, fautes]


def ligne_jugee(rang: int, decision: str | None, fautes: Sequence[Faute]) -> list[object]:
    """Return the row of one file, of which the digest of a verdict is made, in order of rank."""
    return [rang, decision, fautes]


def texte_de(evenement: Evenement, rang: int, precedent: str | None, le: datetime) -> str:
    """Return the canonical form of an entry: :attr:`Entree.texte`. :param precedent: digest of the flow's entry before it."""
    return canonique({
        "v": VERSION, "flux": evenement.flux_id, "rang": rang, "precedent": precedent, "le": instant(le), "genre": evenement.genre.value,
        "sujet": evenement.sujet, "contenu": evenement.contenu,
    })  # fmt: skip


def ligne_statut(
    membre_rang: int, rang: int, code: str, horodatage: datetime, par: str | None, complement: str | None, commentaire: str | None,
    motifs: Sequence[Sequence[object]] | None,
) -> list[object]:  # fmt: skip
    """Return the row of one later status, of which the digest of an entry ``statut`` is made, by invoice then rank."""
    return [membre_rang, rang, code, horodatage, par, complement, commentaire, motifs or ()]


def lire_entree(texte: str) -> Mapping[str, object]:
    """Return what a canonical text says; nothing when it was spoilt."""
    try:
        value = json.loads(texte)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
