"""Throwing for the bull: who is nearest, who is level, who throws again."""

import pytest

from dartd.game.beds import BULL, MISS, SINGLE_BULL
from dartd.game.bull_off import BullOff, BullOffMode, BullThrow, fold_bull_off
from dartd.game.rules import RulesError


def thrown(mode: BullOffMode, *radii: tuple[int, float | None], sides: int = 2, tie_mm: float = 0.5) -> BullOff:
    """Return a bull-off after darts of these sides at these distances."""
    return fold_bull_off(mode, range(sides), [BullThrow(side=side, mm=mm) for side, mm in radii], tie_mm)


def test_the_nearest_side_is_first() -> None:
    """A clear difference decides at once."""
    decided = thrown("normal", (0, 20.0), (1, 8.0))

    assert (decided.first, decided.decided, decided.order) == (1, True, (1, 0))
    with pytest.raises(RulesError, match="decided"):
        decided.add(BullThrow(side=0, mm=1.0))


def test_level_sides_throw_again_in_reverse_order() -> None:
    """A difference within the uncertainty decides nothing."""
    level = thrown("normal", (0, 20.0), (1, 20.4))

    assert (level.first, level.queue) == (None, [1, 0])


@pytest.mark.parametrize(("mm", "official"), [((1.0, 5.0), None), ((7.0, 15.0), None), ((5.0, 7.0), 0), ((17.0, 30.0), 0)])
def test_official_rules_repeat_within_a_ring(mm: tuple[float, float], official: int | None) -> None:
    """Both in the bull, or both in the single bull, throw again officially; otherwise the nearer one is first."""
    assert thrown("official", (0, mm[0]), (1, mm[1])).first == official
    assert thrown("normal", (0, mm[0]), (1, mm[1])).first == 0


def test_a_dart_that_does_not_stay_is_thrown_again() -> None:
    """The same side throws until a dart stays."""
    bounced = thrown("normal", (0, None))

    assert bounced.queue == [0, 1]
    assert thrown("normal", (0, None), (0, 3.0)).queue == [1]


def test_three_sides_are_sorted_and_ties_repeat_among_themselves() -> None:
    """A side that is clear keeps its position while two others throw again."""
    level = thrown("normal", (0, 30.0), (1, 5.0), (2, 30.2), sides=3)

    assert (level.first, level.decided, level.queue) == (1, False, [2, 0])
    level.add(BullThrow(side=2, mm=50.0))
    level.add(BullThrow(side=0, mm=10.0))
    assert (level.order, level.decided) == ((1, 0, 2), True)


def test_beds_decide_where_nothing_was_measured() -> None:
    """By hand the bull beats the single bull, that beats the rest, and equal beds repeat."""

    def by_bed(*beds: int) -> int | None:
        return fold_bull_off("normal", (0, 1), [BullThrow(side=side, bed=bed) for side, bed in enumerate(beds)]).first

    assert [by_bed(SINGLE_BULL, BULL), by_bed(SINGLE_BULL, MISS), by_bed(MISS, MISS)] == [1, 0, None]


def test_the_order_of_throwing_is_kept() -> None:
    """A side that is not the next one is refused."""
    with pytest.raises(RulesError, match="side 0 throws next"):
        thrown("official", (1, 3.0))
