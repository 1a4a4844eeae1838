"""Partners in short: what reception and emission ask of them. :mod:`raccordement.fiches` makes and changes them."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, RowMapping, select

from flux.modele.raccordement import EtatFiche
from flux.registre import tables as t
from flux.registre.connexion import transaction
from flux.registre.valeurs import Partenaire

_P = t.partenaires.c
_COLONNES = (_P.id, _P.code_application, _P.nom, _P.dossier, _P.cree_le, _P.etat)


def partenaires(engine: Engine) -> list[Partenaire]:
    """Return every partner, whatever the state of its record, by application code."""
    with transaction(engine, "partenaires") as conn:
        rows = conn.execute(select(*_COLONNES).order_by(t.partenaires.c.code_application)).mappings()
        return [_partenaire(row) for row in rows]


def partenaire(engine: Engine, code_application: str) -> Partenaire | None:
    """Return one partner, or ``None`` when the code is unknown."""
    with transaction(engine, "partenaire") as conn:
        return _un(conn, code_application)


def _un(conn: Connection, code_application: str) -> Partenaire | None:
    row = conn.execute(select(*_COLONNES).where(t.partenaires.c.code_application == code_application)).mappings().one_or_none()
    return None if row is None else _partenaire(row)


def _partenaire(row: RowMapping) -> Partenaire:
    return Partenaire(**{**row, "etat": EtatFiche(row["etat"])})
