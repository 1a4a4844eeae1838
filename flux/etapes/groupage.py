"""Step 5: make the grouped files that are due: what waits for one partner on one interface, up to a count, a size or a delay.

Source: criteria of grouping, general dossier notes 75-76 (partner, nature, format, size, number of files, delay; always a tar.gz). One file
is one transaction: its number, its row of the outbox, and which of the waiting messages it took.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import BinaryIO

import structlog
from sqlalchemy import Connection

from flux.contexte import Contexte
from flux.emitters.archive import ecrire_targz
from flux.emitters.fen1202a import nom_membre
from flux.emitters.fso1301a import message_fso1301a
from flux.errors import ErreurFlux, ErreurRegistre, ErreurUsage
from flux.etapes.cadence import etape
from flux.etapes.fichiers import enveloppe_sortante, garder
from flux.etapes.redaction import Rediger, format_de, interfaces_du_statut, rediger
from flux.modele.statut import Enveloppe
from flux.referentiel.sortantes import FormatSortant
from flux.referentiel.statuts import STATUTS_FACTURE
from flux.registre.connexion import transaction, verrouiller
from flux.registre.envois import FileAttente, envois_a_prendre, files_d_attente, marquer_pris, marquer_refuses, planifier_statuts
from flux.registre.journal_fichiers import dire_envoi
from flux.registre.numeros import prochain_numero
from flux.registre.sorties import ecrire_sortie
from flux.registre.valeurs import Sortie

_journal = structlog.get_logger(__name__)


@etape("grouper")
def grouper(contexte: Contexte, *, tout: bool = False) -> int:
    """Make every file that is due; return how many.

    One that cannot be made, because what it must hold is lost, holds up no other queue: those are served, then the first failure is raised.

    :param tout: do not wait for the delay.
    :raises ErreurTransitoire: the ledger or the staging store did not answer; what is made is made.
    """
    settings = contexte.reglages
    told = {code: interfaces_du_statut(code, settings) for code in STATUTS_FACTURE}
    planifier_statuts(contexte.engine, told, contexte.horloge(), interface_pivot=settings.interface_pivot)
    made = 0
    failed: dict[tuple[int, str], ErreurFlux] = {}
    waiting = files_d_attente(contexte.engine)
    while due := [one for one in waiting if _cle(one) not in failed and (tout or _due(contexte, one))]:
        for one in due:
            try:
                made += _un_fichier(contexte, one)
            except ErreurRegistre:  # it fails the others too
                raise
            except ErreurFlux as error:
                _journal.warning("groupage_refuse", partenaire=one.code_application, interface=one.interface, cause=str(error))
                failed[_cle(one)] = error
        waiting = files_d_attente(contexte.engine)
    if failed:
        raise next(iter(failed.values()))
    return made


def _cle(waiting: FileAttente) -> tuple[int, str]:
    return waiting.partenaire_id, waiting.interface


def _due(contexte: Contexte, waiting: FileAttente) -> bool:
    """Whichever comes first: enough messages, enough bytes, or the first has waited long enough."""
    settings = contexte.reglages
    return (
        waiting.nombre >= settings.groupage_elements
        or waiting.octets >= settings.groupage_octets
        or contexte.horloge() - waiting.plus_ancien >= timedelta(seconds=settings.groupage_delai)
    )


@dataclass(slots=True)
class _Prise:
    """What one file took of what waited, and what no file can hold, with the reason."""

    limite: int
    pris: list[int] = field(default_factory=list)
    refus: dict[int, str] = field(default_factory=dict)
    octets: int = 0

    def prendre(self, redactions: Iterator[tuple[int, Rediger]]) -> Iterator[bytes]:
        """Yield messages until the file is full; the first always fits."""
        for envoi_id, ecrire in redactions:
            try:
                data = ecrire(len(self.pris) + 1)
            except ErreurUsage as error:
                self.refus[envoi_id] = str(error)
                continue
            if self.pris and self.octets + len(data) > self.limite:
                return
            self.pris.append(envoi_id)
            self.octets += len(data)
            yield data


class _RienError(Exception):
    """No message could be written, and an empty file is not kept: a signal inside this module."""


def _un_fichier(contexte: Contexte, waiting: FileAttente) -> int:
    """Make one file of the first messages that wait; return 0 when there is none that a file can hold."""
    settings = contexte.reglages
    prise = _Prise(settings.groupage_octets)
    with transaction(contexte.engine, "grouper") as conn:
        verrouiller(conn, f"flux.groupage {waiting.partenaire_id}")
        rows = envois_a_prendre(conn, waiting.partenaire_id, waiting.interface, settings.groupage_elements)
        sortie_id = None
        if rows:
            with conn.begin_nested() as kept:
                sortie = _ecrire(contexte, conn, waiting, [one.id for one in rows], prise)
                if sortie is None:
                    kept.rollback()  # the number with it
                else:
                    sortie_id = ecrire_sortie(conn, waiting.partenaire_id, sortie, contexte.horloge())
                    marquer_pris(conn, prise.pris, sortie_id)
        marquer_refuses(conn, prise.refus)
        if sortie_id is not None:
            dire_envoi(conn, sortie_id, contexte.horloge())
    if prise.refus:  # the reasons quote invoices: the ledger keeps them, flux emission lacunes tells them
        _journal.error("envois_refuses", partenaire=waiting.code_application, interface=waiting.interface, envois=sorted(prise.refus))
    if prise.pris:
        _journal.info("fichier_groupe", partenaire=waiting.code_application, interface=waiting.interface, messages=len(prise.pris))
    return 1 if prise.pris else 0


def _ecrire(contexte: Contexte, conn: Connection, waiting: FileAttente, ids: list[int], prise: _Prise) -> Sortie | None:
    numero = prochain_numero(conn, waiting.partenaire_id)
    envelope = enveloppe_sortante(contexte.reglages, waiting.interface, waiting.code_application, numero, contexte.horloge())
    found = prise.prendre(rediger(contexte, conn, waiting.interface, ids, envelope))
    write = _un_seul_message if format_de(waiting.interface) is FormatSortant.CPP_STATUT else _un_fichier_par_message

    def ecrire(out: BinaryIO) -> None:
        write(out, envelope, found)
        if not prise.pris:
            raise _RienError

    try:
        kept = garder(contexte, ecrire)
    except _RienError:
        return None
    return Sortie(waiting.interface, envelope.nom, kept.sha256, kept.taille, kept.cle, numero, len(prise.pris))


def _un_seul_message(out: BinaryIO, enveloppe: Enveloppe, unites: Iterator[bytes]) -> None:
    """CPPStatut: one message holds every status."""
    written = [one.decode() for one in unites]
    if written:
        with ecrire_targz(out, enveloppe.nom) as archive:
            archive.ajouter(nom_membre(enveloppe, 1), message_fso1301a(enveloppe, written))


def _un_fichier_par_message(out: BinaryIO, enveloppe: Enveloppe, found: Iterator[bytes]) -> None:
    """CDAR and pivot: one message a file, written as it comes."""
    with ExitStack() as stack:
        archive = None
        for rang, message in enumerate(found, 1):
            archive = archive or stack.enter_context(ecrire_targz(out, enveloppe.nom))
            archive.ajouter(nom_membre(enveloppe, rang), message)
