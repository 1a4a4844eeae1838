"""Step 5: publish the outbox in the partners' ``out/``, one answer at a time."""

from __future__ import annotations

import posixpath

import structlog
from paramiko import SFTPClient

from flux.contexte import Contexte
from flux.errors import ErreurTransport
from flux.etapes.cadence import au_sujet_de, etape
from flux.registre.connexion import annoncer, transaction
from flux.registre.sorties import marquer_emise, sorties_a_emettre
from flux.transport import sftp as transport
from raccordement.partenaires import partenaires

_journal = structlog.get_logger(__name__)


@etape("emettre")
def emettre(contexte: Contexte, sftp: SFTPClient) -> int:
    """Publish every answer that waits and that no other process holds; return how many left.

    A partner whose folder refuses does not hold back the others: the rest leaves first, then the first refusal is raised.

    :raises ErreurTransport: an answer could not be published; it waits for the next run.
    """
    left = 0
    refusals: list[ErreurTransport] = []
    for partner in partenaires(contexte.engine):
        try:
            while _emettre_une(contexte, sftp, partner.id):
                left += 1
        except ErreurTransport as error:
            flux_id = error.facts.get("flux_id")
            _journal.warning("emission_refusee", partenaire=partner.code_application, flux_id=flux_id, cause=str(error))
            refusals.append(error)
    if refusals:
        raise refusals[0]
    return left


def _emettre_une(contexte: Contexte, sftp: SFTPClient, partenaire_id: int) -> bool:
    """Lock one answer, publish it as ``name.tmp``, rename it and mark it, in one transaction.

    A crash in between publishes the same name with the same bytes once more, never another one.
    """
    with transaction(contexte.engine, "emettre") as conn:
        waiting = sorties_a_emettre(conn, partenaire_id, limite=1)
        for one in waiting:
            annoncer(conn, "emettre")  # the partner's server may be slow, the file large
            with au_sujet_de(one.flux_id):
                with contexte.entrepot.ouvrir(one.cle) as data:
                    folder = posixpath.join(contexte.reglages.sftp_racine, one.dossier, transport.SORTIE)
                    transport.publier(sftp, folder, one.nom, data)
                marquer_emise(conn, one.id, contexte.horloge())
                _journal.info("sortie_emise", nom=one.nom, taille=one.taille, emissions=one.emissions + 1)
    return bool(waiting)
