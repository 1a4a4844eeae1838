"""The tables of the ledger that hold the directory of public structures. See :mod:`flux.registre.tables`."""

from __future__ import annotations

from sqlalchemy import (
    CHAR,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Identity,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from flux.annuaire.modele import Mode
from flux.registre.socle import instant, metadata, parmi

annuaire_versions = Table(
    "annuaire_versions",
    metadata,
    Column("version", Integer, Identity(), primary_key=True),
    Column("mode", Text, nullable=False),
    Column("fichiers", JSONB, nullable=False),  # names
    instant("produit_le"),
    instant("importe_le", nullable=False),
    Column("structures", Integer, nullable=False),  # in force after the import, active or not
    Column("services", Integer, nullable=False),
    Column("ouvertes", Integer, nullable=False),  # rows of either kind that the import opened and closed
    Column("fermees", Integer, nullable=False),
    parmi("mode", Mode),
)


def _versions() -> tuple[Column[object], Column[object]]:
    """The versions a row of the directory is in force for: from ``version_debut`` on, before ``version_fin``.

    No foreign keys: the import, which alone writes these tables, takes both from the row of ``annuaire_versions`` it has just made.
    """
    return Column("version_debut", Integer, primary_key=True, autoincrement=False), Column("version_fin", Integer)


# SIRETs are varchar: a CHAR column compared with a text parameter would not use its index.
structures = Table(
    "structures",
    metadata,
    Column("siret", String(14), primary_key=True),
    Column("nom", Text, nullable=False),
    Column("actif", Boolean, nullable=False),
    Column("engagement_requis", Boolean, nullable=False),
    Column("service_requis", Boolean, nullable=False),
    Column("engagement_ou_service", Boolean, nullable=False),
    Column("moa", Boolean, nullable=False),
    Column("moa_unique", Boolean, nullable=False),
    Column("statut_mise_en_paiement", Boolean, nullable=False),
    Column("etat", Boolean, nullable=False),
    Column("debut", Date),
    Column("fin", Date),
    *_versions(),
    Index("uq_structures_en_cours", "siret", unique=True, postgresql_where=text("version_fin IS NULL")),
)

services = Table(
    "services",
    metadata,
    Column("code", String(100), primary_key=True),
    Column("siret", String(14), primary_key=True),
    Column("nom", Text, nullable=False),
    Column("actif", Boolean, nullable=False),
    Column("engagement_requis", Boolean, nullable=False),
    Column("debut", Date),
    Column("fin", Date),
    *_versions(),
    Index("uq_services_en_cours", "siret", "code", unique=True, postgresql_where=text("version_fin IS NULL")),
)

pieces_declarees = Table(
    "pieces_declarees",
    metadata,
    Column("fournisseur_type", SmallInteger, primary_key=True, autoincrement=False),  # TypeIdentifiant, 1 to 7
    Column("fournisseur_id", Text, primary_key=True),
    Column("reference", String(50), primary_key=True),
    Column("nom", Text, nullable=False),
    Column("mime", Text, nullable=False),
    Column("taille", BigInteger, nullable=False),
    Column("sha256", CHAR(64), nullable=False),
    Column("cle", Text, nullable=False),
    instant("ajoutee_le", nullable=False),
    CheckConstraint("fournisseur_type BETWEEN 1 AND 7", name="fournisseur_type"),
    Index("ix_pieces_declarees_sha256", "sha256", postgresql_using="hash"),
)

# Contents that a declaration named before it was withdrawn or replaced: the balance tells their bytes from those of a lost row.
pieces_retirees = Table("pieces_retirees", metadata, Column("sha256", CHAR(64), primary_key=True))
