"""Why a deposit of a certificate cannot be judged, and what its partner reads then. Nothing of the file is kept in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: Bytes of a deposit at most (house): a chain of ten certificates makes some 20 KiB.
TAILLE_MAX = 256 * 1024
#: Certificates of a deposit at most (house).
CERTIFICATS_MAX = 20


class Motif(StrEnum):
    """Why a deposit cannot be judged."""

    CLE_PRIVEE = "cle_privee"
    TROP_GROS = "trop_gros"
    ILLISIBLE = "illisible"
    SANS_CERTIFICAT = "sans_certificat"
    AUTRE_OBJET = "autre_objet"
    PLUSIEURS = "plusieurs"


_CLE_FR = (
    "Ce fichier contient une clé privée ou peut en contenir une (PKCS#12, PKCS#8, OpenSSH, JKS…) : il n'a été ni lu plus avant, ni "
    "conservé. Cette clé a quitté votre poste : demandez à votre autorité de révoquer le certificat, faites-en émettre un autre avec "
    "une clé neuve, puis déposez sa seule partie publique (.p7b avec la chaîne)."
)
_CLE_EN = (
    "This file holds a private key, or may hold one (PKCS#12, PKCS#8, OpenSSH, JKS…): it was neither read further nor kept. That key "
    "has left your machine: ask your authority to revoke the certificate, have another one issued with a new key, then deposit its "
    "public part only (.p7b with the chain)."
)
#: What a person reads, French and English.
TEXTES: dict[Motif, tuple[str, str]] = {
    Motif.CLE_PRIVEE: (_CLE_FR, _CLE_EN),
    Motif.TROP_GROS: (
        f"Le fichier dépasse {TAILLE_MAX // 1024} Kio ou {CERTIFICATS_MAX} certificats : déposez le certificat et sa chaîne seulement.",
        f"The file exceeds {TAILLE_MAX // 1024} KiB or {CERTIFICATS_MAX} certificates: deposit the certificate and its chain only.",
    ),
    Motif.ILLISIBLE: (
        "Le fichier n'est ni un certificat PEM ou DER, ni un PKCS#7 (.p7b) lisible : exportez à nouveau le certificat avec sa chaîne.",
        "The file is neither a readable PEM or DER certificate nor a PKCS#7 (.p7b): export the certificate with its chain again.",
    ),
    Motif.SANS_CERTIFICAT: (
        "Le fichier ne contient aucun certificat : déposez le vôtre avec sa chaîne (.p7b).",
        "The file holds no certificate: deposit yours with its chain (.p7b).",
    ),
    Motif.PLUSIEURS: (
        "Le fichier contient plusieurs certificats qui ne forment pas une chaîne : déposez un seul certificat, avec ses autorités.",
        "The file holds several certificates that make no chain: deposit one certificate, with its authorities.",
    ),
}

_DEMANDE = (
    "une demande de certificat (CSR), destinée à l'autorité : déposez le certificat qu'elle vous a remis, avec sa chaîne (.p7b).",
    "a certificate request (CSR), meant for the authority: deposit the certificate that it gave you, with its chain (.p7b).",
)
_CLE_PUBLIQUE = (
    "une clé publique seule : déposez le certificat qui la porte, avec sa chaîne (.p7b).",
    "a public key alone: deposit the certificate that bears it, with its chain (.p7b).",
)
#: PEM label → what such a block is and what to send instead. :data:`CERTIFICAT_AUTREMENT` holds a certificate all the same.
AUTRES: dict[str, tuple[str, str]] = {
    "CERTIFICATE REQUEST": _DEMANDE,
    "NEW CERTIFICATE REQUEST": _DEMANDE,
    "PUBLIC KEY": _CLE_PUBLIQUE,
    "RSA PUBLIC KEY": _CLE_PUBLIQUE,
    "TRUSTED CERTIFICATE": (
        "un certificat dans la forme propre à OpenSSL : déposez, avec sa chaîne, ce qu'écrit « openssl x509 -in FICHIER -out NOUVEAU ».",
        "a certificate in OpenSSL's own form: deposit, with its chain, what “openssl x509 -in FILE -out NEW” writes.",
    ),
    "X509 CRL": (
        "une liste de révocation (CRL) : déposez votre certificat avec sa chaîne (.p7b), la plateforme cherche elle-même ces listes.",
        "a revocation list (CRL): deposit your certificate with its chain (.p7b), the platform fetches such lists itself.",
    ),
}
CERTIFICAT_AUTREMENT = "TRUSTED CERTIFICATE"


@dataclass(frozen=True, slots=True)
class Refus:
    """A deposit that cannot be judged. It holds nothing of the file.

    :ivar bloc: rank, from 1, of the PEM block that stops the reading. :ivar etiquette: its label, when it is a key of :data:`AUTRES`.
    """

    motif: Motif
    bloc: int | None = None
    etiquette: str | None = None

    @property
    def fr(self) -> str:
        """The French sentence."""
        if self.etiquette is not None:
            return f"Le bloc {self.bloc} du fichier (« {self.etiquette} ») est {AUTRES[self.etiquette][0]}"
        if self.bloc is not None:
            return (
                f"Le bloc {self.bloc} du fichier est coupé, altéré ou d'un genre inconnu : chaque certificat va de sa ligne "
                "« -----BEGIN CERTIFICATE----- » à sa ligne « -----END CERTIFICATE----- ». Exportez à nouveau le certificat avec sa chaîne "
                "(.p7b)."
            )
        return TEXTES[self.motif][0]

    @property
    def en(self) -> str:
        """The English sentence."""
        if self.etiquette is not None:
            return f"Block {self.bloc} of the file (“{self.etiquette}”) is {AUTRES[self.etiquette][1]}"
        if self.bloc is not None:
            return (
                f"Block {self.bloc} of the file is cut, altered or of an unknown kind: each certificate goes from its line "
                "“-----BEGIN CERTIFICATE-----” to its line “-----END CERTIFICATE-----”. Export the certificate with its chain again (.p7b)."
            )
        return TEXTES[self.motif][1]
