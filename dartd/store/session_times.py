"""How much of a session was active and idle within a stretch of time, in whole milliseconds."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from dartd.store.timestamps import seconds_of_timestamp
from schemas.session import Session, SessionState

_MS: Final = 1000
_SHARE_DIGITS: Final = 4


class Times(NamedTuple):
    """Active and idle milliseconds."""

    active_ms: int = 0
    idle_ms: int = 0

    @property
    def share(self) -> float | None:
        """Return the active share of the whole, None when nothing lasted."""
        total_ms = self.active_ms + self.idle_ms
        return round(self.active_ms / total_ms, _SHARE_DIGITS) if total_ms else None


def add_times(parts: Iterable[Times]) -> Times:
    """Return the sum of times."""
    active_ms = idle_ms = 0
    for part in parts:
        active_ms, idle_ms = active_ms + part.active_ms, idle_ms + part.idle_ms
    return Times(active_ms, idle_ms)


class TimedSession(NamedTuple):
    """A session in milliseconds since 1970; an open one ends as of now. `stretches` are beginning, end and state."""

    session: Session
    began_ms: int
    ended_ms: int
    totals: Times
    stretches: tuple[tuple[int, int, SessionState], ...]

    def within(self, after_ms: int, before_ms: int) -> Times:
        """Return the part of a session between two times; of one that lies within them exactly its totals."""
        if after_ms <= self.began_ms and self.ended_ms <= before_ms:
            return self.totals
        active_ms = idle_ms = 0
        for began_ms, ended_ms, state in self.stretches:
            lasted_ms = max(0, min(ended_ms, before_ms) - max(began_ms, after_ms))
            if state == "active":
                active_ms += lasted_ms
            else:
                idle_ms += lasted_ms
        return Times(active_ms, idle_ms)

    def is_within(self, after_ms: int, before_ms: int) -> bool:
        """Return whether it was there between two times."""
        return self.began_ms < before_ms and self.ended_ms >= after_ms


def timed(session: Session) -> TimedSession:
    """Return a session in milliseconds."""
    began_ms = milliseconds(session.entry_time)
    totals = Times(round(session.total_active_seconds * _MS), round(session.total_idle_seconds * _MS))
    ended_ms = began_ms + totals.active_ms + totals.idle_ms
    return TimedSession(session, began_ms, ended_ms, totals, tuple(_stretches(session, ended_ms)))


def _stretches(session: Session, ended_ms: int) -> Iterator[tuple[int, int, SessionState]]:
    """Yield the stretches of a timeline. Of a very long one the oldest changes are missing, and so is the time before them."""
    changes = [(milliseconds(each.timestamp), round(each.duration * _MS), each.state) for each in session.timeline]
    for (began_ms, _, state), (end_ms, lasted_ms, _) in pairwise(changes):
        yield max(began_ms, end_ms - lasted_ms), end_ms, state
    if changes and changes[-1][2] != "closed":
        yield changes[-1][0], ended_ms, changes[-1][2]


def milliseconds(timestamp: str) -> int:
    """Return a time in the format of the API as milliseconds since 1970."""
    return round(seconds_of_timestamp(timestamp) * _MS)


def most_at_one_time(sessions: Iterable[TimedSession], after_ms: int, before_ms: int) -> int:
    """Return how many sessions were open at one time at most; one that ends when another begins is not there any more."""
    changes: list[tuple[int, int]] = []
    for each in sessions:
        if each.is_within(after_ms, before_ms):
            began_ms = max(each.began_ms, after_ms)
            changes += [(began_ms, 1), (max(each.ended_ms, began_ms + 1), -1)]
    most = there = 0
    for _, change in sorted(changes):
        there += change
        most = max(most, there)
    return most
