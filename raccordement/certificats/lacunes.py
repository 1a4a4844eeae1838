"""What a chain lacks to reach an accepted authority, and who can mend it: the partner or the platform."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cryptography import x509

from raccordement.certificats.lecture import Lecture
from raccordement.certificats.noms import emis_par, nom_lisible


class Lacune(StrEnum):
    """Why no path ends at an accepted authority."""

    AUCUNE_AUTORITE = "aucune_autorite"
    EMETTEUR_ABSENT = "emetteur_absent"
    CHAINE_INCOMPLETE = "chaine_incomplete"
    RACINE_NON_ACCEPTEE = "racine_non_acceptee"
    AUTO_SIGNE = "auto_signe"


#: French and English; ``{de}`` is the last certificate that is there, ``{manquant}`` its issuer.
TEXTES: dict[Lacune, tuple[str, str]] = {
    Lacune.AUCUNE_AUTORITE: (
        "La plateforme n'accepte encore aucune autorité : signalez-le à votre contact de la plateforme, puis déposez de nouveau.",
        "The platform accepts no authority yet: tell your contact at the platform, then deposit again.",
    ),
    Lacune.EMETTEUR_ABSENT: (
        "L'émetteur « {manquant} » n'est pas joint : déposez un .p7b avec la chaîne complète, d'une autorité de la liste.",
        "The issuer “{manquant}” is not attached: deposit a .p7b with the complete chain, of a listed authority.",
    ),
    Lacune.CHAINE_INCOMPLETE: (
        (
            "La chaîne jointe s'arrête à « {de} », dont l'émetteur « {manquant} » n'est ni joint ni accepté ici : joignez-le s'il manque ; "
            "si c'est la racine de votre autorité, demandez à votre contact de la plateforme si elle peut être acceptée."
        ),
        (
            "The attached chain ends at “{de}”, whose issuer “{manquant}” is neither attached nor accepted here: attach it if missing; "
            "if it is the root of your authority, ask your contact at the platform whether it can be accepted."
        ),
    ),
    Lacune.RACINE_NON_ACCEPTEE: (
        (
            "La chaîne est jointe, mais sa racine « {manquant} » n'est pas une autorité acceptée ici : demandez à votre contact de la "
            "plateforme si elle peut l'être, ou un certificat à une autorité de la liste."
        ),
        (
            "The chain is attached, but its root “{manquant}” is no authority accepted here: ask your contact at the platform whether it "
            "can be, or a listed authority for a certificate."
        ),
    ),
    Lacune.AUTO_SIGNE: (
        "« {manquant} » n'est signé par aucune autorité, il s'est signé lui-même : demandez un certificat à une autorité de la liste.",
        "“{manquant}” is signed by no authority, only by itself: ask a listed authority for a certificate.",
    ),
}


@dataclass(frozen=True, slots=True)
class Manque:
    """What is missing. :ivar de: name of the last certificate that is there. :ivar manquant: name of its issuer."""

    lacune: Lacune
    de: str
    manquant: str


def chercher(lecture: Lecture) -> Manque:
    """Return what a deposit lacks whose issuers lead to no accepted authority. No signature is checked."""
    sommet, bouts = lecture.feuille, [lecture.feuille]
    vus: list[x509.Certificate] = []
    while bouts:  # authorities that certify each other make several ways up: a root on any of them is what was attached
        courant = bouts.pop()
        vus.append(courant)
        if courant.issuer == courant.subject:
            lacune = Lacune.AUTO_SIGNE if courant is lecture.feuille else Lacune.RACINE_NON_ACCEPTEE
            return Manque(lacune, nom_lisible(courant.subject), nom_lisible(courant.subject))
        plus_haut = [one for one in lecture.chaine if one not in vus and one not in bouts and emis_par(courant, one)]
        bouts += plus_haut
        sommet = courant if not plus_haut else sommet
    lacune = Lacune.EMETTEUR_ABSENT if sommet is lecture.feuille else Lacune.CHAINE_INCOMPLETE
    return Manque(lacune, nom_lisible(sommet.subject), nom_lisible(sommet.issuer))
