"""The law of conservation, counted on the ledger: what was deposited is integrated, rejected, repeated or in progress."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, text

from flux.errors import ErreurInvariant
from flux.registre.connexion import instantane

#: Broken flows named in one balance at most; the sums cover all.
ECARTS_MAX = 100


@dataclass(frozen=True, slots=True)
class BilanFlux:
    """Flows by what became of them."""

    deposes: int
    integres: int
    integres_partiels: int
    rejetes: int
    irrecevables: int
    repetes: int
    recus: int
    ouverts: int
    traites: int

    @property
    def en_cours(self) -> int:
        """Flows not answered yet."""
        return self.recus + self.ouverts + self.traites

    @property
    def comptes(self) -> int:
        """Flows of a known outcome or in progress; equals ``deposes`` when none is lost."""
        return self.integres + self.integres_partiels + self.rejetes + self.irrecevables + self.repetes + self.en_cours


@dataclass(frozen=True, slots=True)
class BilanFactures:
    """Members by decision. :ivar deposees: members announced when the flows were opened."""

    deposees: int
    acceptees: int
    rejetees: int
    illisibles: int
    en_cours: int

    @property
    def comptes(self) -> int:
        """Members decided or in progress; equals ``deposees`` when none is lost."""
        return self.acceptees + self.rejetees + self.illisibles + self.en_cours


@dataclass(frozen=True, slots=True)
class Ecart:
    """One law that one flow breaks: :ivar loi: its name, a key of ``LOIS``. :ivar attendu, trouve: the two numbers."""

    loi: str
    flux_id: int
    attendu: int
    trouve: int


@dataclass(frozen=True, slots=True)
class Bilan:
    """The balance. :ivar ecarts: at most ``ECARTS_MAX``."""

    flux: BilanFlux
    factures: BilanFactures
    ecarts: tuple[Ecart, ...]

    @property
    def juste(self) -> bool:
        """True when nothing is lost and nothing counts twice."""
        return not self.ecarts and self.flux.deposes == self.flux.comptes and self.factures.deposees == self.factures.comptes


#: Laws that hold in every flow: name → (expected, found), in the columns of ``_PAR_FLUX``. They compare numbers written by
#: different steps, so that a lost or doubled row shows.
LOIS: dict[str, tuple[str, str]] = {
    # what the opening announced is what there is
    "membres": ("coalesce(f.membres, 0)", "m.nombre"),
    "membres_des_tranches": ("t.nombre", "m.en_tranche"),
    # a member of a finished tranche, or of an answered flow, has its decision
    "decides": ("0", "CASE WHEN f.etat IN ('traite', 'repondu') THEN m.indecis ELSE m.indecis_a_tort END"),
    # an accepted or rejected member is one stored invoice, with a status, or a file of statuses, with its lines
    "factures_acceptees": ("m.acceptees", "i.deposees + d.acceptees"),
    "factures_rejetees": ("m.rejetees", "i.rejetees + d.rejetees"),
    "factures_avec_statut": ("i.deposees + i.rejetees", "s.nombre"),
    # an invoice is at its last status
    "etat_courant": ("0", "s.ecarts"),
    # what a line of statuses says it applied is in the history of its invoice
    "statuts_appliques": ("d.appliques", "d.poses"),
    "lignes_sans_facture": ("0", "l.orphelines"),
    # the counts of the answer are those of the members
    "reponse_acceptees": ("coalesce(f.acceptees, m.acceptees)", "m.acceptees"),
    "reponse_rejetees": ("coalesce(f.rejetees, m.rejetees)", "m.rejetees"),
    "reponse_illisibles": ("coalesce(f.illisibles, m.illisibles)", "m.illisibles"),
    # an outcome without accepted invoice has none, a whole integration no other
    "issue": (
        "0",
        "CASE WHEN f.statut = 'INTEGRE' THEN m.nombre - m.acceptees WHEN f.statut IN ('REJETE', 'IRRECEVABLE') THEN m.acceptees ELSE 0 END",
    ),
    # an answered flow has its feedback, one, any other none; a repeated flow has the first one's
    "reponse": ("CASE WHEN f.etat = 'repondu' AND f.repete_de IS NULL THEN 1 ELSE 0 END", "o.retours"),
    # of each kind of answer, one
    "reponse_doublee": ("o.interfaces", "o.nombre"),
    # the flow whose answers a repeated one gets is no repeated one itself, and came before
    "repete_de": (
        "0",
        (
            "CASE WHEN f.repete_de IS NULL OR EXISTS (SELECT FROM flux p WHERE p.id = f.repete_de AND p.id < f.id "
            "AND p.repete_de IS NULL AND p.sha256 = f.sha256) THEN 0 ELSE 1 END"
        ),
    ),
}

# OFFSET 0: see flux.registre.connexion.par_cle.
_PAR_FLUX = """
FROM flux f
CROSS JOIN LATERAL (
  SELECT count(*) AS nombre, count(*) FILTER (WHERE decision = 'accepted') AS acceptees,
    count(*) FILTER (WHERE decision = 'rejected') AS rejetees, count(*) FILTER (WHERE decision = 'unreadable') AS illisibles,
    count(*) FILTER (WHERE decision IS NULL) AS indecis, count(tranche_rang) AS en_tranche,
    count(*) FILTER (WHERE decision IS NULL AND tranche_rang IN (
      SELECT rang FROM tranches WHERE tranches.flux_id = f.id AND etat = 'traitee')) AS indecis_a_tort
  FROM membres WHERE flux_id = f.id) m
