"""Which keys of the staging store the ledger needs."""

from __future__ import annotations

import re
from collections.abc import Collection

from sqlalchemy import Connection, text

from flux.registre.purges import empreintes_libres

_TRANCHE = re.compile(r"tranches/([0-9]{12})/([0-9]{6})")
_TRANCHES = """
SELECT k.cle FROM unnest(CAST(:cles AS text[]), CAST(:flux AS bigint[]), CAST(:rangs AS integer[])) AS k (cle, flux_id, rang)
JOIN tranches b USING (flux_id, rang) WHERE b.cle = k.cle AND b.purge_le IS NULL
"""


def cles_libres(conn: Connection, cles: Collection[str]) -> list[str]:
    """Return the keys that no row of the ledger needs.

    Digests are held until the transaction ends: who registers a deposit or an attachment meanwhile waits, then sees what became of it.
    """
    digests = {one: one.rpartition("/")[2] for one in cles if one.startswith("sha256/")}
    free = set(empreintes_libres(conn, digests.values()))
    ranks = {one: found for one in cles if (found := _TRANCHE.fullmatch(one))}
    values = {"cles": list(ranks), "flux": [int(one[1]) for one in ranks.values()], "rangs": [int(one[2]) for one in ranks.values()]}
    needed = set(conn.execute(text(_TRANCHES), values).scalars())
    return [one for one in cles if (digests[one] in free if one in digests else one not in needed)]
