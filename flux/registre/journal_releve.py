"""What the ledger's rows say of each flow, in the words of the journal: read in one pass, by flow, in flat memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from operator import attrgetter
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, Select, select, union

from flux.modele.journal import EmpreinteDeLignes, Faute, ligne_jugee, ligne_ouverte, ligne_statut
from flux.modele.temps import PARIS
from flux.registre import tables as t
from flux.registre.journal_fichiers import sujet_des_statuts
from flux.registre.suites import Suite
from flux.registre.valeurs import FLUX_LUI_MEME

#: Rows fetched at once of each table.
_A_LA_FOIS = 5000
_flux_id, _rang, _membre_rang = attrgetter("flux_id"), attrgetter("rang"), attrgetter("membre_rang")


@dataclass(slots=True)
class TrancheRelevee:
    """The files of one batch. :ivar decisions: decision → files. :ivar replis: official set → files.

    :ivar issues: of a batch of statuses, what became of its lines. :ivar lignes: digest of those lines.
    """

    decisions: Counter[str] = field(default_factory=Counter)
    replis: Counter[str] = field(default_factory=Counter)
    detail: EmpreinteDeLignes = field(default_factory=EmpreinteDeLignes)
    issues: Counter[str] = field(default_factory=Counter)
    lignes: EmpreinteDeLignes = field(default_factory=EmpreinteDeLignes)


@dataclass(slots=True)
class StatutsReleves:
    """Later statuses that one transaction gave to invoices of the flow.

    :ivar statuts: status → invoices. :ivar autres: digest of what else they say: amounts, actions, mandate.
    """

    statuts: Counter[str] = field(default_factory=Counter)
    detail: EmpreinteDeLignes = field(default_factory=EmpreinteDeLignes)
    autres: EmpreinteDeLignes = field(default_factory=EmpreinteDeLignes)


@dataclass(slots=True)
class EnvoiReleve:
    """What a grouped file carries of the flow. :ivar sortie: the file."""

    sortie: Row[Any]
    elements: int = 0
    detail: EmpreinteDeLignes = field(default_factory=EmpreinteDeLignes)


@dataclass(slots=True)
class Releve:
    """One flow as the ledger has it now.

    :ivar tranches: its batches. :ivar jugees: what their files say, by batch. :ivar detail: digest of its files as they were opened.
    :ivar illisibles: files decided at the opening. :ivar fautes: of the flow itself.
    :ivar orphelines: anomalies, or lines of statuses, of no file of it.
    :ivar statuts: later statuses of its invoices, by subject of the entry. :ivar envois: by name of the grouped file.
    :ivar rejets: refusals dealt with.
    """

    flux: Row[Any]
    tranches: dict[int, Row[Any]]
    sorties: list[Row[Any]]
    jugees: dict[int, TrancheRelevee] = field(default_factory=dict)
    detail: EmpreinteDeLignes = field(default_factory=EmpreinteDeLignes)
    fichiers: int = 0
    illisibles: int = 0
    fautes: list[Faute] = field(default_factory=list)
    orphelines: int = 0
    statuts: dict[str, StatutsReleves] = field(default_factory=dict)
    envois: dict[str, EnvoiReleve] = field(default_factory=dict)
    rejets: list[Row[Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Portee:
    """Which flows are looked at: all of them unless said otherwise.

    :ivar flux: only this one. :ivar depuis: only those received, told of or sealed from that day on (Europe/Paris).
    """

    flux: int | None = None
    depuis: date | None = None

    def __call__(self, flux_id: ColumnElement[int]) -> list[ColumnElement[bool]]:
        """Return the conditions on a column that holds the id of a flow."""
        found: list[ColumnElement[bool]] = [] if self.flux is None else [flux_id == self.flux]
        if self.depuis is not None:
            le = datetime.combine(self.depuis, time.min, PARIS)
            scelles = select(t.sceaux_tetes.c.flux_id).join(t.sceaux, t.sceaux.c.numero == t.sceaux_tetes.c.sceau)
            since = union(
                select(t.flux.c.id).where(t.flux.c.recu_le >= le),
                select(t.journal.c.flux_id).where(t.journal.c.le >= le),
                scelles.where(t.sceaux.c.jour >= self.depuis),
            )
            found.append(flux_id.in_(since))
        return found


class Releveur:
    """Reads the ledger flow by flow, in order of their ids. :ivar flux: the flows themselves."""

    def __init__(self, conn: Connection, portee: Portee) -> None:
        f, b, m, a, s = t.flux.c, t.tranches.c, t.membres.c, t.anomalies.c, t.sorties.c
        flux = select(t.flux, f.id.label("flux_id"))
        membres = select(m.flux_id, m.rang, m.nom, m.taille, m.sha256, m.tranche_rang, m.decision, m.replis)
        fautes = select(a.flux_id, a.membre_rang, a.severity, a.code, a.rule)
        sorties = select(t.sorties).where(s.flux_id.is_not(None))
        self._conn, self._portee = conn, portee
        self.flux = self._suite(flux, f.id, f.id)
        self._tranches = self._suite(select(t.tranches), b.flux_id, b.flux_id, b.rang)
        self._membres = self._suite(membres, m.flux_id, m.flux_id, m.rang)
        self._fautes = self._suite(fautes, a.flux_id, a.flux_id, a.membre_rang, a.rang)
        self._sorties = self._suite(sorties, s.flux_id, s.flux_id, s.id)
        u, x, e, r = t.statuts.c, t.lignes_statut.c, t.envois.c, t.rejets_traites.c
        source = t.membres.alias("source")
        deposes = (source.c.flux_id == u.source_flux_id) & (source.c.rang == u.source_membre_rang)
        statuts = select(
            u.flux_id, u.membre_rang, u.rang, u.code, u.horodatage, u.par, u.complement, u.commentaire, u.motifs, u.detail,
            u.source_flux_id, source.c.tranche_rang,
        ).outerjoin_from(t.statuts, source, deposes).where(u.rang > 0)  # fmt: skip
        envois = select(
            e.flux_id, e.membre_rang, e.statut_rang, s.nom, s.interface, s.sha256, s.taille, s.emissions, s.emise_le, s.retiree_le,
            s.purgee_le, s.octets_purges_le,
        ).join_from(t.envois, t.sorties, s.id == e.sortie_id)  # fmt: skip
        self._statuts = self._suite(statuts, u.flux_id, u.flux_id, u.membre_rang, u.rang)
        self._lignes = self._suite(select(t.lignes_statut), x.flux_id, x.flux_id, x.membre_rang, x.rang)
        self._envois = self._suite(envois, e.flux_id, e.flux_id, e.membre_rang, e.statut_rang)
        self._rejets = self._suite(select(t.rejets_traites), r.flux_id, r.flux_id, r.membre_rang)

    def _suite(self, requete: Select[Any], flux_id: Column[Any], *ordre: Column[Any]) -> Suite[Row[Any]]:
        asked = requete.where(*self._portee(flux_id)).order_by(*ordre)
        return Suite(self._conn.execute(asked, execution_options={"yield_per": _A_LA_FOIS}), _flux_id)

    def relever(self, flux_id: int, avant: Mapping[str, object]) -> Releve | None:
        """Read one flow, above those read before; ``None`` when the ledger does not have it.

        :param avant: rank → anomalies that a file had before it was judged.
        """
        flow = next(self.flux.de(flux_id), None)
        if flow is None:
            return None
        one = Releve(flow, {row.rang: row for row in self._tranches.de(flux_id)}, list(self._sorties.de(flux_id)))
        lines = Suite(self._lignes.de(flux_id), _membre_rang)
        faults = Suite(self._fautes.de(flux_id), _membre_rang)
        one.fautes = _fautes(faults.de(FLUX_LUI_MEME))
        for m in self._membres.de(flux_id):
            one.fichiers += 1
            found = _fautes(faults.de(m.rang))
            if m.tranche_rang is None:
                one.illisibles += 1
                one.detail.ajouter(ligne_ouverte(m.rang, m.nom, m.taille, m.sha256, m.decision, found))
                continue
            told = avant.get(f"{m.rang}", 0)
            first = told if isinstance(told, int) else 0  # the journal may have been spoilt
            one.detail.ajouter(ligne_ouverte(m.rang, m.nom, m.taille, m.sha256, None, found[:first]))
            batch = one.jugees.setdefault(m.tranche_rang, TrancheRelevee())
            batch.decisions[m.decision] += 1
            batch.replis.update(m.replis or ())
            batch.detail.ajouter(ligne_jugee(m.rang, m.decision, found[first:]))
            for line in lines.de(m.rang):
                batch.issues[line.issue] += 1
                batch.lignes.ajouter(line[1:])
        one.orphelines = faults.reste() + lines.reste()
        self._vie(one, flux_id)
        return one

    def _vie(self, one: Releve, flux_id: int) -> None:
        """Read what became of the flow's invoices later."""
        for row in self._statuts.de(flux_id):
            sujet = sujet_des_statuts(row.membre_rang, row.rang, row.source_flux_id, row.tranche_rang)
            given = one.statuts.setdefault(sujet, StatutsReleves())
            given.statuts[row.code] += 1
            given.detail.ajouter(
                ligne_statut(row.membre_rang, row.rang, row.code, row.horodatage, row.par, row.complement, row.commentaire, row.motifs)
            )
            if row.detail:
                given.autres.ajouter((row.membre_rang, row.rang, row.detail))
        for row in self._envois.de(flux_id):
            sent = one.envois.setdefault(row.nom, EnvoiReleve(row))
            sent.elements += 1
            sent.detail.ajouter((row.membre_rang, row.statut_rang))
        one.rejets = list(self._rejets.de(flux_id))


def _fautes(rows: Iterable[Row[Any]]) -> list[Faute]:
    return [(row.severity, row.code, row.rule) for row in rows]
