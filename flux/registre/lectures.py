"""Reading the ledger: one flow, its tranches and members, and streams of what its answers say.

Every function takes a connection and reads in its transaction, or an engine and reads in a transaction of its own. The streams use
a server-side cursor, so that a flow of 100,000 invoices takes no more memory than one of ten.

All raise ErreurRegistre when the ledger does not answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Executable, FromClause, Select, func, select, true

from flux.modele.anomalie import Anomalie
from flux.modele.statut import Motif
from flux.modele.verdict import Decision
from flux.referentiel.anomalies import Couche, Severite
from flux.registre import tables as t
from flux.registre.connexion import Source, lecture, par_cle
from flux.registre.depots import porteur_de
from flux.registre.valeurs import (
    Compteurs,
    EtatFlux,
    EtatTranche,
    FluxLu,
    IssueLigne,
    LigneDeStatut,
    LigneStatut,
    Membre,
    Premier,
    Tranche,
)

#: Rows fetched at a time by the streams.
PAR_PAQUET = 2000


def flux_par_id(source: Source, flux_id: int) -> FluxLu | None:
    """Return one flow, or ``None`` when there is none of that id."""
    f, porteur = t.flux.c, t.flux.alias("porteur")
    p = t.partenaires.c
    requete = (
        select(
            f.id, f.partenaire_id, p.code_application, p.dossier, f.lot_id, f.nom, f.reclamation, f.identifiant, f.interface, f.sha256,
            f.taille, f.depose_le, f.recu_le, f.etat, f.statut, f.jeu_de_regles, f.membres,
            f.original_purge_le.is_distinct_from(f.recu_le).label("conserve"),
            porteur.c.id.label("premier_id"), porteur.c.recu_le.label("premier_le"),
        )
        .select_from(t.flux.join(t.partenaires, p.id == f.partenaire_id).outerjoin(porteur, porteur_de(porteur)))
        .where(f.id == flux_id)
    )  # fmt: skip
    with lecture(source, "flux_par_id") as conn:
        found = conn.execute(requete).mappings().one_or_none()
    if found is None:
        return None
    row = dict(found)
    premier_id, premier_le = row.pop("premier_id"), row.pop("premier_le")
    row["etat"] = EtatFlux(row["etat"])
    return FluxLu(**row, premier=None if premier_id is None else Premier(premier_id, premier_le))


def tranches_du_flux(source: Source, flux_id: int) -> list[Tranche]:
    """Return the tranches of a flow, by rank."""
    return _tranches(source, t.tranches.c.flux_id == flux_id)


def tranche_par_rang(source: Source, flux_id: int, rang: int) -> Tranche | None:
    """Return one tranche, or ``None`` when there is none of that rank."""
    return next((one for one in _tranches(source, t.tranches.c.flux_id == flux_id, t.tranches.c.rang == rang)), None)


def _tranches(source: Source, *conditions: ColumnElement[bool]) -> list[Tranche]:
    c = t.tranches.c
    with lecture(source, "tranches") as conn:
        rows = conn.execute(select(c.rang, c.cle, c.nombre, c.octets, c.etat).where(*conditions).order_by(c.rang)).mappings()
        return [Tranche(**{**row, "etat": EtatTranche(row["etat"])}) for row in rows]


def membres_de_la_tranche(source: Source, flux_id: int, rang: int) -> list[Membre]:
    """Return the members of one tranche, by rank."""
    c = t.membres.c
    requete = (
        select(c.rang, c.nom, c.taille, c.sha256, c.tranche_rang, c.debut, c.decision)
        .where(c.flux_id == flux_id, c.tranche_rang == rang)
        .order_by(c.rang)
    )
    with lecture(source, "membres_de_la_tranche") as conn:
        return [
            Membre(**{**row, "decision": None if row["decision"] is None else Decision(row["decision"])})
            for row in conn.execute(requete).mappings()
        ]


def compteurs_du_flux(source: Source, flux_id: int) -> Compteurs:
    """Return the members of a flow counted by decision, for :func:`flux.registre.sorties.clore_flux`."""
    c = t.membres.c
    with lecture(source, "compteurs_du_flux") as conn:
        row = conn.execute(
            select(
                func.count().filter(c.decision == Decision.ACCEPTE).label("acceptees"),
                func.count().filter(c.decision == Decision.REJETE).label("rejetees"),
                func.count().filter(c.decision == Decision.ILLISIBLE).label("illisibles"),
            ).where(c.flux_id == flux_id)
        ).one()
        return Compteurs(row.acceptees, row.rejetees, row.illisibles)


def anomalies_du_flux(source: Source, flux_id: int) -> Iterator[tuple[int, Anomalie]]:
    """Yield (rank of the member, or ``FLUX_LUI_MEME``; anomaly): the flow's own first, then by member, in the order found."""
    c = t.anomalies.c
    requete = (
        select(
            c.membre_rang, c.code, c.rule, c.severity, c.layer, c.fr, c.en, c.member, c.path, c.line, c.column_.label("column"), c.found,
            c.expected,
        )
        .where(c.flux_id == flux_id)
        .order_by(c.membre_rang, c.rang)
    )  # fmt: skip
    for row in _flot(source, requete, "anomalies_du_flux"):
        membre_rang = row.pop("membre_rang")
        yield membre_rang, Anomalie(**{**row, "severity": Severite(row["severity"]), "layer": Couche(row["layer"])})


