"""Photos of players; the player's row has the photo's fingerprint."""

import sqlalchemy as sa
from alembic import op

revision = "r0003"
down_revision = "r0002"


def upgrade() -> None:
    """Add them."""
    op.add_column("players", sa.Column("photo", sa.Text))
    op.create_table(
        "photos",
        sa.Column("player_id", sa.Text, primary_key=True),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
