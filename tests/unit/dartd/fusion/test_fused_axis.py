"""Tests of an axis on which cameras agree."""

import numpy as np
import pytest

from dartd.fusion.fused_axis import CameraEvidence, FusedAxis
from schemas.base import CameraId
from schemas.geometry import Axis3
from tests.support.fused import evidence_of, fused_axis


def test_only_cameras_that_were_used_count() -> None:
    """Visibility, length and names are those of the cameras that support the axis."""
    unused = CameraEvidence(CameraId("cam2"), 0.2, 0.9, 80.0, 0.0, None, used=False)
    axis = fused_axis(evidence=(evidence_of(0, clarity=0.5, length_mm=40.0), evidence_of(1, clarity=0.25, length_mm=60.0), unused))

    assert axis.cameras_used == ("cam0", "cam1")
    assert axis.visibility == pytest.approx(0.75)
    assert axis.length_mm == 60.0
    assert fused_axis(evidence=()).length_mm == 0.0


@pytest.mark.parametrize(("covariance", "radius_mm"), [(np.eye(2), 1.515), (np.diag([4.0, 0.0]), 2.14)])
def test_the_uncertainty_holds_the_truth_in_68_percent(covariance: np.ndarray, radius_mm: float) -> None:
    """A round covariance of 1 mm has a radius of 1.515 mm; one along a line a little more than its sigma."""
    axis = FusedAxis(Axis3(x_mm=0.0, y_mm=0.0), covariance, 2.0, 2.0, 0.1, (), np.array([]))

    assert axis.uncertainty_mm == pytest.approx(radius_mm, abs=0.003)
