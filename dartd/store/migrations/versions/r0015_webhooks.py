"""Webhooks and their deliveries."""

import sqlalchemy as sa
from alembic import op

revision = "r0015"
down_revision = "r0014"

_SECONDS = sa.Float(53).with_variant(sa.REAL(), "sqlite")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "webhooks",
        sa.Column("webhook_id", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("name", "url", "description", "events", "retry_policy", "salt")),
        *(sa.Column(name, sa.Boolean, nullable=False) for name in ("is_active", "ssl_verify", "failing")),
        *(sa.Column(name, _SECONDS, nullable=False) for name in ("timeout_seconds", "created_at_s", "updated_at_s")),
        *(sa.Column(name, _SECONDS) for name in ("last_used_at_s", "rotated_at_s")),
        sa.Column("previous_salt", sa.Text),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("position", "version")),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("delivery_id", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("webhook_id", "event_type", "status")),
        sa.Column("attempts", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Integer) for name in ("seq", "last_status_code")),
        sa.Column("last_error", sa.Text),
        sa.Column("created_at_s", _SECONDS, nullable=False),
        *(sa.Column(name, _SECONDS) for name in ("next_attempt_at_s", "delivered_at_s", "duration_ms")),
    )
    op.create_index("webhook_deliveries_created", "webhook_deliveries", ["webhook_id", "created_at_s"])
