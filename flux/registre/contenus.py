"""Which rows need a content of the staging store, said once: retention, the bin of orphans and the balance ask here."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, text

#: Table → which of its rows need the content of their digest: it must be in the store.
EXIGES: Mapping[str, str] = {
    "flux": "original_purge_le IS NULL",
    "sorties": "octets_purges_le IS NULL",
    "pieces_declarees": "true",
    "pieces_jointes": "declaree",  # an invoice took it from a declaration, withdrawn since perhaps; others came inside the original
}
#: Which may need it: rows from before revision r0016 do not say where an attachment came from.
NOMMES: Mapping[str, str] = {**EXIGES, "pieces_jointes": "true"}

_NOMMES = " OR ".join(f"EXISTS (SELECT FROM {table} x WHERE x.sha256 = d.sha256 AND {which})" for table, which in NOMMES.items())
_NOMMEES = f"SELECT d.sha256 FROM unnest(CAST(:empreintes AS character(64)[])) AS d (sha256) WHERE {_NOMMES}"  # noqa: S608  constants


def nommees(conn: Connection, empreintes: Collection[str]) -> set[str]:
    """Return those of the digests that a row may need."""
    return set(conn.execute(text(_NOMMEES), {"empreintes": list(empreintes)}).scalars()) if empreintes else set()


def est_connu(conn: Connection, sha256: str, *, garde: bool = False) -> bool:
    """Return whether any row names this content now. :param garde: whether one still needs it to be in the store."""
    requete = "SELECT EXISTS (SELECT FROM {} WHERE sha256 = :sha256 AND {})"
    return any(
        conn.execute(text(requete.format(table, which if garde else "true")), {"sha256": sha256}).scalar_one()
        for table, which in (EXIGES if garde else NOMMES).items()
    )