CROSS JOIN LATERAL (SELECT coalesce(sum(nombre), 0) AS nombre FROM tranches WHERE flux_id = f.id) t
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE etat <> 'NON_CONFORME') AS deposees, count(*) FILTER (WHERE etat = 'NON_CONFORME') AS rejetees
  FROM factures WHERE flux_id = f.id) i
CROSS JOIN LATERAL (
  SELECT count(*) AS nombre, count(*) FILTER (WHERE v.etat <> u.code) AS ecarts
  FROM (SELECT DISTINCT ON (membre_rang) membre_rang, code FROM statuts WHERE flux_id = f.id ORDER BY membre_rang, rang DESC) u
  CROSS JOIN LATERAL (SELECT etat FROM factures WHERE flux_id = f.id AND membre_rang = u.membre_rang OFFSET 0) v) s
CROSS JOIN LATERAL (
  SELECT count(DISTINCT k.membre_rang) FILTER (WHERE n.decision = 'accepted') AS acceptees,
    count(DISTINCT k.membre_rang) FILTER (WHERE n.decision = 'rejected') AS rejetees,
    count(*) FILTER (WHERE k.issue = 'applique') AS appliques,
    count(*) FILTER (WHERE k.issue = 'applique' AND EXISTS (
      SELECT FROM statuts p WHERE p.flux_id = k.facture_flux_id AND p.membre_rang = k.facture_membre_rang AND p.rang = k.statut_rang
        AND p.code = k.statut OFFSET 0)) AS poses
  FROM lignes_statut k
  CROSS JOIN LATERAL (SELECT decision FROM membres WHERE flux_id = f.id AND rang = k.membre_rang OFFSET 0) n
  WHERE k.flux_id = f.id) d
CROSS JOIN LATERAL (
  SELECT count(*) AS orphelines FROM lignes WHERE flux_id = f.id
    AND NOT EXISTS (SELECT FROM factures v WHERE v.flux_id = f.id AND v.membre_rang = lignes.membre_rang OFFSET 0)) l
CROSS JOIN LATERAL (
  SELECT count(*) AS nombre, count(DISTINCT interface) AS interfaces, count(*) FILTER (WHERE interface LIKE 'C%') AS retours
  FROM sorties WHERE flux_id = f.id) o
