"""What is remembered of a dart while a replay runs."""

from typing import Any

import pytest


def test_what_each_camera_said_of_a_dart_is_kept(seen: Any) -> None:
    """A dart's evidence has the message and the calibration of every camera, of the episode in which it was new."""
    (evidence,) = seen.recorder.darts.values()

    assert set(evidence.settled) == {"cam0", "cam1", "cam2"}
    assert set(evidence.poses) == set(evidence.settled)
    assert evidence.standing == ()
    assert seen.recorder.reports[-1][0] == 1.5


def test_the_fix_comes_out_again(seen: Any) -> None:
    """Fused once more the cameras give the dart at the reported point, with its covariance; far from it they give none."""
    (evidence,) = seen.recorder.darts.values()
    fused = evidence.fused_axis(10.0, 103.0)

    assert fused is not None
    assert (fused.axis.x_mm, fused.axis.y_mm) == pytest.approx((10.0, 103.0), abs=0.2)
    assert evidence.fused_axis(-60.0, 10.0) is None
    assert seen.recorder.deadline() is None or seen.recorder.deadline() > 0
    assert len(seen.recorder.snapshot().darts) == 1
