"""Step 3, of deposited statuses: judge each file, apply what it says, one status after the other."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from flux.contexte import Contexte
from flux.controle_statuts import VerdictStatuts, juger_statuts
from flux.errors import ErreurInvariant
from flux.etapes.jugement import jugement_de
from flux.modele.statut import LigneErreur
from flux.referentiel.interfaces_statuts import INTERFACES_STATUTS
from flux.referentiel.statuts import STATUTS_FACTURE
from flux.registre.demandes import MembreStatuts, enregistrer_demandes
from flux.registre.lectures import lignes_du_flux
from flux.registre.valeurs import FluxLu, IssueLigne, Membre, Tranche


def _contenus(contexte: Contexte, tranche: Tranche, members: list[Membre]) -> Iterator[tuple[Membre, bytes]]:
    """Yield each member of a tranche with its bytes, one in memory at a time.

    :raises ErreurTransport: the staging store did not answer.
    """
    with contexte.entrepot.ouvrir(tranche.cle) as stored:
        for member in members:
            stored.seek(member.debut or 0)
            yield member, stored.read(member.taille)


def _verifier_empreinte(flow: FluxLu, member: Membre, sha256: str) -> None:
    """Hold that a member is what was opened. Raises ErreurInvariant."""
    if sha256 != member.sha256:
        raise ErreurInvariant(f"member {member.rang} of flow {flow.id} changed in the staging store", flux_id=flow.id, membre=member.rang)


def traiter_statuts(contexte: Contexte, flow: FluxLu, tranche: Tranche, members: list[Membre]) -> bool:
    """Judge and apply one tranche of statuses; return False when it was stored already.

    :raises ErreurTransitoire: the ledger or the staging store did not answer; nothing of the tranche was stored.
    """
    return enregistrer_demandes(
        contexte.engine, flow.id, tranche.rang, _lire(contexte, flow, tranche, members),
        par=flow.code_application, le=contexte.horloge(), libere_par=contexte.reglages.numero_libere_par,
        jugement=jugement_de(contexte, flow),
    )  # fmt: skip


def lignes_appliquees(conn: Connection, flux_id: int) -> Iterator[LigneErreur]:
    """Yield the answer to each status of a flow that was applied, by file then by line; anomalies answer the others."""
    for row in lignes_du_flux(conn, flux_id, IssueLigne.APPLIQUE):
        statut = STATUTS_FACTURE[row.statut or ""]
        yield LigneErreur(
            "INFORMATION", "STATUT_APPLIQUE", f"Facture {row.numero} : {statut.libelle}.",
            f"statut : {statut.code} | fichier : {row.membre} | rang : {row.rang} | en : Invoice {row.numero}: {statut.label}.",
        )  # fmt: skip


def juger_membre(contexte: Contexte, flow: FluxLu, nom: str, contenu: bytes) -> VerdictStatuts:
    """Judge one file of a flow of statuses by itself, whatever the state of the invoices it speaks of."""
    settings, interface = contexte.reglages, INTERFACES_STATUTS[flow.interface or ""]
    codes = settings.codes_cdar if interface.cdar else settings.codes_cpp
    return juger_statuts(nom, contenu, interface, settings.limites, recu_le=flow.recu_le, choix=codes)


def _lire(contexte: Contexte, flow: FluxLu, tranche: Tranche, members: list[Membre]) -> Iterator[MembreStatuts]:
    for member, content in _contenus(contexte, tranche, members):
        verdict = juger_membre(contexte, flow, member.nom, content)
        _verifier_empreinte(flow, member, verdict.sha256)
        yield MembreStatuts(member.rang, member.nom, verdict.statuts, verdict.anomalies)
