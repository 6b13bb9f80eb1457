"""The result of a fixture from its match."""

from typing import Any

from dartd.play.decider import MatchDecider
from dartd.play.results import result_of
from schemas.base import BoardId
from schemas.commands import AnyCommand
from schemas.events import FixtureReported
from schemas.match import MatchLeg, MatchPlayer, MatchSide, MatchState
from schemas.match_commands import CreateMatch, DeleteMatch, EnteredSide, RedoDarts, StepMatch, ThrowByHand, UndoDarts
from tests.support.tournaments import AT


def test_result_has_all_legs_and_whole_points() -> None:
    """Legs of all sets, and the points that the average stands for."""
    sides = tuple(
        MatchSide(side=k, name=None, players=(), sets=1 - k, legs=0, score={}, average=a, darts=d)
        for k, a, d in ((0, "66.67", 9), (1, None, 0))
    )
    legs = tuple(MatchLeg(set=1, leg=k + 1, starter=0, winner=winner, end="checkout", darts=(9, 9)) for k, winner in enumerate((0, 1, 0)))
    state = MatchState(
        match_id="m1", status="finished", board_id=None, rules={"game": "x01"}, format={}, sides=sides, legs=legs, winner=0, created_at=AT
    )
    result = result_of(state)

    assert (result.winner, result.legs, result.sets, result.points, result.darts) == (0, (2, 1), (1, 0), (200, 0), (9, 0))


def _guest(**given: Any) -> CreateMatch:
    sides = tuple(EnteredSide(players=(MatchPlayer(name=name),)) for name in "ab")
    plain: dict[str, Any] = {
        "match_id": "m1",
        "rules": {"game": "x01", "start": 101},
        "format": {},
        "sides": sides,
        "board_id": "main",
        "at": AT,
    }
    return CreateMatch(**{**plain, "fixture_id": "f1", "host_id": "a", **given})


def _reports(decider: MatchDecider, *commands: AnyCommand) -> list[tuple[str, int | None]]:
    """Return status and winner of each report after commands."""
    events = [event for command in commands for event in decider.step([command], 0.0).events]
    return [(each.status, None if each.result is None else each.result.winner) for each in events if isinstance(each, FixtureReported)]


def test_what_becomes_of_a_fixture_of_another_board_is_reported() -> None:
    """Each change once: that it is played, its result, and its corrections; nothing of fixtures of this board."""
    decider = MatchDecider(BoardId("main"))
    begun = _reports(decider, _guest())
    thrown = _reports(decider, ThrowByHand(match_id="m1", darts=("T20",)))
    won = _reports(decider, ThrowByHand(match_id="m1", darts=("S1", "D20")))
    undone = _reports(decider, UndoDarts(match_id="m1"), RedoDarts(match_id="m1"))
    deleted = _reports(decider, DeleteMatch(match_id="m1"))
    stopped = _reports(decider, _guest(match_id="m2"), StepMatch(match_id="m2", step="stop", at=AT), DeleteMatch(match_id="m2"))
    own = _reports(decider, _guest(match_id="m3", host_id=None), DeleteMatch(match_id="m3"))

    assert (begun, thrown, won) == ([("playing", None)], [], [("finished", 0)])
    assert undone == [("playing", None), ("finished", 0)]
    assert (deleted, stopped, own) == ([("abandoned", None)], [("playing", None), ("abandoned", None)], [])


def test_reports_go_on_after_a_restart() -> None:
    """The memory of the matches knows whose fixture each plays."""
    decider, again = MatchDecider(BoardId("main")), MatchDecider(BoardId("main"))
    _reports(decider, _guest())
    again.restore(decider.memory(0.0), (), now=0.0, epoch_s=0.0)

    assert _reports(again, ThrowByHand(match_id="m1", darts=("T20", "S1", "D20"))) == [("finished", 0)]
