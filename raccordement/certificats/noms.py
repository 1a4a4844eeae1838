"""Small readings of one certificate: its extensions, names and fingerprint. Malformed extensions read as absent."""

from __future__ import annotations

from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

_Extension = TypeVar("_Extension", bound=x509.ExtensionType)


def extension(certificat: x509.Certificate, forme: type[_Extension]) -> _Extension | None:
    """Return the extension of a type, or ``None`` when it is absent or cannot be parsed."""
    try:
        return certificat.extensions.get_extension_for_class(forme).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError):
        return None


def est_autorite(certificat: x509.Certificate) -> bool:
    """Return whether it says that it is an authority (RFC 5280, 4.2.1.9)."""
    contraintes = extension(certificat, x509.BasicConstraints)
    return contraintes is not None and contraintes.ca


def emis_par(enfant: x509.Certificate, parent: x509.Certificate) -> bool:
    """Return whether ``parent`` may have issued ``enfant``: names, and key identifiers where both give one. No signature is checked."""
    if enfant.issuer != parent.subject:
        return False
    voulu, donne = extension(enfant, x509.AuthorityKeyIdentifier), extension(parent, x509.SubjectKeyIdentifier)
    if voulu is None or voulu.key_identifier is None or donne is None:
        return True
    return voulu.key_identifier == donne.digest


def empreinte(certificat: x509.Certificate) -> str:
    """Return the SHA-256 of the DER, hexadecimal."""
    return certificat.fingerprint(SHA256()).hex()


def nom_lisible(nom: x509.Name) -> str:
    """Return the common name, else the organisation, else the whole name (RFC 4514)."""
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for one in nom.get_attributes_for_oid(oid):
            return str(one.value)
    return nom.rfc4514_string()
