"""Steps 4 and 6: answer each flow of a lot, and say whether the lot ended well.

Every flow gets one feedback (CSO). For partners who subscribe to them, its readable invoices get one FSO1301A and one FEN1202A; an
unreadable flow gets a FEN1202A of status 501. The files are numbered, written and put into the outbox with the flow's outcome, in one
transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from itertools import chain, count, islice
from typing import BinaryIO

import structlog
from sqlalchemy import Connection

from flux.contexte import Contexte
from flux.emitters.archive import ecrire_targz
from flux.emitters.fen1202a import DialecteCdar, cdar_facture, cdar_flux, ecrire_fen1202a, nom_membre
from flux.emitters.fso1301a import ecrire_fso1301a
from flux.emitters.retour import ecrire_retour
from flux.enveloppe import NomFlux
from flux.errors import ErreurFlux, ErreurInvariant, ErreurRegistre, a_lever
from flux.etapes.cadence import au_sujet_de, etape
from flux.etapes.fichiers import enveloppe_sortante, garder
from flux.etapes.redaction import dialecte_de
from flux.etapes.statuts import lignes_appliquees
from flux.etapes.sujet import commentaire, statut_de
from flux.explication import terme_de
from flux.modele.anomalie import Anomalie
from flux.modele.raccordement import Sens
from flux.modele.statut import Enveloppe, LigneErreur, Motif, Statut
from flux.ramasse_miettes import sans_ramasse_miettes
from flux.referentiel.interfaces import INTERFACES
from flux.referentiel.interfaces_statuts import INTERFACES_STATUTS
from flux.referentiel.motifs import MOTIFS
from flux.referentiel.statuts import STATUTS_FLUX, StatutFlux
from flux.registre.bilan import verifier_bilan
from flux.registre.comptes import Comptes, compter_reponses
from flux.registre.connexion import transaction
from flux.registre.depots import lot_par_id
from flux.registre.lectures import anomalies_du_flux, flux_par_id, statuts_du_flux
from flux.registre.sorties import Numeroteur, clore_flux
from flux.registre.valeurs import FLUX_LUI_MEME, Compteurs, EtatFlux, FluxLu, Sortie
from raccordement.historique import fiche_au

#: Statuses in one CPPStatut at most: a large flow's file holds several.
STATUTS_PAR_MESSAGE = 2000

_journal = structlog.get_logger(__name__)


@etape("repondre")
def repondre(contexte: Contexte, lot_id: int) -> int:
    """Write the answers of every flow of a lot whose members are all judged; return how many flows were answered now.

    A flow that cannot be answered holds up no other: the rest is answered, then its failure is raised.

    :raises ErreurInvariant: there is no such lot. :raises ErreurTransitoire: the ledger or the staging store did not answer.
    """
    lot = lot_par_id(contexte.engine, lot_id)
    if lot is None:
        raise ErreurInvariant(f"the ledger has no lot {lot_id}", lot_id=lot_id)
    answered = 0
    failed: list[ErreurFlux] = []
    for flux_id in lot.flux:
        try:
            with au_sujet_de(flux_id):
                answered += _repondre_s_il_faut(contexte, flux_id)
        except ErreurRegistre:  # it fails the others too
            raise
        except ErreurFlux as error:
            _journal.warning("reponse_refusee", flux_id=flux_id, cause=str(error))
            failed.append(error)
    if failed:
        raise a_lever(failed)
    return answered


def _repondre_s_il_faut(contexte: Contexte, flux_id: int) -> bool:
    with transaction(contexte.engine, "repondre") as conn:
        flow = flux_par_id(conn, flux_id)
    if flow is None or flow.etat is not EtatFlux.TRAITE:
        return False
    with sans_ramasse_miettes():
        return _repondre_un(contexte, flow)


@etape("verdict")
def verdict(contexte: Contexte, lot_id: int) -> str:
    """Read the ledger and say how the lot ended; this is what turns a run red, whatever its other tasks say.

    :return: one line an operator reads. :raises ErreurInvariant: a flow is not answered, or the ledger does not balance.
    """
    lot = lot_par_id(contexte.engine, lot_id)
    if lot is None:
        raise ErreurInvariant(f"the ledger has no lot {lot_id}", lot_id=lot_id)
    with transaction(contexte.engine, "verdict") as conn:
        flows = [flow for one in lot.flux if (flow := flux_par_id(conn, one)) is not None]
    waiting = [flow.id for flow in flows if flow.etat is not EtatFlux.REPONDU]
    if waiting:
        raise ErreurInvariant(
            f"lot {lot_id}: flows {waiting} have no answer yet. Read the red tasks of this run, then clear them.",
            lot_id=lot_id,
            flux=waiting,
        )
    balance = verifier_bilan(contexte.engine, lot.flux)
    counts = balance.factures
    kind = "fichiers de statuts acceptés" if all(flow.interface in INTERFACES_STATUTS for flow in flows) else "factures intégrées"
    outcome = f"{counts.acceptees} {kind}, {counts.rejetees} rejetées, {counts.illisibles} illisibles"
    return f"lot {lot_id}: {len(flows)} flux · {outcome}"


def _repondre_un(contexte: Contexte, flow: FluxLu) -> bool:
    with transaction(contexte.engine, "repondre") as conn:
        counts = compter_reponses(conn, flow.id)
    outcome = _issue(counts)
    now = contexte.horloge()
    written: list[Sortie] = []

    def ecrire(suivant: Numeroteur) -> list[Sortie]:
        written[:] = [_deposer(contexte, piece) for piece in _pieces(_Reponse(contexte, flow, counts, outcome, now, suivant))]
        return written

    totals = Compteurs(counts.acceptees, counts.rejetees, counts.illisibles)
    pivot = contexte.reglages.interface_pivot or None
    done = clore_flux(contexte.engine, flow.id, outcome.code, totals, ecrire, le=now, interface_pivot=pivot)
    _journal.info(
        "flux_repondu", nouveau=done, statut=outcome.code, acceptees=counts.acceptees, rejetees=counts.rejetees,
        illisibles=counts.illisibles, sorties=[one.nom for one in written],
    )  # fmt: skip
    return done


def _issue(counts: Comptes) -> StatutFlux:
    readable = counts.acceptees + counts.rejetees
    if counts.refus_du_flux or not readable:
        return STATUTS_FLUX["IRRECEVABLE"]
    if not counts.acceptees:
        return STATUTS_FLUX["REJETE"]
    whole = readable == counts.acceptees and not counts.illisibles and not counts.lignes_refusees
    return STATUTS_FLUX["INTEGRE" if whole else "INTEGRE_PARTIEL"]


@dataclass(frozen=True, slots=True)
class _Reponse:
    """What the answers of one flow are written from."""

    contexte: Contexte
    flow: FluxLu
    counts: Comptes
    outcome: StatutFlux
    now: datetime
    suivant: Numeroteur

    def abonne(self, interface: str) -> bool:
        """Return whether the partner received this interface when the flow came; its feedback it gets in any case."""
        record = fiche_au(self.contexte.engine, self.flow.partenaire_id, self.flow.recu_le)
        return record is not None and record.abonnee(interface, Sens.RECEPTION)

    @property
    def dialecte(self) -> DialecteCdar:
        """How CDAR messages are written; the two statuses of an answer keep their codes, for it must leave."""
        return replace(dialecte_de(self.contexte.reglages), codes_cdar=())

    @property
    def id_flux(self) -> str:
        """What the partner knows its flow by: the id, else the whole name."""
        nom = NomFlux.lire(self.flow.nom)
        return nom.identifiant if nom is not None else self.flow.nom


@dataclass(frozen=True, slots=True)
class _Piece:
    """One answer to write: its interface, its envelope, and what writes its bytes."""

    interface: str
    enveloppe: Enveloppe
    numero: int
    ecrire: Callable[[BinaryIO, Connection], None]


def _pieces(answer: _Reponse) -> Iterator[_Piece]:
    settings, flow = answer.contexte.reglages, answer.flow
    row = INTERFACES.get(flow.interface or "")  # a flow of statuses has no lifecycle of its own
    retour = row.retour if row else "C" + flow.interface[1:] if flow.interface else settings.interface_retour_inconnue
    yield _piece(answer, retour, _ecrire_retour)
    if answer.outcome.code == "IRRECEVABLE" and answer.abonne(settings.interface_flux_illisible):
        yield _piece(answer, settings.interface_flux_illisible, _ecrire_irrecevable)
    if row is not None and answer.counts.avec_cycle_de_vie:
        for interface in filter(answer.abonne, row.cycle_de_vie):
            yield _piece(answer, interface, _CYCLE_DE_VIE[interface])


def _piece(answer: _Reponse, interface: str, write: Callable[[_Reponse, Enveloppe, BinaryIO, Connection], None]) -> _Piece:
    numero = answer.suivant()
    envelope = enveloppe_sortante(answer.contexte.reglages, interface, answer.flow.code_application, numero, answer.now)
    return _Piece(interface, envelope, numero, lambda out, conn: write(answer, envelope, out, conn))


def _deposer(contexte: Contexte, piece: _Piece) -> Sortie:
    """Write one answer, then keep it under its digest."""

    def ecrire(out: BinaryIO) -> None:
        with transaction(contexte.engine, "repondre") as conn:
            piece.ecrire(out, conn)

    kept = garder(contexte, ecrire)
    return Sortie(piece.interface, piece.enveloppe.nom, kept.sha256, kept.taille, kept.cle, piece.numero)


def _ecrire_retour(answer: _Reponse, envelope: Enveloppe, out: BinaryIO, conn: Connection) -> None:
    counts, flow = answer.counts, answer.flow
    applied = counts.lignes_appliquees if answer.contexte.reglages.retour_statuts_appliques else 0
    lines = chain((_ligne(one) for _, one in anomalies_du_flux(conn, flow.id)), lignes_appliquees(conn, flow.id) if applied else ())
    total = counts.acceptees + counts.rejetees + counts.illisibles
    said = (
        f"{counts.lignes - counts.lignes_refusees} statut(s) accepté(s) sur {counts.lignes}"
        if counts.lignes
        else f"{counts.acceptees} facture(s) intégrée(s) sur {total}"
    )
    comment = f"{answer.outcome.libelle} : {said}. Fichier {flow.nom}, SHA-256 {flow.sha256}."
    ecrire_retour(out, envelope, answer.outcome, answer.id_flux, answer.now, lines, counts.anomalies + applied, comment)


def _ligne(one: Anomalie) -> LigneErreur:
    """Say an anomaly on one line of the feedback: label in French, description with place, values and English."""
    terme = terme_de(one)
    facts = (
        ("regle", one.rule),
        ("terme", f"{terme.numero} {terme.fr}" if terme else None),
        ("fichier", one.member),
        ("ligne", one.line),
        ("position", one.column),
        ("chemin", one.path),
        ("trouve", one.found),
        ("attendu", one.expected),
        ("en", one.en),
    )
    nature = "AVERTISSEMENT" if not one.bloquante else "IRRECEVABILITE" if one.code.startswith("IRR_") else "REJET"
    return LigneErreur(nature, one.code, one.fr, " | ".join(f"{name} : {value}" for name, value in facts if value is not None))


def _ecrire_irrecevable(answer: _Reponse, envelope: Enveloppe, out: BinaryIO, conn: Connection) -> None:
    """Status 501: the reasons are those of the flow's own anomalies, else of its members'."""
    codes: dict[str, None] = {}

    def faults() -> Iterator[Anomalie]:
        for rank, one in anomalies_du_flux(conn, answer.flow.id):
            if one.bloquante and (rank == FLUX_LUI_MEME or not answer.counts.refus_du_flux):
                codes[one.ligne.motif_501] = None
                yield one

    comment = commentaire(faults())  # read first: it fills the codes
    message = cdar_flux(
        answer.outcome,
        answer.flow.nom,
        envelope,
        horodatage=answer.now,
        recu_le=answer.flow.recu_le,
        motifs=[Motif(code, MOTIFS[code].libelle) for code in codes],
        commentaire=comment,
        dialecte=answer.dialecte,
    )
    ecrire_fen1202a(out, envelope, [(nom_membre(envelope, 1), message)])


def _statuts(answer: _Reponse, conn: Connection) -> Iterator[Statut]:
    for row in statuts_du_flux(conn, answer.flow.id):
        status = statut_de(row) if row.rang == 0 else None  # a later one may be there already: it leaves with the others of its kind
        if status is not None:
            yield status


def _ecrire_fso1301a(answer: _Reponse, envelope: Enveloppe, out: BinaryIO, conn: Connection) -> None:
    """A tar.gz, as all outgoing lifecycle files: one CPPStatut for so many statuses, so that a large flow is written in flat memory."""
    statuses = _statuts(answer, conn)
    with ecrire_targz(out, envelope.nom) as archive:
        for rank in count(1):
            some = list(islice(statuses, STATUTS_PAR_MESSAGE))
            if not some:
                return
            message = BytesIO()
            ecrire_fso1301a(message, envelope, some, len(some))
            archive.ajouter(nom_membre(envelope, rank), message.getvalue())


def _ecrire_fen1202a(answer: _Reponse, envelope: Enveloppe, out: BinaryIO, conn: Connection) -> None:
    dialecte = answer.dialecte  # one for all messages
    messages = ((nom_membre(envelope, rank), cdar_facture(one, envelope, dialecte)) for rank, one in enumerate(_statuts(answer, conn), 1))
    ecrire_fen1202a(out, envelope, messages)


_CYCLE_DE_VIE = {"FSO1301A": _ecrire_fso1301a, "FEN1202A": _ecrire_fen1202a}
