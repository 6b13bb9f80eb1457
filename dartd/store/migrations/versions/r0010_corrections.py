"""Corrections."""

import sqlalchemy as sa
from alembic import op

revision = "r0010"
down_revision = "r0009"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "corrections",
        sa.Column("correction_id", sa.Text, primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False, unique=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("match_id", sa.Text),
        sa.Column("dart_id", sa.Text),
        sa.Column("player_id", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
    )
    for name in ("status", "match", "dart", "player"):
        column = name if name == "status" else f"{name}_id"
        op.create_index(f"corrections_{name}", "corrections", [column, "seq"])
