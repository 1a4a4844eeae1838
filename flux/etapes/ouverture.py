"""Step 2: open each flow of a lot once, and plan the tasks that judge its members."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import BinaryIO, Self, TypedDict

import structlog

from flux.archive import Membre as MembreOuvert
from flux.archive import ouvrir_flux
from flux.contexte import Contexte
from flux.enveloppe import verifier_nom
from flux.errors import ErreurFlux, ErreurInvariant, ErreurRegistre, a_lever
from flux.etapes.cadence import au_sujet_de, etape
from flux.etapes.jugement import jour_de_reception
from flux.modele.anomalie import Anomalie, anomalie
from flux.modele.temps import PARIS
from flux.modele.verdict import Decision
from flux.referentiel.interfaces import Interface
from flux.referentiel.interfaces_statuts import InterfaceStatuts
from flux.referentiel.jeux import jeu_en_vigueur
from flux.registre.connexion import transaction
from flux.registre.depots import lot_par_id, mettre_a_part
from flux.registre.lectures import flux_par_id, tranches_du_flux
from flux.registre.ouverture import enregistrer_ouverture
from flux.registre.valeurs import FLUX_LUI_MEME, EtatFlux, EtatTranche, FluxLu, Lot, Membre, Tranche
from flux.transport.entrepot import cle_de
from raccordement.droits import refus_de_la_fiche

_journal = structlog.get_logger(__name__)


class TacheTraiter(TypedDict):
    """What one mapped task treats; crosses XCom, so ids and counts only.

    ``tranches`` are (flux id, rank) pairs; ``titre`` is what the operator reads in the UI.
    """

    lot_id: int
    rang: int
    titre: str
    tranches: list[tuple[int, int]]


@etape("ouvrir")
def ouvrir(contexte: Contexte, lot_id: int) -> list[TacheTraiter]:
    """Open the flows of a lot that are not open yet; return the tasks for all tranches left to treat.

    A flow that cannot be opened while the store answers, its original being lost for instance, waits in a lot of its own: the tasks of the
    others need not wait for it.

    :raises ErreurInvariant: there is no such lot.
    :raises ErreurTransitoire: the ledger or the staging store did not answer, or not one flow of the lot could be opened.
    """
    lot = lot_par_id(contexte.engine, lot_id)
    if lot is None:
        raise ErreurInvariant(f"the ledger has no lot {lot_id}", lot_id=lot_id)
    failed = _ouvrir_ceux(contexte, lot.flux)
    if failed:
        contexte.entrepot.sonder()  # raises when the store as a whole fails: no fault of these flows
        failed = _ouvrir_ceux(contexte, failed)
    if failed:
        _mettre_a_part(contexte, lot, failed)
    return list(_planifier(contexte, lot_id, tuple(one for one in lot.flux if one not in failed)))


def _ouvrir_ceux(contexte: Contexte, flows: Iterable[int]) -> dict[int, ErreurFlux]:
    """Open those that are not open yet; return those that could not be, and why."""
    failed: dict[int, ErreurFlux] = {}
    for flux_id in flows:
        try:
            with au_sujet_de(flux_id):
                with transaction(contexte.engine, "ouvrir") as conn:
                    flow = flux_par_id(conn, flux_id)
                if flow is not None and flow.etat is EtatFlux.RECU:
                    _ouvrir_un(contexte, flow)
        except ErreurRegistre:  # it fails the others too
            raise
        except ErreurFlux as error:
            _journal.warning("ouverture_refusee", flux_id=flux_id, cause=str(error))
            failed[flux_id] = error
    return failed


def _mettre_a_part(contexte: Contexte, lot: Lot, failed: dict[int, ErreurFlux]) -> None:
    """Give the flows that could not be opened a lot of their own, which the next reception launches and which turns its run red.

    :raises ErreurFlux: the lot has no other flows: nothing waits for these.
    """
    if len(failed) == len(lot.flux):
        raise a_lever(failed.values())
    apart = mettre_a_part(contexte.engine, lot.id, list(failed), contexte.horloge())
    _journal.error("flux_mis_a_part", lot_id=lot.id, nouveau_lot=apart, flux=list(failed))


def _ouvrir_un(contexte: Contexte, flow: FluxLu) -> None:
    interface, faults = verifier_enveloppe(contexte, flow)
    opening = _Ouverture(contexte, flow.id)
    if interface is not None:
        _lire_membres(contexte, flow, interface, opening)
    anomalies = [(FLUX_LUI_MEME, one) for one in faults] + opening.anomalies
    done = enregistrer_ouverture(
        contexte.engine,
        flow.id,
        opening.membres,
        opening.tranches,
        anomalies,
        jeu_de_regles=jeu_en_vigueur(jour_de_reception(flow)).code,
        le=contexte.horloge(),
    )
    _journal.info("flux_ouvert", nouveau=done, membres=len(opening.membres), tranches=len(opening.tranches), anomalies=len(anomalies))


def verifier_enveloppe(contexte: Contexte, flow: FluxLu) -> tuple[Interface | InterfaceStatuts | None, tuple[Anomalie, ...]]:
    """Return the interface that a flow is read under, ``None`` when it is refused, and the faults of its name and of its record then.

    :raises ErreurRegistre: the ledger did not answer.
    """
    if not flow.conserve:
        return None, (anomalie("ARC-12"),)
    if flow.premier is not None:
        date = f"{flow.premier.recu_le.astimezone(PARIS):%d/%m/%Y %H:%M}"
        return None, (anomalie("ENV-07", found=flow.identifiant, date=date),)
    where = contexte.reglages.environnement
    _, interface, faults = verifier_nom(flow.nom, environnement=where, application=flow.code_application)
    refused = refus_de_la_fiche(contexte.engine, flow.partenaire_id, flow.interface, where, flow.recu_le)
    return None if refused else interface, faults + refused


def _lire_membres(contexte: Contexte, flow: FluxLu, interface: Interface | InterfaceStatuts, opening: _Ouverture) -> None:
    """Stream the members into the tranches' objects of the staging store."""
    # The original is kept under its digest, so its bytes are those the ledger knows.
    with opening:
        for found in membres_de_l_original(contexte, flow, interface):
            if isinstance(found, MembreOuvert):
                opening.ajouter(found)
            elif found.member is None:
                opening.refuser(found)
                return
            else:
                opening.ecarter(found)