def statuts_du_flux(source: Source, flux_id: int) -> Iterator[LigneStatut]:
    """Yield every status of every invoice of a flow, by member then in order of time, with what identifies the invoice."""
    s = t.statuts.c
    requete = _requete_statuts(t.statuts, t.statuts).where(s.flux_id == flux_id).order_by(s.membre_rang, s.rang)
    for row in _flot(source, requete, "statuts_du_flux"):
        yield _ligne_statut(row)


def statuts_des_envois(source: Source, ids: Sequence[int]) -> Iterator[tuple[int, LigneStatut]]:
    """Yield (id, status) of rows of ``envois`` that wait, in the order of ids; of an invoice handed over, its first status."""
    s, e = t.statuts.c, t.envois.c
    du_statut = (s.flux_id == e.flux_id) & (s.membre_rang == e.membre_rang) & (s.rang == func.greatest(e.statut_rang, 0))
    statut = par_cle(select(t.statuts).where(du_statut))
    requete = (
        _requete_statuts(t.envois.join(statut, true()), statut, e.id.label("envoi_id")).where(e.id == func.any(list(ids))).order_by(e.id)
    )
    for row in _flot(source, requete, "statuts_des_envois"):
        envoi_id = row.pop("envoi_id")
        yield envoi_id, _ligne_statut(row)


def _requete_statuts(rangees: FromClause, statut: FromClause, *colonnes: ColumnElement[Any]) -> Select[Any]:
    """What a :class:`LigneStatut` is made of, for each of these rows. :param statut: the status in them."""
    s = statut.c
    facture = par_cle(select(t.factures).where(t.factures.c.flux_id == s.flux_id, t.factures.c.membre_rang == s.membre_rang))
    f = facture.c
    return (
        select(
            *colonnes, s.membre_rang, s.rang, s.code, s.horodatage, s.complement, s.commentaire, s.motifs, s.detail, t.flux.c.recu_le,
            f.numero, f.date_emission, f.type_code, f.ttc, f.net_a_payer, f.devise, f.detail["beneficiaire"].label("beneficiaire"),
            f.fournisseur_schema, f.fournisseur_id, f.fournisseur_siren, f.fournisseur_nom, f.fournisseur_pays,
            f.fournisseur_adresse_electronique, f.destinataire_id, f.destinataire_nom, f.code_service,
        )
        .select_from(rangees)
        .join(facture, true())
        .join(t.flux, t.flux.c.id == s.flux_id)
    )  # fmt: skip


def _ligne_statut(row: dict[str, Any]) -> LigneStatut:
    row["motifs"] = tuple(Motif(code, texte) for code, texte in row["motifs"] or ())
    return LigneStatut(**row)


def lignes_du_flux(source: Source, flux_id: int, issue: IssueLigne | None = None) -> Iterator[LigneDeStatut]:
    """Yield the statuses of a deposited flow of statuses, by file then by line; with ``issue``, those it came to only."""
    c, m = t.lignes_statut.c, t.membres.c
    # asked line by line, by the whole key: a join may read all members of the flow for each (see joindre_sans_boucles)
    membre = select(m.nom).where(m.flux_id == c.flux_id, m.rang == c.membre_rang).scalar_subquery().label("membre")
    requete = (
        select(
            c.membre_rang, membre, c.rang, c.numero, c.code_lu, c.statut, c.horodatage, c.issue, c.facture_flux_id,
            c.facture_membre_rang, c.statut_rang,
        )
        .where(c.flux_id == flux_id)
        .order_by(c.membre_rang, c.rang)
    )  # fmt: skip
    if issue is not None:
        requete = requete.where(c.issue == issue)
    for row in _flot(source, requete, "lignes_du_flux"):
        yield LigneDeStatut(**{**row, "issue": IssueLigne(row["issue"])})


def _flot(source: Source, requete: Executable, operation: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a query through a server-side cursor, closed when the reader stops."""
    with lecture(source, operation) as conn, conn.execute(requete, execution_options={"yield_per": PAR_PAQUET}) as resultat:
        names = tuple(resultat.keys())
        for row in resultat:
            yield dict(zip(names, row, strict=True))
