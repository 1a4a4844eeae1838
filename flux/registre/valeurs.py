"""The values that go into the ledger and come out of it. Frozen; datetimes are aware; sizes are bytes; ranks count from 0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from flux.modele.anomalie import Anomalie
from flux.modele.doublon import IssueDoublon
from flux.modele.facture import Facture
from flux.modele.raccordement import EtatFiche
from flux.modele.statut import Motif
from flux.modele.verdict import Decision

#: ``membre_rang`` of an anomaly of the flow itself.
FLUX_LUI_MEME = -1
#: Outcome of a flow deposited a second time with the same bytes; not one of ``STATUTS_FLUX``: the first one's answer leaves again.
REPETE = "REPETE"


class EtatFlux(StrEnum):
    """Where a flow stands. ``traite``: every tranche is done, the answer is not written yet."""

    RECU = "recu"
    OUVERT = "ouvert"
    TRAITE = "traite"
    REPONDU = "repondu"


class EtatTranche(StrEnum):
    """Where a tranche stands."""

    A_TRAITER = "a_traiter"
    TRAITEE = "traitee"


class EtatSortie(StrEnum):
    """Where an outgoing answer stands."""

    A_EMETTRE = "a_emettre"
    EMISE = "emise"


class IssueLigne(StrEnum):
    """What became of one status of a deposited flow. ``sans_effet``: noted, it changes nothing in Chorus Pro."""

    APPLIQUE = "applique"
    DEJA = "deja"
    SANS_EFFET = "sans_effet"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Partenaire:
    """A partner, in short: :mod:`raccordement.fiches` reads its whole record.

    :ivar code_application: three letters, three digits. :ivar dossier: name of its SFTP folder and account.
    """

    id: int
    code_application: str
    nom: str
    dossier: str
    cree_le: datetime
    etat: EtatFiche


@dataclass(frozen=True, slots=True)
class Depot:
    """One deposited file, just claimed.

    :ivar nom: file name as deposited. :ivar reclamation: its name in the processing folder, unique for the partner.
    :ivar identifiant: 25-character flow id, ``None`` when the name holds none. :ivar interface: 8 characters, or ``None``.
    :ivar sha256: hexadecimal digest. :ivar taille: bytes. :ivar depose_le: modification time of the file.
    :ivar recu_le: when it was claimed. :ivar conserve: False when its bytes must not be kept: it is a private key.
    """

    partenaire_id: int
    nom: str
    reclamation: str
    identifiant: str | None
    interface: str | None
    sha256: str
    taille: int
    depose_le: datetime | None
    recu_le: datetime
    conserve: bool = True


@dataclass(frozen=True, slots=True)
class Premier:
    """The flow that holds a flow id, and when it was received."""

    id: int
    recu_le: datetime


@dataclass(frozen=True, slots=True)
class FluxEnregistre:
    """A registered deposit.

    :ivar issue: ``None`` when the same claim was registered already, and nothing changed.
    :ivar premier: the holder of the same flow id, when it is another flow.
    """

    id: int
    issue: IssueDoublon | None
    premier: Premier | None = None


@dataclass(frozen=True, slots=True)
class Lot:
    """Flows of one partner treated by one run. :ivar flux: their ids, in order of reception."""

    id: int
    partenaire_id: int
    cree_le: datetime
    flux: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Membre:
    """One file of a flow.

    :ivar tranche_rang: the tranche that treats it; ``None`` when it was decided at opening (then ``decision`` is set).
    :ivar sha256: hexadecimal, ``None`` when its bytes were not read. :ivar debut: offset in the tranche's stored object, bytes.
    """

    rang: int
    nom: str
    taille: int
    sha256: str | None = None
    tranche_rang: int | None = None
    debut: int | None = None
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Tranche:
    """A batch of members of one flow. :ivar cle: key in the staging store. :ivar nombre: members. :ivar octets: opened bytes."""

    rang: int
    cle: str
    nombre: int
    octets: int
    etat: EtatTranche = EtatTranche.A_TRAITER


@dataclass(frozen=True, slots=True)
class StatutPose:
    """A status given to an invoice. :ivar code: key of ``STATUTS_FACTURE``. See :class:`flux.modele.statut.Statut`."""

    code: str
    horodatage: datetime
    complement: str | None = None
    commentaire: str | None = None
    motifs: tuple[Motif, ...] = ()


@dataclass(frozen=True, slots=True)
class PieceRetrouvee:
    """A declared attachment that an invoice names by reference. :ivar rang: of the reference, in ``Facture.pieces_jointes``."""

    rang: int
    nom: str
    mime: str
    taille: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ResultatMembre:
    """What a tranche found of one member. ``facture`` and ``statut`` are ``None`` for an unreadable one, and only then.

    :ivar replis: official rule sets that the reference engine judged in place of the compiled one.
    """

    rang: int
    decision: Decision
    facture: Facture | None = None
    anomalies: Sequence[Anomalie] = ()
    statut: StatutPose | None = None
    retrouvees: tuple[PieceRetrouvee, ...] = ()
    replis: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compteurs:
    """Members of a flow by decision."""

    acceptees: int
    rejetees: int
    illisibles: int


@dataclass(frozen=True, slots=True)
class Sortie:
    """An outgoing file. :ivar nom: unique for ever. :ivar cle: key of its bytes in the staging store.

    :ivar numero: the partner's number of the file (:mod:`flux.registre.numeros`); ``None`` for what tells of a certificate.
    :ivar elements: statuses or invoices inside.
    """

    interface: str
    nom: str
    sha256: str
    taille: int
    cle: str
    numero: int | None = None
    elements: int = 1


@dataclass(frozen=True, slots=True)
class SortieAEmettre:
    """A file on its way out. :ivar dossier: the partner's SFTP folder. :ivar emissions: times it left already.

    :ivar flux_id: the flow it answers, ``None`` for a grouped file and for one that tells of a certificate.
    """

    id: int
    partenaire_id: int
    dossier: str
    flux_id: int | None
    interface: str
    nom: str
    sha256: str
    taille: int
    cle: str
    emissions: int


@dataclass(frozen=True, slots=True)
class FluxLu:
    """One flow as the ledger knows it.

    :ivar premier: another flow that holds the same flow id; with ``statut`` empty, this one broke the uniqueness of ids.
    :ivar membres: files inside, ``None`` before opening. :ivar conserve: False when its bytes were never kept: it was a private key.
    """

    id: int
    partenaire_id: int
    code_application: str
    dossier: str
    lot_id: int | None
    nom: str
    reclamation: str
    identifiant: str | None
    interface: str | None
    sha256: str
    taille: int
    depose_le: datetime | None
    recu_le: datetime
    etat: EtatFlux
    statut: str | None
    jeu_de_regles: str | None
    membres: int | None
    premier: Premier | None
    conserve: bool = True


@dataclass(frozen=True, slots=True)
class LigneStatut:
    """One status of an invoice with what its answer says of the invoice; enough to build a ``Statut``.

    :ivar detail: what else the message that brought the status said. :ivar beneficiaire: BG-10 as ``detail`` of the invoice holds it.
    :ivar recu_le: reception of the flow. :ivar fournisseur_schema: ISO 6523 ICD (or Chorus's 1-7) of ``fournisseur_id``.
    :ivar destinataire_id: SIRET. The other columns are those of ``factures``.
    """

    membre_rang: int
    rang: int
    code: str
    horodatage: datetime
    complement: str | None
    commentaire: str | None
    motifs: tuple[Motif, ...]
    detail: Mapping[str, Any] | None
    recu_le: datetime
    numero: str | None
    date_emission: date | None
    type_code: str | None
    ttc: Decimal | None
    net_a_payer: Decimal | None
    devise: str | None
    beneficiaire: Mapping[str, Any] | None
    fournisseur_schema: str | None
    fournisseur_id: str | None
    fournisseur_siren: str | None
    fournisseur_nom: str | None
    fournisseur_pays: str | None
    fournisseur_adresse_electronique: str | None
    destinataire_id: str | None
    destinataire_nom: str | None
    code_service: str | None


@dataclass(frozen=True, slots=True)
class LigneDeStatut:
    """One status of a deposited flow of statuses. :ivar membre: name of its file. :ivar rang: from 1, in that file.

    :ivar code_lu: its code as written. :ivar statut: key of ``STATUTS_FACTURE`` it was read as, ``None`` when it was refused before.
    :ivar statut_rang: rank of the status it became, in the history of its invoice.
    """

    membre_rang: int
    membre: str
    rang: int
    numero: str | None
    code_lu: str
    statut: str | None
    horodatage: datetime | None
    issue: IssueLigne
    facture_flux_id: int | None
    facture_membre_rang: int | None
    statut_rang: int | None
