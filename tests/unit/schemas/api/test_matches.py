"""What is sent to begin and to score a match."""

import msgspec
import pytest

from schemas.api.matches import NewGuest, NewMatch, NewThrows


def test_the_smallest_match() -> None:
    """A game and a name are enough."""
    match = msgspec.convert({"rules": {"game": "x01"}, "sides": [{"players": ["p_ada", {"name": "A"}]}]}, NewMatch)

    assert match.sides[0].players == ("p_ada", NewGuest(name="A"))
    assert (match.board_id, match.format, match.bull_off, match.start) == (None, None, "off", True)


@pytest.mark.parametrize("body", [{"darts": []}, {"darts": ["T20"] * 4}, {"points": 181}, {"points": 60, "darts_used": 0}, {"dart": "T20"}])
def test_what_cannot_be_a_visit(body: object) -> None:
    """It has one to three darts, or at most 180 points."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(body, NewThrows)
