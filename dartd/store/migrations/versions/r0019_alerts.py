"""Alerts and anomalies."""

import sqlalchemy as sa
from alembic import op

revision = "r0019"
down_revision = "r0018"

_SECONDS = sa.Float(53).with_variant(sa.REAL(), "sqlite")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "alerts",
        sa.Column("alert_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at_s", _SECONDS, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("alert_type", "severity", "status")),
        sa.Column("acknowledged", sa.Boolean, nullable=False),
        sa.Column("camera_id", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("alerts_at", "alerts", ["at_s"])
    op.create_index("alerts_status", "alerts", ["status", "at_s"])
    op.create_table(
        "anomalies",
        sa.Column("anomaly_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at_s", _SECONDS, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("anomaly_type", "severity")),
        sa.Column("resolved", sa.Boolean, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("anomalies_at", "anomalies", ["at_s"])