"""

#: Which flows: all, some, or those received in a span of time. The column of the flow's id, or of its reception, is filled in.
_TOUS, _CERTAINS, _RECUS = (
    "true",
    "{id} = ANY (CAST(:flux AS bigint[]))",
    "{id} IN (SELECT id FROM flux WHERE recu_le >= :de AND recu_le < :a)",
)
_SOMMES_FLUX = """
SELECT count(*), count(*) FILTER (WHERE statut = 'INTEGRE'), count(*) FILTER (WHERE statut = 'INTEGRE_PARTIEL'),
  count(*) FILTER (WHERE statut = 'REJETE'), count(*) FILTER (WHERE statut = 'IRRECEVABLE'), count(*) FILTER (WHERE statut = 'REPETE'),
  count(*) FILTER (WHERE etat = 'recu'), count(*) FILTER (WHERE etat = 'ouvert'), count(*) FILTER (WHERE etat = 'traite')
FROM flux WHERE """
_SOMMES_MEMBRES = """
  count(*) FILTER (WHERE decision = 'accepted'), count(*) FILTER (WHERE decision = 'rejected'),
  count(*) FILTER (WHERE decision = 'unreadable'), count(*) FILTER (WHERE decision IS NULL)
FROM membres WHERE """


def bilan(engine: Engine, flux: Sequence[int] | None = None) -> Bilan:
    """Count the ledger, in one read-only transaction on one snapshot; flows being treated meanwhile do not disturb it.

    :param flux: ids of the flows to count (after a run: its own); all when ``None``.
    :raises ErreurRegistre: the ledger did not answer.
    """
    with instantane(engine, "bilan") as conn:
        return bilan_lu(conn, flux=flux)


def bilan_lu(conn: Connection, *, flux: Sequence[int] | None = None, recus: tuple[datetime, datetime] | None = None) -> Bilan:
    """Count in the caller's transaction. :param recus: only flows received in this span, its end left out."""
    choix = _TOUS if flux is None and recus is None else _CERTAINS if recus is None else _RECUS
    params = {"flux": None if flux is None else list(flux), "de": recus and recus[0], "a": recus and recus[1]}
    des_flux, des_membres = choix.format(id="id"), choix.format(id="flux_id")
    annonces = f"SELECT (SELECT coalesce(sum(membres), 0) FROM flux WHERE {des_flux}), "  # noqa: S608  built from constants
    return Bilan(
        BilanFlux(*conn.execute(text(_SOMMES_FLUX + des_flux), params).one()),
        BilanFactures(*conn.execute(text(annonces + _SOMMES_MEMBRES + des_membres), params).one()),
        tuple(_ecarts(conn, choix.format(id="f.id"), params)),
    )


def _ecarts(conn: Connection, choix: str, params: Mapping[str, object]) -> list[Ecart]:
    """Return the laws broken, worked out in one pass over the flows."""
    lois = ", ".join(f"('{nom}', CAST({attendu} AS bigint), CAST({trouve} AS bigint))" for nom, (attendu, trouve) in LOIS.items())
    requete = (
        f"SELECT e.loi, f.id, e.attendu, e.trouve {_PAR_FLUX} CROSS JOIN LATERAL (VALUES {lois}) AS e (loi, attendu, trouve) "
        f"WHERE e.attendu <> e.trouve AND {choix} ORDER BY f.id, e.loi LIMIT :limite"
    )
    return [Ecart(*row) for row in conn.execute(text(requete), {**params, "limite": ECARTS_MAX})]


def verifier_bilan(engine: Engine, flux: Sequence[int] | None = None) -> Bilan:
    """Return the balance when it holds.

    :raises ErreurInvariant: it does not; the sentence and the facts name the numbers. Facts: ``flux``, ``factures``, ``ecarts``.
    """
    found = bilan(engine, flux)
    if found.juste:
        return found
    f, i = found.flux, found.factures
    broken = "; ".join(f"flow {e.flux_id}: {e.loi} expected {e.attendu}, found {e.trouve}" for e in found.ecarts[:5])
    raise ErreurInvariant(
        f"the ledger does not balance: {f.deposes} flows deposited, {f.comptes} accounted for; {i.deposees} invoices deposited, "
        f"{i.comptes} accounted for{': ' if broken else ''}{broken}. Stop emitting and look at these flows.",
        flux=f, factures=i, ecarts=found.ecarts,
    )  # fmt: skip
