"""Which commands a caller may give."""

import pytest

from dartd.auth.command_rights import authorised, permission_for
from dartd.auth.permissions import ROLES
from dartd.auth.principal import Principal
from dartd.errors import ForbiddenError
from schemas.base import CameraId
from schemas.commands import CalibrateBoard, CorrectDart, ResetBoard, SignOnPlayer
from schemas.tournament_commands import AssignFixture, DeleteList, WithdrawEntrant

CORRECTION = CorrectDart(operation="delete", dart_number=1, user_id="somebody", own_player_id="somebody")


def _principal(role: str, player_id: str | None = None) -> Principal:
    return Principal(kind="user", name="u_1", role=role, permissions=ROLES[role], player_id=player_id)


@pytest.mark.parametrize(
    ("principal", "own"), [(_principal("player", "ann"), "ann"), (_principal("player"), ""), (_principal("operator", "ann"), None)]
)
def test_players_correct_only_their_own_darts(principal: Principal, own: str | None) -> None:
    """What the client says of itself does not count; a player without a profile has no darts."""
    command = authorised(CORRECTION, principal)

    assert (command.own_player_id, command.user_id, command.dart_number) == (own, "u_1", 1)


def test_the_board_is_for_its_operators() -> None:
    """A player may correct and sign on, and nothing else."""
    with pytest.raises(ForbiddenError):
        authorised(ResetBoard(), _principal("player", "ann"))
    with pytest.raises(ForbiddenError):
        authorised(SignOnPlayer(player_id="ann"), _principal("viewer"))
    assert authorised(ResetBoard(), _principal("operator")).user_id == "u_1"
    assert authorised(SignOnPlayer(player_id="ann"), _principal("player", "ann")).user_id == "u_1"


def test_viewers_correct_nothing() -> None:
    """They have no such permission."""
    with pytest.raises(ForbiddenError):
        authorised(CORRECTION, _principal("viewer"))


def test_one_camera_is_calibrated_by_those_who_configure_cameras() -> None:
    """All of them by those who control the board."""
    assert permission_for(CalibrateBoard(camera_id=CameraId("cam0"))) == "cameras:config"
    assert permission_for(CalibrateBoard()) == "board:control"


def test_fixtures_are_for_scorers_and_tournaments_for_organisers() -> None:
    """Deleting is a right of its own."""
    assert permission_for(AssignFixture(fixture_id="f1", board_id="main", at="")) == "fixtures:write"
    assert permission_for(DeleteList(list_id="l1", at="")) == "tournaments:delete"
    assert permission_for(WithdrawEntrant(tournament_id="t1", name="Bob", at="")) == "tournaments:write"
