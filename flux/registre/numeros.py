"""Numbers of outgoing files: 1, 2, 3… for each partner, whatever the interface, without holes.

One row a partner, raised in the transaction that writes the outbox: rolled back, the number is given to the next file; two transactions
of one partner wait for each other there. So a partner who misses a number misses a file.
"""

from __future__ import annotations

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from flux.registre import tables as t


def prochain_numero(conn: Connection, partenaire_id: int) -> int:
    """Return the partner's next number and hold its counter until the transaction ends. Write the file's row before that."""
    return int(
        conn.execute(
            insert(t.numeros)
            .values(partenaire_id=partenaire_id, premier=1, dernier=1)
            .on_conflict_do_update(index_elements=["partenaire_id"], set_={"dernier": t.numeros.c.dernier + 1})
            .returning(t.numeros.c.dernier)
        ).scalar_one()
    )
