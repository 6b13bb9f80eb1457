"""Formats."""

import sqlalchemy as sa
from alembic import op

revision = "r0011"
down_revision = "r0010"

_SECONDS = sa.Float(53).with_variant(sa.REAL(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "formats",
        sa.Column("format_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("tags", sa.Text, nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("format", sa.Text, nullable=False),
        sa.Column("sides", sa.Text, nullable=False),
        sa.Column("created_at_s", _SECONDS, nullable=False),
        sa.Column("updated_at_s", _SECONDS, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
