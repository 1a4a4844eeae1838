"""Connection records: what a partner may do, its history, its certificates."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "r0006"
down_revision = "r0004"

_INSTANT = sa.DateTime(timezone=True)

# Until now every partner could send every interface. It keeps that right, and needs a certificate before its next flow.
_REPRISE = """
UPDATE partenaires SET etat = CASE WHEN actif THEN 'qualification' ELSE 'suspendu' END;
INSERT INTO abonnements (partenaire_id, interface, sens)
  SELECT id, interface, 'emission' FROM partenaires, unnest(ARRAY[
    'FSO1100A', 'FSO1106A', 'FSO1110A', 'FSO1113A', 'FSO1116A', 'FSO1117A', 'FSO1120A', 'FSO1140A', 'FSO1146A', 'FSO1147A']) AS interface
  UNION ALL SELECT id, interface, 'reception' FROM partenaires, unnest(ARRAY['FEN1202A', 'FSO1301A']) AS interface;
INSERT INTO historique (partenaire_id, le, par, action, motif, fiche)
  SELECT id, cree_le, 'r0006', 'reprise', 'partenaire enregistré avant les fiches de raccordement', jsonb_build_object(
    'code_application', code_application, 'raison_sociale', nom, 'dossier', dossier, 'siren', NULL, 'siret', NULL,
    'protocole', protocole, 'environnement', environnement, 'etat', etat, 'reseau', reseau, 'contacts', contacts, 'fin', NULL,
    'abonnements', (SELECT jsonb_agg(jsonb_build_object('interface', interface, 'sens', sens) ORDER BY sens, interface)
                    FROM abonnements WHERE partenaire_id = partenaires.id))
  FROM partenaires;
"""
_IMMUABLE = """
CREATE FUNCTION historique_immuable() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'the history of connection records is append-only' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER historique_immuable BEFORE UPDATE OR DELETE ON historique FOR EACH ROW EXECUTE FUNCTION historique_immuable();
CREATE TRIGGER historique_entier BEFORE TRUNCATE ON historique FOR EACH STATEMENT EXECUTE FUNCTION historique_immuable();
"""


def _parmi(table: str, column: str, *values: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} IN ({', '.join(map(repr, values))})", name=op.f(f"ck_{table}_{column}"))


def upgrade() -> None:
    """Apply the revision."""
    _fiches()
    op.create_table(
        "abonnements",
        sa.Column("partenaire_id", sa.BigInteger(), nullable=False),
        sa.Column("interface", sa.String(length=8), nullable=False),
        sa.Column("sens", sa.Text(), nullable=False),
        _parmi("abonnements", "sens", "emission", "reception"),
        sa.ForeignKeyConstraint(["partenaire_id"], ["partenaires.id"], name=op.f("fk_abonnements_partenaires")),
        sa.PrimaryKeyConstraint("partenaire_id", "interface", "sens", name=op.f("pk_abonnements")),
    )
    op.create_table(
        "historique",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("partenaire_id", sa.BigInteger(), nullable=False),
        sa.Column("le", _INSTANT, nullable=False),
        sa.Column("par", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("motif", sa.Text()),
        sa.Column("fiche", postgresql.JSONB(), nullable=False),
        sa.Column("detail", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.ForeignKeyConstraint(["partenaire_id"], ["partenaires.id"], name=op.f("fk_historique_partenaires")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_historique")),
    )
    op.create_index("ix_historique_partenaire", "historique", ["partenaire_id", "le", "id"])
    _certificats()
    op.execute(_REPRISE)
    op.drop_column("partenaires", "actif")
    op.execute(_IMMUABLE)


def _fiches() -> None:
    for column in (
        sa.Column("siren", sa.String(length=9)),
        sa.Column("siret", sa.String(length=14)),
        sa.Column("protocole", sa.Text(), server_default="SFTP", nullable=False),
        sa.Column("environnement", sa.Text(), server_default="qualification", nullable=False),
        sa.Column("etat", sa.Text(), server_default="demande", nullable=False),
        sa.Column("reseau", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("contacts", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("fin", sa.Date()),
    ):
        op.add_column("partenaires", column)
    for name, condition in (
        ("protocole", "protocole IN ('SFTP', 'AS2', 'AS4', 'PESIT')"),
        ("environnement", "environnement IN ('qualification', 'production')"),
        ("etat", "etat IN ('demande', 'qualification', 'production', 'suspendu', 'clos')"),
        ("siren_du_siret", "siret IS NULL OR siren IS NOT DISTINCT FROM left(siret, 9)"),
    ):
        op.create_check_constraint(op.f(f"ck_partenaires_{name}"), "partenaires", condition)


def _certificats() -> None:
    op.create_table(
        "certificats_partenaire",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("partenaire_id", sa.BigInteger(), nullable=False),
        sa.Column("empreinte", sa.CHAR(length=64), nullable=False),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.Column("chaine", postgresql.ARRAY(sa.LargeBinary()), server_default=sa.text("'{}'::bytea[]"), nullable=False),
        sa.Column("not_before", _INSTANT, nullable=False),
        sa.Column("not_after", _INSTANT, nullable=False),
        sa.Column("cle_ssh", sa.Text(), nullable=False),
        sa.Column("etat", sa.Text(), server_default="propose", nullable=False),
        sa.Column("en_vigueur_de", _INSTANT),
        sa.Column("en_vigueur_jusqu", _INSTANT),
        sa.Column("depose_le", _INSTANT, nullable=False),
        sa.Column("par", sa.Text(), nullable=False),
        _parmi("certificats_partenaire", "etat", "propose", "retenu", "refuse", "en_vigueur", "remplace", "revoque"),
        sa.CheckConstraint(
            "etat NOT IN ('en_vigueur', 'remplace') OR en_vigueur_de IS NOT NULL", name=op.f("ck_certificats_partenaire_en_vigueur_de")
        ),
        sa.CheckConstraint(
            "etat NOT IN ('remplace', 'revoque') OR en_vigueur_de IS NULL OR en_vigueur_jusqu IS NOT NULL",
            name=op.f("ck_certificats_partenaire_jusqu"),
        ),
        sa.CheckConstraint("en_vigueur_jusqu IS NULL OR en_vigueur_de IS NOT NULL", name=op.f("ck_certificats_partenaire_jusqu_de")),
        sa.ForeignKeyConstraint(["partenaire_id"], ["partenaires.id"], name=op.f("fk_certificats_partenaire_partenaires")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificats_partenaire")),
        sa.UniqueConstraint("empreinte", name=op.f("uq_certificats_partenaire_empreinte")),
    )
    op.create_index("ix_certificats_partenaire_partenaire_id", "certificats_partenaire", ["partenaire_id"])


def downgrade() -> None:
    """Undo it. The history goes with it."""
    op.add_column("partenaires", sa.Column("actif", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.execute("UPDATE partenaires SET actif = etat IN ('qualification', 'production')")
    op.drop_table("certificats_partenaire")
    op.drop_table("historique")
    op.execute("DROP FUNCTION historique_immuable")
    op.drop_table("abonnements")
    for name in ("siren_du_siret", "etat", "environnement", "protocole"):
        op.drop_constraint(f"ck_partenaires_{name}", "partenaires")
    for column in ("fin", "contacts", "reseau", "etat", "environnement", "protocole", "siret", "siren"):
        op.drop_column("partenaires", column)
