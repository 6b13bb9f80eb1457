"""Deprecation of a route, announced for twelve months while its successor is available."""

from datetime import UTC, datetime
from email.utils import format_datetime

from schemas.base import Value


class Deprecation(Value, frozen=True, kw_only=True):
    """When a route was deprecated, when it will be removed, and the path of its successor."""

    since: datetime
    until: datetime
    successor: str

    def headers(self) -> dict[str, str]:
        """Return the headers of RFC 9745 and RFC 8594."""
        return {
            "Deprecation": f"@{int(self.since.timestamp())}",
            "Sunset": format_datetime(self.until.astimezone(UTC), usegmt=True),
            "Link": f'<{self.successor}>; rel="successor-version"',
        }
