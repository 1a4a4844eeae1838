"""A partner of the demonstration: deposits over SFTP and fetches its answers, as a real one would."""

from __future__ import annotations

import base64
import io
import re
import tarfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import paramiko
from lxml import etree

_SEQUENCE = re.compile(r"^(?P<interface>[A-Z]{3})[0-9]{4}A_.{6}_.{10}(?P<sequence>[0-9]{15})$")


@dataclass(frozen=True, slots=True)
class Reponse:
    """One file fetched: interface code, number (those of one flow's answers follow each other), bytes."""

    interface: str
    sequence: int
    nom: str
    contenu: bytes


class Partenaire:
    """One partner's side of the line.

    :param port: of the SFTP server on 127.0.0.1. :param cle: private key of the account. :param cle_hote: public key of the server.
    """

    def __init__(self, compte: str, port: int, cle: Path, cle_hote: Path) -> None:
        self.compte = compte
        self._port, self._cle, self._cle_hote = port, cle, cle_hote

    @contextmanager
    def session(self) -> Iterator[paramiko.SFTPClient]:
        """Open an SFTP session; the server's key is checked."""
        kind, value = self._cle_hote.read_text().split()[:2]
        key = paramiko.PKey.from_type_string(kind, base64.b64decode(value))
        with paramiko.SSHClient() as ssh:
            ssh.get_host_keys().add(f"[127.0.0.1]:{self._port}", kind, key)
            ssh.connect("127.0.0.1", self._port, self.compte, key_filename=str(self._cle), look_for_keys=False, allow_agent=False)
            with ssh.open_sftp() as sftp:
                yield sftp

    def deposer(self, fichier: Path, nom: str) -> None:
        """Deposit as asked of partners: a temporary name, then a rename."""
        with self.session() as sftp:
            sftp.put(str(fichier), f"/in/{nom}.tmp")
            sftp.rename(f"/in/{nom}.tmp", f"/in/{nom}")

    def relever(self) -> list[Reponse]:
        """Fetch every answer there is, and remove it, as a file may be fetched once."""
        found = []
        with self.session() as sftp:
            for name in sftp.listdir("/out"):
                parts = _SEQUENCE.match(name)
                if parts is None:  # a name.tmp still being written
                    continue
                with sftp.open(f"/out/{name}", "rb") as data:
                    found.append(Reponse(name[:8], int(parts["sequence"]), name, data.read()))
                sftp.remove(f"/out/{name}")
        return found


@dataclass(frozen=True, slots=True)
class Retour:
    """What a CSO says: IdFlux, IdStatut, lines of error."""

    id_flux: str
    id_statut: str
    erreurs: int


def lire_retour(contenu: bytes) -> Retour:
    """Read a CSO."""
    root = etree.fromstring(contenu)
    return Retour(root.findtext(".//IdFlux") or "", root.findtext(".//IdStatut") or "", len(root.findall(".//LigneErreurDetail")))


def compter_statuts(reponse: Reponse) -> Counter[str]:
    """Count the invoices by status in a FSO1301A (IdStatut) or a FEN1202A (MDT-105)."""
    counts: Counter[str] = Counter()
    for root in messages(reponse.contenu):
        counts.update(element.text or "" for element in root.iter("IdStatut", "{*}ProcessConditionCode"))
    return counts


def messages(contenu: bytes) -> Iterator[etree._Element]:
    """Yield the messages of a lifecycle file, a tar.gz."""
    with tarfile.open(fileobj=io.BytesIO(contenu), mode="r:gz") as archive:
        for member in archive:
            data = archive.extractfile(member)
            yield etree.fromstring(data.read() if data else b"<vide/>")


def compter_membres(reponse: Reponse) -> int:
    """Count the files of a grouped one."""
    with tarfile.open(fileobj=io.BytesIO(reponse.contenu), mode="r:gz") as archive:
        return len(archive.getnames())
