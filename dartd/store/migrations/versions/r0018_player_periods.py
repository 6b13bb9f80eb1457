"""Sums of the legs of players over weeks, computed from the journal when the store is opened."""

import sqlalchemy as sa
from alembic import op

revision = "r0018"
down_revision = "r0017"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "player_periods",
        sa.Column("player_id", sa.Text, primary_key=True),
        sa.Column("period", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("game", sa.Text, primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
    )
