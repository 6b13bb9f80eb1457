"""The link of this board to its venue, as health and metrics show it."""

from dataclasses import dataclass

OVERDUE_S = 60.0  # a link that is down for longer is worth a word in /health


@dataclass(slots=True)
class VenueLink:
    """The state of the link. `down_since_s` (monotonic): since when it is down, None while it is up or where no venue is configured."""

    down_since_s: float | None = None
    reason: str = ""
    published_seq: int = 0
    published: int = 0
    reports: int = 0
    connections: int = 0
    commands: int = 0

    def goes_down(self, now_s: float, reason: str) -> None:
        """Note why there is no link."""
        self.reason = reason
        if self.down_since_s is None:
            self.down_since_s = now_s

    def comes_up(self) -> None:
        """Note that there is a link."""
        self.down_since_s, self.reason = None, ""
        self.connections += 1

    def problem(self, now_s: float, last_seq: int) -> str | None:
        """Return what is wrong, None if nothing is, or not for long."""
        if self.down_since_s is None or now_s - self.down_since_s < OVERDUE_S:
            return None
        waiting = max(0, last_seq - self.published_seq)
        return f"the venue cannot be reached ({self.reason}): {waiting} events wait in the journal"
