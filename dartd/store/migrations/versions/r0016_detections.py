"""The published and the true bed of each dart."""

import sqlalchemy as sa
from alembic import op

revision = "r0016"
down_revision = "r0015"

_SECONDS = sa.Float(53).with_variant(sa.REAL(), "sqlite")


def upgrade() -> None:
    """Add the table; it is filled from the journal when the store is opened."""
    op.create_table(
        "detections",
        sa.Column("throw_id", sa.Text, primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False, unique=True),
        sa.Column("at_s", _SECONDS, nullable=False),
        sa.Column("board_id", sa.Text, nullable=False),
        sa.Column("player_id", sa.Text),
        sa.Column("visit_id", sa.Text, nullable=False),
        sa.Column("dart_number", sa.Integer),
        sa.Column("published", sa.Text, nullable=False),
        sa.Column("truth", sa.Text),
        sa.Column("corrected_at_s", _SECONDS),
    )
    op.create_index("detections_visit", "detections", ["visit_id"])
    op.create_index("detections_published", "detections", ["published", "at_s"])
    op.create_index("detections_corrected", "detections", ["corrected_at_s"])
