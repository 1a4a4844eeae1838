"""The shape of one row of the table of statuses."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flux.referentiel.statuts_cdar import STATUTS_CDAR, StatutCdar


class Certitude(StrEnum):
    """How far a public source settles a value.

    ``vu``: an official source says it. ``rapporté``: one third party says it, and official sources do not contradict it.
    ``inféré``: worked out here; the row or the comment beside it says from what. ``inconnu``: no public source has one, none is used.
    """

    VU = "vu"
    RAPPORTE = "rapporté"
    INFERE = "inféré"
    INCONNU = "inconnu"


class Famille(StrEnum):
    """What part of an invoice's life a status belongs to. ``interne``: seen by nobody else, in no file."""

    COURANTE = "courante"
    VALIDATION = "validation"
    TRAVAUX = "travaux"
    ABANDON = "abandon"
    INTERNE = "interne"


class Role(StrEnum):
    """Who sets a status. The API has one role ``VALIDATEUR``; its two levels are told apart here."""

    FOURNISSEUR = "fournisseur"
    VALIDEUR_1 = "valideur 1"
    VALIDEUR_2 = "valideur 2"
    MOE = "MOE"
    MOA = "MOA"
    DESTINATAIRE = "destinataire"
    PLATEFORME = "plateforme"


@dataclass(frozen=True, slots=True)
class StatutFacture:
    """One status of an invoice.

    :ivar code: this project's name, Chorus Pro's API vocabulary.
    :ivar cpp: IdStatut of CPPStatut, two digits; ``None``: this status is in no CPPStatut file.
    :ivar cdar: MDT-105, three digits; ``None``: this status is in no CDAR message.
    :ivar certitude_cpp: mark of ``cpp``. :ivar certitude_cdar: mark of ``cdar``.
    :ivar roles: who may set it. :ivar libelle: French label. :ivar label: English.
    :ivar finale: nothing follows it. :ivar motif_obligatoire: it says why.
    :ivar rejet_a_traiter: "traiter le rejet" takes it off the supplier's list (release notes V3.9.4).
    :ivar pourquoi: the reasoning behind what is not ``vu``, or what else a reader must know.
    """

    code: str
    famille: Famille
    cpp: str | None
    certitude_cpp: Certitude
    cdar: str | None
    certitude_cdar: Certitude
    roles: tuple[Role, ...]
    libelle: str
    label: str
    finale: bool = False
    motif_obligatoire: bool = False
    rejet_a_traiter: bool = False
    pourquoi: str = ""

    @property
    def ligne_cdar(self) -> StatutCdar | None:
        """The row of its CDAR code."""
        return None if self.cdar is None else STATUTS_CDAR[self.cdar]

    @property
    def phase(self) -> str | None:
        """MDT-77: ``305`` transmission or ``23`` processing."""
        row = self.ligne_cdar
        return None if row is None else row.phase

    @property
    def accuse(self) -> str | None:
        """MDT-88 (UNTDID 1373), consistent with :attr:`phase`."""
        row = self.ligne_cdar
        return None if row is None else row.accuse
