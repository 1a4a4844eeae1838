"""The folder of accepted authorities: what is read in it, what stops its reading, and what an operator is told of it."""

from __future__ import annotations

import re
from pathlib import Path

from cryptography import x509

from flux.errors import ErreurConfiguration
from raccordement.certificats.blocs import a_plat, blocs, est_pem
from raccordement.certificats.chaine import Ancre
from raccordement.certificats.noms import est_autorite

#: Names of the files that are read, whatever the case of their letters; what they hold may be PEM or DER.
EXTENSIONS = (".pem", ".crt", ".cer")
#: The setting that names the folder.
REGLAGE = "FLUX_CERTIFICATS__AUTORITES"

_SOURCE = re.compile(rb"^Source *: *([^\r\n]{1,500})", re.MULTILINE | re.IGNORECASE)


def exiger_dossier(regle: Path) -> Path:
    """Return the folder that the setting names. A name with a fault would accept nobody, and refuse every partner for it.

    :raises ErreurConfiguration: it is no folder that can be read. Facts: ``path``, ``reglage``.
    """
    if not _est_dossier(regle):
        raise ErreurConfiguration(
            f"{REGLAGE} ne désigne pas un dossier ({regle}) : corrigez ce réglage, ou créez le dossier / "
            f"{REGLAGE} names no folder ({regle}): correct this setting, or make the folder",
            path=str(regle),
            reglage=REGLAGE,
        )
    return regle


def lire_dossier(dossier: Path) -> tuple[Ancre, ...]:
    """Return the authorities of a folder; none when it does not exist. A line ``Source: …`` before the PEM says where one comes from.

    :raises ErreurConfiguration: a file cannot be read, or holds a private key or what is no authority. Facts: ``path``.
    """
    found: list[Ancre] = []
    for fichier in _fichiers(dossier):
        try:
            data = fichier.read_bytes()
        except OSError as error:
            raise _illisible(fichier, error.strerror or type(error).__name__) from error
        texte = a_plat(data)
        if b"PRIVATE KEY" in texte:
            raise ErreurConfiguration(
                f"{fichier} contient une clé privée : ôtez-la, une autorité n'a ici que sa partie publique / "
                f"{fichier} holds a private key: take it away, authorities are public",
                path=str(fichier),
            )
        certificats = _certificats(fichier, data, texte)
        dite = _SOURCE.search(texte)
        source = dite[1].decode("utf-8", "replace").strip() if dite else fichier.name
        if not all(map(est_autorite, certificats)):
            raise ErreurConfiguration(
                f"{fichier} contient un certificat qui n'est pas celui d'une autorité : ôtez-le / "
                f"{fichier} holds a certificate that is not of an authority: take it away",
                path=str(fichier),
            )
        found += [Ancre(one, source) for one in certificats]
    return tuple(found)


def dire_recherche(dossier: Path, acceptees: int) -> tuple[str, str]:
    """Return where authorities were looked for and what it means that none was found, in French and in English.

    :param acceptees: how many are accepted, those of trusted lists included.
    """
    noms = ", ".join(EXTENSIONS)
    absent = not _est_dossier(dossier)
    fr = f"Cherchées dans {dossier} ({'dossier absent' if absent else noms}) et dans les listes de confiance importées"
    en = f"Looked for in {dossier} ({'no such folder' if absent else noms}) and in the imported trusted lists"
    if acceptees:
        return f"{fr}.", f"{en}."
    return (
        f"{fr} : aucune, tout certificat sera refusé. Mettez-y les certificats des autorités ({REGLAGE}) ou importez une liste.",
        f"{en}: none, every certificate will be refused. Put the certificates of authorities there ({REGLAGE}) or import a list.",
    )


def _est_dossier(chemin: Path) -> bool:
    try:
        return chemin.is_dir()
    except OSError:  # a folder above it that this account may not enter
        return False


def _fichiers(dossier: Path) -> list[Path]:
    try:
        return sorted(one for one in dossier.iterdir() if one.suffix.lower() in EXTENSIONS)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ErreurConfiguration(
            f"le dossier des autorités {dossier} ne se lit pas ({error.strerror}) : vérifiez {REGLAGE} et ses droits / "
            f"the folder of authorities {dossier} cannot be read ({error.strerror}): check {REGLAGE} and its permissions",
            path=str(dossier),
            reglage=REGLAGE,
        ) from error


def _certificats(fichier: Path, data: bytes, texte: bytes) -> list[x509.Certificate]:
    """Return the certificates of a file, PEM or DER; a block that is cut stops the reading: it may be the authority that is wanted."""
    coupe = next((one.rang for one in blocs(texte) if one.der is None), None)
    if coupe is not None:
        raise _illisible(fichier, f"bloc {coupe} coupé / block {coupe} is cut")
    try:
        return x509.load_pem_x509_certificates(texte) if est_pem(texte) else [x509.load_der_x509_certificate(data)]
    except ValueError as error:
        raise _illisible(fichier, str(error)) from error


def _illisible(fichier: Path, raison: str) -> ErreurConfiguration:
    return ErreurConfiguration(
        f"{fichier} n'est pas un certificat d'autorité lisible, PEM ou DER : exportez-le de nouveau ou ôtez-le / "
        f"{fichier} is not a readable certificate of an authority, PEM or DER: export it again or take it away ({raison})",
        path=str(fichier),
    )
