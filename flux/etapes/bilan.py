"""The full balance: the ledger's laws, each day's counts, and the staging store against what the ledger says it keeps."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import structlog
from sqlalchemy import Connection, text

from flux.contexte import Contexte
from flux.errors import ErreurInvariant
from flux.etapes.cadence import etape
from flux.modele.temps import PARIS
from flux.registre.annuaire_pj import est_retiree
from flux.registre.bilan import bilan_lu
from flux.registre.bilan_jours import LigneBilan, LigneMontants, bilan_par_jour
from flux.registre.bilan_objets import ObjetConnu, objets_connus
from flux.registre.bloques import flux_bloques
from flux.registre.connexion import instantane, transaction
from flux.registre.contenus import est_connu
from flux.transport.entrepot import cle_de

_journal = structlog.get_logger(__name__)
#: Bytes of an orphan looked at to tell an answer whose transaction was rolled back from a deposit.
_TETE = 4096
#: How the texts begin that tell a partner of a certificate (:mod:`raccordement.certificats`): none of the formats of a flow does.
_AVIS = re.compile(rb"(?:[Cc]e |[Ll]e )?[Cc]ertificat |\[[A-Z]{3}[0-9]{3}\] Votre certificat ")


@dataclass(frozen=True, slots=True)
class Constat:
    """Something that does not balance. :ivar code: name of a law, or what is wrong with a stored object.

    :ivar flux: ids of the flows to look at. :ivar objet: key in the store, name of a file, or the line of the balance.
    """

    code: str
    flux: tuple[int, ...]
    objet: str
    attendu: str
    trouve: str

    @property
    def voir(self) -> str:
        """How to look at it."""
        return " ; ".join(f"flux suivi {one}" for one in self.flux) or "voir l'entrepôt / look into the store"


@dataclass(frozen=True, slots=True)
class BilanComplet:
    """:ivar originaux: contents found in the store as the ledger knows them.

    :ivar restes: keys left by answers that were rolled back, and by attachments whose declaration was withdrawn or replaced.
    """

    lignes: tuple[LigneBilan, ...]
    montants: tuple[LigneMontants, ...]
    constats: tuple[Constat, ...]
    originaux: int
    restes: tuple[str, ...]


def bilan_complet(contexte: Contexte, jour: date | None = None) -> BilanComplet:
    """Count and compare, in one snapshot of the ledger. Every stored content is read again.

    :param jour: day of reception (Europe/Paris): its flows only, and the store is left out.
    :raises ErreurRegistre: :raises ErreurTransport: the ledger or the store did not answer.
    """
    recus = None if jour is None else (_minuit(jour), _minuit(jour + timedelta(days=1)))
    with instantane(contexte.engine, "bilan_complet") as conn:
        stuck = flux_bloques(conn, contexte.horloge(), contexte.reglages.bloque_apres)
        waiting = [one.flux_id for one in stuck if one.flux_id is not None and one.etat != "a_emettre"]
        laws = bilan_lu(conn, recus=recus)
        lines, amounts = bilan_par_jour(conn, waiting, jour)
        store = _Entrepot(contexte)
        found = [Constat(e.loi, (e.flux_id,), "", str(e.attendu), str(e.trouve)) for e in laws.ecarts]
        found += [Constat("jour", (), f"{one.quoi} {one.jour}", str(one.deposes), str(one.trouves)) for one in lines if not one.juste]
        found += [
            Constat("montants", (), f"{one.jour} {one.devise}", str(one.deposes), str(one.integres + one.rejetes))
            for one in amounts
            if not one.juste
        ]
        if jour is None:
            found += list(_non_publiees(conn))
            store.comparer(conn)
    found += list(store.constats())
    return BilanComplet(tuple(lines), tuple(amounts), tuple(found), store.gardes, tuple(store.restes))


@etape("bilan")
def verifier_bilan_complet(contexte: Contexte) -> str:
    """Return one line an operator reads when all balances.

    :raises ErreurInvariant: something does not; the log has each thing, the sentence the first ones, the facts all. Facts: ``constats``.
    """
    found = bilan_complet(contexte)
    for one in found.constats:
        _journal.error(
            "bilan_faux", quoi=one.code, flux=list(one.flux), objet=one.objet, attendu=one.attendu, trouve=one.trouve, voir=one.voir
        )
    if found.constats:
        told = "; ".join(f"{one.code} {list(one.flux)} {one.objet} {one.attendu}/{one.trouve}" for one in found.constats[:5])
        raise ErreurInvariant(
            f"{len(found.constats)} things do not balance: {told}. See flux registre bilan.", constats=found.constats
        )  # fmt: skip
    return f"bilan juste : {sum(one.deposes for one in found.lignes if one.quoi == 'flux')} flux, {found.originaux} originaux et réponses"


def _minuit(jour: date) -> datetime:
    return datetime.combine(jour, time.min, PARIS)


def _non_publiees(conn: Connection) -> Iterator[Constat]:
    requete = "SELECT nom, flux_id FROM sorties WHERE etat = 'emise' AND (emissions = 0 OR emise_le IS NULL) ORDER BY id"
    for nom, flux_id in conn.execute(text(requete)):
        yield Constat(
            "reponse_non_publiee", () if flux_id is None else (flux_id,), nom, "publiée / published", "aucune émission / never left"
        )


class _Entrepot:
    """The store walked beside the ledger, both in the order of digests.

    Between the snapshot and the walk a file may be received, or purged: what does not agree is asked of the ledger again before it is told.
    """

    def __init__(self, contexte: Contexte) -> None:
        self._contexte = contexte
        self._inconnus: list[str] = []
        self._manquants: list[ObjetConnu] = []
        self._alteres: list[Constat] = []
        self.gardes = 0
        self.restes: list[str] = []

    def comparer(self, conn: Connection) -> None:
        """Read every content, and keep for :meth:`constats` what is missing, altered, or what nobody knows."""
        stored = (key for key, _ in self._contexte.entrepot.lister("sha256"))
        there = next(stored, None)
        for known in objets_connus(conn):
            wanted = cle_de(known.sha256)
            # By their parts, as a store lists them: a file of somebody else may stand anywhere.
            while there is not None and there.split("/") < wanted.split("/"):
                self._inconnus.append(there)
                there = next(stored, None)
            if there == wanted:
                there = next(stored, None)
                self._relire(wanted, known)
            else:
                self._manquants.append(known)
        while there is not None:
            self._inconnus.append(there)
            there = next(stored, None)

    def _relire(self, key: str, known: ObjetConnu) -> None:
        found = self._contexte.entrepot.relire(key)
        if found is None:
            self._manquants.append(known)  # purged since it was listed, or lost
        elif found.sha256 != known.sha256 or not found.taille == known.taille == known.taille_max:
            self._alteres.append(self._constat("original_altere", known, f"{found.sha256}, {found.taille}"))
        else:
            self.gardes += 1

    @staticmethod
    def _constat(code: str, known: ObjetConnu, found: str) -> Constat:
        return Constat(code, known.flux, ", ".join(known.noms), f"{known.sha256}, {known.taille}", found)

    def constats(self) -> Iterator[Constat]:
        """Yield contents missing that a row still needs, those altered, and those that no row names."""
        for known in self._manquants:
            if self._au_registre(known.sha256, garde=True):
                yield self._constat("original_manquant", known, "absent")
        yield from self._alteres
        for key in self._inconnus:
            sha256 = key.rpartition("/")[2]
            if key == cle_de(sha256) and self._au_registre(sha256):
                continue
            if not self._contexte.entrepot.existe(key):
                continue  # an upkeep put it aside meanwhile
            if (key == cle_de(sha256) and est_retiree(self._contexte.engine, sha256)) or self._est_une_reponse(key):
                self.restes.append(key)
            else:
                yield Constat("orphelin", (), key, "une ligne du registre / a row of the ledger", "aucune / none")

    def _au_registre(self, sha256: str, *, garde: bool = False) -> bool:
        with transaction(self._contexte.engine, "bilan_objet") as conn:
            return est_connu(conn, sha256, garde=garde)

    def _est_une_reponse(self, key: str) -> bool:
        """Return whether this is a file of ours, feedback, lifecycle or text: a run that dies while it answers leaves one behind."""
        with self._contexte.entrepot.ouvrir(key) as data:
            head = data.read(_TETE)
        if _AVIS.match(head):
            return True
        if head[:2] == b"\x1f\x8b":
            try:
                with self._contexte.entrepot.ouvrir(key) as data, gzip.open(data) as opened:
                    head = opened.read(100)
            except (OSError, EOFError):
                return False
        ours = self._contexte.reglages.code_application.encode()
        return re.search(ours + rb"[0-9]{4}[0-9A-Z]{15}", head) is not None
