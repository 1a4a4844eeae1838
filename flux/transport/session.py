"""A session on the SFTP server outside Airflow, its host key always checked."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import paramiko

from flux.errors import ErreurConfiguration, ErreurTransport


@contextmanager
def ouvrir_session(adresse: str, cle: Path, cle_hote: str, delai: float) -> Iterator[paramiko.SFTPClient]:
    """Open ``sftp://account@host:port``. :param cle_hote: type and base64. :param delai: seconds for each answer.

    :raises ErreurConfiguration: a key cannot be read. :raises ErreurTransport: the server did not answer, or refused.
    """
    place = urlsplit(adresse)
    hote, port = place.hostname or "", place.port or 22
    try:
        algorithme, base = cle_hote.split()[:2]
        attendue = paramiko.PKey.from_type_string(algorithme, base64.b64decode(base))
        privee = paramiko.PKey.from_path(cle)
    except (OSError, ValueError, binascii.Error, paramiko.SSHException, paramiko.pkey.UnknownKeyType) as faute:
        raise ErreurConfiguration(f"A key of the SFTP server cannot be read: {type(faute).__name__}.", setting="sante") from faute
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
