"""The directory of the ledger, as the rules ask it: cached, bounded, always one version at a time.

An import closes rows and opens others under a new version, in one transaction; a reader names the version it reads, so that it sees
the old directory or the new one, whole, whichever of its questions come before or after the import.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, Table, and_, func, select

from flux.annuaire import Mode, Service, Structure
from flux.annuaire.modele import AUTRES_MAX
from flux.registre import tables as t
from flux.registre.cache import Cache
from flux.registre.connexion import Source, lecture
from flux.registre.copie import propre

#: Columns in the order of the fields of the values.
STRUCTURE = tuple(Structure.__dataclass_fields__)
SERVICE = tuple(Service.__dataclass_fields__)
#: Services read in advance with their structures, at most; the others are read when asked for.
SERVICES_D_AVANCE = 20_000


@dataclass(frozen=True, slots=True)
class EtatAnnuaire:
    """One version of the directory. :ivar version: from 1. :ivar fichiers: names of what was imported.

    :ivar produit_le: when the export was made, ``None`` when it does not say. :ivar importe_le: when it was imported, UTC.
    :ivar structures: in force after the import, active or not. :ivar services: likewise.
    :ivar ouvertes: structures and services that the import added or changed. :ivar fermees: that it changed or removed.
    """

    version: int
    mode: Mode
    fichiers: tuple[str, ...]
    produit_le: datetime | None
    importe_le: datetime
    structures: int
    services: int
    ouvertes: int
    fermees: int


def etat_annuaire(source: Source) -> EtatAnnuaire | None:
    """Return the version in force, ``None`` when none was ever imported. Raises ErreurRegistre when the ledger does not answer."""
    requete = select(t.annuaire_versions).order_by(t.annuaire_versions.c.version.desc()).limit(1)
    with lecture(source, "etat_annuaire") as conn:
        row = conn.execute(requete).mappings().one_or_none()
    return None if row is None else EtatAnnuaire(**{**row, "mode": Mode(row["mode"]), "fichiers": tuple(row["fichiers"])})


class AnnuaireRegistre:
    """Answers to :class:`flux.annuaire.Annuaire` from the ledger. Safe to share between threads.

    Answers are cached, *no such structure* too; the least recently asked leave first. A new version is looked for at most every
    ``frequence`` seconds, when a check of a recipient opens. Every question may raise ErreurRegistre.

    :param taille: structures, and as many services, kept at most; about 700 bytes each.
    :param frequence: seconds between two looks at the version; 0 looks each time.
    :param horloge: monotonic seconds.
    """

    def __init__(
        self, engine: Engine, *, taille: int = 50_000, frequence: float = 30.0, horloge: Callable[[], float] = time.monotonic
    ) -> None:
        self._engine = engine
        self._frequence = frequence
        self._horloge = horloge
        self._version = 0
        self._echeance = float("-inf")
        # The version is part of every key: an answer read for one version can never serve for another, and those of the last one age out.
        self._structure = Cache(taille, self._lire_structure)
        self._service = Cache(taille, self._lire_service)
        self._du_code = Cache(taille, self._lire_structures_du_service)

    @property
    def version(self) -> int:
        """See :attr:`flux.annuaire.Annuaire.version`."""
        self._rafraichir()
        return self._version

    def structure(self, siret: str) -> Structure | None:
        """See :meth:`flux.annuaire.Annuaire.structure`."""
        self._rafraichir()
        return self._structure((self._version, siret))

    def service(self, siret: str, code: str) -> Service | None:
        """See :meth:`flux.annuaire.Annuaire.service`."""
        return self._service((self._version or self.version, siret, code))

    def structures_du_service(self, code: str) -> tuple[Structure, ...]:
        """See :meth:`flux.annuaire.Annuaire.structures_du_service`."""
        return self._du_code((self._version or self.version, code))

    def structure_du_service_etat(self, code: str) -> Structure | None:
        """See :meth:`flux.annuaire.Annuaire.structure_du_service_etat`."""
        self._rafraichir()
        return next((one for one in self._du_code((self._version, code)) if one.etat), None)

    def _rafraichir(self) -> None:
        now = self._horloge()
        if now < self._echeance:
            return
        with lecture(self._engine, "annuaire.version") as conn:
            self._version = conn.execute(select(func.coalesce(func.max(t.annuaire_versions.c.version), 0))).scalar_one()
        self._echeance = now + self._frequence

    def precharger(self, sirets: Iterable[str]) -> None:
        """See :meth:`flux.annuaire.Annuaire.precharger`: two questions for all the structures and their services."""
        version = self.version
        wanted = sorted(siret for siret in set(sirets) if (version, siret) not in self._structure and tenable(siret)) if version else []
        if not wanted:
            return
        s, v = t.structures, t.services
        structures = select(*(s.c[nom] for nom in STRUCTURE)).where(s.c.siret.in_(wanted), dans_la_version(s, version))
        services = select(*(v.c[nom] for nom in SERVICE)).where(v.c.siret.in_(wanted), dans_la_version(v, version))
        with lecture(self._engine, "annuaire.precharger") as conn:
            found = {row.siret: Structure(*row) for row in conn.execute(structures)}
            for row in conn.execute(services.limit(SERVICES_D_AVANCE)):
                self._service.poser((version, row.siret, row.code), Service(*row))
        for siret in wanted:
            self._structure.poser((version, siret), found.get(siret))

    def _lire_structure(self, cle: tuple[int, str]) -> Structure | None:
        version, siret = cle
        if not tenable(siret):
            return None
        s = t.structures
        requete = select(*(s.c[nom] for nom in STRUCTURE)).where(s.c.siret == siret, dans_la_version(s, version))
        with lecture(self._engine, "annuaire.structure") as conn:
            row = conn.execute(requete).one_or_none()
        return None if row is None else Structure(*row)

    def _lire_service(self, cle: tuple[int, str, str]) -> Service | None:
        version, siret, code = cle
        if not tenable(siret, code):
            return None
        s = t.services
        requete = select(*(s.c[nom] for nom in SERVICE)).where(s.c.siret == siret, s.c.code == code, dans_la_version(s, version))
        with lecture(self._engine, "annuaire.service") as conn:
            row = conn.execute(requete).one_or_none()
        return None if row is None else Service(*row)

    def _lire_structures_du_service(self, cle: tuple[int, str]) -> tuple[Structure, ...]:
        version, code = cle
        if not tenable(code):
            return ()
        s, v = t.structures, t.services
        requete = (
            select(*(s.c[nom] for nom in STRUCTURE))
            .join(v, v.c.siret == s.c.siret)
            .where(v.c.code == code, dans_la_version(v, version), dans_la_version(s, version))
            .order_by(s.c.etat.desc(), v.c.actif.desc(), s.c.siret)
            .limit(AUTRES_MAX)
        )
        with lecture(self._engine, "annuaire.structures_du_service") as conn:
            return tuple(Structure(*row) for row in conn.execute(requete))


def dans_la_version(table: Table, version: int) -> ColumnElement[bool]:
    """Return the condition that a row of ``structures`` or ``services`` is in force for ``version``."""
    debut, fin = table.c.version_debut, table.c.version_fin
    return and_(debut <= version, fin.is_(None) | (fin > version))


def tenable(*textes: str) -> bool:
    """Tell whether PostgreSQL can hold every text: what it cannot hold is in no table, and must not be asked for as something else."""
    return all(propre(texte) == texte for texte in textes)
