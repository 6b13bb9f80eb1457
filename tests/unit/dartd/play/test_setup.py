"""Rules, formats and sides from JSON."""

from typing import Any

import msgspec
import pytest

from dartd.game.rules import RulesError
from dartd.game.x01 import X01
from dartd.play.setup import BULL_TIE_MM, located, read_format, read_rules, read_setup
from tests.support.play import create


def test_defaults_are_filled_in() -> None:
    """A game alone is its usual form; a handicap gives each side its start."""
    handicapped = read_rules({"game": "x01"}, [401, None])

    assert read_rules({"game": "x01"}) == X01()
    assert isinstance(handicapped, X01)
    assert handicapped.start_scores == (401, 501)
    assert (read_format(None).legs, read_format({"sets": 3}).legs) == (1, 3)


@pytest.mark.parametrize(
    ("rules", "scores", "field"),
    [
        ({"game": "chess"}, (), "$.rules.game"),
        ({}, (), "$.rules.game"),
        ({"game": "x01", "start": "501"}, (), "$.rules.start"),
        ({"game": "x01", "colour": 1}, (), "$.rules.colour"),
        ({"game": "shanghai"}, (None, 301), "$.sides[1].start_score"),
        ({"game": "x01"}, (1,), "$.sides[0].start_score"),
    ],
)
def test_wrong_rules_are_named(rules: Any, scores: Any, field: str) -> None:
    """The path of what is wrong is in the details."""
    with pytest.raises(RulesError) as refused:
        read_rules(rules, scores)

    assert refused.value.details["field"] == field


@pytest.mark.parametrize(
    ("form", "field"),
    [({"legs": 0}, "$.format.legs"), ({"sets": 2, "legs": 2, "goal": "best_of"}, "$.format.legs"), ({"x": 1}, "$.format.x")],
)
def test_wrong_formats_are_named(form: Any, field: str) -> None:
    """The same for the format."""
    with pytest.raises(RulesError) as refused:
        read_format(form)

    assert refused.value.details["field"] == field


def test_sides_must_fit_the_game() -> None:
    """A game that needs two sides is not begun with one; radii at the bull are level within the uncertainty of the board only."""
    with pytest.raises(RulesError) as refused:
        read_setup(msgspec.structs.replace(create(players=("ann",)), rules={"game": "killer", "numbers": [5]}))

    assert refused.value.details["field"] == "$.sides"
    assert (read_setup(create()).tie_mm, read_setup(create(board=False)).tie_mm) == (BULL_TIE_MM, 0.0)


def test_an_error_keeps_its_place() -> None:
    """What has a path keeps it."""
    assert located(RulesError("no", field="$.a")).details["field"] == "$.a"
    assert located(RulesError("$.dart: no such dart")).details["field"] == "$.dart"
