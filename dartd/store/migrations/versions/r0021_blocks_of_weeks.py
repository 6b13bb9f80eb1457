"""Sums of the legs of players over blocks of weeks too, computed from the journal when the store is opened; a wider index of their legs."""

import sqlalchemy as sa
from alembic import op

revision = "r0021"
down_revision = "r0020"


def upgrade() -> None:
    """Make the table again, with how many weeks a row has, and the index, so that counts and periods are read from it alone."""
    op.drop_index("player_legs_player", table_name="player_legs")
    op.create_index("player_legs_player", "player_legs", ["player_id", "at_s", "finished", "leg_number", "game", "match_id"])
    op.drop_table("player_periods")
    op.create_table(
        "player_periods",
        sa.Column("player_id", sa.Text, primary_key=True),
        sa.Column("weeks", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("period", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("game", sa.Text, primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
    )
