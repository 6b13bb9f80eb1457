"""Bots: what they aim at, and where their darts land."""

from typing import Any

import pytest

from dartd.game.beds import SCORING, SINGLE_BULL, bed_code, bed_label, read_bed
from dartd.game.bot import LEVELS_MM, Spread, bed_centre, bed_to_aim_at, landing_point, spread_like, spread_of_level
from dartd.game.catalog import NAMES, new_game, read_options
from dartd.game.grouping import group
from dartd.game.lots import lots_of, with_lots
from schemas.board import BoardSpec, bed_at
from tests.support.matches import leg_of


@pytest.mark.parametrize("bed", SCORING, ids=bed_label)
def test_the_middle_of_a_bed_lies_in_it(bed: int) -> None:
    """A dart without error hits what it was aimed at."""
    x_mm, y_mm = landing_point(bed, Spread(xx=5.0, yy=5.0), (0.0, 0.0))

    assert (x_mm, y_mm) == bed_centre(bed)
    assert bed_code(bed_at(x_mm, y_mm, BoardSpec())) == bed


def test_levels_scatter_less_and_less() -> None:
    """A higher level has the smaller spread."""
    assert list(LEVELS_MM.values()) == sorted(LEVELS_MM.values(), reverse=True)
    with pytest.raises(KeyError):
        spread_of_level(10)


def test_a_bot_can_throw_like_a_player() -> None:
    """Its spread has the covariance of the player's darts, and their offset."""
    grouping = group([(0.0, 0.0), (3.0, 0.0), (0.0, 4.0)])
    spread = spread_like(grouping, (1.0, -2.0))

    assert spread is not None
    assert spread.xx**2 == pytest.approx(3.0)
    assert spread.xx * spread.yx == pytest.approx(-2.0)
    assert spread.yx**2 + spread.yy**2 == pytest.approx(16 / 3)
    assert landing_point(read_bed("BULL"), spread, (0.0, 0.0)) == (1.0, -2.0)
    assert spread_like(group([(0.0, 0.0)])) is None


@pytest.mark.parametrize(("game", "rules", "aim"), [
    ("x01", {}, "T20"), ("x01", {"in": "double"}, "D20"), ("x01", {"start": 40}, "D20"), ("x01", {"start": 170}, "T20"),
    ("cricket", {}, "T20"), ("cricket", {"numbers": [25]}, "BULL"), ("around_the_clock", {}, "T1"),
    ("around_the_clock", {"targets": [25]}, "25"),
    ("bobs_27", {}, "D1"), ("shanghai", {}, "T1"), ("halve_it", {}, "T12"), ("count_up", {}, "T20"), ("121", {"start": 50}, "BULL"),
])  # fmt: skip
def test_a_bot_aims_at_what_the_game_asks_for(game: str, rules: dict[str, Any], aim: str) -> None:
    """The best way to finish, the target, or the triple 20."""
    assert bed_label(bed_to_aim_at(leg_of(game, **rules).game, 3)) == aim


def test_a_bot_plays_killer() -> None:
    """A free number, then the own double, then that of the side with the most lives."""
    opening = leg_of("killer", "20", sides=2).game
    opening.begin(1)
    assert bed_label(bed_to_aim_at(opening, 3)) == "D19"

    playing = leg_of("killer", "D1", sides=3, numbers=[1, 2, 3]).game
    playing.begin(1)
    assert bed_label(bed_to_aim_at(playing, 3)) == "D2"
    playing.begin(0)
    assert bed_label(bed_to_aim_at(playing, 3)) == "D2"


@pytest.mark.parametrize("name", NAMES)
def test_a_bot_has_an_aim_in_every_game(name: str) -> None:
    """It never stands still."""
    options = read_options({"game": name})
    lots = lots_of(options, 2)
    game = new_game(options if lots is None else with_lots(options, lots.pool[: lots.count]), 2)
    game.begin(0)

    assert bed_to_aim_at(game, 3) in {*SCORING, SINGLE_BULL}
