"""What Alembic runs: the migrations of the ledger on the connection :func:`flux.registre.migrations.migrer` gives.

From the ``alembic`` command (to write a new revision) the ledger of this process's settings is used.
"""

from alembic import context
from sqlalchemy import Connection

from flux.config import reglages
from flux.registre.connexion import moteur
from flux.registre.tables import metadata


def _migrer(conn: Connection) -> None:
    context.configure(connection=conn, target_metadata=metadata, compare_server_default=True)
    with context.begin_transaction():
        context.run_migrations()


_connection = context.config.attributes.get("connection")
if _connection is not None:
    _migrer(_connection)
else:
    with moteur(reglages()).begin() as _conn:
        _migrer(_conn)
