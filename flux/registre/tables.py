"""The tables of the ledger. PostgreSQL only; the migrations are what creates them, a test holds that both agree.

Amounts, quantities and rates are unbounded NUMERIC (written as received), instants are ``timestamptz``. The tables that COPY
fills have natural keys, so that no id has to come back. Foreign keys there point along primary keys only.
"""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    CHAR,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from flux.modele.verdict import Decision
from flux.referentiel.anomalies import Severite
from flux.referentiel.statuts import STATUTS_FACTURE, STATUTS_FLUX
from flux.registre.socle import instant, metadata, parmi
from flux.registre.tables_annuaire import annuaire_versions, pieces_declarees, pieces_retirees, services, structures
from flux.registre.tables_exploitation import battements
from flux.registre.tables_journal import journal, sceaux, sceaux_tetes
from flux.registre.tables_raccordement import (
    abonnements,
    adresses_verification,
    autorites,
    certificats_partenaire,
    historique,
    listes_de_confiance,
    partenaires,
    preavis,
    representations,
    verdicts_certificat,
)
from flux.registre.valeurs import REPETE, EtatFlux, EtatSortie, EtatTranche, IssueLigne

__all__ = [
    "abonnements",
    "adresses_verification",
    "annuaire_versions",
    "anomalies",
    "autorites",
    "battements",
    "certificats_partenaire",
    "entretiens",
    "envois",
    "factures",
    "flux",
    "historique",
    "journal",
    "lignes",
    "lignes_statut",
    "listes_de_confiance",
    "lots",
    "membres",
    "metadata",
    "numeros",
    "partenaires",
    "pieces_declarees",
    "pieces_jointes",
    "pieces_retirees",
    "preavis",
    "rejets_traites",
    "representations",
    "sceaux",
    "sceaux_tetes",
    "services",
    "sorties",
    "statuts",
    "structures",
    "tranches",
    "transitions_refusees",
    "verdicts_certificat",
]


lots = Table(
    "lots",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("partenaire_id", ForeignKey("partenaires.id"), nullable=False),
    instant("cree_le", nullable=False),
    instant("lance_le"),
    Index("ix_lots_a_lancer", "id", postgresql_where=text("lance_le IS NULL")),
    Index("ix_lots_lance_le", "lance_le"),
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
    instant("depose_le"),
    instant("recu_le", nullable=False),
    Column("etat", Text, nullable=False, server_default=EtatFlux.RECU.value),
    Column("statut", Text),
    Column("repete_de", BigInteger, ForeignKey("flux.id")),
    Column("tient_identifiant", Boolean, nullable=False, server_default=text("false")),
    Column("jeu_de_regles", Text),
    Column("membres", Integer),
    Column("acceptees", Integer),
    Column("rejetees", Integer),
    Column("illisibles", Integer),
    instant("repondu_le"),
    instant("original_purge_le"),  # its bytes are gone; the row and the digest stay. recu_le: they were never kept
    UniqueConstraint("partenaire_id", "reclamation"),
    parmi("etat", EtatFlux),
    parmi("statut", (*STATUTS_FLUX, REPETE)),
    CheckConstraint(f"(etat = '{EtatFlux.REPONDU}') = (statut IS NOT NULL)", name="statut_si_repondu"),
    CheckConstraint(f"(statut IS NOT DISTINCT FROM '{REPETE}') = (repete_de IS NOT NULL)", name="repete_de"),
    CheckConstraint("NOT tient_identifiant OR identifiant IS NOT NULL", name="identifiant_tenu"),
    Index("uq_flux_identifiant_tenu", "partenaire_id", "identifiant", unique=True, postgresql_where=text("tient_identifiant")),
    Index("ix_flux_sans_lot", "partenaire_id", "id", postgresql_where=text("lot_id IS NULL AND etat <> 'repondu'")),
    Index("ix_flux_lot_id", "lot_id"),
    Index("ix_flux_en_cours", "recu_le", postgresql_where=text("etat <> 'repondu'")),
    Index("ix_flux_sha256", "sha256", postgresql_using="hash"),
    Index("ix_flux_originaux", "recu_le", postgresql_where=text("original_purge_le IS NULL")),
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
    instant("purge_le"),
    parmi("etat", EtatTranche),
    Index("ix_tranches_gardees", "flux_id", postgresql_where=text("purge_le IS NULL")),
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
    parmi("decision", Decision),
    CheckConstraint("tranche_rang IS NOT NULL OR decision IS NOT NULL", name="tranche_ou_decision"),
    ForeignKeyConstraint(["flux_id", "tranche_rang"], ["tranches.flux_id", "tranches.rang"]),
    # partial: without statistics it would serve as well as the key to find one member, and read all of the flow for each
    Index("ix_membres_tranche", "flux_id", "tranche_rang", postgresql_where=text("tranche_rang IS NOT NULL")),
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
    parmi("etat", STATUTS_FACTURE),
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
    Column("declaree", Boolean, nullable=False, server_default=false()),  # its bytes are in the staging store, not in the original
    ForeignKeyConstraint(["flux_id", "membre_rang"], ["factures.flux_id", "factures.membre_rang"]),
    Index("ix_pieces_jointes_sha256", "sha256", postgresql_using="hash"),
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
    parmi("severity", Severite),
)

