"""The result of a fixture from its match."""

from dartd.play.results import result_of
from schemas.match import MatchLeg, MatchSide, MatchState
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
