"""What a verdict is made of: one line a check, each with its fact and its source, in French and in English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Resultat(StrEnum):
    """What a check says. ``inconnu``: it could not be made, which is never a failure by itself."""

    REUSSI = "reussi"
    ECHOUE = "echoue"
    INCONNU = "inconnu"
    SANS_OBJET = "sans_objet"


class Decision(StrEnum):
    """What becomes of the certificate.

    ``accepte_a_reverifier``: accepted, and checked again at a date; ``retenu``: neither accepted nor refused until a check answers.
    """

    ACCEPTE = "accepte"
    ACCEPTE_A_REVERIFIER = "accepte_a_reverifier"
    RETENU = "retenu"
    REFUSE = "refuse"

    @property
    def accepte(self) -> bool:
        """True when the certificate may be put in force."""
        return self in {Decision.ACCEPTE, Decision.ACCEPTE_A_REVERIFIER}


class Controle(StrEnum):
    """The checks, in the order of the table."""

    LECTURE = "lecture"
    CHAINE = "chaine"
    DATES = "dates"
    CLE = "cle"
    SIGNATURE = "signature"
    USAGE = "usage"
    SUJET = "sujet"
    POLITIQUES = "politiques"
    UNICITE = "unicite"
    RECOUVREMENT = "recouvrement"
    REVOCATION = "revocation"
    SERVICE = "service"


#: What a person reads for each check, French and English.
TITRES: Mapping[Controle, tuple[str, str]] = {
    Controle.LECTURE: ("Lecture du fichier", "Reading the file"),
    Controle.CHAINE: ("Chaîne jusqu'à une autorité acceptée", "Chain to an accepted authority"),
    Controle.DATES: ("Dates de validité", "Validity dates"),
    Controle.CLE: ("Type et taille de la clé", "Key type and size"),
    Controle.SIGNATURE: ("Algorithme de signature", "Signature algorithm"),
    Controle.USAGE: ("Usages de la clé", "Key usage"),
    Controle.SUJET: ("Titulaire et fiche", "Subject and record"),
    Controle.POLITIQUES: ("Politiques de certification", "Certificate policies"),
    Controle.UNICITE: ("Unicité entre partenaires", "Unique across partners"),
    Controle.RECOUVREMENT: ("Recouvrement avec le certificat en service", "Overlap with the one in force"),
    Controle.REVOCATION: ("Révocation (OCSP, CRL)", "Revocation (OCSP, CRL)"),
    Controle.SERVICE: ("Service de vérification", "Verification service"),
}

#: Checks whose silence has no effect: the local check beside them decides.
SUPPLEES = frozenset({Controle.SERVICE})

#: Checks whose failure informs and does not refuse: a gap in time is the partner's to know, the certificate itself is sound.
INFORMATIFS = frozenset({Controle.RECOUVREMENT})


@dataclass(frozen=True, slots=True)
class Ligne:
    """One check.

    :ivar fr: the fact, and what to do when it failed. :ivar en: the same in English.
    :ivar source: where the rule or the answer comes from: a document and its section, a setting, an address.
    :ivar detail: the values behind the sentence, fit for JSON.
    """

    controle: Controle
    resultat: Resultat
    fr: str
    en: str
    source: str
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """All checks of one deposit, in the order of :class:`Controle`.

    :ivar le: the moment judged (UTC). :ivar sha256: fingerprint of the end certificate, ``None`` when nothing could be read.
    :ivar reverifier_le: when to check again (UTC), for :attr:`Decision.ACCEPTE_A_REVERIFIER` and :attr:`Decision.RETENU`.
    """

    decision: Decision
    lignes: tuple[Ligne, ...]
    le: datetime
    sha256: str | None = None
    sujet: str | None = None
    fin: datetime | None = None
    reverifier_le: datetime | None = None

    def ligne(self, controle: Controle) -> Ligne:
        """Return the line of a check."""
        return next(one for one in self.lignes if one.controle is controle)

    @property
    def echecs(self) -> tuple[Ligne, ...]:
        """The lines that failed."""
        return tuple(one for one in self.lignes if one.resultat is Resultat.ECHOUE)


def reussi(controle: Controle, fr: str, en: str, source: str, **detail: object) -> Ligne:
    """Return a line that passed."""
    return Ligne(controle, Resultat.REUSSI, fr, en, source, detail)


def echoue(controle: Controle, fr: str, en: str, source: str, **detail: object) -> Ligne:
    """Return a line that failed."""
    return Ligne(controle, Resultat.ECHOUE, fr, en, source, detail)


def inconnu(controle: Controle, fr: str, en: str, source: str, **detail: object) -> Ligne:
    """Return a line nobody could answer."""
    return Ligne(controle, Resultat.INCONNU, fr, en, source, detail)


def sans_objet(controle: Controle, fr: str, en: str, source: str, **detail: object) -> Ligne:
    """Return a line that does not apply."""
    return Ligne(controle, Resultat.SANS_OBJET, fr, en, source, detail)
