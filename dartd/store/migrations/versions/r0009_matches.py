"""Matches."""

import sqlalchemy as sa
from alembic import op

revision = "r0009"
down_revision = "r0008"

_SECONDS = sa.Float(53).with_variant(sa.REAL(), "sqlite")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "matches",
        sa.Column("match_id", sa.Text, primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False, unique=True),
        sa.Column("board_id", sa.Text),
        sa.Column("game", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("created_at_s", _SECONDS, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("matches_status", "matches", ["status", "seq"])
    op.create_index("matches_board", "matches", ["board_id", "seq"])
    op.create_table(
        "match_players",
        sa.Column("player_id", sa.Text, primary_key=True),
        sa.Column("match_id", sa.Text, primary_key=True),
    )
    op.create_index("match_players_match", "match_players", ["match_id"])
