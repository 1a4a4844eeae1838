"""What ``flux sante`` sees of the SFTP server: the partners' folders, and what stays in those of processing."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from paramiko import SFTPClient

from flux.errors import ErreurConfiguration, ErreurFlux, ErreurTransport
from flux.sante.modele import Etat, Ligne, Patient, depasse, duree, non_regarde
from flux.transport import sftp as transport
from flux.transport.prets import Depot
from flux.transport.session import ouvrir_session
from raccordement.partenaires import partenaires


def serveur(patient: Patient, lines: Sequence[Ligne]) -> Iterator[Ligne]:
    """Look at the server itself when its account is set; else tell what reception saw. :param lines: those found so far."""
    settings = patient.reglages.sante
    if settings.sftp is None or settings.sftp_cle is None or settings.sftp_cle_hote is None:
        seen = next((one for one in lines if one.objet == "recevoir"), None)
        if seen is None:
            yield non_regarde("sftp")
        else:
            yield Ligne("sftp", seen.etat, f"vu par recevoir / seen by recevoir: {seen.valeur}", seen.limite)
        return
    try:
        known = [one.dossier for one in partenaires(patient.engine)]
        with ouvrir_session(settings.sftp, settings.sftp_cle, settings.sftp_cle_hote, settings.sftp_delai) as sftp:
            refused, left = _dossiers(sftp, patient.reglages.sftp_racine, known)
    except ErreurConfiguration as faute:
        yield Ligne("sftp", Etat.ROUGE, str(faute), cas="reglage")
        return
    except ErreurFlux as panne:
        yield Ligne("sftp", Etat.ROUGE, str(panne))
        return
    said = ", ".join(refused[:5]) + ("…" if len(refused) > 5 else "")
    yield Ligne("sftp", depasse(len(refused), 0), said or f"{len(known)} partenaire(s) / partner(s)")
    ages = sorted((_age(one, patient.maintenant) for one in left), reverse=True)
    found = f"{len(ages)}, {duree(ages[0])}" if ages else "aucun / none"
    yield Ligne("traitement", depasse(ages[0] if ages else 0.0, settings.traitement), found, duree(settings.traitement))


def _dossiers(sftp: SFTPClient, root: str, folders: Sequence[str]) -> tuple[list[str], list[Depot]]:
    """Return the folders that are absent or refuse, and the files left in those of processing."""
    refused: list[str] = []
    left: list[Depot] = []
    for folder in folders:
        for room in (transport.ENTREE, transport.SORTIE, transport.TRAITEMENT):
            path = posixpath.join(root, folder, room)
            try:
                if not transport.existe(sftp, path):
                    refused.append(path)
                    continue
                listed = transport.lister(sftp, path)
            except ErreurTransport:
                refused.append(path)
                continue
            if room == transport.TRAITEMENT:
                left += listed
    return refused, left


def _age(one: Depot, now: datetime) -> float:
    """Return the seconds since a file was claimed, by its token; of a foreign file, since its date: a deposit may keep an old one."""
    token, _ = transport.decouper(one.chemin)
    try:
        since = datetime.strptime(token.partition("-")[0], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
    except ValueError:
        since = datetime.fromtimestamp(one.date, tz=UTC)
    return (now - since).total_seconds()
