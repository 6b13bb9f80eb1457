"""How a route that is going says so: for twelve months, beside the one that takes its place."""

from datetime import UTC, datetime
from email.utils import format_datetime

from schemas.base import Value


class Sunset(Value, frozen=True, kw_only=True):
    """Since when a route is not for new programs, when it will be gone, and the path that takes its place."""

    since: datetime
    until: datetime
    successor: str

    def headers(self) -> dict[str, str]:
        """Tell it as RFC 9745 and RFC 8594 do."""
        return {
            "Deprecation": f"@{int(self.since.timestamp())}",
            "Sunset": format_datetime(self.until.astimezone(UTC), usegmt=True),
            "Link": f'<{self.successor}>; rel="successor-version"',
        }
