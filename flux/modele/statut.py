"""A status of an invoice or of a flow, as the lifecycle emitters write it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Acteur:
    """Supplier or recipient as CPPStatut names it.

    :ivar type_identifiant: 1 SIRET, 2 EU VAT, 3 outside EU, 4 RIDET, 5 TAHITI, 6 being registered, 7 natural person.
    :ivar identifiant: the identifier itself; for a recipient a SIRET of 14 digits.
    :ivar nom: name. :ivar pays: ISO 3166-1 alpha-2. :ivar code_service: the recipient's service (at most 100 characters).
    :ivar nom_service: name of that service.
    :ivar siren: 9 digits, used by CDAR (MDT-129, scheme 0002); ``None`` when there is none.
    :ivar adresse_electronique: electronic address of scheme 0225 (MDT-73), or ``None``.
    """

    type_identifiant: int
    identifiant: str
    nom: str
    pays: str | None = None
    code_service: str | None = None
    siren: str | None = None
    adresse_electronique: str | None = None
    nom_service: str | None = None


@dataclass(frozen=True, slots=True)
class Motif:
    """Why: reason code (MDT-113, among those BR-FR-CDV-CL-09 admits for the status) and text (MDT-114)."""

    code: str
    texte: str


@dataclass(frozen=True, slots=True)
class MontantStatut:
    """An amount that a status speaks of (MDG-43).

    :ivar type_code: MDT-207: ``MPA`` paid, ``MEN`` cashed… :ivar valeur: MDT-215, as written. :ivar devise: MDT-216, ISO 4217.
    :ivar taux: MDT-224, VAT rate in percent, where the amount is that of one rate.
    """

    type_code: str
    valeur: Decimal
    devise: str | None = None
    taux: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Statut:
    """One status of one invoice.

    :ivar code: key of :data:`flux.referentiel.statuts.STATUTS_FACTURE`.
    :ivar horodatage: aware, any zone. :ivar numero: BT-1. :ivar date_facture: BT-2. :ivar type_code: BT-3.
    :ivar recu_le: when the invoice was received, aware.
    :ivar complement: short text; may exceed 80 characters: the emitter cuts it at a word and keeps the whole in Commentaire.
    :ivar commentaire: longer text, kept whole.
    :ivar motifs: reasons, at least one where the status asks for it.
    :ivar auteur: who set it, where that is neither the platform, the supplier nor the recipient (project manager, owner, validator).
    :ivar actions: what the reader is asked to do (MDT-121, codes of BR-FR-CDV-CL-10). :ivar montants: amounts, of payment statuses.
    :ivar beneficiaire: whom payment goes to when not to the supplier (BG-10): told of payment too.
    :ivar producteur: Producteur/@Id of CPPStatut. :ivar id_mandat: the recipient's own number of the payment request (IdMandatDP).
    """

    code: str
    horodatage: datetime
    numero: str
    date_facture: date
    type_code: str
    recu_le: datetime
    fournisseur: Acteur
    destinataire: Acteur
    complement: str | None = None
    commentaire: str | None = None
    motifs: tuple[Motif, ...] = ()
    auteur: Acteur | None = None
    actions: tuple[str, ...] = ()
    montants: tuple[MontantStatut, ...] = ()
    beneficiaire: Acteur | None = None
    producteur: str | None = None
    id_mandat: str | None = None


@dataclass(frozen=True, slots=True)
class LigneErreur:
    """One LigneErreurDetail of a CSO: nature, code, label, description (all unbounded strings in V1_19)."""

    nature: str
    code: str
    libelle: str
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Enveloppe:
    """Enveloppe of a CPP message and name of the outgoing flow.

    :ivar nom: whole name of the outgoing flow, 41 characters. :ivar identifiant: its 25-character flow id (IdFlx).
    :ivar emetteur: application code of the sender (``CPP001``). :ivar recepteur: application code of the receiver.
    :ivar produit_le: production time (DtPrd), aware.
    """

    nom: str
    identifiant: str
    emetteur: str
    recepteur: str
    produit_le: datetime
