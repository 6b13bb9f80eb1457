"""Commands of people about tournaments."""

from typing import Any

import pytest

from dartd.errors import CommandRefusedError
from dartd.tournament.commands import OPEN_TOURNAMENTS
from schemas.correction import DecideCorrection, OrderCorrection
from schemas.events import EntityAssigned, EntityDeleted
from schemas.match_commands import CorrectMatch, DeleteMatch, ThrowByHand, UndoDarts
from schemas.tournament_commands import (
    AssignFixture,
    AssignNext,
    ChangeFixture,
    ChangeList,
    ChangeTournament,
    CreateFixture,
    CreateList,
    CreateTournament,
    DeleteFixture,
    DeleteList,
    DeleteTournament,
    DrawTournament,
    StepFixture,
    WithdrawEntrant,
)
from tests.support.tournaments import AT, Club, drawn_club, make_fixture, make_list, make_tournament


def _code(club: Club, command: Any) -> str:
    """Return why a command is refused, "" if it is not."""
    try:
        club.give(command)
    except CommandRefusedError as error:
        return error.code
    return ""


def _step(fixture_id: str, status: Any, **given: Any) -> StepFixture:
    return StepFixture(fixture_id=fixture_id, status=status, at=AT, **given)


def test_result_stands_once_it_is_played_on() -> None:
    """Undo, corrections and deletion of the match are refused, whichever way they come, and do nothing."""
    club = drawn_club("knockout", 4)
    for number in (1, 2):
        club.begin(f"f_x_{number}", f"m{number}")
        club.win(f"m{number}")
    before = _code(club, CorrectMatch(match_id="m1", operation="change", visit=1, dart=1, label="T20"))
    club.begin("f_x_3", "m3")
    order = OrderCorrection(correction_id="c1", type="change", label="S20", match_id="m1", visit=1, dart=1, at=AT)
    revising = [
        UndoDarts(match_id="m1"), CorrectMatch(match_id="m2", operation="delete", visit=1, dart=1), DeleteMatch(match_id="m1"), order,
    ]  # fmt: skip
    codes = [_code(club, each) for each in revising]

    assert (before, codes) == ("", ["STATE_CONFLICT"] * 4)
    assert club.fixture("f_x_1").status == "finished"
    assert _code(club, UndoDarts(match_id="m3")) == "VALIDATION_ERROR" or club.fixture("f_x_3").status == "playing"
    assert _code(club, DecideCorrection(correction_id="none", decision="confirm", at=AT)) == "STATE_CONFLICT"


def test_fixture_is_begun_taken_back_and_given_up() -> None:
    """Back only while no dart counts; a walkover ends the match; two fixtures of one player are not played at a time."""
    club = drawn_club("round_robin", 3)
    club.begin("f_x_1", "m1", "main")
    on_board = club.matches.find("m1").info.board_id
    busy = _code(club, _step("f_x_2", "called")) + _code(club, _step("f_x_2", "playing"))
    club.give(_step("f_x_1", "called"))
    back = club.fixture("f_x_1")
    club.give(_step("f_x_1", "scheduled"))
    club.begin("f_x_1", "m2")
    club.give(ThrowByHand(match_id="m2", darts=("T20",)))
    counted = _code(club, _step("f_x_1", "called"))
    club.give(_step("f_x_1", "finished", winner=1))
    given = club.fixture("f_x_1")

    assert (on_board, busy, back.match_id, counted) == ("main", "STATE_CONFLICT", None, "STATE_CONFLICT")
    assert (given.status, given.walkover, given.result and given.result.legs) == ("finished", True, (0, 2))
    assert club.matches.find("m2").match.status == "stopped"
    assert _code(club, _step("f_x_3", "finished", winner=5)) == "VALIDATION_ERROR"


