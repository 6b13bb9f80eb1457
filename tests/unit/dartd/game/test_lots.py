"""What is drawn before a match."""

import pytest

from dartd.game.catalog import new_game, read_options
from dartd.game.lots import Lots, lots_of, with_lots
from dartd.game.rules import RulesError


@pytest.mark.parametrize(("rules", "pool", "count"), [
    ({"game": "around_the_clock", "order": "random"}, 21, 21),
    ({"game": "killer", "numbers": "drawn"}, 20, 2),
    ({"game": "random_checkout"}, 123, 10),
])  # fmt: skip
def test_what_was_drawn_is_kept_in_the_options(rules: dict[str, object], pool: int, count: int) -> None:
    """Options that draw cannot be played before, can be after, and draw only once."""
    options = read_options(rules)
    lots = lots_of(options, 2)

    assert isinstance(lots, Lots)
    assert (len(lots.pool), lots.count) == (pool, count)
    with pytest.raises(RulesError):
        new_game(options, 2)
    drawn = with_lots(options, lots.pool[:count])
    assert new_game(drawn, 2).sides == 2
    assert lots_of(drawn, 2) is None


def test_most_games_draw_nothing() -> None:
    """There is nothing to draw, and nothing to keep."""
    options = read_options({"game": "x01"})

    assert lots_of(options, 2) is None
    with pytest.raises(RulesError):
        with_lots(options, [1])
