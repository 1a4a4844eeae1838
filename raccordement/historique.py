"""The history of connection records: every change, who, when, why, and the whole record after it. Append-only, the database holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select

from flux.modele.raccordement import Sens
from flux.registre import tables as t
from flux.registre.connexion import Source, lecture
from raccordement.fiche import Abonnement, Fiche


@dataclass(frozen=True, slots=True)
class Geste:
    """A change somebody makes. :ivar par: who. :ivar le: when, aware. :ivar motif: why, in their words."""

    par: str
    le: datetime
    motif: str | None = None


@dataclass(frozen=True, slots=True)
class Evenement:
    """One line of the history. :ivar action: ``creation``, ``modification``, ``abonnement``, ``etat``, ``certificat``, ``reprise``."""

    id: int
    le: datetime
    par: str
    action: str
    motif: str | None
    fiche: Fiche
    detail: Mapping[str, object]


_COLONNES = ("code_application", "dossier", "siren", "siret", "protocole", "environnement", "etat", "reseau", "contacts", "fin")


def charger(conn: Connection, row: RowMapping) -> Fiche:
    """Build a record from its row of ``partenaires``, with its subscriptions."""
    a = t.abonnements.c
    found = conn.execute(select(a.interface, a.sens).where(a.partenaire_id == row["id"]).order_by(a.sens, a.interface))
    return Fiche.model_validate(
        {
            **{name: row[name] for name in _COLONNES},
            "raison_sociale": row["nom"],
            "abonnements": [Abonnement(interface=interface, sens=Sens(sens)) for interface, sens in found],
        }
    )


def noter(conn: Connection, partenaire_id: int, action: str, geste: Geste, detail: Mapping[str, object] | None = None) -> Fiche:
    """Append a line with the record as it now stands, in the transaction that changed it; return the record."""
    row = conn.execute(select(t.partenaires).where(t.partenaires.c.id == partenaire_id)).mappings().one()
    fiche = charger(conn, row)
    conn.execute(
        insert(t.historique).values(
            partenaire_id=partenaire_id,
            le=geste.le,
            par=geste.par,
            action=action,
            motif=geste.motif,
            fiche=fiche.model_dump(mode="json"),
            detail=dict(detail or {}),
        )
    )
    return fiche


def historique(source: Source, partenaire_id: int) -> list[Evenement]:
    """Return the history of a partner, oldest first. Raises ErreurRegistre when the ledger does not answer."""
    h = t.historique.c
    with lecture(source, "historique") as conn:
        rows = conn.execute(
            select(h.id, h.le, h.par, h.action, h.motif, h.fiche, h.detail).where(h.partenaire_id == partenaire_id).order_by(h.le, h.id)
        )
        return [Evenement(**{**row, "fiche": Fiche.model_validate(row["fiche"])}) for row in rows.mappings()]


def fiche_au(source: Source, partenaire_id: int, instant: datetime) -> Fiche | None:
    """Return the record as it stood at ``instant``, or ``None`` before the first line: a flow is judged by the record of its reception."""
    h = t.historique.c
    requete = select(h.fiche).where(h.partenaire_id == partenaire_id, h.le <= instant).order_by(h.le.desc(), h.id.desc()).limit(1)
    with lecture(source, "fiche_au") as conn:
        found = conn.execute(requete).scalar_one_or_none()
    return None if found is None else Fiche.model_validate(found)
