"""The tables of the ledger that say who a partner is: its record, certificates, trusted lists. See :mod:`flux.registre.tables`."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    CHAR,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from flux.modele.raccordement import DECISIONS_CERTIFICAT, EtatCertificat, EtatFiche, Protocole, Sens
from flux.referentiel.interfaces import Environnement
from flux.registre.socle import instant, metadata, parmi

partenaires = Table(
    "partenaires",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("code_application", CHAR(6), nullable=False, unique=True),
    Column("nom", Text, nullable=False),
    Column("dossier", Text, nullable=False, unique=True),
    instant("cree_le", nullable=False),
    # The rest of the connection record: one row is one fiche. Its subscriptions and certificates have their tables.
    Column("siren", String(9)),
    Column("siret", String(14)),
    Column("protocole", Text, nullable=False, server_default=Protocole.SFTP.value),
    Column("environnement", Text, nullable=False, server_default=Environnement.QUALIFICATION.value),  # the furthest it is open in
    Column("etat", Text, nullable=False, server_default=EtatFiche.DEMANDE.value),
    Column("reseau", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("contacts", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("fin", Date),  # last day of exchanges, Europe/Paris
    parmi("protocole", Protocole),
    parmi("environnement", Environnement),
    parmi("etat", EtatFiche),
    CheckConstraint("siret IS NULL OR siren IS NOT DISTINCT FROM left(siret, 9)", name="siren_du_siret"),
)

abonnements = Table(
    "abonnements",
    metadata,
    Column("partenaire_id", BigInteger, ForeignKey("partenaires.id"), primary_key=True),
    Column("interface", String(8), primary_key=True),
    Column("sens", Text, primary_key=True),
    parmi("sens", Sens),
)

# Append-only: a trigger of revision r0006 refuses UPDATE, DELETE and TRUNCATE.
historique = Table(
    "historique",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("partenaire_id", BigInteger, ForeignKey("partenaires.id"), nullable=False),
    instant("le", nullable=False),
    Column("par", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("motif", Text),
    Column("fiche", JSONB, nullable=False),  # the whole record after the change: what was allowed at a given time is read here
    Column("detail", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Index("ix_historique_partenaire", "partenaire_id", "le", "id"),
)

certificats_partenaire = Table(
    "certificats_partenaire",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("partenaire_id", BigInteger, ForeignKey("partenaires.id"), nullable=False),
    Column("empreinte", CHAR(64), nullable=False, unique=True),  # SHA-256 of the DER: no two partners share a certificate
    Column("der", LargeBinary, nullable=False),
    Column("chaine", ARRAY(LargeBinary), nullable=False, server_default=text("'{}'::bytea[]")),  # issuers, leaf's own first
    instant("not_before", nullable=False),
    instant("not_after", nullable=False),
    Column("cle_ssh", Text, nullable=False),  # OpenSSH text of the public key: type and base64
    Column("etat", Text, nullable=False, server_default=EtatCertificat.PROPOSE.value),
    instant("en_vigueur_de"),
    instant("en_vigueur_jusqu"),
    instant("depose_le", nullable=False),
    Column("par", Text, nullable=False),
    parmi("etat", EtatCertificat),
    CheckConstraint("etat NOT IN ('en_vigueur', 'remplace') OR en_vigueur_de IS NOT NULL", name="en_vigueur_de"),
    CheckConstraint("etat NOT IN ('remplace', 'revoque') OR en_vigueur_de IS NULL OR en_vigueur_jusqu IS NOT NULL", name="jusqu"),
    CheckConstraint("en_vigueur_jusqu IS NULL OR en_vigueur_de IS NOT NULL", name="jusqu_de"),
    Index("ix_certificats_partenaire_partenaire_id", "partenaire_id"),
)

# Public structures whose invoices a partner receives.
representations = Table(
    "representations",
    metadata,
    Column("siret", String(14), primary_key=True),
    Column("partenaire_id", BigInteger, nullable=False),
    ForeignKeyConstraint(["partenaire_id"], ["partenaires.id"]),
    Index("ix_representations_partenaire_id", "partenaire_id"),
)

verdicts_certificat = Table(
    "verdicts_certificat",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("certificat_id", BigInteger, ForeignKey("certificats_partenaire.id"), nullable=False),
    instant("le", nullable=False),
    Column("decision", Text, nullable=False),
    instant("reverifier_le"),
    Column("lignes", JSONB, nullable=False),  # one object a check, as the JSON of the command line
    parmi("decision", DECISIONS_CERTIFICAT),
    Index("ix_verdicts_certificat_dernier", "certificat_id", "id"),
)

# What was told to a partner of a certificate: each thing once by each way.
preavis = Table(
    "preavis",
    metadata,
    Column("certificat_id", BigInteger, ForeignKey("certificats_partenaire.id"), primary_key=True),
    Column("objet", Text, primary_key=True),  # days before the end, or what happened; by mail, also a digest of the address
    Column("voie", Text, primary_key=True),
    instant("le", nullable=False),
    parmi("voie", ("courriel", "fichier")),
)

listes_de_confiance = Table(
    "listes_de_confiance",
    metadata,
    Column("territoire", Text, primary_key=True),
    Column("numero", BigInteger, nullable=False),
    Column("source", Text, nullable=False),  # address or file
    Column("sha256", CHAR(64), nullable=False),
    instant("emise_le", nullable=False),
    instant("prochaine", nullable=False),
    instant("importee_le", nullable=False),
)

autorites = Table(
    "autorites",
    metadata,
    Column("territoire", Text, ForeignKey("listes_de_confiance.territoire"), primary_key=True),
    Column("empreinte", CHAR(64), primary_key=True),
    Column("der", LargeBinary, nullable=False),
    Column("prestataire", Text, nullable=False),
    Column("nom", Text, nullable=False),
    Column("statut", Text, nullable=False),
)

adresses_verification = Table(
    "adresses_verification",
    metadata,
    Column("adresse", Text, primary_key=True),
    Column("echecs", Integer, nullable=False, server_default=text("0")),
    instant("ouvert_jusqu_au"),
    Column("panne", Text),
    Column("vers", Text),
    instant("dernier_succes"),
    instant("dernier_echec"),
)
