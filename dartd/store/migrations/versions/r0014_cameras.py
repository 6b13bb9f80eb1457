"""Cameras that are added over the API, and verdicts on throws."""

import sqlalchemy as sa
from alembic import op

revision = "r0014"
down_revision = "r0013"

_SECONDS = sa.Float(53).with_variant(sa.REAL(), "sqlite")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "cameras",
        sa.Column("camera_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("location", sa.Text),
        sa.Column("resolution", sa.Text, nullable=False),
        sa.Column("fps", _SECONDS, nullable=False),
        sa.Column("settings", sa.Text, nullable=False),
        sa.Column("created_at_s", _SECONDS, nullable=False),
        sa.Column("updated_at_s", _SECONDS, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "feedback",
        sa.Column("feedback_id", sa.Text, primary_key=True),
        sa.Column("throw_id", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("published_label", sa.Text, nullable=False),
        sa.Column("label", sa.Text),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("created_at_s", _SECONDS, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("hit", sa.Text),
    )
    op.create_index("feedback_throw", "feedback", ["throw_id"])
