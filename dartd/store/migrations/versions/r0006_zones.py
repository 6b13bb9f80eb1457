"""Zones."""

import sqlalchemy as sa
from alembic import op

revision = "r0006"
down_revision = "r0005"

_SECONDS = sa.Float(53).with_variant(sa.REAL(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    text, number = ("zone_type", "color", "polygon_coords", "unit"), ("min", "max")
    op.create_table(
        "zones",
        sa.Column("zone_id", sa.Text, primary_key=True),
        sa.Column("camera_id", sa.Text),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("board_id", "name", *text)),
        *(sa.Column(name, sa.Integer, nullable=False) for name in number),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        *(sa.Column(name, _SECONDS, nullable=False) for name in ("created_at_s", "updated_at_s")),
    )
