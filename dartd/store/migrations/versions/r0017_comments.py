"""Comments."""

import sqlalchemy as sa
from alembic import op

revision = "r0017"
down_revision = "r0016"

_SECONDS = sa.Float(53).with_variant(sa.REAL(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "comments",
        sa.Column("comment_id", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("parent_type", "parent_id", "author", "text")),
        sa.Column("created_at_s", _SECONDS, nullable=False),
        sa.Column("edited_at_s", _SECONDS),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("comments_parent", "comments", ["parent_type", "parent_id", "created_at_s"])
