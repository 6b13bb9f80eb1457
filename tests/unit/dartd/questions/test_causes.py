"""What explains an average."""

import msgspec
import pytest

from dartd.game.statistics import Figures
from dartd.questions.causes import DayRates, causes_of, similar_days

USUAL = Figures(
    points=5010, darts=300, first9_points=1900, first9_darts=90, checkout_attempts=40, checkouts=10, busts=5, visits=100, best_legs={}
)


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"first9_points": 1500, "points": 4610}, "first_nine"),
        ({"points": 4400}, "scoring"),
        ({"checkout_attempts": 100, "darts": 360}, "doubles"),
        ({"busts": 25, "darts": 360}, "busts"),
    ],
)
def test_the_part_that_changed_is_the_first_cause(changes: dict[str, int], part: str) -> None:
    """It explains the whole difference to within a tenth, and what is as usual explains nearly nothing."""
    own = msgspec.structs.replace(USUAL, **changes)
    causes = causes_of(own, USUAL)
    difference = 3 * own.points / own.darts - 3 * USUAL.points / USUAL.darts

    assert causes[0].part == part
    assert causes[0].effect == pytest.approx(difference, rel=0.25)
    assert all(cause.effect == pytest.approx(0, abs=1.2) for cause in causes[1:])


def test_nothing_explains_nothing() -> None:
    """The same figures have no effects, no figures have no causes."""
    nothing = Figures(best_legs={})
    assert all(cause.effect == pytest.approx(0) for cause in causes_of(USUAL, USUAL))
    assert causes_of(nothing, USUAL) == causes_of(USUAL, nothing) == []


def test_similar_days_are_nearest() -> None:
    """In average, first nine and checkouts; the day itself is none."""
    day, like, unlike = DayRates("3", 50, 60, 20), DayRates("2", 51, 60, 21), DayRates("1", 80, 90, 40)

    assert similar_days(day, [unlike, day, like], 2) == [like, unlike]
