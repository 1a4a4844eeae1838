"""Judge a stored original again, byte for byte, beside what was judged then (``docs/decisions/0019-replay.md``)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flux.contexte import Contexte
from flux.errors import ErreurInvariant, ErreurUsage
from flux.etapes.jugement import jour_de_reception
from flux.etapes.rejeu_comparaison import Comparaison
from flux.modele.journal import Evenement, Genre, instant
from flux.modele.rejeu import BilanRejeu, MembreRejoue
from flux.modele.temps import PARIS
from flux.registre.connexion import instantane, transaction
from flux.registre.journal import inscrire
from flux.registre.lectures import flux_par_id
from flux.registre.valeurs import REPETE, EtatFlux, FluxLu
from flux.registre.verdicts import original_purge_le
from flux.transport.entrepot import cle_de


def rejouer_flux(
    contexte: Contexte, flux_id: int, au: date | None = None, *, montrer: Callable[[MembreRejoue], None], ecrire: bool = False
) -> BilanRejeu:
    """Judge the original of a flow again and compare; the verdict in the ledger is never touched.

    In flat memory: one batch of results at most, and a digest for each number met.

    :param au: day whose rules judge (Europe/Paris); by default that of reception. :param montrer: called with each member, by rank.
    :param ecrire: tell the flow's journal that it was judged again (:attr:`~flux.modele.journal.Genre.REJOUE`).
    :raises ErreurUsage: the flow cannot be judged again: unknown, not judged yet, a repetition, or purged.
    :raises ErreurInvariant: the original is not what was deposited. :raises ErreurTransitoire: ledger or store did not answer.
    """
    flow = _a_rejouer(contexte, flux_id)
    _verifier_original(contexte, flow)
    with instantane(contexte.engine, "rejouer_flux") as conn:
        found = Comparaison(contexte, conn, flow, au or jour_de_reception(flow)).tout(montrer)
    if ecrire:
        now = contexte.horloge()
        told = {
            "au": found.au.isoformat(), "regles": dict(found.regles), "fichiers": found.fichiers, "differents": found.differents,
            "tranches_autres": found.tranches_autres, "detail": found.empreinte,
        }  # fmt: skip
        with transaction(contexte.engine, "rejouer_flux") as conn:
            inscrire(conn, [Evenement(flow.id, Genre.REJOUE, instant(now), told, now)])
    return found


def _a_rejouer(contexte: Contexte, flux_id: int) -> FluxLu:
    flow = flux_par_id(contexte.engine, flux_id)
    if flow is None:
        raise ErreurUsage(f"flux {flux_id} : inconnu / unknown", flux_id=flux_id)
    if flow.statut == REPETE:
        first = flow.premier.id if flow.premier is not None else "?"
        raise ErreurUsage(
            f"le flux {flux_id} répète le flux {first}, rejouez celui-là / flow {flux_id} repeats flow {first}: replay that one",
            flux_id=flux_id,
        )
    if flow.etat not in (EtatFlux.TRAITE, EtatFlux.REPONDU):
        raise ErreurUsage(f"le flux {flux_id} n'est pas encore jugé / flow {flux_id} is not judged yet", flux_id=flux_id, etat=flow.etat)
    if not flow.conserve:
        raise ErreurUsage(
            f"le flux {flux_id} était une clé privée : ses octets n'ont jamais été conservés / flow {flux_id} was a private key: its bytes "
            "were never kept",
            flux_id=flux_id,
        )
    purged = original_purge_le(contexte.engine, flux_id)
    if purged is not None:
        raise ErreurUsage(
            f"l'original du flux {flux_id} a été purgé le {purged.astimezone(PARIS):%d/%m/%Y}, sa conservation étant finie ; son verdict "
            f"reste au registre / the original of flow {flux_id} was purged, its retention being over; its verdict stays in the ledger",
            flux_id=flux_id,
        )  # fmt: skip
    return flow


def _verifier_original(contexte: Contexte, flow: FluxLu) -> None:
    found = contexte.entrepot.relire(cle_de(flow.sha256))
    if found is None:
        raise ErreurInvariant(
            f"l'original du flux {flow.id} n'est plus dans l'entrepôt et rien ne l'a purgé / the original of flow {flow.id} is not in the "
            "store, and nothing purged it: flux registre bilan",
            flux_id=flow.id, sha256=flow.sha256,
        )  # fmt: skip
    if found.sha256 != flow.sha256:
        raise ErreurInvariant(
            f"l'original du flux {flow.id} a changé dans l'entrepôt / the original of flow {flow.id} changed in the store",
            flux_id=flow.id, attendu=flow.sha256, trouve=found.sha256,
        )  # fmt: skip
