"""The journal of flows and its seals, append-only."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "r0011"
down_revision = "r0010"

_GENRES = (
    "reprise", "recu", "repete", "ouvert", "verdict", "repondu", "statut", "rejet_traite", "envoi", "emis", "retire", "purge", "remis",
)  # fmt: skip
_IMMUABLE = """
CREATE FUNCTION journal_immuable() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'restrict_violation'; END $$;
"""
_DECLENCHEURS = """
CREATE TRIGGER {table}_immuable BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION journal_immuable();
CREATE TRIGGER {table}_entier BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION journal_immuable();
"""
# Flows of before: their journal begins with what the ledger knew of them.
_CONNUS = "SELECT id, nom, sha256, taille, recu_le, etat, statut, jeu_de_regles AS jeu, now() AS le FROM flux ORDER BY id"


def upgrade() -> None:
    """Apply the revision."""
    op.create_table(
        "journal",
        sa.Column("flux_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rang", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("le", sa.DateTime(timezone=True), nullable=False),
        sa.Column("genre", sa.Text(), nullable=False),
        sa.Column("sujet", sa.Text(), nullable=False),
        sa.Column("texte", sa.Text(), nullable=False),
        sa.Column("empreinte", sa.CHAR(length=64), nullable=False),
        sa.CheckConstraint(f"genre IN ({', '.join(map(repr, _GENRES))})", name=op.f("ck_journal_genre")),
        sa.ForeignKeyConstraint(["flux_id"], ["flux.id"], name=op.f("fk_journal_flux")),
        sa.PrimaryKeyConstraint("flux_id", "rang", name=op.f("pk_journal")),
        sa.UniqueConstraint("flux_id", "genre", "sujet", name=op.f("uq_journal_flux_id_genre_sujet")),
    )
    op.create_index("ix_journal_le", "journal", ["le"], postgresql_using="brin")
    op.create_table(
        "sceaux",
        sa.Column("numero", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("jour", sa.Date(), nullable=False),
        sa.Column("texte", sa.Text(), nullable=False),
        sa.Column("empreinte", sa.CHAR(length=64), nullable=False),
        sa.PrimaryKeyConstraint("numero", name=op.f("pk_sceaux")),
        sa.UniqueConstraint("jour", name=op.f("uq_sceaux_jour")),
    )
    op.create_table(
        "sceaux_tetes",
        sa.Column("flux_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sceau", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rang", sa.Integer(), nullable=False),
        sa.Column("empreinte", sa.CHAR(length=64), nullable=False),
        sa.ForeignKeyConstraint(["sceau"], ["sceaux.numero"], name=op.f("fk_sceaux_tetes_sceaux")),
        sa.PrimaryKeyConstraint("flux_id", "sceau", name=op.f("pk_sceaux_tetes")),
    )
    op.create_index("ix_sceaux_tetes_sceau", "sceaux_tetes", ["sceau"])
    _reprendre()
    op.execute(_IMMUABLE)
    for table in ("journal", "sceaux", "sceaux_tetes"):
        op.execute(_DECLENCHEURS.format(table=table))


def _reprendre() -> None:
    """Begin the chain of every flow; the form of an entry as it is at this revision."""
    conn = op.get_bind()
    insertion = sa.text("INSERT INTO journal VALUES (:flux_id, 0, :le, 'reprise', '', :texte, :empreinte)")
    for rows in conn.execute(sa.text(_CONNUS)).mappings().partitions(2000):
        conn.execute(insertion, [_entree(dict(row)) for row in rows])


def _entree(row: dict[str, Any]) -> dict[str, object]:
    flux_id, le = row.pop("id"), row.pop("le")
    contenu = row | {"recu_le": _instant(row["recu_le"])}
    texte = json.dumps(
        {"v": 1, "flux": flux_id, "rang": 0, "precedent": None, "le": _instant(le), "genre": "reprise", "sujet": "", "contenu": contenu},
        ensure_ascii=False, sort_keys=True, separators=(",", ":"),
    )  # fmt: skip
    return {"flux_id": flux_id, "le": le, "texte": texte, "empreinte": hashlib.sha256(texte.encode()).hexdigest()}


def _instant(le: datetime) -> str:
    return le.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def downgrade() -> None:
    """Undo it. The journal goes with it: keep the seals elsewhere first."""
    op.drop_table("sceaux_tetes")
    op.drop_table("sceaux")
    op.drop_table("journal")
    op.execute("DROP FUNCTION journal_immuable")
