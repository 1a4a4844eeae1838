"""The tables of the ledger that hold the journal and its seals. See :mod:`flux.registre.tables`.

Append-only: triggers of revision r0011 refuse UPDATE, DELETE and TRUNCATE.
"""

from __future__ import annotations

from sqlalchemy import CHAR, BigInteger, Column, Date, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from flux.modele.journal import Genre
from flux.registre.socle import instant, metadata, parmi

journal = Table(
    "journal",
    metadata,
    Column("flux_id", BigInteger, ForeignKey("flux.id"), primary_key=True, autoincrement=False),
    Column("rang", Integer, primary_key=True, autoincrement=False),
    instant("le", nullable=False),
    Column("genre", Text, nullable=False),
    Column("sujet", Text, nullable=False),
    Column("texte", Text, nullable=False),  # what is hashed; the other columns say what it says, to search by
    Column("empreinte", CHAR(64), nullable=False),
    UniqueConstraint("flux_id", "genre", "sujet"),
    parmi("genre", Genre),
    Index("ix_journal_le", "le", postgresql_using="brin"),
)

sceaux = Table(
    "sceaux",
    metadata,
    Column("numero", Integer, primary_key=True, autoincrement=False),
    Column("jour", Date, nullable=False, unique=True),
    Column("texte", Text, nullable=False),
    Column("empreinte", CHAR(64), nullable=False),
)

# Where the chain of a flow stood at a seal, when it had grown since the one before.
sceaux_tetes = Table(
    "sceaux_tetes",
    metadata,
    Column("flux_id", BigInteger, primary_key=True, autoincrement=False),
    Column("sceau", Integer, ForeignKey("sceaux.numero"), primary_key=True, autoincrement=False),
    Column("rang", Integer, nullable=False),
    Column("empreinte", CHAR(64), nullable=False),
    Index("ix_sceaux_tetes_sceau", "sceau"),
)
