"""Importing the directory: what was received closes rows and opens others under a new version, in one transaction.

On any fault, or a cut, nothing has changed. Rows that did not change are not written again, so that the weekly full export costs
little more than its reading.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, func, insert, select, text, update

from flux.annuaire import Entree, FauteAnnuaire, Mode, Production
from flux.registre import tables as t
from flux.registre.annuaire import SERVICE, STRUCTURE, EtatAnnuaire, etat_annuaire
from flux.registre.annuaire_recu import Reception
from flux.registre.connexion import transaction, verrouiller

#: Rows closed by an import older than this are deleted: no reader is that late.
HISTORIQUE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class BilanImport:
    """What an import came to: a version, or faults and nothing changed.

    :ivar etat: the new version, ``None`` when there are faults.
    :ivar fautes: at most :data:`flux.annuaire.fautes.FAUTES_MAX`, where reading stopped.
    :ivar lues: structures and services read. :ivar ecartees: of those, private ones left out (F14 export).
    """

    etat: EtatAnnuaire | None
    fautes: tuple[FauteAnnuaire, ...] = ()
    lues: int = 0
    ecartees: int = 0


def importer(engine: Engine, entrees: Iterable[Production | Entree | FauteAnnuaire], mode: Mode, le: datetime) -> BilanImport:
    """Replace the directory by ``entrees``, or, in a difference, add them to it. Imports wait for one another.

    :param entrees: what :func:`flux.annuaire.lire_annuaire` or :func:`flux.annuaire.annuaire_exemple` give, read once; what it raises
        passes through and changes nothing.
    :param le: now, aware.
    :raises ErreurRegistre: the ledger did not answer; nothing has changed.
    """
    with transaction(engine, "annuaire.importer") as conn:
        verrouiller(conn, "flux.annuaire")
        reception = Reception(conn, entrees, mode)
        reception.recevoir(_dernier_export(conn))
        if reception.fautes:
            return BilanImport(None, tuple(reception.fautes), reception.lues)
        _appliquer(conn, reception, mode, le)
        return BilanImport(etat_annuaire(conn), (), reception.lues, reception.ecartees)


def _dernier_export(conn: Connection) -> datetime | None:
    c = t.annuaire_versions.c
    return conn.execute(select(c.produit_le).where(c.produit_le.is_not(None)).order_by(c.version.desc()).limit(1)).scalar_one_or_none()


def _appliquer(conn: Connection, reception: Reception, mode: Mode, le: datetime) -> None:
    version = conn.execute(
        insert(t.annuaire_versions)
        .values(
            mode=mode,
            fichiers=reception.fichiers,
            produit_le=max((one.produit_le for one in reception.productions), default=None),
            importe_le=le,
            **dict.fromkeys(("structures", "services", "ouvertes", "fermees"), 0),  # known at the end
        )
        .returning(t.annuaire_versions.c.version)
    ).scalar_one()
    _completer(conn)
    ouvertes = fermees = 0
    for table, cle, colonnes, sorte in (
        ("structures", ("siret",), STRUCTURE, "r.code = ''"),
        ("services", ("siret", "code"), SERVICE, "r.code <> ''"),
    ):
        fermees += _fermer(conn, table, cle, colonnes, sorte, mode, version)
        ouvertes += _ouvrir(conn, table, cle, colonnes, sorte, version)
    _purger(conn, le)
    en_cours = (
        select(func.count()).select_from(one).where(one.c.version_fin.is_(None)).scalar_subquery() for one in (t.structures, t.services)
    )
    structures, services = en_cours
    conn.execute(
        update(t.annuaire_versions)
        .where(t.annuaire_versions.c.version == version)
        .values(structures=structures, services=services, ouvertes=ouvertes, fermees=fermees)
    )
    conn.execute(text("ANALYZE structures, services"))


def _completer(conn: Connection) -> None:
    """Give rows of a format without State mark and dates those that are known."""
    conn.execute(
        text(
            "UPDATE annuaire_recu r SET etat = r.etat OR s.etat, debut = s.debut, fin = s.fin FROM structures s WHERE r.partielle "
            "AND r.code = '' AND s.siret = r.siret AND s.version_fin IS NULL AND (s.etat OR s.debut IS NOT NULL OR s.fin IS NOT NULL)"
        )
    )
    conn.execute(
        text(
            "UPDATE annuaire_recu r SET debut = s.debut, fin = s.fin FROM services s WHERE r.partielle AND s.siret = r.siret "
            "AND s.code = r.code AND s.version_fin IS NULL AND (s.debut IS NOT NULL OR s.fin IS NOT NULL)"
        )
    )


def _fermer(conn: Connection, table: str, cle: tuple[str, ...], colonnes: tuple[str, ...], sorte: str, mode: Mode, version: int) -> int:
    """Close the rows that changed and, in a full import, those that were not received. Names of tables and columns are our own."""
    recue = f"SELECT FROM annuaire_recu r WHERE {sorte} AND {_memes(cle, 's')}"
    egale = f"{_liste(colonnes, 'r')} IS NOT DISTINCT FROM {_liste(colonnes, 's')}"
    condition = f"NOT EXISTS ({recue} AND {egale})" if mode is Mode.COMPLET else f"EXISTS ({recue} AND NOT {egale})"
    requete = f"UPDATE {table} s SET version_fin = :version WHERE s.version_fin IS NULL AND {condition}"  # noqa: S608 - our own names
    return conn.execute(text(requete), {"version": version}).rowcount


def _ouvrir(conn: Connection, table: str, cle: tuple[str, ...], colonnes: tuple[str, ...], sorte: str, version: int) -> int:
    """Insert the rows received that have none in force."""
    requete = (
        f"INSERT INTO {table} ({', '.join(colonnes)}, version_debut) "  # noqa: S608 - our own names
        f"SELECT {', '.join(f'r.{nom}' for nom in colonnes)}, :version FROM annuaire_recu r "
        f"WHERE {sorte} AND NOT EXISTS (SELECT FROM {table} s WHERE s.version_fin IS NULL AND {_memes(cle, 's')})"
    )
    return conn.execute(text(requete), {"version": version}).rowcount


def _memes(cle: tuple[str, ...], alias: str) -> str:
    return " AND ".join(f"r.{nom} = {alias}.{nom}" for nom in cle)


def _liste(colonnes: tuple[str, ...], alias: str) -> str:
    return f"({', '.join(f'{alias}.{nom}' for nom in colonnes)})"


def _purger(conn: Connection, le: datetime) -> None:
    c = t.annuaire_versions.c
    ancienne = select(func.max(c.version)).where(c.importe_le < le - HISTORIQUE).scalar_subquery()
    for table in (t.structures, t.services):
        conn.execute(table.delete().where(table.c.version_fin <= ancienne))