def test_boards_get_the_next_fixture_whose_players_are_free() -> None:
    """Each assignment says who made it; without a fixture it is refused."""
    club = drawn_club("round_robin", 4)
    for number in (1, 2, 3):
        club.give(_step(f"f_x_{number}", "called"))
    events = club.give(
        AssignNext(tournament_id="t1", board_id="b1", at=AT, user_id="u2"), AssignNext(tournament_id="t1", board_id="b2", at=AT)
    )
    none = _code(club, AssignNext(tournament_id="t1", board_id="b3", at=AT))
    club.give(AssignFixture(fixture_id="f_x_2", board_id=None, at=AT, user_id="u2"))

    assert [type(each) for each in events] == [EntityAssigned] * 2
    assert (club.fixture("f_x_1").board_id, club.fixture("f_x_1").assigned_by, none) == ("b1", "u2", "STATE_CONFLICT")
    assert (club.fixture("f_x_2").board_id, club.fixture("f_x_2").assigned_by) == (None, None)


def test_draw_is_made_again_until_something_has_begun() -> None:
    """What was drawn before is deleted with it."""
    club = drawn_club("knockout", 3)
    again = DrawTournament(tournament_id="t1", order=(2, 1, 0), prefix="y", at=AT)
    events = club.give(again)
    drawn = [each.fixture_id for each in club.state.fixtures()]
    club.begin("f_y_2")

    assert sum(isinstance(each, EntityDeleted) for each in events) == 2
    assert drawn == ["f_y_1", "f_y_2", "f_y_3"]
    assert _code(club, again) == "STATE_CONFLICT"
    assert _code(club, DeleteTournament(tournament_id="t1", at=AT)) == "STATE_CONFLICT"
    assert _code(club, ChangeTournament(tournament_id="t1", changes={"groups": 2}, at=AT)) == "STATE_CONFLICT"
    assert _code(club, ChangeTournament(tournament_id="t1", changes={"name": "Other"}, at=AT)) == ""
    assert _code(club, WithdrawEntrant(tournament_id="t1", name="P0", at=AT)) == "STATE_CONFLICT"
    assert _code(club, WithdrawEntrant(tournament_id="t1", name="Zoe", at=AT)) == "VALIDATION_ERROR"


def test_lists_and_their_fixtures_are_kept_without_a_tournament() -> None:
    """Added, changed and deleted; an id is taken once, and open ones are bounded."""
    club = Club()
    club.give(CreateList(list=make_list(tournament_id=None, type="practice_plan"), at=AT))
    club.give(CreateFixture(fixture=make_fixture(0, 1, tournament_id=None), at=AT))
    club.give(ChangeList(list_id="l1", changes={"name": "Plan"}, at=AT), ChangeFixture(fixture_id="f1", changes={"legs_to_win": 3}, at=AT))
    taken = [
        _code(club, CreateList(list=make_list(tournament_id=None), at=AT)),
        _code(club, CreateFixture(fixture=make_fixture(0, 1), at=AT)),
    ]
    changed = club.fixture("f1").legs_to_win
    club.give(DeleteFixture(fixture_id="f1", at=AT), DeleteList(list_id="l1", at=AT))
    for k in range(OPEN_TOURNAMENTS):
        club.give(CreateTournament(tournament=make_tournament("knockout", 2, tournament_id=f"n{k}"), at=AT))

    assert (taken, changed, club.state.lists()) == (["RESOURCE_ALREADY_EXISTS"] * 2, 3, [])
    assert _code(club, CreateTournament(tournament=make_tournament("knockout", 2), at=AT)) == "STATE_CONFLICT"


def test_parts_of_a_draw_are_not_deleted() -> None:
    """A play-off that the organiser added is."""
    club = drawn_club("round_robin", 3)
    club.give(CreateFixture(fixture=make_fixture(0, 1, fixture_id="p1", list_id="l_x_1"), at=AT))

    assert club.fixture("p1").stage == "play_off"
    assert [_code(club, each) for each in (DeleteFixture(fixture_id="f_x_1", at=AT), DeleteList(list_id="l_x_1", at=AT))] == [
        "STATE_CONFLICT"
    ] * 2
    assert _code(club, ChangeFixture(fixture_id="f_x_1", changes={"sides": []}, at=AT)) == "STATE_CONFLICT"
    assert _code(club, DeleteFixture(fixture_id="p1", at=AT)) == ""
    with pytest.raises(CommandRefusedError):
        club.give(_step("gone", "called"))
