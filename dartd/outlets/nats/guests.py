"""Matches at this board that play fixtures of other boards of the venue: begun and stopped as those boards ask."""

from collections.abc import Sequence
from typing import Protocol

import msgspec
import sqlalchemy as sa

from dartd.auth.command_rights import authorised
from dartd.auth.principal import Principal
from dartd.errors import CommandRefusedError, ConflictError, ForbiddenError
from dartd.runtime.queued import CommandHook
from dartd.store.audit import AuditEntry, append_entry
from dartd.store.database import Database
from dartd.store.journal import Outcome, Write
from dartd.store.profiles import add_profile, missing_ids
from dartd.store.projections.matches import get_match, was_begun
from schemas.api.players import Player
from schemas.commands import AnyCommand
from schemas.events import EntityAdded, Envelope, Snapshot
from schemas.match_commands import CreateMatch, StepMatch

_ENDED = frozenset({"finished", "stopped", "error"})


class GuestBoard(Protocol):
    """The board."""

    def snapshot(self) -> Snapshot:
        """Return the state of the board after the last published event."""

    async def submit(self, command: AnyCommand, hook: CommandHook | None = None) -> tuple[Envelope, ...]:
        """Execute and journal a command."""

    async def write(self, write: Write) -> object:
        """Change stored entities and journal their events in one commit."""


class GuestMatches:
    """Carries out the orders of other boards, with the rights of their callers. An order that comes again does nothing more."""

    def __init__(self, board: GuestBoard, database: Database, board_id: str) -> None:
        self._board = board
        self._board_id = board_id
        self._database = database

    async def begin(self, match: CreateMatch, players: Sequence[Player], principal: Principal, at_s: float) -> None:
        """Begin a match on this board; players who are not known here are added under the same id.

        Raises:
            ForbiddenError: the caller has not the permission.
            ConflictError: another match is on the board. CommandRefusedError: the same, or its rules are none.
        """
        if match.fixture_id is None or match.host_id in {None, self._board_id}:
            raise CommandRefusedError("expected a match of a fixture of another board", code="VALIDATION_ERROR")
        command = authorised(msgspec.structs.replace(match, board_id=self._board_id, start=True), principal)
        if await self._database.read(lambda connection: was_begun(connection, match.match_id)):
            return
        on_board = self._board.snapshot().match
        if on_board is not None:
            raise ConflictError("another match is on this board", match_id=on_board.match_id, status=on_board.status)
        await self._add_players(match, players, principal)
        entry = AuditEntry(
            at_s=at_s,
            user_id=principal.name,
            action="match.begin",
            entity_type="match",
            entity_id=match.match_id,
            trace_id=f"{match.host_id}/{match.fixture_id}",
        )
        await self._board.submit(command, lambda connection, *_: append_entry(connection, entry))

    async def stop(self, match_id: str, principal: Principal, at: str) -> None:
        """Stop a match unless it is over.

        Raises:
            ForbiddenError: the caller has not the permission.
            CommandRefusedError: it cannot be changed any more.
        """
        command = authorised(StepMatch(match_id=match_id, step="stop", at=at), principal)
        row = await self._database.read(lambda connection: get_match(connection, match_id))
        if row is not None and row.status not in _ENDED:
            await self._board.submit(command)

    async def _add_players(self, match: CreateMatch, players: Sequence[Player], principal: Principal) -> None:
        """Add the players of a match who are not known here, as events that the whole venue gets."""
        playing = {each.player_id for side in match.sides for each in side.players if each.player_id is not None}
        missing = await self._database.read(lambda connection: missing_ids(connection, playing))
        if not missing:
            return
        if not principal.may("players:write"):
            raise ForbiddenError("players who are not known here need the permission players:write", permission="players:write")
        given = {each.player_id: each for each in players}
        if not missing <= given.keys():
            raise CommandRefusedError("a player of the match is not known here, and came without a profile", code="VALIDATION_ERROR")

        def add(connection: sa.Connection) -> Outcome:
            added = [given[player_id] for player_id in sorted(missing_ids(connection, missing))]
            for player in added:
                add_profile(connection, player)
            return Outcome(
                None,
                [
                    EntityAdded(entity_type="player", entity_id=each.player_id, payload=msgspec.to_builtins(each), user_id=principal.name)
                    for each in added
                ],
            )

        await self._board.write(add)
