"""A session in progress: what is active and what is idle, in whole milliseconds, so that both add up exactly."""

from typing import Final

import msgspec

from schemas.base import Value
from schemas.session import SessionChange, SessionState

CHANGES_KEPT: Final = 500  # of a timeline; of a longer one the oldest are left out, the entry aside


class Change(Value, frozen=True, kw_only=True, array_like=True):
    """A change of a session at a time, and how long the state before it had lasted."""

    at_ms: int
    event: SessionChange
    state: SessionState
    lasted_ms: int = 0


class OpenSession(msgspec.Struct, kw_only=True):
    """A session that is not closed. Times are milliseconds of wall time; `last_ms` is that of the last dart, of an opponent as well."""

    session_id: str
    player_id: str | None
    entry_ms: int
    last_ms: int
    active_ms: int = 0
    idle_ms: int = 0
    state: SessionState = "active"
    exit_ms: int | None = None
    visits: int = 0
    visit_id: str | None = None
    match_id: str | None = None
    zone_id: str | None = None
    changes: list[Change] = msgspec.field(default_factory=list)

    @classmethod
    def begin(cls, session_id: str, player_id: str | None, at_ms: int) -> "OpenSession":
        """Return a session that begins with a dart."""
        entry = Change(at_ms=at_ms, event="entry", state="active")
        return cls(session_id=session_id, player_id=player_id, entry_ms=at_ms, last_ms=at_ms, changes=[entry])

    def is_idle_at(self, at_ms: int, idle_ms: int) -> bool:
        """Return whether the last dart is longer ago than `idle_ms`."""
        return at_ms - self.last_ms > idle_ms

    def idle(self) -> None:
        """Become idle, from the last dart on."""
        self._change("idle_start", "idle", self.last_ms)

    def touch(self, at_ms: int) -> bool:
        """Count the time until a dart; return whether the session was idle and is active again."""
        resumed = self.state == "idle"
        self._count_until(at_ms)
        self.last_ms = at_ms
        if resumed:
            self._change("active_resume", "active", at_ms)
        return resumed

    def close(self, at_ms: int | None = None) -> None:
        """Close the session: at a time, or None with its last dart."""
        end_ms = self.last_ms if at_ms is None else at_ms
        self._count_until(end_ms)
        self.exit_ms = end_ms
        self._change("exit", "closed", end_ms)

    def totals_at(self, at_ms: int) -> tuple[int, int]:
        """Return active and idle milliseconds as of a time; their sum is the time since the entry."""
        if self.state == "closed":
            return self.active_ms, self.idle_ms
        open_ms = at_ms - self.last_ms
        return (self.active_ms, self.idle_ms + open_ms) if self.state == "idle" else (self.active_ms + open_ms, self.idle_ms)

    def _count_until(self, at_ms: int) -> None:
        self.active_ms, self.idle_ms = self.totals_at(at_ms)

    def _change(self, event: SessionChange, state: SessionState, at_ms: int) -> None:
        lasted_ms = at_ms - self.changes[-1].at_ms
        self.state = state
        self.changes.append(Change(at_ms=at_ms, event=event, state=state, lasted_ms=lasted_ms))
        if len(self.changes) > CHANGES_KEPT:
            del self.changes[1]
