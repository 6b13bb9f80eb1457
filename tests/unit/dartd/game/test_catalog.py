"""The table of games."""

import pytest

from dartd.game.catalog import GAMES, NAMES, new_game, read_options
from dartd.game.lots import lots_of, with_lots
from dartd.game.rules import RulesError


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_game_alone_is_legal(name: str) -> None:
    """Every option has a default, and two sides can play."""
    options = read_options({"game": name})

    lots = lots_of(options, 2)
    options = options if lots is None else with_lots(options, lots.pool[: lots.count])
    assert type(options) in GAMES
    assert new_game(options, 2).sides == 2


@pytest.mark.parametrize(("rules", "path"), [
    ({}, r"\$.game"),
    ({"game": "tiddlywinks"}, r"\$.game.*tiddlywinks"),
    ({"game": "x01", "start": 1}, r"\$.start"),
    ({"game": "x01", "out": "triple"}, r"\$.out"),
    ({"game": "x01", "colour": "red"}, "colour"),
    ({"game": "x01", "max_rounds": 100}, r"\$.max_rounds"),
])  # fmt: skip
def test_what_a_game_does_not_have_is_refused(rules: dict[str, object], path: str) -> None:
    """An unknown game, an unknown option and one that is out of range raise with the path."""
    with pytest.raises(RulesError, match=path):
        read_options(rules)
