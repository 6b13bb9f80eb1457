"""Which commands to the board and to matches a caller may give, the same for HTTP, WebSocket and whatever comes later."""

from typing import TypeVar

import msgspec

from dartd.auth.principal import Principal
from dartd.errors import ForbiddenError
from schemas.commands import AnyCommand, CalibrateBoard, CorrectDart, OrientCamera, SignOnPlayer, TakeCalibration
from schemas.correction import ChangeCorrection, DecideCorrection, OrderCorrection
from schemas.match_commands import DeleteMatch, MatchCommand
from schemas.tournament_commands import DeleteFixture, DeleteList, DeleteTournament, FixtureCommand, TournamentCommand

C = TypeVar("C", bound=AnyCommand)

_NO_PLAYER = ""  # no visit belongs to it


def authorised(command: C, principal: Principal) -> C:
    """Return the command as one of this caller: with its name, and limited to its own darts if it is a player.

    The board checks whose dart it is at the moment of the correction.

    Raises:
        ForbiddenError: the caller has not the permission.
    """
    permission = permission_for(command)
    by_marker = isinstance(command, ChangeCorrection | DecideCorrection) and principal.may("matches:write")
    if not (principal.may(permission) or by_marker):
        raise ForbiddenError(f"this needs the permission {permission}", permission=permission)
    if isinstance(command, CorrectDart | OrderCorrection):
        own = (principal.player_id or _NO_PLAYER) if principal.role == "player" else None
        command = msgspec.structs.replace(command, own_player_id=own)
    if isinstance(command, ChangeCorrection | DecideCorrection):
        command = msgspec.structs.replace(command, is_marker=principal.may("matches:write"))
    if isinstance(command, DecideCorrection):
        command = msgspec.structs.replace(command, player_id=principal.player_id)
    return msgspec.structs.replace(command, user_id=principal.name)


def permission_for(command: AnyCommand) -> str:  # noqa: PLR0911 - one case for each kind of command
    """Return the permission that a command needs."""
    match command:
        case CorrectDart() | OrderCorrection() | ChangeCorrection() | DecideCorrection():
            return "corrections:write"
        case SignOnPlayer():
            return "board:sign_on"
        case TakeCalibration() | OrientCamera():
            return "cameras:config"
        case DeleteMatch():
            return "matches:delete"
        case _ if isinstance(command, MatchCommand):
            return "matches:write"
        case DeleteTournament() | DeleteList() | DeleteFixture():
            return "tournaments:delete"
        case _ if isinstance(command, FixtureCommand):
            return "fixtures:write"
        case _ if isinstance(command, TournamentCommand):
            return "tournaments:write"
        case _:  # the cameras of a board are calibrated by those who control it, one of them by those who configure it
            is_of_one = isinstance(command, CalibrateBoard) and command.camera_id is not None
            return "cameras:config" if is_of_one else "board:control"
