"""The tables of the ledger. PostgreSQL only; the migrations are what creates them, a test holds that both agree.

Amounts, quantities and rates are unbounded NUMERIC (written as received), instants are ``timestamptz``. The tables that COPY
fills have natural keys, so that no id has to come back. Foreign keys there point along primary keys only.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import (
    ARRAY,
    CHAR,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from flux.annuaire.modele import Mode
from flux.modele.raccordement import DECISIONS_CERTIFICAT, EtatCertificat, EtatFiche, Protocole, Sens
from flux.modele.verdict import Decision
from flux.referentiel.anomalies import Severite
from flux.referentiel.interfaces import Environnement
from flux.referentiel.statuts import STATUTS_FACTURE, STATUTS_FLUX
from flux.registre.valeurs import REPETE, EtatFlux, EtatSortie, EtatTranche, IssueLigne

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def _instant(name: str, *, nullable: bool = True) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _parmi(column: str, values: Iterable[str]) -> CheckConstraint:
    """A CHECK that ``column`` is NULL or one of ``values``; the values come from our own tables, never from outside."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(str(value)) for value in values)})", name=column)


partenaires = Table(
    "partenaires",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("code_application", CHAR(6), nullable=False, unique=True),
    Column("nom", Text, nullable=False),
    Column("dossier", Text, nullable=False, unique=True),
    _instant("cree_le", nullable=False),
    # The rest of the connection record: one row is one fiche. Its subscriptions and certificates have their tables.
    Column("siren", String(9)),
    Column("siret", String(14)),
    Column("protocole", Text, nullable=False, server_default=Protocole.SFTP.value),
    Column("environnement", Text, nullable=False, server_default=Environnement.QUALIFICATION.value),  # the furthest it is open in
    Column("etat", Text, nullable=False, server_default=EtatFiche.DEMANDE.value),
    Column("reseau", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("contacts", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("fin", Date),  # last day of exchanges, Europe/Paris
    _parmi("protocole", Protocole),
    _parmi("environnement", Environnement),
    _parmi("etat", EtatFiche),
    CheckConstraint("siret IS NULL OR siren IS NOT DISTINCT FROM left(siret, 9)", name="siren_du_siret"),
)

abonnements = Table(
    "abonnements",
    metadata,
    Column("partenaire_id", BigInteger, ForeignKey("partenaires.id"), primary_key=True),
    Column("interface", String(8), primary_key=True),
    Column("sens", Text, primary_key=True),
    _parmi("sens", Sens),
)

# Append-only: a trigger of revision r0006 refuses UPDATE, DELETE and TRUNCATE.
historique = Table(
    "historique",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("partenaire_id", BigInteger, ForeignKey("partenaires.id"), nullable=False),
    _instant("le", nullable=False),
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
    _instant("not_before", nullable=False),
    _instant("not_after", nullable=False),
    Column("cle_ssh", Text, nullable=False),  # OpenSSH text of the public key: type and base64
    Column("etat", Text, nullable=False, server_default=EtatCertificat.PROPOSE.value),
    _instant("en_vigueur_de"),
    _instant("en_vigueur_jusqu"),
    _instant("depose_le", nullable=False),
    Column("par", Text, nullable=False),
    _parmi("etat", EtatCertificat),
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
    _instant("le", nullable=False),
    Column("decision", Text, nullable=False),
    _instant("reverifier_le"),
    Column("lignes", JSONB, nullable=False),  # one object a check, as the JSON of the command line
    _parmi("decision", DECISIONS_CERTIFICAT),
    Index("ix_verdicts_certificat_dernier", "certificat_id", "id"),
)

# What was told to a partner of a certificate: each thing once by each way.
preavis = Table(
    "preavis",
    metadata,
    Column("certificat_id", BigInteger, ForeignKey("certificats_partenaire.id"), primary_key=True),
    Column("objet", Text, primary_key=True),  # days before the end, or what happened
    Column("voie", Text, primary_key=True),
    _instant("le", nullable=False),
    _parmi("voie", ("courriel", "fichier")),
)

listes_de_confiance = Table(
    "listes_de_confiance",
    metadata,
    Column("territoire", Text, primary_key=True),
    Column("numero", BigInteger, nullable=False),
    Column("source", Text, nullable=False),  # address or file
    Column("sha256", CHAR(64), nullable=False),
    _instant("emise_le", nullable=False),
    _instant("prochaine", nullable=False),
    _instant("importee_le", nullable=False),
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
    _instant("ouvert_jusqu_au"),
    Column("panne", Text),
    Column("vers", Text),
    _instant("dernier_succes"),
    _instant("dernier_echec"),
)

lots = Table(
    "lots",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("partenaire_id", ForeignKey("partenaires.id"), nullable=False),
    _instant("cree_le", nullable=False),
    _instant("lance_le"),
    Index("ix_lots_a_lancer", "id", postgresql_where=text("lance_le IS NULL")),
)

flux = Table(
    "flux",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("partenaire_id", ForeignKey("partenaires.id"), nullable=False),
    Column("lot_id", ForeignKey("lots.id")),
    Column("nom", Text, nullable=False),
    Column("reclamation", Text, nullable=False),
    Column("identifiant", String(25)),
    Column("interface", String(8)),
    Column("sha256", CHAR(64), nullable=False),
    Column("taille", BigInteger, nullable=False),
    _instant("depose_le"),
    _instant("recu_le", nullable=False),
    Column("etat", Text, nullable=False, server_default=EtatFlux.RECU.value),
    Column("statut", Text),
    Column("repete_de", BigInteger, ForeignKey("flux.id")),
    Column("tient_identifiant", Boolean, nullable=False, server_default=text("false")),
    Column("jeu_de_regles", Text),
    Column("membres", Integer),
    Column("acceptees", Integer),
    Column("rejetees", Integer),
    Column("illisibles", Integer),
    _instant("repondu_le"),
    UniqueConstraint("partenaire_id", "reclamation"),
    _parmi("etat", EtatFlux),
    _parmi("statut", (*STATUTS_FLUX, REPETE)),
    CheckConstraint(f"(etat = '{EtatFlux.REPONDU}') = (statut IS NOT NULL)", name="statut_si_repondu"),
    CheckConstraint(f"(statut IS NOT DISTINCT FROM '{REPETE}') = (repete_de IS NOT NULL)", name="repete_de"),
    CheckConstraint("NOT tient_identifiant OR identifiant IS NOT NULL", name="identifiant_tenu"),
    Index("uq_flux_identifiant_tenu", "partenaire_id", "identifiant", unique=True, postgresql_where=text("tient_identifiant")),
    Index("ix_flux_sans_lot", "partenaire_id", "id", postgresql_where=text("lot_id IS NULL AND etat <> 'repondu'")),
    Index("ix_flux_lot_id", "lot_id"),
)

tranches = Table(
    "tranches",
    metadata,
    Column("flux_id", BigInteger, ForeignKey("flux.id"), primary_key=True),
    Column("rang", Integer, primary_key=True, autoincrement=False),
    Column("cle", Text, nullable=False),
    Column("nombre", Integer, nullable=False),
    Column("octets", BigInteger, nullable=False),
    Column("etat", Text, nullable=False, server_default=EtatTranche.A_TRAITER.value),
    _parmi("etat", EtatTranche),
)

membres = Table(
    "membres",
    metadata,
    Column("flux_id", BigInteger, ForeignKey("flux.id"), primary_key=True),
    Column("rang", Integer, primary_key=True, autoincrement=False),
    Column("nom", Text, nullable=False),
    Column("taille", BigInteger, nullable=False),
    Column("sha256", CHAR(64)),
    Column("tranche_rang", Integer),
    Column("debut", BigInteger),
    Column("decision", Text),
    Column("replis", ARRAY(Text)),  # official rule sets that the reference engine judged; NULL, nearly always: none
    _parmi("decision", Decision),
    CheckConstraint("tranche_rang IS NOT NULL OR decision IS NOT NULL", name="tranche_ou_decision"),
    ForeignKeyConstraint(["flux_id", "tranche_rang"], ["tranches.flux_id", "tranches.rang"]),
    Index("ix_membres_tranche", "flux_id", "tranche_rang"),
)

factures = Table(
    "factures",
    metadata,
    Column("flux_id", BigInteger, primary_key=True),
    Column("membre_rang", Integer, primary_key=True, autoincrement=False),
    Column("partenaire_id", BigInteger, nullable=False),  # the flow's own, kept here to search by; its foreign key is the flow's
    Column("etat", Text, nullable=False),
    Column("numero", Text),
    Column("date_emission", Date),
    Column("annee", SmallInteger),
    Column("type_code", Text),
    Column("devise", Text),
    Column("fournisseur_schema", Text),
    Column("fournisseur_id", Text),
    Column("fournisseur_siren", Text),
    Column("fournisseur_nom", Text),
    Column("fournisseur_pays", Text),
    Column("fournisseur_adresse_electronique", Text),
    Column("destinataire_id", Text),
    Column("destinataire_nom", Text),
    Column("code_service", Text),
    Column("engagement", Text),
    Column("contrat", Text),
    Column("cadre", Text),
    Column("profil", Text),
    Column("echeance", Date),
    Column("ht", Numeric),
    Column("tva", Numeric),
    Column("ttc", Numeric),
    Column("net_a_payer", Numeric),
    Column("detail", JSONB, nullable=False),
    Column("cle_unicite", LargeBinary),  # of an invoice that holds its number: see flux.registre.doublons
    _parmi("etat", STATUTS_FACTURE),
    ForeignKeyConstraint(["flux_id", "membre_rang"], ["membres.flux_id", "membres.rang"]),
    Index("uq_factures_cle_unicite", "cle_unicite", unique=True, postgresql_where=text("cle_unicite IS NOT NULL")),
    Index("ix_factures_numero", "numero", postgresql_using="hash"),  # a number may be longer than a tree takes
)

lignes = Table(
    "lignes",
    metadata,
    Column("flux_id", BigInteger, primary_key=True),
    Column("membre_rang", Integer, primary_key=True, autoincrement=False),
    Column("rang", Integer, primary_key=True, autoincrement=False),
    Column("identifiant", Text),
    Column("nom", Text),
    Column("quantite", Numeric),
    Column("unite", Text),
    Column("prix_net", Numeric),
    Column("montant", Numeric),
    Column("tva_categorie", Text),
    Column("tva_taux", Numeric),
    Column("detail", JSONB),
    # No foreign key: on five lines an invoice it takes a fifth of the time of a tranche. One transaction writes an invoice and its
    # lines, nothing else writes lines, and the balance counts those without invoice.
)

pieces_jointes = Table(
    "pieces_jointes",
    metadata,
    Column("flux_id", BigInteger, primary_key=True),
    Column("membre_rang", Integer, primary_key=True, autoincrement=False),
    Column("rang", Integer, primary_key=True, autoincrement=False),
    Column("nom", Text),
    Column("mime", Text),
    Column("taille", BigInteger),
    Column("sha256", CHAR(64)),
    Column("reference", Text),
    Column("description", Text),
    Column("uri", Text),
    ForeignKeyConstraint(["flux_id", "membre_rang"], ["factures.flux_id", "factures.membre_rang"]),
)

anomalies = Table(
    "anomalies",
    metadata,
    Column("flux_id", BigInteger, ForeignKey("flux.id"), primary_key=True),
    Column("membre_rang", Integer, primary_key=True, autoincrement=False),  # -1: the flow itself
    Column("rang", Integer, primary_key=True, autoincrement=False),
    Column("code", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("layer", Text, nullable=False),
    Column("member", Text),
    Column("path", Text),
    Column("line", Integer),
    Column("column_", Integer),
    Column("found", Text),
    Column("expected", Text),
    Column("fr", Text, nullable=False),
    Column("en", Text, nullable=False),
    _parmi("severity", Severite),
)

statuts = Table(
    "statuts",
    metadata,
    Column("flux_id", BigInteger, primary_key=True),
    Column("membre_rang", Integer, primary_key=True, autoincrement=False),
    Column("rang", Integer, primary_key=True, autoincrement=False),
    Column("code", Text, nullable=False),
    _instant("horodatage", nullable=False),
    Column("complement", Text),
    Column("commentaire", Text),
    Column("motifs", JSONB),  # [[code, text], …]
    # Of a status that came after the first one: who set it, when, the line of a deposited flow it comes from, what else that line said.
    Column("par", Text),
    _instant("pose_le"),
    Column("source_flux_id", BigInteger),
    Column("source_membre_rang", Integer),
    Column("source_rang", Integer),
    Column("detail", JSONB),
    Column("a_emettre", Boolean, nullable=False, server_default=text("false")),  # no lifecycle file tells of it yet
    _parmi("code", STATUTS_FACTURE),
    ForeignKeyConstraint(["flux_id", "membre_rang"], ["factures.flux_id", "factures.membre_rang"]),
    # The first status is left out: COPY writes it, and a message doubles none that a message did not bring.
    Index("uq_statuts_evenement", "flux_id", "membre_rang", "code", "horodatage", unique=True, postgresql_where=text("rang > 0")),
    Index("ix_statuts_a_emettre", "flux_id", "membre_rang", "rang", postgresql_where=text("a_emettre")),
)

# One status of a deposited flow of statuses, and what became of it.
lignes_statut = Table(
    "lignes_statut",
    metadata,
    Column("flux_id", BigInteger, primary_key=True),
    Column("membre_rang", Integer, primary_key=True, autoincrement=False),
    Column("rang", Integer, primary_key=True, autoincrement=False),
    Column("numero", Text),
    Column("code_lu", Text, nullable=False),
    Column("statut", Text),
    _instant("horodatage"),
    Column("issue", Text, nullable=False),
    Column("facture_flux_id", BigInteger),
    Column("facture_membre_rang", Integer),
    Column("statut_rang", Integer),
    _parmi("issue", IssueLigne),
    _parmi("statut", STATUTS_FACTURE),
    ForeignKeyConstraint(["flux_id", "membre_rang"], ["membres.flux_id", "membres.rang"]),
)

# Trace of what was asked of an invoice and refused.
transitions_refusees = Table(
    "transitions_refusees",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("flux_id", BigInteger, nullable=False),
    Column("membre_rang", Integer, nullable=False),
    Column("de", Text, nullable=False),
    Column("vers", Text, nullable=False),
    _instant("horodatage", nullable=False),
    Column("issue", Text, nullable=False),
    Column("par", Text, nullable=False),
    _instant("le", nullable=False),
    Column("source_flux_id", BigInteger),
    ForeignKeyConstraint(["flux_id", "membre_rang"], ["factures.flux_id", "factures.membre_rang"]),
    Index("ix_transitions_refusees_facture", "flux_id", "membre_rang"),
)

# "Traiter le rejet": a refused invoice that its supplier has dealt with leaves its list.
rejets_traites = Table(
    "rejets_traites",
    metadata,
    Column("flux_id", BigInteger, primary_key=True),
    Column("membre_rang", Integer, primary_key=True, autoincrement=False),
    Column("par", Text, nullable=False),
    _instant("le", nullable=False),
    ForeignKeyConstraint(["flux_id", "membre_rang"], ["factures.flux_id", "factures.membre_rang"]),
)

sorties = Table(
    "sorties",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("partenaire_id", ForeignKey("partenaires.id"), nullable=False),
    Column("flux_id", ForeignKey("flux.id")),  # the flow it answers; none for a grouped file, or one that tells of a certificate
    Column("numero", BigInteger),  # see flux.registre.numeros; none for a file older than the counters, or that tells of a certificate
    Column("interface", String(8), nullable=False),
    Column("nom", Text, nullable=False, unique=True),
    Column("sha256", CHAR(64), nullable=False),
    Column("taille", BigInteger, nullable=False),
    Column("cle", Text, nullable=False),
    Column("elements", Integer, nullable=False, server_default=text("1")),  # statuses or invoices inside
    Column("etat", Text, nullable=False, server_default=EtatSortie.A_EMETTRE.value),
    _instant("cree_le", nullable=False),
    _instant("emise_le"),
    Column("emissions", Integer, nullable=False, server_default=text("0")),
    _instant("retiree_le"),  # seen to be gone from the partner's folder
    _instant("purgee_le"),
    _parmi("etat", EtatSortie),
    UniqueConstraint("partenaire_id", "numero"),
    Index("ix_sorties_a_emettre", "partenaire_id", "id", postgresql_where=text("etat = 'a_emettre'")),
    Index("ix_sorties_flux_id", "flux_id"),
    Index(
        "ix_sorties_en_place", "partenaire_id", "emise_le",
        postgresql_where=text("etat = 'emise' AND retiree_le IS NULL AND purgee_le IS NULL"),
    ),
)  # fmt: skip

numeros = Table(
    "numeros",
    metadata,
    Column("partenaire_id", BigInteger, ForeignKey("partenaires.id"), primary_key=True, autoincrement=False),
    Column("premier", BigInteger, nullable=False),  # from it on, every number has its file
    Column("dernier", BigInteger, nullable=False),
)

# What is to leave in grouped files: written with the change it tells of, filled with its file when that is written.
envois = Table(
    "envois",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("partenaire_id", BigInteger, nullable=False),
    Column("interface", String(8), nullable=False),
    Column("flux_id", BigInteger, nullable=False),
    Column("membre_rang", Integer, nullable=False),
    Column("statut_rang", Integer, nullable=False),  # of a pivot: -1, then below with the rank of the status for which it leaves again
    _instant("cree_le", nullable=False),
    Column("octets", BigInteger, nullable=False),  # about, as it will be written
    Column("sortie_id", BigInteger),
    Column("refus", Text),  # why it can be in no file
    UniqueConstraint("flux_id", "membre_rang", "statut_rang", "interface", "partenaire_id"),
    ForeignKeyConstraint(["partenaire_id"], ["partenaires.id"]),
    ForeignKeyConstraint(["sortie_id"], ["sorties.id"]),
    ForeignKeyConstraint(["flux_id", "membre_rang"], ["factures.flux_id", "factures.membre_rang"]),
    Index(
        "ix_envois_a_grouper", "partenaire_id", "interface", "id", postgresql_where=text("sortie_id IS NULL AND refus IS NULL")
    ),
    Index("ix_envois_sortie_id", "sortie_id"),
)  # fmt: skip

annuaire_versions = Table(
    "annuaire_versions",
    metadata,
    Column("version", Integer, Identity(), primary_key=True),
    Column("mode", Text, nullable=False),
    Column("fichiers", JSONB, nullable=False),  # names
    _instant("produit_le"),
    _instant("importe_le", nullable=False),
    Column("structures", Integer, nullable=False),  # in force after the import, active or not
    Column("services", Integer, nullable=False),
    Column("ouvertes", Integer, nullable=False),  # rows of either kind that the import opened and closed
    Column("fermees", Integer, nullable=False),
    _parmi("mode", Mode),
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
    _instant("ajoutee_le", nullable=False),
    CheckConstraint("fournisseur_type BETWEEN 1 AND 7", name="fournisseur_type"),
)
