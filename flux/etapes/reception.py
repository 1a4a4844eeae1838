"""Step 1: claim what the partners deposited, keep it, register it, and say which lots to launch."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain

import structlog
from paramiko import SFTPClient

from flux.contexte import Contexte
from flux.enveloppe import interface_du_nom, verifier_nom
from flux.errors import ErreurConfiguration, ErreurFlux, ErreurInvariant
from flux.etapes.cadence import au_sujet_de, etape
from flux.etapes.certificats import recevoir_certificat
from flux.registre.depots import enregistrer_depot, former_lots, marquer_lance
from flux.registre.valeurs import Depot, Lot, Partenaire
from flux.transport import sftp as transport
from flux.transport.entrepot import empreinte
from flux.transport.prets import Depot as FichierDepose
from flux.transport.prets import nom_lisible
from raccordement.certificats.depot_fichier import est_certificat
from raccordement.certificats.lecture import TAILLE_MAX, est_une_cle
from raccordement.droits import refus_de_la_fiche
from raccordement.partenaires import partenaires

_journal = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LotALancer:
    """A lot whose run is to be launched. ``run_id`` depends on the lot alone: launching it twice makes one run."""

    lot_id: int
    run_id: str
    note: str


@etape("recevoir")
def recevoir(contexte: Contexte, sftp: SFTPClient, *, intervalle: float = 1.0, refus: list[ErreurFlux] | None = None) -> list[LotALancer]:
    """Claim every ready file of every partner and register all that waits in the processing folders.

    What a partner may no longer deposit is taken too: its feedback says why it is refused. A file left in ``traitement/`` by a run that
    died is registered like a new one: the claim's name is its key in the ledger. A file or a folder that the server refuses holds up
    nobody else: it waits for the next run.

    :param intervalle: seconds between the two looks that tell whether a file is whole.
    :param refus: is given the refusals; without it the first one is raised once the lots are formed.
    :return: the lots not launched yet, those of earlier runs included, the oldest first and as many as one run may map.
    :raises ErreurTransport: the SFTP server or the staging store did not answer. :raises ErreurRegistre: the ledger did not answer.
    """
    settings = contexte.reglages
    told: list[ErreurFlux] = [] if refus is None else refus
    dossiers = {posixpath.join(settings.sftp_racine, one.dossier): one for one in partenaires(contexte.engine)}
    for ready in transport.lister_prets(sftp, dossiers, intervalle=intervalle, refuser=partial(_refuser, told)):
        try:
            transport.reclamer(sftp, posixpath.dirname(ready.dossier), ready.nom, _jeton(contexte.horloge(), ready))
        except transport.RefusSftp as refused:
            _refuser(told, refused)
    for folder, partner in dossiers.items():
        try:
            claimed = transport.lister(sftp, posixpath.join(folder, transport.TRAITEMENT))
        except transport.RefusSftp as refused:
            _refuser(told, refused)
            continue
        for waiting in claimed:
            _enregistrer_si_permis(contexte, sftp, partner, waiting, told)
    lots = former_lots(contexte.engine, contexte.horloge(), settings.lot_flux, settings.lot_octets, limite=settings.tranches_max)
    if refus is None and told:
        raise told[0]
    codes = {one.id: one.code_application for one in partenaires(contexte.engine)}
    return [_a_lancer(lot, codes[lot.partenaire_id]) for lot in lots]


def confirmer_lance(contexte: Contexte, lot_id: int) -> None:
    """Note that the run of a lot exists; before that it is launched again, to no effect."""
    marquer_lance(contexte.engine, lot_id, contexte.horloge())


def confirmer_lots(contexte: Contexte, lots: Sequence[int], refus: Sequence[str]) -> None:
    """Note that the runs of these lots exist; then tell what was refused, since nothing waits for it any more.

    :param refus: the first refusals of :func:`recevoir` as text, for they crossed XCom; the log has them all.
    :raises ErreurInvariant: there is a refusal. Not transitory: a retry would ask for nothing again, the next run does. Facts: ``refus``.
    :raises ErreurRegistre: the ledger did not answer.
    """
    for lot_id in lots:
        confirmer_lance(contexte, lot_id)
    if refus:
        raise ErreurInvariant(f"files or folders were left for the next run; the log of recevoir names each. {refus[0]}", refus=list(refus))


def _refuser(told: list[ErreurFlux], refused: ErreurFlux) -> None:
    _journal.warning("reception_refusee", cause=str(refused), faits=refused.facts)
    told.append(refused)


def _jeton(now: datetime, ready: FichierDepose) -> str:
    """Return a claim token: time and modification date keep two deposits of one name apart."""
    return f"{now:%Y%m%dT%H%M%S%f}-{ready.date}"


def _enregistrer_si_permis(
    contexte: Contexte, sftp: SFTPClient, partner: Partenaire, waiting: FichierDepose, told: list[ErreurFlux]
) -> None:
    """Register a file, or leave it for a later run: it holds up nobody else.

    One that its owner let nobody read, or that our settings stop, waits for an operator; any other refusal is told at the end.
    """
    try:
        with structlog.contextvars.bound_contextvars(reclamation=nom_lisible(waiting.nom)):  # until the ledger gives the flow its id
            _enregistrer(contexte, sftp, partner, waiting)
    except transport.RefusSftp as refused:
        if isinstance(refused.__cause__, PermissionError):
            _journal.exception("depot_illisible", path=nom_lisible(waiting.chemin), conseil="chmod g+r")
        else:
            _refuser(told, refused)
    except ErreurInvariant as refused:
        refused.facts.setdefault("path", nom_lisible(waiting.chemin))
        _refuser(told, refused)
    except ErreurConfiguration:  # the authorities' folder: a fault of ours on certificates, flows go on
        _journal.exception("certificat_en_attente", path=nom_lisible(waiting.chemin), conseil="flux raccordement certificat autorites")


def _enregistrer(contexte: Contexte, sftp: SFTPClient, partner: Partenaire, waiting: FichierDepose) -> None:
    """Keep the bytes, then register, then remove the file: a crash between two of these is mended by the next run."""
    claim = waiting.nom
    jeton, name = transport.decouper(waiting.chemin)
    if est_certificat(name):  # before the staging store: it may be a private key
        recevoir_certificat(contexte, partner, name, jeton or str(waiting.date), transport.lire(sftp, waiting.chemin))
        transport.effacer(sftp, waiting.chemin)
        return
    secret, chunks = _regarder(transport.lire(sftp, waiting.chemin))
    kept = empreinte(chunks) if secret else contexte.entrepot.deposer(chunks)
    now = contexte.horloge()
    settings = contexte.reglages
    nom, _, faults = verifier_nom(name, environnement=settings.environnement, application=partner.code_application)
    interface = nom.interface if nom is not None else interface_du_nom(name)
    faults += refus_de_la_fiche(contexte.engine, partner.id, interface, settings.environnement, now)
    registered = enregistrer_depot(
        contexte.engine,
        Depot(
            partenaire_id=partner.id,
            nom=name,
            reclamation=claim,
            # A name at fault, a flow that the record does not allow, or a key holds no id: the partner may use it once that is mended.
            identifiant=nom.identifiant if nom is not None and not faults and not secret else None,
            interface=interface,
            sha256=kept.sha256,
            taille=kept.taille,
            depose_le=datetime.fromtimestamp(waiting.date, tz=UTC),
            recu_le=now,
            conserve=not secret,
        ),
        reprise_apres=timedelta(seconds=settings.reprise_apres),
    )
    # A purge of the same bytes may have come between: the row is there now, and what is written again stays.
    if not secret and not contexte.entrepot.existe(kept.cle):
        contexte.entrepot.deposer(transport.lire(sftp, waiting.chemin))
    with au_sujet_de(registered.id):
        transport.effacer(sftp, waiting.chemin)
        _journal.info("flux_enregistre", issue=registered.issue, nom=name, taille=kept.taille, sha256=kept.sha256)


def _regarder(morceaux: Iterable[bytes]) -> tuple[bool, Iterator[bytes]]:
    """Return whether a file is a private key, which must never reach the staging store, and its bytes from the start."""
    source, head = iter(morceaux), bytearray()
    while len(head) < TAILLE_MAX and (one := next(source, None)) is not None:
        head += one
    return est_une_cle(bytes(head[:TAILLE_MAX])), chain((bytes(head),), source)


def _a_lancer(lot: Lot, code: str) -> LotALancer:
    number = len(lot.flux)
    return LotALancer(
        lot_id=lot.id,
        run_id=f"lot-{lot.id:06d}--{code}--{number}-flux",
        note=f"{code}: flux {', '.join(map(str, lot.flux[:10]))}{'…' if number > 10 else ''}",
    )
