"""The verdict of then, in the ledger and in the journal, beside the one of now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import Connection

from flux.contexte import Contexte
from flux.errors import ErreurInvariant
from flux.etapes.jugement import jour_de_reception, jugement_de
from flux.etapes.rejeu_statuts import avec_les_faits
from flux.etapes.rejugement import MembreJuge, rejuger
from flux.modele.anomalie import Anomalie
from flux.modele.facture import Facture
from flux.modele.journal import EmpreinteDeLignes, empreinte_des_lignes, ligne_jugee
from flux.modele.rejeu import BilanRejeu, MembreRejoue
from flux.modele.verdict import Decision
from flux.registre.copie import propre
from flux.registre.doublons import cle_tenue, double_d_un_flux_anterieur, double_du_flux
from flux.registre.ouverture import faute
from flux.registre.valeurs import FLUX_LUI_MEME, FluxLu
from flux.registre.verdicts import VerdictRendu, verdicts_au_journal, verdicts_rendus

#: Rules that say that another invoice holds the number.
_DOUBLONS = frozenset({"DBL-01", "DBL-02"})


@dataclass(slots=True)
class Comparaison:
    """The verdict of the ledger and the one of now, member by member.

    Who holds a number is a fact of the day the flow was judged, not a rule: what was told a duplicate of another flow then still is one,
    what was accepted then held its number. Only an invoice that is accepted now and was not is looked for among the flows before.
    """

    contexte: Contexte
    conn: Connection
    flow: FluxLu
    au: date
    _tenues: dict[bytes, str] = field(default_factory=dict)
    _lignes: list[list[object]] = field(default_factory=list)
    _tranche: int | None = None

    def tout(self, montrer: Callable[[MembreRejoue], None]) -> BilanRejeu:
        """Judge all, show each member, return the whole. Raises as :func:`flux.etapes.rejeu.rejouer_flux`."""
        flow = self.flow
        journal = verdicts_au_journal(self.conn, flow.id)
        by = jugement_de(self.contexte, flow, self.au)
        first = next(iter(journal.values()), None)
        total = BilanRejeu(
            flow.id, flow.nom, flow.interface, flow.recu_le, self.au, flow.jeu_de_regles, by.jeu,
            {} if first is None else first.regles, by.regles,
        )  # fmt: skip
        digest = EmpreinteDeLignes()
        details: dict[int, str] = {} if self.au != jour_de_reception(flow) else {rank: one.detail for rank, one in journal.items()}
        for then, judged in _apparier(verdicts_rendus(self.conn, flow.id), rejuger(self.contexte, flow, self.au)):
            now = self._departager(then, judged)
            digest.ajouter(_ligne(now, then))
            self._rapprocher(then, now, details, total)
            seen = _comparer(then, now)
            _compter(total, seen)
            montrer(seen)
        self._clore(details, total)
        total.empreinte = digest.hexdigest()
        return total

    def _departager(self, then: VerdictRendu | None, now: MembreJuge | None) -> MembreJuge | None:
        if now is None or now.decision is None:
            return now
        if then is not None and then.sha256 is not None and then.sha256 != now.sha256:
            raise ErreurInvariant(
                f"member {now.rang} of flow {self.flow.id} is not the one that the ledger tells of", flux_id=self.flow.id, membre=now.rang
            )
        if now.demandes:
            return avec_les_faits(now, () if then is None else then.anomalies)
        return now if now.facture is None else self._sans_double(then, now, now.facture, now.decision)

    def _sans_double(self, then: VerdictRendu | None, now: MembreJuge, facture: Facture, decision: Decision) -> MembreJuge:
        settings = self.contexte.reglages
        cle = cle_tenue(facture, decision, settings.numero_libere_par, par_siren=settings.unicite_par_siren)
        if cle is None:
            return now
        double = self._double(cle, then, now, facture)
        if double is None:
            self._tenues.setdefault(cle, now.nom)
            return now
        if decision is not Decision.ACCEPTE:  # told its own faults, and holds nothing
            return now
        return replace(now, decision=Decision.REJETE, anomalies=(*now.anomalies, double))

    def _double(self, cle: bytes, then: VerdictRendu | None, now: MembreJuge, facture: Facture) -> Anomalie | None:
        if cle in self._tenues:
            return double_du_flux(facture, now.nom, self._tenues[cle])
        told = next((one for one in then.anomalies if one.rule in _DOUBLONS), None) if then is not None else None
        if told is not None or (then is not None and then.decision is Decision.ACCEPTE):
            return told
        return double_d_un_flux_anterieur(self.conn, facture, now.nom, self.flow.id, cle)

    def _rapprocher(self, then: VerdictRendu | None, now: MembreJuge | None, details: dict[int, str], total: BilanRejeu) -> None:
        """Put a member with the others of its batch; compare with the journal when the batch is whole."""
        if then is None or then.tranche is None:
            return
        if then.tranche != self._tranche:
            self._clore(details, total)
            self._tranche = then.tranche
        self._lignes.append(_ligne(now, then))

    def _clore(self, details: dict[int, str], total: BilanRejeu) -> None:
        if self._tranche is not None and self._tranche in details:
            if empreinte_des_lignes(self._lignes) == details[self._tranche]:
                total.tranches += 1
            else:
                total.tranches_autres.append(self._tranche)
        self._lignes.clear()


def _apparier(then: Iterator[VerdictRendu], now: Iterator[MembreJuge]) -> Iterator[tuple[VerdictRendu | None, MembreJuge | None]]:
    """Yield both verdicts of each rank; ``None`` where one has no such member."""
    a, b = next(then, None), next(now, None)
    while a is not None or b is not None:
        rank = min(one.rang for one in (a, b) if one is not None)
        left, right = a if a is not None and a.rang == rank else None, b if b is not None and b.rang == rank else None
        yield left, right
        a = next(then, None) if left is not None else a
        b = next(now, None) if right is not None else b


def _ligne(now: MembreJuge | None, then: VerdictRendu | None) -> list[object]:
    """Return the row of the digest: what is judged now, nothing of a member that is not there any more."""
    if now is not None:
        return ligne_jugee(now.rang, now.decision, [faute(one) for one in now.anomalies])
    return ligne_jugee(FLUX_LUI_MEME if then is None else then.rang, None, [])


def _comparer(then: VerdictRendu | None, now: MembreJuge | None) -> MembreRejoue:
    before, after = (() if one is None else one.anomalies for one in (then, now))
    same = Counter(map(_identite, before)) & Counter(map(_identite, after))
    rank, name = (then.rang, then.nom) if then is not None else (now.rang, now.nom) if now is not None else (FLUX_LUI_MEME, "")
    return MembreRejoue(
        rank, name, None if then is None else then.decision, None if now is None else now.decision,
        _autres(before, same), _autres(after, same), same.total(),
    )  # fmt: skip


def _autres(anomalies: tuple[Anomalie, ...], same: Counter[tuple[object, ...]]) -> tuple[Anomalie, ...]:
    left = Counter(same)
    found = []
    for one in anomalies:
        key = _identite(one)
        if left[key]:
            left[key] -= 1
        else:
            found.append(one)
    return tuple(found)


def _identite(one: Anomalie) -> tuple[object, ...]:
    """What makes two anomalies the same; their words may be better than they were."""
    return one.severity, one.code, one.rule, propre(one.path), one.line, one.column, propre(one.found)


def _compter(total: BilanRejeu, seen: MembreRejoue) -> None:
    if seen.rang != FLUX_LUI_MEME:
        total.fichiers += 1
        total.decisions[seen.alors, seen.maintenant] += 1
    total.differents += seen.differe
    total.memes += seen.memes
    total.disparues.update((one.code, one.rule) for one in seen.disparues)
    total.nouvelles.update((one.code, one.rule) for one in seen.nouvelles)
