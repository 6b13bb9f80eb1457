"""Accounts, keys, limits, audit, players, throws and visits. The tables that follow the journal are filled when the store is opened."""

import sqlalchemy as sa
from alembic import op

revision = "r0002"
down_revision = "r0001"

_SECONDS = sa.Float(53).with_variant(sa.REAL(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _people()
    _play()
    _bookkeeping()


def _people() -> None:
    op.create_table(
        "users",
        sa.Column("user_id", sa.Text, primary_key=True),
        sa.Column("username", sa.Text, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("player_id", sa.Text),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("rate_limit", sa.Integer),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at_s", _SECONDS, nullable=False),
        sa.Column("last_login_at_s", _SECONDS),
    )
    op.create_table(
        "keys",
        sa.Column("key_id", sa.Text, primary_key=True),
        sa.Column("key_hash", sa.Text, nullable=False, unique=True),
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("permissions", sa.Text),
        sa.Column("rate_limit", sa.Integer),
        sa.Column("created_at_s", _SECONDS, nullable=False),
        sa.Column("expires_at_s", _SECONDS),
        sa.Column("last_used_at_s", _SECONDS),
    )
    op.create_index("ix_keys_user_id", "keys", ["user_id"])
    op.create_table(
        "refresh_families",
        sa.Column("family_id", sa.Text, primary_key=True),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("created_at_s", _SECONDS, nullable=False),
        sa.Column("expires_at_s", _SECONDS, nullable=False),
        sa.Column("revoked", sa.Boolean, nullable=False),
    )
    op.create_index("ix_refresh_families_user_id", "refresh_families", ["user_id"])
    op.create_table(
        "players",
        sa.Column("player_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("badge_id", sa.Text, unique=True),
        sa.Column("group_name", sa.Text),
        sa.Column("skill_level", sa.Text),
        sa.Column("boards", sa.Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at_s", _SECONDS, nullable=False),
        sa.Column("updated_at_s", _SECONDS, nullable=False),
    )
    op.create_index("players_name", "players", ["deleted", "name", "player_id"])
    op.create_index("players_created", "players", ["deleted", "created_at_s", "player_id"])


def _play() -> None:
    op.create_table(
        "throws",
        sa.Column("throw_id", sa.Text, primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False, unique=True),
        sa.Column("at_s", _SECONDS, nullable=False),
        sa.Column("visit_id", sa.Text, nullable=False),
        sa.Column("dart_number", sa.Integer),
        sa.Column("player_id", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("ring", sa.Text),
        sa.Column("sector", sa.Integer),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("x_mm", _SECONDS),
        sa.Column("y_mm", _SECONDS),
        sa.Column("confidence", _SECONDS),
        sa.Column("uncertainty_mm", _SECONDS),
        sa.Column("corrected", sa.Boolean, nullable=False),
    )
    op.create_index("ix_throws_visit_id", "throws", ["visit_id"])
    op.create_index("throws_player", "throws", ["player_id", "seq"])
    op.create_index("throws_label", "throws", ["label", "seq"])
    op.create_table(
        "visits",
        sa.Column("visit_id", sa.Text, primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False, unique=True),
        sa.Column("at_s", _SECONDS, nullable=False),
        sa.Column("player_id", sa.Text),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("revised", sa.Boolean, nullable=False),
        sa.Column("throws", sa.Text, nullable=False),
    )
    op.create_index("visits_player", "visits", ["player_id", "seq"])


def _bookkeeping() -> None:
    op.create_table(
        "audit",
        sa.Column("audit_id", sa.Integer, primary_key=True),
        sa.Column("at_s", _SECONDS, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("entity_type", sa.Text, nullable=False),
        sa.Column("entity_id", sa.Text),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("trace_id", sa.Text, nullable=False),
    )
    op.create_index("audit_user", "audit", ["user_id", "audit_id"])
    op.create_index("audit_entity", "audit", ["entity_type", "entity_id", "audit_id"])
    op.create_table("limits", sa.Column("key", sa.Text, primary_key=True), sa.Column("full_at_s", _SECONDS, nullable=False))
    op.create_table(
        "idempotency",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("at_s", _SECONDS, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("headers", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_idempotency_at_s", "idempotency", ["at_s"])
