"""Sessions of players."""

import sqlalchemy as sa
from alembic import op

revision = "r0013"
down_revision = "r0012"

_SECONDS = sa.Float(53).with_variant(sa.REAL(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "sessions",
        sa.Column("session_id", sa.Text, primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False, unique=True),
        sa.Column("player_id", sa.Text),
        sa.Column("board_id", sa.Text, nullable=False),
        sa.Column("entry_s", _SECONDS, nullable=False),
        sa.Column("exit_s", _SECONDS),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("sessions_player", "sessions", ["player_id", "entry_s"])
    op.create_index("sessions_entry", "sessions", ["entry_s"])
