"""The tables of the store, as SQLAlchemy Core knows them; `migrations/` brings an older store here.

Times are seconds since 1970, formatted where people read them. Nothing here holds a secret: passwords are argon2id hashes, API
keys are SHA-256 of 256 random bits, refresh tokens are not stored at all.
"""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, Table, Text

from dartd.store import entity_table as tables_of_entities
from dartd.store import leg_tables, tournament_tables
from dartd.store.entity_table import SECONDS, entity_table
from schemas.api.cameras import Feedback, StoredCamera
from schemas.api.comments import Comment
from schemas.api.formats import StoredFormat
from schemas.api.webhooks import Webhook
from schemas.api.zones import Zone

METADATA = tables_of_entities.METADATA

metadata = Table("metadata", METADATA, Column("key", Text, primary_key=True), Column("value", Text, nullable=False), sqlite_strict=True)

events = Table(
    "events",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at_s", SECONDS, nullable=False),
    Column("topic", Text, nullable=False),
    Column("event_type", Text, nullable=False),
    Column("wire", LargeBinary, nullable=False),
    Column("board_id", Text, nullable=False, server_default=""),
    Index("ix_events_type_topic", "event_type", "topic"),
    sqlite_strict=True,
)

# What each decider of a board remembers, as of event `seq`: written in the commit of its events.
decider_memories = Table(
    "decider_memories",
    METADATA,
    Column("decider", Text, primary_key=True),
    Column("board_id", Text, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# The version that each projection's tables were built with, and the first event that could not be folded since.
projections = Table(
    "projections",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("failure", Text),
)

calibrations = Table(
    "calibrations",
    METADATA,
    Column("camera_id", Text, primary_key=True),
    Column("at_s", SECONDS, nullable=False),
    Column("body", Text, nullable=False),
    sqlite_strict=True,
)

users = Table(
    "users",
    METADATA,
    Column("user_id", Text, primary_key=True),
    Column("username", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("player_id", Text),
    Column("active", Boolean, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("rate_limit", Integer),
    Column("version", Integer, nullable=False),
    Column("created_at_s", SECONDS, nullable=False),
    Column("last_login_at_s", SECONDS),
)

keys = Table(
    "keys",
    METADATA,
    Column("key_id", Text, primary_key=True),
    Column("key_hash", Text, nullable=False, unique=True),
    Column("prefix", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("user_id", Text, index=True),
    Column("role", Text, nullable=False),
    Column("permissions", Text),
    Column("rate_limit", Integer),
    Column("created_at_s", SECONDS, nullable=False),
    Column("expires_at_s", SECONDS),
    Column("last_used_at_s", SECONDS),
    Column("made_by", Text, index=True),
)

families = Table(
    "refresh_families",
    METADATA,
    Column("family_id", Text, primary_key=True),
    Column("user_id", Text, nullable=False, index=True),
    Column("generation", Integer, nullable=False),
    Column("created_at_s", SECONDS, nullable=False),
    Column("expires_at_s", SECONDS, nullable=False),
    Column("revoked", Boolean, nullable=False),
)

audit = Table(
    "audit",
    METADATA,
    Column("audit_id", Integer, primary_key=True),
    Column("at_s", SECONDS, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("entity_type", Text, nullable=False),
    Column("entity_id", Text),
    Column("outcome", Text, nullable=False),
    Column("trace_id", Text, nullable=False),
    Index("audit_user", "user_id", "audit_id"),
    Index("audit_entity", "entity_type", "entity_id", "audit_id"),
)

players = Table(
    "players",
    METADATA,
    Column("player_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("badge_id", Text, unique=True),
    Column("group_name", Text),
    Column("skill_level", Text),
    Column("boards", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at_s", SECONDS, nullable=False),
    Column("updated_at_s", SECONDS, nullable=False),
    Column("photo", Text),
    Column("preferences", Text, nullable=False, server_default="{}"),
    Index("players_name", "deleted", "name", "player_id"),
    Index("players_created", "deleted", "created_at_s", "player_id"),
)

photos = Table(
    "photos",
    METADATA,
    Column("player_id", Text, primary_key=True),
    Column("media_type", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

cameras = entity_table("cameras", METADATA, StoredCamera)

# `hit` is the event of the throw, as it was published.
feedback = entity_table("feedback", METADATA, Feedback, Column("hit", Text))
Index("feedback_throw", feedback.c.throw_id)

comments = entity_table("comments", METADATA, Comment)
Index("comments_parent", comments.c.parent_type, comments.c.parent_id, comments.c.created_at_s)

formats = entity_table("formats", METADATA, StoredFormat, computed={"game", "builtin"})

zones = entity_table("zones", METADATA, Zone, computed={"current_occupancy"})

tournaments, lists, fixtures = tournament_tables.tournaments, tournament_tables.lists, tournament_tables.fixtures

webhooks = entity_table(
    "webhooks",
    METADATA,
    Webhook,
    Column("salt", Text, nullable=False),
    Column("previous_salt", Text),
    Column("rotated_at_s", SECONDS),
    Column("position", Integer, nullable=False),
    Column("failing", Boolean, nullable=False),
    computed={"status"},
)

webhook_deliveries = Table(
    "webhook_deliveries",
    METADATA,
    Column("delivery_id", Text, primary_key=True),
    Column("webhook_id", Text, nullable=False),
    Column("event_type", Text, nullable=False),
    Column("seq", Integer),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_status_code", Integer),
    Column("last_error", Text),
    Column("next_attempt_at_s", SECONDS),
    Column("created_at_s", SECONDS, nullable=False),
    Column("delivered_at_s", SECONDS),
    Column("duration_ms", SECONDS),
    Index("webhook_deliveries_created", "webhook_id", "created_at_s"),
)

throws = Table(
    "throws",
    METADATA,
    Column("throw_id", Text, primary_key=True),
    Column("seq", Integer, nullable=False, unique=True),
    Column("at_s", SECONDS, nullable=False),
    Column("visit_id", Text, nullable=False, index=True),
    Column("dart_number", Integer),
    Column("player_id", Text),
    Column("state", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("ring", Text),
    Column("sector", Integer),
    Column("points", Integer, nullable=False),
    Column("x_mm", SECONDS),
    Column("y_mm", SECONDS),
    Column("confidence", SECONDS),
    Column("uncertainty_mm", SECONDS),
    Column("corrected", Boolean, nullable=False),
    Column("board_id", Text, nullable=False, server_default=""),
    Index("throws_player", "player_id", "seq"),
    Index("throws_label", "label", "seq"),
)

visits = Table(
    "visits",
    METADATA,
    Column("visit_id", Text, primary_key=True),
    Column("seq", Integer, nullable=False, unique=True),
    Column("at_s", SECONDS, nullable=False),
    Column("player_id", Text),
    Column("total", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("revised", Boolean, nullable=False),
    Column("throws", Text, nullable=False),
    Column("board_id", Text, nullable=False, server_default=""),
    Index("visits_player", "player_id", "seq"),
)

# `body` is the match as GET answers it, without what other columns have.
matches = Table(
    "matches",
    METADATA,
    Column("match_id", Text, primary_key=True),
    Column("seq", Integer, nullable=False, unique=True),
    Column("board_id", Text),
    Column("game", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("created_at_s", SECONDS, nullable=False),
    Column("body", Text, nullable=False),
    Index("matches_status", "status", "seq"),
    Index("matches_board", "board_id", "seq"),
)

match_players = Table(
    "match_players",
    METADATA,
    Column("player_id", Text, primary_key=True),
    Column("match_id", Text, primary_key=True),
    Index("match_players_match", "match_id"),
)

# `body` is the correction as GET answers it.
corrections = Table(
    "corrections",
    METADATA,
    Column("correction_id", Text, primary_key=True),
    Column("seq", Integer, nullable=False, unique=True),
    Column("status", Text, nullable=False),
    Column("match_id", Text),
    Column("dart_id", Text),
    Column("player_id", Text),
    Column("body", Text, nullable=False),
    Index("corrections_status", "status", "seq"),
    Index("corrections_match", "match_id", "seq"),
    Index("corrections_dart", "dart_id", "seq"),
    Index("corrections_player", "player_id", "seq"),
)

FIGURES, player_legs, leg_beds = leg_tables.FIGURES, leg_tables.player_legs, leg_tables.leg_beds
player_periods, match_visits, free_visits = leg_tables.player_periods, leg_tables.match_visits, leg_tables.free_visits

# `body` is the session as GET answers it, without what other columns have.
sessions = Table(
    "sessions",
    METADATA,
    Column("session_id", Text, primary_key=True),
    Column("seq", Integer, nullable=False, unique=True),
    Column("player_id", Text),
    Column("board_id", Text, nullable=False),
    Column("entry_s", SECONDS, nullable=False),
    Column("exit_s", SECONDS),
    Column("body", Text, nullable=False),
    Index("sessions_player", "player_id", "entry_s"),
    Index("sessions_entry", "entry_s"),
)

# The bed of each dart as the cameras published it (`published`), and what a correction made of it.
detections = Table(
    "detections",
    METADATA,
    Column("throw_id", Text, primary_key=True),
    Column("seq", Integer, nullable=False, unique=True),
    Column("at_s", SECONDS, nullable=False),
    Column("board_id", Text, nullable=False),
    Column("player_id", Text),
    Column("visit_id", Text, nullable=False),
    Column("dart_number", Integer),
    Column("published", Text, nullable=False),
    Column("truth", Text),
    Column("corrected_at_s", SECONDS),
    Index("detections_visit", "visit_id"),
    Index("detections_published", "published", "at_s"),
    Index("detections_corrected", "corrected_at_s"),
)

# `body` is the alert as GET answers it; so it is of anomalies.
alerts = Table(
    "alerts",
    METADATA,
    Column("alert_id", Integer, primary_key=True, autoincrement=False),
    Column("at_s", SECONDS, nullable=False),
    Column("alert_type", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("acknowledged", Boolean, nullable=False),
    Column("camera_id", Text),
    Column("body", Text, nullable=False),
    Index("alerts_at", "at_s"),
    Index("alerts_status", "status", "at_s"),
)

anomalies = Table(
    "anomalies",
    METADATA,
    Column("anomaly_id", Integer, primary_key=True, autoincrement=False),
    Column("at_s", SECONDS, nullable=False),
    Column("anomaly_type", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("resolved", Boolean, nullable=False),
    Column("body", Text, nullable=False),
    Index("anomalies_at", "at_s"),
)

limits = Table(
    "limits",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("full_at_s", SECONDS, nullable=False),
)

idempotency = Table(
    "idempotency",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("at_s", SECONDS, nullable=False, index=True),
    Column("status", Integer, nullable=False),
    Column("headers", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
