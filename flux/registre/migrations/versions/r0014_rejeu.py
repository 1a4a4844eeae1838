"""The journal may tell that a flow was judged again."""

from alembic import op

revision = "r0014"
down_revision = "r0013"

_AVANT = (
    "reprise", "recu", "repete", "ouvert", "verdict", "repondu", "statut", "rejet_traite", "envoi", "emis", "retire", "purge", "remis",
)  # fmt: skip


def upgrade() -> None:
    """Apply the revision."""
    _admettre((*_AVANT, "rejoue"))


def downgrade() -> None:
    """Undo it. Refused by the database once a flow was judged again: the journal forgets nothing."""
    _admettre(_AVANT)


def _admettre(genres: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_journal_genre"), "journal")
    op.create_check_constraint(op.f("ck_journal_genre"), "journal", f"genre IN ({', '.join(map(repr, genres))})")
