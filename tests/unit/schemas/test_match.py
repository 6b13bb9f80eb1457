"""A match as it is published."""

from hypothesis import given

from schemas.match import MatchState
from tests.support.values import values_of


@given(values_of(MatchState))
def test_what_has_not_begun_has_no_result(state: MatchState) -> None:
    """Everything that only time brings has a default."""
    new = MatchState(
        match_id=state.match_id, status="scheduled", board_id=None, rules=state.rules, format=state.format, sides=(), created_at=""
    )

    assert (new.turn, new.legs, new.winner, new.draw) == (None, (), None, False)
    assert (new.started_at, new.finished_at, new.error) == (None, None, None)
