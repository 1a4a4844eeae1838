"""Step 3: judge the members of some tranches and store what was found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import structlog

from flux.contexte import Contexte
from flux.controle import juger_a_la_suite
from flux.errors import ErreurInvariant
from flux.etapes.cadence import au_sujet_de, etape
from flux.etapes.devancer import devancer
from flux.etapes.jugement import jour_de_reception, jugement_de
from flux.etapes.ouverture import TacheTraiter
from flux.etapes.pieces_declarees import Declarations
from flux.etapes.statuts import traiter_statuts
from flux.etapes.sujet import statut_initial
from flux.modele.verdict import VerdictDocument
from flux.ramasse_miettes import sans_ramasse_miettes
from flux.referentiel.interfaces import INTERFACES
from flux.referentiel.interfaces_statuts import INTERFACES_STATUTS
from flux.registre.connexion import transaction
from flux.registre.lectures import flux_par_id, membres_de_la_tranche, tranche_par_rang
from flux.registre.tranches import enregistrer_tranche
from flux.registre.valeurs import EtatTranche, FluxLu, Membre, ResultatMembre, Tranche

_journal = structlog.get_logger(__name__)


@etape("traiter")
def traiter(contexte: Contexte, tache: TacheTraiter) -> None:
    """Judge and store every tranche of a task that is not stored yet, each in a transaction of its own.

    :raises ErreurTransitoire: the ledger or the staging store did not answer; what was stored stays stored.
    :raises ErreurInvariant: the ledger and the task disagree.
    """
    for flux_id, rank in tache["tranches"]:
        with au_sujet_de(flux_id):
            _traiter_une(contexte, flux_id, rank)


def _traiter_une(contexte: Contexte, flux_id: int, rank: int) -> None:
    with transaction(contexte.engine, "traiter") as conn:
        tranche = tranche_par_rang(conn, flux_id, rank)
        flow = flux_par_id(conn, flux_id)
        members = membres_de_la_tranche(conn, flux_id, rank)
    if tranche is None or flow is None or flow.interface is None:
        raise ErreurInvariant(f"the ledger has no tranche {rank} of flow {flux_id}", flux_id=flux_id, rang=rank)
    if tranche.etat is EtatTranche.TRAITEE:
        return
    with sans_ramasse_miettes():
        if flow.interface in INTERFACES_STATUTS:
            stored = traiter_statuts(contexte, flow, tranche, members)
        else:
            results = _juger(contexte, flow, tranche, members)
            stored = enregistrer_tranche(
                contexte.engine,
                flux_id,
                rank,
                results,
                libere_par=contexte.reglages.numero_libere_par,
                par_siren=contexte.reglages.unicite_par_siren,
                jugement=jugement_de(contexte, flow),
            )
    _journal.info("tranche_traitee", tranche=rank, fichiers=tranche.nombre, nouveau=stored)


def _juger(contexte: Contexte, flow: FluxLu, tranche: Tranche, members: list[Membre]) -> Iterator[ResultatMembre]:
    interface, limits = INTERFACES[flow.interface or ""], contexte.reglages.limites
    directory = contexte.annuaire_en_vigueur
    declared = Declarations(contexte.engine, contexte.reglages.pj_reference_stricte)
    with contexte.entrepot.ouvrir(tranche.cle) as stored:
        verdicts = juger_a_la_suite(
            devancer(directory, stored, members), interface, limits,
            le=jour_de_reception(flow), annuaire=directory, severites=contexte.severites, officielles=contexte.officielles,
        )  # fmt: skip
        for member, verdict in verdicts:
            if verdict.sha256 != member.sha256:
                raise ErreurInvariant(
                    f"member {member.rang} of flow {flow.id} changed in the staging store", flux_id=flow.id, membre=member.rang
                )
            if verdict.replis:
                _journal.warning("regles_par_reference", fichier=member.nom, jeux=verdict.replis)
            yield resultat(member.rang, verdict, declared, contexte.horloge())


def resultat(rank: int, verdict: VerdictDocument, declared: Declarations, now: datetime) -> ResultatMembre:
    """Return what is stored of a document judged: its declared attachments joined, its first status given.

    :raises ErreurRegistre: the ledger did not answer.
    """
    facture = verdict.facture
    if facture is None:
        return ResultatMembre(rank, verdict.decision, anomalies=verdict.anomalies, replis=verdict.replis)
    joined, faults = declared.joindre(facture, verdict.nom)
    verdict = replace(verdict, anomalies=(*verdict.anomalies, *faults))
    statut, added = statut_initial(verdict.nom, facture, verdict.decision, verdict.anomalies, now)
    return ResultatMembre(rank, verdict.decision, facture, (*verdict.anomalies, *added), statut, joined, verdict.replis)
