"""The members of a stored original judged again, by the same steps that judged them, and nothing stored."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from flux.archive import Membre as MembreOuvert
from flux.contexte import Contexte
from flux.controle import juger_a_la_suite
from flux.errors import ErreurInvariant
from flux.etapes.jugement import jour_de_reception
from flux.etapes.ouverture import membres_de_l_original, verifier_enveloppe
from flux.etapes.pieces_declarees import Declarations
from flux.etapes.statuts import juger_membre
from flux.etapes.traitement import resultat
from flux.modele.anomalie import Anomalie
from flux.modele.facture import Facture
from flux.modele.statut_lu import StatutDemande
from flux.modele.verdict import Decision
from flux.referentiel.interfaces import Interface
from flux.referentiel.interfaces_statuts import InterfaceStatuts
from flux.registre.valeurs import FLUX_LUI_MEME, FluxLu


@dataclass(frozen=True, slots=True)
class MembreJuge:
    """One member judged now, by itself: what the ledger says of it is not looked up. Of rank ``FLUX_LUI_MEME``, the flow itself.

    :ivar demandes: statuses of a file of statuses, each with its own anomalies; whether one was taken is not judged here.
    """

    rang: int
    nom: str
    sha256: str | None
    decision: Decision | None
    anomalies: tuple[Anomalie, ...]
    facture: Facture | None = None
    demandes: tuple[StatutDemande, ...] = ()


def rejuger(contexte: Contexte, flow: FluxLu, au: date) -> Iterator[MembreJuge]:
    """Yield the flow itself, then its members by rank, as the steps judge them.

    A flow that its opening refuses is known by a first look through it, that judges nothing.
    """
    row, faults = verifier_enveloppe(contexte, flow)
    if row is not None and row.code != flow.interface:
        raise ErreurInvariant(f"flow {flow.id} is read as {row.code} by its name, the ledger says {flow.interface}", flux_id=flow.id)
    if row is not None:
        for found in membres_de_l_original(contexte, flow, row):
            if isinstance(found, Anomalie) and found.member is None:
                row, faults = None, (found,)
                break
    yield MembreJuge(FLUX_LUI_MEME, "", None, None, faults)
    if isinstance(row, InterfaceStatuts):
        yield from _juger_statuts(contexte, flow, row)
    elif row is not None:
        yield from _juger_membres(contexte, flow, row, au)


def _juger_statuts(contexte: Contexte, flow: FluxLu, row: InterfaceStatuts) -> Iterator[MembreJuge]:
    for rank, found in enumerate(membres_de_l_original(contexte, flow, row)):
        if isinstance(found, Anomalie):
            yield MembreJuge(rank, found.member or "", None, Decision.ILLISIBLE, (found,))
            continue
        done = juger_membre(contexte, flow, found.nom, found.contenu)
        decision = Decision.ACCEPTE if done.statuts else Decision.ILLISIBLE
        yield MembreJuge(rank, found.nom, done.sha256, decision, done.anomalies, demandes=done.statuts)


def _juger_membres(contexte: Contexte, flow: FluxLu, row: Interface, au: date) -> Iterator[MembreJuge]:
    unread: deque[tuple[int, Anomalie]] = deque()

    def documents() -> Iterator[tuple[MembreOuvert, bytes]]:
        for rank, found in enumerate(membres_de_l_original(contexte, flow, row)):
            if isinstance(found, MembreOuvert):
                yield replace(found, rang=rank), found.contenu
            else:
                unread.append((rank, found))

    def passes(before: float) -> Iterator[MembreJuge]:
        while unread and unread[0][0] < before:
            rank, one = unread.popleft()
            yield MembreJuge(rank, one.member or "", None, Decision.ILLISIBLE, (one,))

    declared = Declarations(contexte.engine, contexte.reglages.pj_reference_stricte)
    verdicts = juger_a_la_suite(
        documents(), row, contexte.reglages.limites,
        le=jour_de_reception(flow), annuaire=contexte.annuaire_en_vigueur, severites=contexte.severites,
        officielles=contexte.officielles, regles_au=au,
    )  # fmt: skip
    for member, verdict in verdicts:
        yield from passes(member.rang)
        done = resultat(member.rang, verdict, declared, flow.recu_le)
        yield MembreJuge(member.rang, member.nom, verdict.sha256, done.decision, tuple(done.anomalies), done.facture)
    yield from passes(float("inf"))
