"""The decider of tournaments: what becomes of the match of a fixture is what becomes of the fixture, in the same commit.

It comes behind the decider of matches, and shares its state with the decider of commands (`commands.py`), which comes before.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol

import msgspec

from dartd.decision import Input, Step
from dartd.errors import ConflictError
from dartd.play.played_match import PlayedMatch
from dartd.play.published import state_of
from dartd.play.results import result_of, result_of_sides
from dartd.tournament.state import Tournaments
from dartd.tournament.steps import KNOCKOUT
from schemas.events import (
    EntityDeleted,
    JournalledEvent,
    LegFinished,
    LegReopened,
    MatchCommanded,
    MatchFinished,
    MatchStateChanged,
    PlayerErased,
    PlayerMerged,
    TurnRevised,
)
from schemas.match import MatchState
from schemas.match_commands import CreateMatch
from schemas.tournament import Fixture

_OF_RESULT: Final = (MatchStateChanged, MatchFinished, LegFinished, LegReopened, TurnRevised)

_replace = msgspec.structs.replace


class PlayedMatches(Protocol):
    """The matches of fixtures that can still change."""

    def find(self, match_id: str) -> PlayedMatch:
        """Return a match.

        Raises:
            ConflictError: it cannot be changed any more.
        """


class TournamentDecider:
    """Fixtures follow their matches. `wall` gives the wall time of a moment of media time, `timestamp` formats it."""

    name = "tournament"

    def __init__(
        self, state: Tournaments, matches: PlayedMatches, *, wall: Callable[[float], float], timestamp: Callable[[float], str]
    ) -> None:
        self.state = state
        self._matches = matches
        self._wall = wall
        self._timestamp = timestamp

    def step(self, inputs: Sequence[Input], now: float) -> Step:
        """Return what the events of matches change in fixtures, tables and the next round."""
        at = self._timestamp(self._wall(now))
        events: list[JournalledEvent] = []
        touched: dict[str, list[JournalledEvent]] = {}
        for item in inputs:
            match item:
                case MatchCommanded(command=CreateMatch(fixture_id=str(), host_id=None) as command):
                    events += self._begin(command, at)
                case EntityDeleted() if item.entity_type == "match":
                    events += self._lose_match(item.entity_id, item.user_id, at)
                case PlayerMerged() | PlayerErased():
                    self.state.apply(item)
                case _ if isinstance(item, _OF_RESULT):
                    touched.setdefault(item.match_id, []).append(item)
        for match_id, changes in touched.items():
            events += self._follow(match_id, changes, at)
        return Step(events=tuple(events))

    def deadline(self) -> float | None:
        """Wait for nothing."""
        return None

    def memory(self, epoch_s: float) -> bytes:  # noqa: ARG002 - the port of a decider
        """Return nothing: the tables of the store are the memory (`recover_tournaments`)."""
        return b"{}"

    def restore(self, memory: bytes | None, events: Iterable[tuple[JournalledEvent, float]], *, now: float, epoch_s: float) -> None:
        """Remember nothing."""

    # Fixtures.

    def _begin(self, command: CreateMatch, at: str) -> list[JournalledEvent]:
        fixture = self.state.find("fixture", command.fixture_id or "")
        playing = _replace(fixture, status="playing", match_id=command.match_id, started_at=at)
        return self.state.changed("fixture", playing, command.user_id, at)

    def _lose_match(self, match_id: str, user_id: str, at: str) -> list[JournalledEvent]:
        fixture = self.state.fixture_of_match(match_id)
        if fixture is None:
            return []
        if fixture.walkover:
            return self.state.changed("fixture", _replace(fixture, match_id=None), user_id, at)
        return [
            *self.state.changed("fixture", _called_again(fixture), user_id, at),
            *self.state.settle(fixture.tournament_id, user_id, at),
        ]

    def _follow(self, match_id: str, changes: Sequence[JournalledEvent], at: str) -> list[JournalledEvent]:
        """Take over how a match stands."""
        fixture = self.state.fixture_of_match(match_id)
        if fixture is None or fixture.walkover:
            return []
        try:
            played = self._matches.find(match_id)
        except ConflictError:
            after = _without_match(fixture, changes, at)
        else:
            after = _after(fixture, state_of(played), at)
        if after == fixture:
            return []
        return [*self.state.changed("fixture", after, None, at), *self.state.settle(fixture.tournament_id, None, at)]


def _without_match(fixture: Fixture, changes: Sequence[JournalledEvent], at: str) -> Fixture:
    """Return a fixture as the events of its match have it, which is kept no more: it failed, or others ended after it was added."""
    if any(isinstance(each, MatchStateChanged) and each.status == "error" for each in changes):
        return _called_again(fixture)
    ended = next((each for each in changes if isinstance(each, MatchFinished)), None)
    if ended is None:
        return fixture
    if ended.draw and fixture.stage in KNOCKOUT:
        return _called_again(fixture)
    return _replace(fixture, status="finished", result=result_of_sides(ended.winner, ended.sides, draw=ended.draw), finished_at=at)


def _after(fixture: Fixture, state: MatchState, at: str) -> Fixture:
    """Return a fixture as its match stands: a drawn match of a knockout, and one that was stopped, are to be played again."""
    if state.status == "stopped" or (state.status == "finished" and state.draw and fixture.stage in KNOCKOUT):
        return _called_again(fixture)
    if state.status == "finished":
        return _replace(fixture, status="finished", result=result_of(state), finished_at=fixture.finished_at or at)
    return _replace(fixture, status="playing", result=None, finished_at=None)


def _called_again(fixture: Fixture) -> Fixture:
    return _replace(fixture, status="called", match_id=None, result=None, started_at=None, finished_at=None)
