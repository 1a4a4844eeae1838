"""Words of a connection record (*fiche de raccordement*): its states, protocols, directions, and the states of its certificates."""

from __future__ import annotations

from enum import StrEnum


class EtatFiche(StrEnum):
    """Where a record stands. Exchanges are open in ``qualification`` and ``production`` only; ``clos`` is for ever."""

    DEMANDE = "demande"
    QUALIFICATION = "qualification"
    PRODUCTION = "production"
    SUSPENDU = "suspendu"
    CLOS = "clos"


#: States in which flows are exchanged.
ETATS_OUVERTS = frozenset((EtatFiche.QUALIFICATION, EtatFiche.PRODUCTION))


class Protocole(StrEnum):
    """Protocol of a record, exactly one (AIFE deck of 2017, p. 11: PeSIT, SFTP, AS/2; general dossier, p. 22-26: SFTP, AS/2, AS/4).

    This platform serves SFTP; the others can be written in a record, and no flow of theirs arrives here.
    """

    SFTP = "SFTP"
    AS2 = "AS2"
    AS4 = "AS4"
    PESIT = "PESIT"


class Sens(StrEnum):
    """Direction of a subscription, as the partner sees it: what it sends, what it receives."""

    EMISSION = "emission"
    RECEPTION = "reception"


class EtatCertificat(StrEnum):
    """Where a certificate of a partner stands.

    ``propose``: deposited, not judged yet. ``retenu``: held until it can be judged. ``refuse``: judged, not accepted.
    ``en_vigueur``: accepted. ``remplace``: another one took its place; both are good until the end of their window. ``revoque``: its
    authority, or the operator, took it back.
    """

    PROPOSE = "propose"
    RETENU = "retenu"
    REFUSE = "refuse"
    EN_VIGUEUR = "en_vigueur"
    REMPLACE = "remplace"
    REVOQUE = "revoque"


#: States in which a certificate may open the door, inside its dates.
CERTIFICATS_OUVERTS = frozenset((EtatCertificat.EN_VIGUEUR, EtatCertificat.REMPLACE))


#: What a verdict on a certificate may say: the values of :class:`raccordement.certificats.resultats.Decision`, which a test holds equal.
DECISIONS_CERTIFICAT = ("accepte", "accepte_a_reverifier", "retenu", "refuse")
