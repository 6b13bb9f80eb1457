"""Fixtures that are played at other boards, by the commands about them."""

from typing import Any

import pytest

from dartd.errors import CommandRefusedError, ConflictError
from schemas.events import EntityAssigned
from schemas.match_commands import CreateMatch
from schemas.tournament import FixtureResult
from schemas.tournament_commands import AssignFixture, DeleteTournament, DrawTournament, StepFixture, TakeReport, WithdrawEntrant
from tests.support.tournaments import AT, Club, drawn_club

_WON = FixtureResult(winner=0, legs=(2, 1))


def _asked(kind: Any = "knockout", count: int = 4) -> Club:
    """Return a tournament whose first fixture another board is asked to begin, by match m1."""
    club = drawn_club(kind, count)
    _ask(club, "f_x_1", "m1")
    return club


def _ask(club: Club, fixture_id: str, match_id: str, board_id: str = "b") -> None:
    match = CreateMatch(match_id=match_id, rules={}, format={}, sides=(), at=AT)
    club.give(StepFixture(fixture_id=fixture_id, status="called", at=AT))
    club.give(AssignFixture(fixture_id=fixture_id, board_id=board_id, at=AT))
    club.give(StepFixture(fixture_id=fixture_id, status="playing", match=match, elsewhere=True, at=AT))


def _report(status: Any, match_id: str = "m1", fixture_id: str = "f_x_1", result: FixtureResult | None = None) -> TakeReport:
    return TakeReport(fixture_id=fixture_id, match_id=match_id, status=status, result=result, at=AT, user_id="board:b")


def _refused(club: Club, command: Any) -> str:
    try:
        club.give(command)
    except CommandRefusedError as error:
        return "late" if error.details.get("is_late") else error.code
    return ""


def test_fixture_waits_for_its_board_and_follows_its_reports() -> None:
    """It is called until the board reports that it is played; the result fills the next round, and is corrected there."""
    club = _asked()
    asked = club.fixture("f_x_1")
    with pytest.raises(ConflictError):
        club.matches.find("m1")  # it is at the other board alone
    club.give(_report("playing"))
    playing = club.fixture("f_x_1")
    club.give(_report("finished", result=_WON))
    again = club.give(_report("finished", result=_WON))
    seated = club.fixture("f_x_3").sides[0].entrant
    club.give(_report("finished", result=FixtureResult(winner=1, legs=(1, 2))))
    corrected = club.fixture("f_x_3").sides[0].entrant
    club.give(_report("playing"))
    reopened = club.fixture("f_x_1"), club.fixture("f_x_3").sides[0].entrant

    assert (asked.status, asked.match_id, asked.board_id, playing.status) == ("called", "m1", "b", "playing")
    assert (again, seated, corrected) == ([], 0, 3)
    assert (reopened[0].status, reopened[0].result, reopened[1]) == ("playing", None, None)


def test_result_stands_once_it_is_played_on() -> None:
    """A correction at the other board is refused then, as it is here."""
    club = _asked()
    club.give(_report("finished", result=_WON))
    club.begin("f_x_2", "m2")
    club.win("m2")
    _ask(club, "f_x_3", "m3")

    assert _refused(club, _report("finished", result=FixtureResult(winner=1, legs=(0, 2)))) == "STATE_CONFLICT"
    assert _refused(club, _report("playing")) == "STATE_CONFLICT"
    assert _refused(club, _report("finished", result=_WON)) == ""
    assert club.fixture("f_x_1").result == _WON


def test_fixture_that_was_taken_back_or_decided_takes_no_report() -> None:
    """Asked, playing and given by hand; what its board does later is late."""
    asked, playing, given, gone = _asked(), _asked(), _asked(), _asked()
    asked.give(AssignFixture(fixture_id="f_x_1", board_id=None, at=AT))
    playing.give(_report("playing"))
    playing.give(StepFixture(fixture_id="f_x_1", status="called", at=AT))
    given.give(_report("playing"))
    given.give(StepFixture(fixture_id="f_x_1", status="finished", winner=1, at=AT))
    back = [club.fixture("f_x_1") for club in (asked, playing)]
    gone.give(StepFixture(fixture_id="f_x_1", status="scheduled", at=AT))
    codes = [_refused(club, _report("finished", result=_WON)) for club in (asked, playing, given, gone)]

    result = given.fixture("f_x_1").result

    assert [(each.status, each.match_id, each.board_id) for each in back] == [("called", None, None)] * 2
    assert codes == ["late"] * 4
    assert (given.fixture("f_x_1").walkover, result and result.winner) == (True, 1)
    assert _refused(gone, _report("finished", fixture_id="none", result=_WON)) == "STATE_CONFLICT"


def test_match_that_is_given_up_there_is_called_again() -> None:
    """At no board; so is a draw in a knockout, and it waits behind those that were called before."""
    stopped, drawn = _asked(), _asked()
    stopped.give(_report("playing"), _report("abandoned"))
    drawn.give(_report("finished", result=FixtureResult(draw=True, legs=(1, 1))))
    league = _asked("round_robin", 3)
    league.give(_report("finished", result=FixtureResult(draw=True, legs=(1, 1))))

    assert [(each.status, each.board_id, each.match_id) for each in (stopped.fixture("f_x_1"), drawn.fixture("f_x_1"))] == [
        ("called", None, None)
    ] * 2
    assert league.fixture("f_x_1").status == "finished"


def test_board_that_refuses_loses_the_fixture_unless_it_was_asked_anew() -> None:
    """The refusal names the match that was asked for."""
    club = _asked()
    old = AssignFixture(fixture_id="f_x_1", board_id=None, if_match_id="m0", at=AT)
    code = _refused(club, old)
    events = club.give(AssignFixture(fixture_id="f_x_1", board_id=None, if_match_id="m1", at=AT))

    assert (code, [type(each) for each in events]) == ("STATE_CONFLICT", [EntityAssigned])
    assert (club.fixture("f_x_1").status, club.fixture("f_x_1").match_id) == ("called", None)


def test_fixture_that_a_board_is_asked_for_counts_as_begun() -> None:
    """It may be played there: its players stay, and it is not begun twice."""
    club = _asked()
    refused = [
        _refused(club, command)
        for command in (
            StepFixture(fixture_id="f_x_1", status="playing", elsewhere=True, at=AT),
            DrawTournament(tournament_id="t1", order=(0, 1, 2, 3), prefix="y", at=AT),
            DeleteTournament(tournament_id="t1", at=AT),
            WithdrawEntrant(tournament_id="t1", name="P0", at=AT),
        )
    ]

    assert refused == ["STATE_CONFLICT"] * 4
