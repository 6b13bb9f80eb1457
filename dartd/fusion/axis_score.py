"""Score candidates for the axes of darts: by the cross-sections on them, by visible ends, and by how darts lean."""

from collections.abc import Sequence

import numpy as np

from dartd.fusion.camera_view import CameraView
from dartd.fusion.dart_axis import LENGTH_MM, MEAN_SLOPE, SLOPE_SIGMA, Floats

# `python -m tests.bench.fusion DIR…` prints the scores of every dart, and of the best axis that is none
CLARITY_WEIGHT = 3.0  # of clarity against support: between axes with enough cross-sections those with the most win
LEAN_WEIGHT = 0.05  # for each squared standard deviation of the slopes: decides only between equals
END_WEIGHT = 0.5  # of a camera's support that depends on the visible end
TIP_SLACK_MM = 38.0  # the point of a dart may be invisible: its visible end is then higher by the length of the point
BURIED_MM = 8.0  # and it may seem to end a little below the face
OCCLUDED_SLACK_MM = LENGTH_MM  # where another dart hides the tip, the end may be anywhere along it


class AxisScores:
    """Scores of axes (n, 4). What does not change while darts are found and their cross-sections used up is computed once."""

    def __init__(self, views: Sequence[CameraView], axes: Floats) -> None:
        self.axes = axes
        self._lean = -LEAN_WEIGHT * np.sum(((axes[:, 2:] - MEAN_SLOPE) / SLOPE_SIGMA) ** 2, axis=1)
        self._weighed = [(view, view.weigh(axes), _end_share(view, axes)) for view in views if view.sightings]

    def scores(self) -> tuple[Floats, Floats]:
        """Return for each axis whether it is a dart (up to one for each camera), and a rank by which the clearest comes first."""
        total, clear = self._lean.copy(), np.zeros(len(self.axes))
        for view, weighed, end_share in self._weighed:
            support, clarity = view.support_and_clarity(weighed)
            total += support * end_share
            clear += CLARITY_WEIGHT * clarity
        return total, total + clear


def _end_share(view: CameraView, axes: Floats) -> Floats:
    """Return how well the visible ends fit axes (n): from one half to all of what a camera's support counts."""
    nearest, _ = view.nearest(axes)
    above_mm = view.ends_above_mm(axes, nearest)
    occluded = np.array([s.tip_occluded for s in view.sightings])[nearest]
    slack_mm = np.where(above_mm > 0, np.where(occluded, OCCLUDED_SLACK_MM, TIP_SLACK_MM), BURIED_MM)
    share: Floats = 1 - END_WEIGHT + END_WEIGHT / (1 + (above_mm / slack_mm) ** 4)
    return share
