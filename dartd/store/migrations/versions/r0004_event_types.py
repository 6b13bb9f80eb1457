"""An index of the events' types and topics, so that those of one kind are found and counted."""

from alembic import op

revision = "r0004"
down_revision = "r0003"


def upgrade() -> None:
    """Make it."""
    op.create_index("ix_events_type_topic", "events", ["event_type", "topic"])
