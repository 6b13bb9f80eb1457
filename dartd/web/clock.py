"""Wall time for what is not journalled: greetings, heartbeats, health, errors."""

from datetime import UTC, datetime


def wall_timestamp() -> str:
    """Write this moment as the wire does: ISO 8601, UTC, milliseconds, `Z`."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
