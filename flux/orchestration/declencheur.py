"""The watcher of the SFTP server: one open connection, every partner's ``in``, an event when files are ready.

Lives in Airflow's triggerer. An event is a wake-up, never the unit of work: Airflow merges events, and the reception looks again
for itself. A server that is down, or a folder that cannot be read, is logged and tried again; nothing ends the watch.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any

import structlog
from airflow.triggers.base import BaseEventTrigger, TriggerEvent

from flux.transport.prets import ENTREE, Depot, Scan, candidat, dossier_partenaire

if TYPE_CHECKING:
    from asyncssh import SFTPClient

CONNEXION = "flux_sftp"
_RECUL_MAX = 60.0
_DELAI = 60.0
"""Seconds one look may take before the connection is held for dead."""

_journal = structlog.get_logger(__name__)


class DepotTrigger(BaseEventTrigger):
    """Yields an event when deposited files are ready, and again while they stay unclaimed.

    :param conn_id: Airflow connection (type sftp) of the platform's account.
    :param racine: folder that holds one folder a partner; none is ``FLUX_SFTP_RACINE`` of the triggerer, asked when the watch begins.
    :param dossiers: partner folders to watch; none finds them under ``racine``, anew at each look.
    :param intervalle: seconds between two looks; two equal looks make a file ready, so that is also the least delay.
    :param rappel: seconds after which files still there are announced again.
    """

    def __init__(
        self,
        conn_id: str = CONNEXION,
        racine: str | None = None,
        dossiers: Sequence[str] | None = None,
        intervalle: float = 1.0,
        rappel: float = 60.0,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # airflow's base class has no annotations
        self.conn_id, self.racine, self.dossiers = conn_id, racine, list(dossiers) if dossiers is not None else None
        self.intervalle, self.rappel = intervalle, rappel

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return what the triggerer rebuilds this watcher from."""
        arguments = {nom: getattr(self, nom) for nom in ("conn_id", "racine", "dossiers", "intervalle", "rappel")}
        return f"{type(self).__module__}.{type(self).__qualname__}", arguments

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Watch for ever; each event's payload is ``{"prets": files, "dossiers": folders that hold them}``."""
        import asyncssh  # noqa: PLC0415  # 180 ms that the parsing of a DAG file does not need
        from airflow.providers.sftp.hooks.sftp import SFTPHookAsync  # noqa: PLC0415  # same reason
        from airflow.sdk.exceptions import AirflowException  # noqa: PLC0415  # same reason

        from flux.config import reglages  # noqa: PLC0415  # same reason

        self.racine = self.racine or reglages().sftp_racine
        recul = 1.0
        annonces = _Annonces(self.rappel)
        while True:
            try:
                async with SFTPHookAsync(sftp_conn_id=self.conn_id).get_managed_conn() as sftp:
                    _journal.info("surveillance_ouverte", conn_id=self.conn_id, racine=self.racine)
                    while True:
                        vus = await asyncio.wait_for(self._regarder(sftp), _DELAI)
                        recul = 1.0
                        if prets := annonces.a_dire(vus, asyncio.get_running_loop().time()):
                            _journal.info("depots_prets", prets=len(prets))
                            yield _evenement(prets)
                        await asyncio.sleep(self.intervalle)
            # ValueError: a key of the connection that cannot be read; AirflowException: no such connection yet
            except (OSError, asyncssh.Error, AirflowException, ValueError) as panne:
                _journal.warning("surveillance_coupee", conn_id=self.conn_id, panne=repr(panne), reprise_dans=recul)
                await asyncio.sleep(recul)
                recul = min(recul * 2, _RECUL_MAX)

    async def _regarder(self, sftp: SFTPClient) -> list[Depot]:
        """Return what may be taken in every partner's ``in``, asked for all at once on the one connection."""
        dossiers = self.dossiers
        if dossiers is None:
            racine = self.racine or "/"
            trouves = (dossier_partenaire(racine, nom, mode) for nom, mode, _, _ in await _noms(sftp, racine))
            dossiers = [dossier for dossier in trouves if dossier is not None]
        entrees = [f"{dossier}/{ENTREE}" for dossier in dossiers]
        lus = await asyncio.gather(*(_noms(sftp, entree) for entree in entrees))
        vus = (candidat(entree, *nom) for entree, noms in zip(entrees, lus, strict=True) for nom in noms)
        return [depot for depot in vus if depot is not None]


def _evenement(prets: list[Depot]) -> TriggerEvent:
    charge = {"prets": len(prets), "dossiers": sorted({depot.dossier for depot in prets})}
    return TriggerEvent(charge)  # type: ignore[no-untyped-call]  # airflow's class has no annotations


class _Annonces:
    """Decides what is worth an event: what became ready, or what stays ready for too long."""

    def __init__(self, rappel: float) -> None:
        self._scan, self._rappel = Scan(), rappel
        self._dites: dict[Depot, float] = {}

    def a_dire(self, vus: list[Depot], maintenant: float) -> list[Depot]:
        """Return the ready files if at least one of them was not announced for ``rappel`` seconds, else nothing."""
        prets = self._scan.regarder(vus)
        encore = set(prets)
        self._dites = {depot: dite for depot, dite in self._dites.items() if depot in encore}
        if all(maintenant - self._dites.get(depot, -self._rappel) < self._rappel for depot in prets):
            return []
        self._dites = dict.fromkeys(prets, maintenant)
        return prets


async def _noms(sftp: SFTPClient, dossier: str) -> list[tuple[bytes, int | None, int | None, int | None]]:
    """Return ``(name, mode, size, mtime)`` of a folder's entries; a folder that cannot be read is logged and has none."""
    import asyncssh  # noqa: PLC0415  # see DepotTrigger.run

    try:
        entrees = await sftp.readdir(dossier.encode())
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPPermissionDenied) as refus:
        _journal.warning("dossier_illisible", path=dossier, panne=str(refus))
        return []
    return [(os.fsencode(e.filename), e.attrs.permissions, e.attrs.size, e.attrs.mtime) for e in entrees if e.filename not in {b".", b".."}]
