"""Fixtures follow their matches."""

from schemas.events import EntityDeleted, EntityStatusChanged, MatchFinished, MatchStateChanged
from schemas.match import MatchSide
from schemas.match_commands import DeleteMatch, RedoDarts, StepMatch, UndoDarts
from schemas.tournament_commands import StepFixture
from tests.support.tournaments import drawn_club

_BACK = StepFixture(fixture_id="f_x_1", status="scheduled", at="")


def test_finished_match_finishes_the_fixture_and_fills_the_next_round() -> None:
    """In the same step; undone it takes its seat back, and redone it gives it again."""
    club = drawn_club("knockout", 4)
    club.begin("f_x_1")
    playing = club.fixture("f_x_1")
    events = club.win()
    won, final = club.fixture("f_x_1"), club.fixture("f_x_3")
    club.give(UndoDarts(match_id="m1"))
    undone = club.fixture("f_x_1"), club.fixture("f_x_3")
    club.give(RedoDarts(match_id="m1"))

    assert (playing.status, playing.match_id, won.status, won.result and won.result.legs) == ("playing", "m1", "finished", (1, 0))
    assert [side.entrant for side in final.sides] == [0, None]
    assert any(isinstance(each, MatchFinished) for each in events)
    assert [each.entity_id for each in events if isinstance(each, EntityStatusChanged)] == ["f_x_1"]
    assert (undone[0].status, undone[0].result, [side.entrant for side in undone[1].sides]) == ("playing", None, [None, None])
    assert [side.entrant for side in club.fixture("f_x_3").sides] == [0, None]


def test_fixture_whose_match_is_no_more_can_be_begun_again() -> None:
    """Stopped or deleted; after the last one the tournament is finished."""
    club = drawn_club("knockout", 2)
    club.begin("f_x_1", "m1")
    club.give(StepMatch(match_id="m1", step="stop", at=""))
    stopped = club.fixture("f_x_1")
    club.give(_BACK)
    club.begin("f_x_1", "m2")
    deleted = club.give(DeleteMatch(match_id="m2"))
    club.give(_BACK)
    club.begin("f_x_1", "m3")
    club.win("m3")

    assert (stopped.status, stopped.match_id, club.fixture("f_x_1").status) == ("called", None, "finished")
    assert any(isinstance(each, EntityDeleted) for each in deleted)
    assert [each.status for each in club.state.tournaments()] == ["finished"]


def test_match_that_is_kept_no_more_still_ends_its_fixture() -> None:
    """A long one, while many others ended; one that failed can be begun again."""
    club = drawn_club("knockout", 4)
    club.begin("f_x_1", "m1")
    club.begin("f_x_2", "m2")
    sides = tuple(MatchSide(side=k, name=None, players=(), legs=1 - k, score={}, average="90.00", darts=9) for k in (0, 1))
    club.matches.restore(None, (), now=0.0, epoch_s=0.0)
    failed = MatchStateChanged(match_id="m2", status="error", previous_status="running", reason="a fault")
    club.results.step([MatchFinished(match_id="m1", winner=0, draw=False, sides=sides), failed], 0.0)
    one, other = club.fixture("f_x_1"), club.fixture("f_x_2")

    assert (one.status, one.result and one.result.legs, one.result and one.result.points) == ("finished", (1, 0), (270, 270))
    assert (other.status, other.match_id) == ("called", None)
