"""How closely darts lie together."""

import pytest

from dartd.game.grouping import Grouping, bias, group, group_visits, mean_point, pool, written

VISIT = [(0.0, 0.0), (3.0, 0.0), (0.0, 4.0)]


def test_the_example_of_the_rules() -> None:
    """Mean radius and covariance of three darts."""
    answer = written(group(VISIT))

    assert mean_point(VISIT) == pytest.approx((1.0, 4 / 3))
    assert answer["mean_radius"] == pytest.approx(2.3061, abs=5e-5)
    assert answer["covariance"][0] == pytest.approx([3.0, -2.0])
    assert answer["covariance"][1] == pytest.approx([-2.0, 16 / 3])


def test_visits_are_pooled_about_their_own_means() -> None:
    """Two equal visits elsewhere on the board have the grouping of one; a visit of one dart says nothing."""
    moved = [(x + 100.0, y - 50.0) for x, y in VISIT]
    pooled = group_visits([VISIT, moved, [(7.0, 7.0)]])

    assert (pooled.darts, pooled.degrees) == (6, 4)
    assert written(pooled)["mean_radius"] == pytest.approx(written(group(VISIT))["mean_radius"])
    assert written(pooled)["covariance"][1][1] == pytest.approx(16 / 3)
    assert pool([group(VISIT), group(moved)]) == pooled


def test_too_few_darts_have_no_covariance() -> None:
    """One dart has no spread, none has nothing."""
    assert written(group([(1.0, 1.0)])) == {"mean_radius": 0.0, "covariance": None}
    assert written(Grouping()) == {"mean_radius": None, "covariance": None}
    assert group([]) == Grouping()


def test_bias_is_the_mean_offset_from_the_target() -> None:
    """Where darts at a target lie on average."""
    assert bias(VISIT, (1.0, 0.0)) == pytest.approx((0.0, 4 / 3))
    assert bias([], (0.0, 0.0)) is None
