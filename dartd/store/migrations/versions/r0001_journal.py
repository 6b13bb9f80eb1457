"""The first tables: events of the board, calibrations of its cameras."""

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None

_SECONDS = sa.Float(53).with_variant(sa.REAL(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "metadata", sa.Column("key", sa.Text, primary_key=True), sa.Column("value", sa.Text, nullable=False), sqlite_strict=True
    )
    op.create_table(
        "events",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at_s", _SECONDS, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("event_type", sa.Text, nullable=False),
        sa.Column("wire", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "calibrations",
        sa.Column("camera_id", sa.Text, primary_key=True),
        sa.Column("at_s", _SECONDS, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sqlite_strict=True,
    )
