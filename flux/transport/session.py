"""A session on the SFTP server outside Airflow, its host key always checked."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm

from flux.errors import ErreurConfiguration, ErreurTransport


@contextmanager
def ouvrir_session(adresse: str, cle: Path, cle_hote: str, delai: float) -> Iterator[paramiko.SFTPClient]:
    """Open ``sftp://account@host:port``. :param cle_hote: type and base64. :param delai: seconds for each answer.

    :raises ErreurConfiguration: a key cannot be used. Facts: ``setting``. :raises ErreurTransport: the server did not answer, or refused.
    """
    place = urlsplit(adresse)
    hote, port = place.hostname or "", place.port or 22
    algorithme, attendue = _cle_hote(cle_hote)
    privee = _cle(cle)
    with paramiko.SSHClient() as ssh:
        ssh.get_host_keys().add(hote if port == 22 else f"[{hote}]:{port}", algorithme, attendue)
        try:
            ssh.connect(
                hote, port, place.username, pkey=privee, look_for_keys=False, allow_agent=False,
                timeout=delai, banner_timeout=delai, auth_timeout=delai,
            )  # fmt: skip
            sftp = ssh.open_sftp()
        except (OSError, EOFError, paramiko.SSHException) as panne:
            raise ErreurTransport(f"The SFTP server {hote}:{port} did not answer: {panne}.", operation="connecter", path=hote) from panne
        canal = sftp.get_channel()
        if canal is not None:
            canal.settimeout(delai)
        yield sftp


def _cle_hote(texte: str) -> tuple[str, paramiko.PKey]:
    """Return the type and the public key of a server. Raises ErreurConfiguration."""
    try:
        algorithme, base = texte.split()[:2]
        return algorithme, paramiko.PKey.from_type_string(algorithme, base64.b64decode(base))
    except (ValueError, binascii.Error, paramiko.SSHException, paramiko.pkey.UnknownKeyType) as faute:
        raise ErreurConfiguration(
            "FLUX_SANTE__SFTP_CLE_HOTE : pas une clé d'hôte ; écrivez type et base64, comme ssh-keyscan les donne / not a host key: write "
            "type and base64, as ssh-keyscan gives them",
            setting="FLUX_SANTE__SFTP_CLE_HOTE",
        ) from faute


def _cle(fichier: Path) -> paramiko.PKey:
    """Return the platform's private key. Raises ErreurConfiguration."""
    try:
        return paramiko.PKey.from_path(fichier)
    except OSError as faute:
        pourquoi = f"{faute.strerror or type(faute).__name__} ; vérifiez le chemin et les droits / check the path and its rights"
        raise _cle_inutilisable(fichier, pourquoi) from faute
    except TypeError as faute:  # what the library raises when it needs a passphrase
        pourquoi = "clé avec phrase secrète ; donnez-en une sans, aux droits 0600 / key with a passphrase: give one without, mode 0600"
        raise _cle_inutilisable(fichier, pourquoi) from faute
    except (ValueError, UnsupportedAlgorithm, paramiko.SSHException, paramiko.pkey.UnknownKeyType):
        pourquoi = "pas une clé privée OpenSSH ou PEM (RSA, ECDSA, Ed25519) / not an OpenSSH or PEM private key"
        raise _cle_inutilisable(fichier, pourquoi) from None  # the library's error may hold the bytes


def _cle_inutilisable(fichier: Path, pourquoi: str) -> ErreurConfiguration:
    return ErreurConfiguration(f"FLUX_SANTE__SFTP_CLE ({fichier}) : {pourquoi}", setting="FLUX_SANTE__SFTP_CLE", path=str(fichier))
