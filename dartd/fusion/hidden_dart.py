"""Find a dart that one camera shows while standing darts hide it from all others.

The lines of two cameras do not exist then, but where it is hidden is evidence too: its axis lies in the plane of the one line, and in the
plane through another camera and the dart that stands in front of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from dartd.fusion.axis_score import TIP_SLACK_MM
from dartd.fusion.camera_view import CameraSightings, CameraView
from dartd.fusion.dart_axis import Floats, as_row, is_same_dart, possible
from dartd.fusion.fused_axis import FusedAxis
from dartd.fusion.fusion import SHARED_PX, fuse
from dartd.fusion.triangulation import intersect_planes
from schemas.geometry import Axis3

MOST_PX = SHARED_PX  # between the axes of a dart and the one that hides it: half a barrel and more


def find_hidden(
    reported: Sequence[CameraSightings], standing: Sequence[Axis3], min_visibility: float, min_length_mm: float
) -> list[FusedAxis]:
    """Return the dart that one camera shows and `standing` darts hide from every other one, none if there is no such position."""
    views = [CameraView(each) for each in reported]
    found: list[tuple[float, FusedAxis]] = []
    for own, each in zip(views, reported, strict=True):
        others = [view for view in views if view is not own]
        alone = [f for f in fuse([each], standing, most=1) if f.visibility > min_visibility and f.length_mm > min_length_mm]
        if not (others and standing and alone):
            continue
        for axis in _positions(own, as_row(alone[0].axis), others, standing):
            off = _hidden_px(axis, others, standing) / MOST_PX, _end_above_mm(own, axis) / TIP_SLACK_MM
            if max(off) < 1:
                found.append((off[0] ** 2 + off[1] ** 2, _placed(alone[0], axis, own)))
    return [min(found, key=lambda pair: pair[0])[1]] if found else []


def _positions(own: CameraView, line: Floats, others: Sequence[CameraView], standing: Sequence[Axis3]) -> Iterator[Floats]:
    """Return the axes in the plane of a camera's line that lie exactly behind or in front of a standing dart for another camera."""
    for view in others:
        for dart in standing:
            for axis in intersect_planes(_plane(own, line), own.pose.center, _plane(view, as_row(dart)), view.pose.center):
                if len(possible(axis[None])) and not any(is_same_dart(axis, each) for each in standing):
                    yield axis


def _plane(view: CameraView, axis: Floats) -> Floats:
    """Return the normal (1, 3) of the plane through a camera and an axis."""
    foot_mm = np.array([axis[0], axis[1], 0.0]) - view.pose.center
    normal = np.cross(foot_mm, [axis[2], axis[3], 1.0])
    return np.asarray(normal / np.linalg.norm(normal), float)[None]


def _hidden_px(axis: Floats, others: Sequence[CameraView], standing: Sequence[Axis3]) -> float:
    """Return how far an axis is from a standing dart in the picture in which it is least hidden."""
    return max(min(view.separation_px(axis, as_row(dart)) for dart in standing) for view in others)


def _end_above_mm(own: CameraView, axis: Floats) -> float:
    """Return how far the visible end of the line is from the foot of an axis."""
    nearest, _ = own.nearest(axis[None])
    return abs(float(own.ends_above_mm(axis[None], nearest)[0]))


def _placed(alone: FusedAxis, axis: Floats, own: CameraView) -> FusedAxis:
    """Return the dart with this axis; it is somewhere behind the others, as likely at their edge as at their middle."""
    x_mm, y_mm, slope_x, slope_y = (float(v) for v in axis)
    sigma_mm = MOST_PX / np.sqrt(3) / own.pose.px_per_mm(axis)
    return replace(alone, axis=Axis3(x_mm=x_mm, y_mm=y_mm, slope_x=slope_x, slope_y=slope_y), covariance=sigma_mm**2 * np.eye(2))
