"""Upkeep of the partners' ``out`` folders and of the staging store: note what was fetched, purge what stayed too long, send again."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from datetime import timedelta

import structlog
from paramiko import SFTPClient

from flux.contexte import Contexte
from flux.errors import ErreurInvariant, ErreurTransport
from flux.etapes.cadence import etape
from flux.etapes.emission import verifier_octets
from flux.registre.entretien import (
    lacunes,
    noter_purgee,
    noter_retirees,
    remettre,
    sorties_en_place,
    sorties_nommees,
    sorties_purgees,
    tenir_purgee,
)
from flux.registre.purges import REPRISE
from flux.registre.valeurs import Partenaire
from flux.transport import sftp as transport
from raccordement.partenaires import partenaires

_journal = structlog.get_logger(__name__)
#: Age from which a half-written object of the staging store is that of a process that died (house: no object takes a day to write).
_ABANDON = timedelta(days=1)


@etape("entretenir")
def entretenir(contexte: Contexte, sftp: SFTPClient) -> tuple[int, int]:
    """Note the files that partners took away, and purge those that stayed longer than the retention; return how many of each.

    What processes that died left half-written in the staging store goes first.

    A server tells nobody that a file was read: a file is noted as fetched when it is gone from the folder. A partner whose folder
    refuses does not hold back the others: they are seen first, then the first refusal is raised.

    :raises ErreurTransport: a folder or the staging store could not be read, or a file not removed.
    """
    fetched = purged = 0
    refusals: list[ErreurTransport] = []
    if swept := contexte.entrepot.balayer(contexte.horloge() - _ABANDON):
        _journal.info("entrepot_balaye", objets=swept)
    for partner in partenaires(contexte.engine):
        try:
            gone, removed = _un_partenaire(contexte, sftp, partner)
        except ErreurTransport as error:
            _journal.warning("entretien_refuse", partenaire=partner.code_application, cause=str(error))
            refusals.append(error)
        else:
            fetched, purged = fetched + gone, purged + removed
    if refusals:
        raise refusals[0]
    return fetched, purged


def _un_partenaire(contexte: Contexte, sftp: SFTPClient, partner: Partenaire) -> tuple[int, int]:
    now = contexte.horloge()
    known = sorties_en_place(contexte.engine, partner.id)  # read first: a file published after the listing is not taken for gone
    noted = sorties_purgees(contexte.engine, partner.id, now - REPRISE)
    if not known and not noted:
        return 0, 0
    folder = posixpath.join(contexte.reglages.sftp_racine, partner.dossier, transport.SORTIE)
    if not transport.existe(sftp, folder):
        raise ErreurTransport(f"{folder} is not there: nothing of it is noted. Make it again.", operation="entretenir", path=folder)
    listed = {one.nom for one in transport.lister(sftp, folder)}
    # Looked for by name too: a listing stops at some number of names.
    there = {one.nom for one in known if one.nom in listed or transport.existe(sftp, posixpath.join(folder, one.nom))}
    gone = {one.id: one.emissions for one in known if one.nom not in there}
    fetched = noter_retirees(contexte.engine, gone, now) if gone else 0
    limit = now - timedelta(seconds=contexte.reglages.retention_sorties)
    stale = [one for one in known if one.nom in there and one.emise_le < limit]
    for nom in listed.intersection(noted):  # an upkeep was killed between its note and the removal
        _effacer(contexte, sftp, folder, noted[nom], nom)
    purged = 0
    for one in stale:
        # Noted first: a file removed, and no note of it, would be taken for one that the partner fetched.
        if noter_purgee(contexte.engine, one.id, one.emissions, now):
            _effacer(contexte, sftp, folder, one.id, one.nom)
            _journal.info("sortie_purgee", partenaire=partner.code_application, nom=one.nom, emise_le=one.emise_le)
            purged += 1
    return fetched, purged


def _effacer(contexte: Contexte, sftp: SFTPClient, folder: str, sortie_id: int, nom: str) -> None:
    """Remove a file noted as purged. Held meanwhile: put back in the outbox, it leaves after the removal, not before."""
    with tenir_purgee(contexte.engine, sortie_id) as purged:
        if purged:
            transport.effacer(sftp, posixpath.join(folder, nom))


def verifier_lacunes(contexte: Contexte) -> None:
    """Hold that no number lacks its file and that no message was put aside.

    :raises ErreurInvariant: one does or was; the sentence names the first, the facts have all. Facts: ``trous``, ``refus``.
    """
    found = lacunes(contexte.engine, contexte.horloge())
    if found.trous or found.refus:
        holes = ", ".join(f"{code} {numero}" for code, numero in found.trous[:5])
        refused = "; ".join(f"{one[0]} {one[1]}" for one in found.refus[:5])  # not why: it may quote an invoice
        raise ErreurInvariant(
            f"outgoing files: {len(found.trous)} numbers without file ({holes or 'none'}), {len(found.refus)} messages put aside "
            f"({refused or 'none'}). See flux emission lacunes.",
            trous=found.trous, refus=[one[:-1] for one in found.refus],
        )  # fmt: skip


def rejouer(contexte: Contexte, noms: Sequence[str]) -> list[str]:
    """Put files back in the outbox, byte for byte those that left; return their names. The next emission sends them.

    :raises ErreurUsage: some name is unknown. Facts: ``names``.
    :raises ErreurTransport: the staging store did not answer, or keeps nothing of a file; nothing is sent again.
    :raises ErreurInvariant: the bytes kept are not those that left; nothing is sent again.
    """
    found = sorties_nommees(contexte.engine, noms)
    for one in found:
        verifier_octets(contexte, one)
    remettre(contexte.engine, [one.id for one in found])
    _journal.info("sorties_rejouees", noms=[one.nom for one in found])
    return [one.nom for one in found]