def membres_de_l_original(contexte: Contexte, flow: FluxLu, interface: Interface | InterfaceStatuts) -> Iterator[MembreOuvert | Anomalie]:
    """Yield what the stored original of a flow holds, one member in memory at a time: see :func:`flux.archive.ouvrir_flux`.

    :raises ErreurTransport: the staging store did not answer.
    """
    limits = contexte.reglages.limites
    ceiling = limits.factures_structurees if interface.limite_factures else None
    with contexte.entrepot.ouvrir(cle_de(flow.sha256)) as source:
        yield from ouvrir_flux(source, flow.taille, flow.nom, limits, factures_max=ceiling)


@dataclass(slots=True)
class _Ouverture:
    """Members and tranches of one flow while it is read. A tranche is one stored object: its members' bytes, end to end."""

    contexte: Contexte
    flux_id: int
    membres: list[Membre] = field(default_factory=list)
    tranches: list[Tranche] = field(default_factory=list)
    anomalies: list[tuple[int, Anomalie]] = field(default_factory=list)
    _pile: ExitStack = field(default_factory=ExitStack)
    _objet: BinaryIO | None = None
    _nombre: int = 0
    _octets: int = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if exc[0] is not None:
            self._pile.__exit__(*exc)  # type: ignore[arg-type]  # the triple that the interpreter gave
            return
        self._clore()

    def ajouter(self, found: MembreOuvert) -> None:
        settings = self.contexte.reglages
        full = self._nombre >= settings.tranche_factures or self._octets + len(found.contenu) > settings.tranche_octets
        if self._objet is not None and full:
            self._clore()
        if self._objet is None:
            self._objet = self._pile.enter_context(self.contexte.entrepot.ecrire_sous(self._cle()))
        digest = hashlib.sha256(found.contenu).hexdigest()
        self.membres.append(Membre(len(self.membres), found.nom, len(found.contenu), digest, len(self.tranches), self._octets))
        self._objet.write(found.contenu)
        self._nombre += 1
        self._octets += len(found.contenu)

    def ecarter(self, found: Anomalie) -> None:
        """Note a member that cannot be read: it is decided here."""
        rank = len(self.membres)
        self.membres.append(Membre(rank, found.member or "", 0, decision=Decision.ILLISIBLE))
        self.anomalies.append((rank, found))

    def refuser(self, found: Anomalie) -> None:
        """Refuse the whole flow: what was read before is dropped, the original stays."""
        self._clore()
        self.membres.clear()
        self.tranches.clear()
        self.anomalies[:] = [(FLUX_LUI_MEME, found)]

    def _cle(self) -> str:
        return f"tranches/{self.flux_id:012d}/{len(self.tranches):06d}"

    def _clore(self) -> None:
        if self._objet is not None:
            self._pile.close()
            self.tranches.append(Tranche(len(self.tranches), self._cle(), self._nombre, self._octets))
        self._objet, self._nombre, self._octets = None, 0, 0


def _planifier(contexte: Contexte, lot_id: int, flows: tuple[int, ...]) -> Iterator[TacheTraiter]:
    """Plan a task for each batch left to treat; for several together when there are more than one run may map."""
    most = contexte.reglages.tranches_max
    batches = list(_paquets(contexte, flows))
    each = max(1, -(-len(batches) // most))  # rounded up
    if each > 1:
        _journal.warning("taches_reunies", lot_id=lot_id, paquets=len(batches), par_tache=each)
    for rank, start in enumerate(range(0, len(batches), each)):
        some = batches[start : start + each]
        yield _tache(lot_id, rank, sum(count for count, _ in some), [pair for _, pairs in some for pair in pairs])


def _paquets(contexte: Contexte, flows: tuple[int, ...]) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Group the tranches left to treat: small ones of several flows go together, up to the size of one tranche.

    :return: files, and (flux id, rank) of the tranches, for each group.
    """
    settings = contexte.reglages
    count, size = 0, 0
    pairs: list[tuple[int, int]] = []
    for flux_id in flows:
        with transaction(contexte.engine, "planifier") as conn:
            tranches = tranches_du_flux(conn, flux_id)
        for one in tranches:
            if one.etat is not EtatTranche.A_TRAITER:
                continue
            if pairs and (count + one.nombre > settings.tranche_factures or size + one.octets > settings.tranche_octets):
                yield count, pairs
                count, size, pairs = 0, 0, []
            pairs.append((flux_id, one.rang))
            count, size = count + one.nombre, size + one.octets
    if pairs:
        yield count, pairs


def _tache(lot_id: int, rank: int, count: int, pairs: list[tuple[int, int]]) -> TacheTraiter:
    flows = sorted({flux_id for flux_id, _ in pairs})
    label = f"flux {flows[0]}" if len(flows) == 1 else f"flux {flows[0]} à {flows[-1]}"
    ranks = [rank for _, rank in pairs]
    part = f", tranche {ranks[0]}" if len(flows) == 1 and len(ranks) == 1 else ""
    return TacheTraiter(lot_id=lot_id, rang=rank, titre=f"{label}{part} · {count} fichiers", tranches=pairs)
