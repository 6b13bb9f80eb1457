"""The key that a key was made with."""

import sqlalchemy as sa
from alembic import op

revision = "r0007"
down_revision = "r0006"


def upgrade() -> None:
    """Add the column; of keys that exist it is not known."""
    op.add_column("keys", sa.Column("made_by", sa.Text))
    op.create_index("ix_keys_made_by", "keys", ["made_by"])
