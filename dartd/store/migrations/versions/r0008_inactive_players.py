"""Players that were deleted are inactive, and can be brought back."""

from alembic import op

revision = "r0008"
down_revision = "r0007"


def upgrade() -> None:
    """Show them again; they were made inactive when they were deleted."""
    op.execute("UPDATE players SET deleted = false")
