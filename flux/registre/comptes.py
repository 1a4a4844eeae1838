"""What the answers of a flow must count before they are written."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from flux.modele.verdict import Decision
from flux.referentiel.anomalies import Severite
from flux.registre import tables as t
from flux.registre.connexion import joindre_sans_boucles, traduire
from flux.registre.valeurs import FLUX_LUI_MEME, IssueLigne


@dataclass(frozen=True, slots=True)
class Comptes:
    """Counts over one flow.

    :ivar acceptees: members accepted. :ivar rejetees: rejected. :ivar illisibles: unreadable.
    :ivar anomalies: anomalies of the flow and of its members. :ivar refus_du_flux: those that block the flow itself.
    :ivar avec_cycle_de_vie: statuses whose invoice can be named in a lifecycle file.
    :ivar lignes: of a flow of statuses, its statuses. :ivar lignes_refusees: those refused. :ivar lignes_appliquees: those applied.
    """

    acceptees: int
    rejetees: int
    illisibles: int
    anomalies: int
    refus_du_flux: int
    avec_cycle_de_vie: int
    lignes: int = 0
    lignes_refusees: int = 0
    lignes_appliquees: int = 0


def compter_reponses(conn: Connection, flux_id: int) -> Comptes:
    """Count what the answers of ``flux_id`` say. What follows in the transaction joins without nested loops too.

    :raises ErreurRegistre: the ledger did not answer.
    """
    m, a, s, f = t.membres.c, t.anomalies.c, t.statuts.c, t.factures.c
    # What flux.etapes.sujet.statut_de asks for; the two are held together by a test.
    nommable = (f.numero, f.date_emission, f.type_code, f.fournisseur_nom, f.destinataire_id)
    with traduire("compter_reponses"):
        joindre_sans_boucles(conn)
        rows = conn.execute(select(m.decision, func.count().label("nombre")).where(m.flux_id == flux_id).group_by(m.decision))
        decisions: dict[str, int] = {row.decision: row.nombre for row in rows}
        anomalies, refusals = conn.execute(
            select(
                func.count(),
                func.count().filter(a.membre_rang == FLUX_LUI_MEME, a.severity == Severite.ERREUR),
            ).where(a.flux_id == flux_id)
        ).one()
        named = conn.execute(
            select(func.count())
            .select_from(t.statuts.join(t.factures, (f.flux_id == s.flux_id) & (f.membre_rang == s.membre_rang)))
            .where(s.flux_id == flux_id, s.rang == 0, *(column.is_not(None) for column in nommable))
        ).scalar_one()
        ligne = t.lignes_statut.c
        lines = conn.execute(select(ligne.issue, func.count().label("nombre")).where(ligne.flux_id == flux_id).group_by(ligne.issue))
        issues: dict[str, int] = {row.issue: row.nombre for row in lines}
    return Comptes(
        acceptees=decisions.get(Decision.ACCEPTE, 0),
        rejetees=decisions.get(Decision.REJETE, 0),
        illisibles=decisions.get(Decision.ILLISIBLE, 0),
        anomalies=anomalies,
        refus_du_flux=refusals,
        avec_cycle_de_vie=named,
        lignes=sum(issues.values()),
        lignes_refusees=issues.get(IssueLigne.REFUSE, 0),
        lignes_appliquees=issues.get(IssueLigne.APPLIQUE, 0),
    )
