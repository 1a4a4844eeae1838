"""Named policies: what is wanted of a certificate, and what an unanswered revocation check does. Frozen; one place to read.

Sources: "RGS" is the Référentiel général de sécurité, V2, and its annexes A; "KB" the Chorus Pro page on certificates
(KB0011570); "SE" the general dossier of external specifications, notes 22-28. What no public source gives is marked *inféré*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from raccordement.certificats.resultats import INFORMATIFS, SUPPLEES, Decision, Ligne, Resultat


class SiInconnu(StrEnum):
    """What an unknown does. ``accepter``: accept, and check again later; ``retenir``: hold until an answer comes."""

    ACCEPTER = "accepter"
    RETENIR = "retenir"


class Role(StrEnum):
    """What a partner's certificate authenticates: its connections to us, its server to us, or both."""

    CLIENT = "client"
    SERVEUR = "serveur"
    LES_DEUX = "les_deux"


#: What each protocol asks. KB names "SSL Client", "SSL Serveur" and, for PeSIT, both; the row of each protocol is *inféré*:
#: with SFTP the partner only connects to us, with AS2 and AS4 it also receives.
ROLES: Mapping[str, Role] = MappingProxyType(
    {"SFTP": Role.CLIENT, "AS2": Role.LES_DEUX, "AS4": Role.LES_DEUX, "PESIT": Role.LES_DEUX},
)


@dataclass(frozen=True, slots=True)
class PolitiqueCertificats:
    """What is wanted of a partner's certificate.

    :ivar rsa_min: bits of an RSA key at least (RGS B1: 2048 until 2030). :ivar courbes: elliptic curves accepted, by OpenSSL name.
    :ivar hachages: hash algorithms accepted in signatures (SE p.22: SHA-2).
    :ivar politiques: policy OIDs, one of which the certificate must bear; none asks for none (each authority has its own for RGS 1*).
    :ivar si_inconnu: what an unknown revocation does. :ivar reverifier_apres: when it is asked again.
    :ivar recouvrement: how long the old certificate and the new one are valid together after a switch.
    :ivar preavis: days before the end at which the partner is told, from far to near.
    :ivar sujet_exige: the subject must name the SIREN of the record.
    """

    rsa_min: int = 2048
    courbes: frozenset[str] = frozenset({"secp256r1", "secp384r1", "secp521r1"})
    hachages: frozenset[str] = frozenset({"sha256", "sha384", "sha512"})
    politiques: frozenset[str] = frozenset()
    si_inconnu: SiInconnu = SiInconnu.ACCEPTER
    reverifier_apres: timedelta = timedelta(hours=4)
    recouvrement: timedelta = timedelta(days=14)
    preavis: tuple[int, ...] = (90, 60, 30, 15, 7, 1)
    sujet_exige: bool = True


def decider(lignes: tuple[Ligne, ...], politique: PolitiqueCertificats, le: datetime) -> tuple[Decision, datetime | None]:
    """Return what becomes of a certificate, and when to check it again.

    One failure refuses, unless the check only informs; else one unknown does what the policy says, unless another check stands in for it;
    else it is accepted.
    """
    if any(one.resultat is Resultat.ECHOUE and one.controle not in INFORMATIFS for one in lignes):
        return Decision.REFUSE, None
    if any(one.resultat is Resultat.INCONNU and one.controle not in INFORMATIFS | SUPPLEES for one in lignes):
        plus_tard = le + politique.reverifier_apres
        if politique.si_inconnu is SiInconnu.ACCEPTER:
            return Decision.ACCEPTE_A_REVERIFIER, plus_tard
        return Decision.RETENU, plus_tard
    return Decision.ACCEPTE, None
