"""Partners: made once, read often."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import Connection, Engine, select
from sqlalchemy.dialects.postgresql import insert

from flux.errors import ErreurUsage
from flux.registre import tables as t
from flux.registre.connexion import transaction
from flux.registre.valeurs import Partenaire


def creer_partenaire(engine: Engine, code_application: str, nom: str, dossier: str, le: datetime) -> Partenaire:
    """Create a partner, in one transaction; the same call again returns the one there is.

    :param dossier: name of its SFTP folder: letters, digits, ``.``, ``_``, ``-``, not beginning with a dot.
    :raises ErreurUsage: malformed code or folder, or either is taken with other values. Facts: ``code_application``, ``dossier``.
    """
    facts = {"code_application": code_application, "dossier": dossier}
    if not re.fullmatch(r"[A-Z]{3}[0-9]{3}", code_application):
        raise ErreurUsage(f"the application code {code_application!r} must be three capital letters and three digits", **facts)
    if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}", dossier):
        raise ErreurUsage(f"the folder name {dossier!r} may hold letters, digits, '.', '_' and '-' only", **facts)
    with transaction(engine, "creer_partenaire") as conn:
        conn.execute(
            insert(t.partenaires)
            .values(code_application=code_application, nom=nom, dossier=dossier, cree_le=le)
            .on_conflict_do_nothing()  # on the code or on the folder
        )
        found = _un(conn, code_application)
    if found is None or (found.nom, found.dossier) != (nom, dossier):
        raise ErreurUsage(f"the code {code_application} or the folder {dossier} already belongs to a partner with other values", **facts)
    return found


def partenaires(engine: Engine) -> list[Partenaire]:
    """Return every partner, active or not, by application code."""
    with transaction(engine, "partenaires") as conn:
        rows = conn.execute(select(t.partenaires).order_by(t.partenaires.c.code_application)).mappings()
        return [Partenaire(**row) for row in rows]


def partenaire(engine: Engine, code_application: str) -> Partenaire | None:
    """Return one partner, or ``None`` when the code is unknown."""
    with transaction(engine, "partenaire") as conn:
        return _un(conn, code_application)


def _un(conn: Connection, code_application: str) -> Partenaire | None:
    row = conn.execute(select(t.partenaires).where(t.partenaires.c.code_application == code_application)).mappings().one_or_none()
    return None if row is None else Partenaire(**row)
