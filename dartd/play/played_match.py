"""A match with its id, its board and its players, and how it is stored."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from dartd.game.match import Match
from dartd.game.preferences import Preferences
from dartd.game.record import MatchRecord, MatchSetup
from schemas.base import Value
from schemas.match import MatchPlayer
from schemas.match_commands import CreateMatch, EnteredSide

_replace = msgspec.structs.replace


class MatchInfo(Value, frozen=True, kw_only=True):
    """What of a match no rule needs: its id, its board (None: scored by hand alone), who plays, and when it was added and begun.

    `host_id`: the fixture is of that board of the venue, which gets reports.
    """

    match_id: str
    board_id: str | None
    sides: tuple[EnteredSide, ...]
    created_at: str
    started_at: str | None = None
    fixture_id: str | None = None
    host_id: str | None = None
    preferences: dict[str, Preferences] = msgspec.field(default_factory=dict)  # of players who have any

    def player_id(self, side: int, thrower: int) -> str | None:
        """Return the profile of a thrower, None for a guest."""
        return self.sides[side].players[thrower].player_id

    def with_player(self, player_id: str, into: str | None) -> "MatchInfo":
        """Return this with another profile in place of a player's; None: the person was erased."""
        changed = MatchPlayer(player_id=into)
        sides = tuple(
            _replace(side, players=tuple(changed if player.player_id == player_id else player for player in side.players))
            for side in self.sides
        )
        return self if sides == self.sides else _replace(self, sides=sides)

    def with_preferences(self, known: Mapping[str, Preferences]) -> "MatchInfo":
        """Return this with the preferences of its players."""
        players = [player.player_id for side in self.sides for player in side.players]
        found = {player_id: known[player_id] for player_id in players if player_id is not None and player_id in known}
        return self if found == self.preferences else _replace(self, preferences=found)


class StoredMatch(Value, frozen=True, kw_only=True):
    """A match as the memory of the decider has it."""

    info: MatchInfo
    setup: MatchSetup
    record: MatchRecord


@dataclass(frozen=True, slots=True)
class PlayedMatch:
    """A match and its state."""

    info: MatchInfo
    match: Match

    @property
    def is_ended(self) -> bool:
        """Return whether it is finished or stopped."""
        return self.match.status in {"finished", "stopped"}

    def with_match(self, match: Match) -> "PlayedMatch":
        """Return this with another state."""
        return PlayedMatch(self.info, match)

    def with_info(self, info: MatchInfo) -> "PlayedMatch":
        """Return this with other players or times."""
        return PlayedMatch(info, self.match)

    def stored(self) -> StoredMatch:
        """Return what must be stored."""
        return StoredMatch(info=self.info, setup=self.match.setup, record=self.match.record)


def new_match(command: CreateMatch, setup: MatchSetup) -> PlayedMatch:
    """Return a scheduled match."""
    info = MatchInfo(
        match_id=command.match_id,
        board_id=command.board_id,
        sides=command.sides,
        created_at=command.at,
        fixture_id=command.fixture_id,
        host_id=command.host_id,
    )
    return PlayedMatch(info, Match(setup, MatchRecord()))


def restored(stored: StoredMatch) -> PlayedMatch:
    """Return a match as it was when it was stored."""
    return PlayedMatch(stored.info, Match(stored.setup, stored.record))
