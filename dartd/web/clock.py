"""Wall-clock timestamps of messages that are not journalled: hello, heartbeats, health, errors."""

from datetime import UTC, datetime


def wall_timestamp() -> str:
    """Return the current time as ISO 8601, UTC, milliseconds, `Z`."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
