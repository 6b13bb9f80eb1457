"""Catch 40: points by darts."""

import pytest

from tests.support.matches import leg_of


@pytest.mark.parametrize(("visits", "points"), [(["T15 D8"], 3), (["25 20 D8"], 2), (["20", "1 D20"], 1), (["20", "20"], 0)])
def test_fewer_darts_have_more_points(visits: list[str], points: int) -> None:
    """Two darts 3, three darts 2, in the second visit 1."""
    assert leg_of("catch_40", *visits).game.totals(["A"]) == {"scores": {"A": points}}


def test_forty_rests_complete_it() -> None:
    """A side that has tried 100 has thrown its last dart; the leg ends when all have."""
    misses = ["MISS"] * 80

    assert not leg_of("catch_40", *misses[:79]).finished
    leg = leg_of("catch_40", *misses)
    assert (leg.finished, leg.end, leg.winner) == (True, "completed", 0)
