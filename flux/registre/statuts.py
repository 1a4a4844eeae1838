"""Statuses given to an invoice after the first one: its row is held, the life cycle decides, what is refused leaves a trace.

The lock of the invoice's row and the unique index on (invoice, status, time) make it safe twice and at the same time.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine, text

from flux.cycle_de_vie import Evenement, Issue, Reponse, decider
from flux.errors import ErreurUsage
from flux.modele.doublon import LIBERE_PAR
from flux.modele.journal import Evenement as Inscription
from flux.modele.journal import Genre, empreinte, empreinte_des_lignes, ligne_statut
from flux.referentiel.circuits import Circuit, circuit_du_cadre
from flux.referentiel.statuts import STATUTS_FACTURE, Role
from flux.registre import tables as t
from flux.registre.connexion import transaction
from flux.registre.copie import copier, json_texte, propre
from flux.registre.journal import inscrire
from flux.registre.valeurs import StatutPose

#: An invoice: its flow and its rank in it.
Cle = tuple[int, int]
_COLONNES = (
    "flux_id", "membre_rang", "rang", "code", "horodatage", "complement", "commentaire", "motifs", "par", "pose_le", "source_flux_id",
    "source_membre_rang", "source_rang", "detail", "a_emettre",
)  # fmt: skip
_COLONNES_REFUS = ("flux_id", "membre_rang", "de", "vers", "horodatage", "issue", "par", "le", "source_flux_id")
# Pairs by unnest: thousands of them make one statement of two parameters.
_CLES = "unnest(CAST(:flux AS bigint[]), CAST(:membres AS integer[])) AS k (flux_id, membre_rang)"
_TENIR = f"""
SELECT f.flux_id, f.membre_rang, f.cadre FROM {_CLES} JOIN factures f USING (flux_id, membre_rang)
ORDER BY f.flux_id, f.membre_rang FOR NO KEY UPDATE OF f
"""  # noqa: S608  built from constants
_HISTORIQUES = f"""
SELECT s.flux_id, s.membre_rang, s.code, s.horodatage FROM {_CLES} JOIN statuts s USING (flux_id, membre_rang)
ORDER BY s.flux_id, s.membre_rang, s.rang
"""  # noqa: S608
_ETATS = """
UPDATE factures f SET etat = r.etat, cle_unicite = CASE WHEN r.etat = ANY (:libere) THEN NULL ELSE f.cle_unicite END
FROM unnest(CAST(:flux AS bigint[]), CAST(:membres AS integer[]), CAST(:etats AS text[])) AS r (flux_id, membre_rang, etat)
WHERE f.flux_id = r.flux_id AND f.membre_rang = r.membre_rang
"""


@dataclass(slots=True)
class FactureTenue:
    """An invoice whose row this transaction holds. :ivar historique: oldest first; grows as statuses are noted."""

    cle: Cle
    cadre: str | None
    historique: list[Evenement] = field(default_factory=list)

    @property
    def circuit(self) -> Circuit:
        """The circuit of its framework."""
        return circuit_du_cadre(self.cadre)

    @property
    def courant(self) -> Evenement:
        """Its current status."""
        return self.historique[-1]


@dataclass(frozen=True, slots=True)
class Demande:
    """A status asked for. :ivar par: who asks: an operator's name, or a partner's application code.

    :ivar roles: those of the asker towards the invoice; ``None``: the platform itself, or its operator.
    :ivar source: flow, rank of the member and line of a deposited file. :ivar detail: what else the line says.
    """

    statut: StatutPose
    par: str
    roles: frozenset[Role] | None = None
    source: tuple[int, int, int] | None = None
    detail: Mapping[str, object] = field(default_factory=dict)


def tenir(conn: Connection, cles: Collection[Cle]) -> dict[Cle, FactureTenue]:
    """Hold invoices until the transaction ends, in one order for all, and return them with their history; unknown ones are left out."""
    if not cles:
        return {}
    voulues = sorted(set(cles))
    values = {"flux": [flux_id for flux_id, _ in voulues], "membres": [rang for _, rang in voulues]}
    tenues = {
        (row.flux_id, row.membre_rang): FactureTenue((row.flux_id, row.membre_rang), row.cadre)
        for row in conn.execute(text(_TENIR), values)
    }
    # A statement of its own, after the lock: it sees what another transaction wrote before letting go of it.
    for row in conn.execute(text(_HISTORIQUES), values):
        tenues[row.flux_id, row.membre_rang].historique.append(Evenement(row.code, row.horodatage))
    return tenues


@dataclass(slots=True)
class Cahier:
    """What one transaction notes of invoices it holds, then writes in one go.

    :ivar le: when. :ivar libere_par: statuses that free the number of an invoice.
    """

    le: datetime
    libere_par: Collection[str] = LIBERE_PAR
    _statuts: list[tuple[object, ...]] = field(default_factory=list)
    _refus: list[tuple[object, ...]] = field(default_factory=list)
    _etats: dict[Cle, str] = field(default_factory=dict)
    _dits: dict[int, list[tuple[list[object], str | None]]] = field(default_factory=dict)

    def noter(self, tenue: FactureTenue, demande: Demande) -> Reponse:
        """Decide what a status asked for changes, and note it."""
        asked = Evenement(demande.statut.code, demande.statut.horodatage)
        answer = decider(tenue.circuit, tenue.historique, asked, demande.roles)
        flux_id, membre_rang = tenue.cle
        source = demande.source or (None, None, None)
        if answer.issue is Issue.APPLIQUE:
            s, detail = demande.statut, _detail(demande.detail)
            self._statuts.append((
                flux_id, membre_rang, len(tenue.historique), s.code, s.horodatage, propre(s.complement), propre(s.commentaire),
                json_texte(tuple((m.code, m.texte) for m in s.motifs)) if s.motifs else None, propre(demande.par), self.le, *source,
                detail,
                True,  # the planner, which knows the codes that the settings add, says what leaves
            ))  # fmt: skip
            self._etats[tenue.cle] = s.code
            ligne = ligne_statut(
                membre_rang, len(tenue.historique), s.code, s.horodatage, propre(demande.par), propre(s.complement), propre(s.commentaire),
                [(propre(m.code), propre(m.texte)) for m in s.motifs],
            )  # fmt: skip
            self._dits.setdefault(flux_id, []).append((ligne, detail))
            tenue.historique.append(asked)
        elif answer.issue is not Issue.DEJA:
            self._refus.append((
                flux_id, membre_rang, answer.courant.code, asked.code, asked.horodatage, answer.issue.value, propre(demande.par), self.le,
                source[0],
            ))  # fmt: skip
        return answer

    def ecrire(self, conn: Connection) -> None:
        """Write what was noted, in the transaction that holds the invoices."""
        copier(conn, t.statuts, _COLONNES, self._statuts)
        copier(conn, t.transitions_refusees, _COLONNES_REFUS, self._refus)
        if self._etats:
            values: dict[str, object] = {
                "flux": [flux_id for flux_id, _ in self._etats],
                "membres": [rang for _, rang in self._etats],
                "etats": list(self._etats.values()),
                "libere": list(self.libere_par),
            }
            conn.execute(text(_ETATS), values)
        self._statuts, self._refus, self._etats = [], [], {}

    def inscriptions(self, sujet: str, **faits: object) -> list[Inscription]:
        """Return what the journals of the invoices' flows tell of all that was written: one entry a flow."""
        return [Inscription(flux_id, Genre.STATUT, sujet, {**faits, **_contenu(lignes)}, self.le) for flux_id, lignes in self._dits.items()]


