"""Matches that cannot be computed, until that is published."""

from typing import Final

import msgspec

from dartd.play.played_match import MatchInfo
from schemas.base import Value
from schemas.events import FixtureReported, MatchStateChanged

_REASON_CHARACTERS: Final = 300


class KnownMatch(Value, frozen=True, kw_only=True):
    """What even a stored match of another version has."""

    match_id: str
    fixture_id: str | None = None
    host_id: str | None = None


class _Stored(Value, frozen=True, kw_only=True):
    info: KnownMatch


class Failures:
    """The matches that failed, each with the reason."""

    def __init__(self) -> None:
        self._failed: dict[str, tuple[KnownMatch, str]] = {}

    def add(self, which: KnownMatch | MatchInfo, error: Exception) -> None:
        """Note that a match cannot be computed."""
        known = KnownMatch(match_id=which.match_id, fixture_id=which.fixture_id, host_id=which.host_id)
        self._failed[which.match_id] = known, f"{type(error).__name__}: {error}"

    def add_stored(self, stored: msgspec.Raw, error: Exception) -> None:
        """Note that a stored match cannot be computed by this version.

        Raises:
            msgspec.DecodeError: it does not even say which match it is.
        """
        self.add(msgspec.json.decode(stored, type=_Stored).info, error)

    def take(self) -> list[MatchStateChanged | FixtureReported]:
        """Return the events about them, once."""
        failed, self._failed = self._failed, {}
        return [event for which, reason in failed.values() for event in _events(which, reason)]


def given_up(which: KnownMatch | MatchInfo) -> list[FixtureReported]:
    """Return the report that a match is no more, if it plays a fixture of another board."""
    if which.host_id is None or which.fixture_id is None:
        return []
    return [FixtureReported(match_id=which.match_id, host_id=which.host_id, fixture_id=which.fixture_id, status="abandoned")]


def _events(which: KnownMatch, reason: str) -> list[MatchStateChanged | FixtureReported]:
    changed = MatchStateChanged(match_id=which.match_id, status="error", previous_status="running", reason=reason[:_REASON_CHARACTERS])
    return [changed, *given_up(which)]