statuts = Table(
    "statuts",
    metadata,
    Column("flux_id", BigInteger, primary_key=True),
    Column("membre_rang", Integer, primary_key=True, autoincrement=False),
    Column("rang", Integer, primary_key=True, autoincrement=False),
    Column("code", Text, nullable=False),
    instant("horodatage", nullable=False),
    Column("complement", Text),
    Column("commentaire", Text),
    Column("motifs", JSONB),  # [[code, text], …]
    # Of a status that came after the first one: who set it, when, the line of a deposited flow it comes from, what else that line said.
    Column("par", Text),
    instant("pose_le"),
    Column("source_flux_id", BigInteger),
    Column("source_membre_rang", Integer),
    Column("source_rang", Integer),
    Column("detail", JSONB),
    Column("a_emettre", Boolean, nullable=False, server_default=text("false")),  # no lifecycle file tells of it yet
    parmi("code", STATUTS_FACTURE),
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
    instant("horodatage"),
    Column("issue", Text, nullable=False),
    Column("facture_flux_id", BigInteger),
    Column("facture_membre_rang", Integer),
    Column("statut_rang", Integer),
    parmi("issue", IssueLigne),
    parmi("statut", STATUTS_FACTURE),
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
    instant("horodatage", nullable=False),
    Column("issue", Text, nullable=False),
    Column("par", Text, nullable=False),
    instant("le", nullable=False),
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
    instant("le", nullable=False),
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
    instant("cree_le", nullable=False),
    instant("emise_le"),
    Column("emissions", Integer, nullable=False, server_default=text("0")),
    instant("retiree_le"),  # seen to be gone from the partner's folder
    instant("purgee_le"),  # removed from the partner's folder, where it stayed too long
    instant("octets_purges_le"),  # its bytes are gone from the store too
    parmi("etat", EtatSortie),
    UniqueConstraint("partenaire_id", "numero"),
    Index("ix_sorties_a_emettre", "partenaire_id", "id", postgresql_where=text("etat = 'a_emettre'")),
    Index("ix_sorties_flux_id", "flux_id"),
    Index("ix_sorties_sha256", "sha256", postgresql_using="hash"),
    Index("ix_sorties_octets", "emise_le", postgresql_where=text("octets_purges_le IS NULL")),
    Index(
        "ix_sorties_en_place", "partenaire_id", "emise_le",
        postgresql_where=text("etat = 'emise' AND retiree_le IS NULL AND purgee_le IS NULL"),
    ),
)  # fmt: skip

# What each upkeep removed, kept and why: the report that its run printed.
entretiens = Table(
    "entretiens",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    instant("le", nullable=False),
    Column("rapport", JSONB, nullable=False),
)

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
    instant("cree_le", nullable=False),
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
    Index("ix_envois_refuses", "id", postgresql_where=text("refus IS NOT NULL")),
)  # fmt: skip