def _contenu(lignes: Sequence[tuple[list[object], str | None]]) -> dict[str, object]:
    """Return what an entry says of statuses: how many of each, their digest, and that of what else they say (amounts, actions, mandate)."""
    rows = sorted(lignes, key=lambda one: one[0][:2])
    autres = ((*ligne[:2], json.loads(detail)) for ligne, detail in rows if detail)
    return {
        "statuts": Counter(f"{ligne[2]}" for ligne, _ in rows),
        "detail": empreinte_des_lignes(ligne for ligne, _ in rows),
        "autres": empreinte_des_lignes(autres),
    }


def _detail(detail: Mapping[str, object]) -> str | None:
    """What else a line says, as JSON; amounts are texts."""
    return propre(json.dumps(detail, ensure_ascii=False, default=str)) if detail else None


def poser_statut(engine: Engine, cle: Cle, demande: Demande, le: datetime, *, libere_par: Collection[str] = LIBERE_PAR) -> Reponse:
    """Give one status to one invoice, in one transaction; asked again, it changes nothing (``Issue.DEJA``).

    :param le: now. :param libere_par: statuses that free the number of an invoice.
    :raises ErreurUsage: no such invoice, unknown status, or an instant without zone. :raises ErreurRegistre: the ledger did not answer.
    """
    with transaction(engine, "poser_statut") as conn:
        tenue = tenir(conn, [cle]).get(cle)
        if tenue is None:
            raise ErreurUsage(f"the ledger has no invoice {cle[1]} of flow {cle[0]}", flux_id=cle[0], membre_rang=cle[1])
        cahier = Cahier(le, libere_par)
        answer = cahier.noter(tenue, demande)
        cahier.ecrire(conn)
        inscrire(conn, cahier.inscriptions(f"facture {cle[1]} statut {len(tenue.historique) - 1}"))
        return answer


def traiter_rejet(engine: Engine, cle: Cle, par: str, le: datetime) -> bool:
    """Take a refused invoice off its supplier's list ("traiter le rejet"), in one transaction. Returns False when it was off already.

    :raises ErreurUsage: no such invoice, or its status is not a refusal that is final (facts ``statut``, ``admis``).
    """
    with transaction(engine, "traiter_rejet") as conn:
        tenue = tenir(conn, [cle]).get(cle)
        admis = tuple(row.code for row in STATUTS_FACTURE.values() if row.rejet_a_traiter)
        statut = None if tenue is None else tenue.courant.code
        if statut not in admis:
            raise ErreurUsage(
                f"« traiter le rejet » ne s'applique pas au statut {statut} : {', '.join(admis)} / does not apply to this status",
                statut=statut, admis=admis,
            )  # fmt: skip
        done = conn.execute(
            text("INSERT INTO rejets_traites (flux_id, membre_rang, par, le) VALUES (:f, :m, :par, :le) ON CONFLICT DO NOTHING"),
            {"f": cle[0], "m": cle[1], "par": propre(par), "le": le},
        )
        if done.rowcount:
            inscrire(conn, [Inscription(cle[0], Genre.REJET_TRAITE, f"{cle[1]}", {"par": empreinte(propre(par))}, le)])
        return done.rowcount == 1
