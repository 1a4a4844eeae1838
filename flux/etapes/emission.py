"""Step 5: publish the outbox in the partners' ``out/``, one answer at a time."""

from __future__ import annotations

import posixpath

import structlog
from paramiko import SFTPClient

from flux.contexte import Contexte
from flux.errors import ErreurInvariant, ErreurTransport, a_lever
from flux.etapes.cadence import au_sujet_de, etape
from flux.registre.connexion import annoncer, transaction
from flux.registre.entretien import SortieConnue
from flux.registre.sorties import marquer_emise, sorties_a_emettre
from flux.registre.valeurs import SortieAEmettre
from flux.transport import sftp as transport
from raccordement.partenaires import partenaires

_journal = structlog.get_logger(__name__)


@etape("emettre")
def emettre(contexte: Contexte, sftp: SFTPClient) -> int:
    """Publish every answer that waits and that no other process holds; return how many left.

    A partner whose folder refuses does not hold back the others, nor does an answer whose bytes are lost hold back those after it: the
    rest leaves first, then what is worth a retry is raised, else the first refusal.

    :raises ErreurTransport: an answer could not be published; it waits for the next run.
    :raises ErreurInvariant: the bytes kept of an answer are not those that were written; it waits until they are put back.
    """
    left = 0
    refusals: list[ErreurTransport | ErreurInvariant] = []
    for partner in partenaires(contexte.engine):
        apres: int | None = 0
        while apres is not None:
            try:
                apres = _emettre_une(contexte, sftp, partner.id, apres)
                left += apres is not None
            except (ErreurTransport, ErreurInvariant) as error:
                refusals.append(error)
                flux_id = error.facts.get("flux_id")
                _journal.warning("emission_refusee", partenaire=partner.code_application, flux_id=flux_id, cause=str(error))
                sortie_id = error.facts.get("sortie_id")  # none: the folder refuses, and will refuse the rest
                apres = sortie_id if isinstance(sortie_id, int) else None
    if refusals:
        raise a_lever(refusals)
    return left


def _emettre_une(contexte: Contexte, sftp: SFTPClient, partenaire_id: int, apres: int) -> int | None:
    """Lock the oldest answer after row ``apres``, publish it as ``name.tmp``, rename it and mark it, in one transaction; return its row.

    A crash in between publishes the same name with the same bytes once more, never another one.
    """
    with transaction(contexte.engine, "emettre") as conn:
        for one in sorties_a_emettre(conn, partenaire_id, limite=1, apres=apres):
            annoncer(conn, "emettre")  # the partner's server may be slow, the file large
            with au_sujet_de(one.flux_id):
                verifier_octets(contexte, one)
                with contexte.entrepot.ouvrir(one.cle) as data:
                    folder = posixpath.join(contexte.reglages.sftp_racine, one.dossier, transport.SORTIE)
                    transport.publier(sftp, folder, one.nom, data)
                marquer_emise(conn, one.id, contexte.horloge())
                _journal.info("sortie_emise", nom=one.nom, taille=one.taille, emissions=one.emissions + 1)
            return one.id
    return None


def verifier_octets(contexte: Contexte, sortie: SortieAEmettre | SortieConnue) -> None:
    """Read what is kept of an outgoing file and compare it with what was written: one name has one content for ever.

    :raises ErreurTransport: nothing is kept under its key, or the store did not answer. Facts: ``sortie_id``, ``nom``.
    :raises ErreurInvariant: other bytes are. Facts: the same, and ``expected``, ``found``.
    """
    kept = contexte.entrepot.relire(sortie.cle)
    if kept is None:
        raise ErreurTransport(f"nothing is kept of {sortie.nom}", sortie_id=sortie.id, nom=sortie.nom, path=sortie.cle)
    if kept.sha256 != sortie.sha256:
        raise ErreurInvariant(
            f"the bytes kept of {sortie.nom} are not those that were written",
            sortie_id=sortie.id, nom=sortie.nom, expected=sortie.sha256, found=kept.sha256,
        )  # fmt: skip
