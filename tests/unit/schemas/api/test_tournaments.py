"""What is sent about tournaments."""

import msgspec
import pytest

from schemas.api.tournaments import FixtureStep, NewFixture, NewTournament, TournamentChange


@pytest.mark.parametrize(
    "rest",
    [
        '"name":"a"',
        '"name":"a","format":"swiss"',
        '"name":"a","format":"knockout","groups":0',
        '"name":"a","format":"ladder","tie_breaks":["luck"]',
    ],
)
def test_new_tournament_is_strict(rest: str) -> None:
    """A name, a format that there is, and nothing beyond its limits."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(f"{{{rest}}}", type=NewTournament)


def test_left_out_is_not_null() -> None:
    """A field that is left out keeps its value; sides are as in a match."""
    fixture = msgspec.json.decode(b'{"sides":[{"players":["p_ada",{"name":"Bob"}]}]}', type=NewFixture)

    assert msgspec.to_builtins(msgspec.json.decode(b'{"description":null}', type=TournamentChange)) == {"description": None}
    assert (fixture.sides[0].players[0], msgspec.convert({"status": "called"}, FixtureStep).winner) == ("p_ada", None)
