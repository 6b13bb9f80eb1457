"""What is remembered of a dart while a replay runs."""

from typing import Any

import pytest


def test_what_each_camera_said_of_a_dart_is_kept(seen: Any) -> None:
    """A dart's testimony has the words and the calibration of every camera, of the episode in which it was new."""
    (testimony,) = seen.witness.darts.values()

    assert set(testimony.settled) == {"cam0", "cam1", "cam2"}
    assert set(testimony.poses) == set(testimony.settled)
    assert testimony.standing == ()
    assert seen.witness.words[-1][0] == 1.5


def test_the_fix_comes_out_again(seen: Any) -> None:
    """Fused once more the cameras give the dart where it was told, with its covariance; far from it they give none."""
    (testimony,) = seen.witness.darts.values()
    fix = testimony.fix(10.0, 103.0)

    assert fix is not None
    assert (fix.axis.x_mm, fix.axis.y_mm) == pytest.approx((10.0, 103.0), abs=0.2)
    assert testimony.fix(-60.0, 10.0) is None
    assert seen.witness.deadline() is None or seen.witness.deadline() > 0
    assert len(seen.witness.snapshot().darts) == 1
