"""What one camera reports, as arrays, and how well axes in space agree with it.

A camera reports sightings: several hypotheses of thin lines, each made of cross-sections between two edges.
"""

import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dartd.fusion.camera_pose import CameraPose
from dartd.fusion.dart_axis import LENGTH_MM, Floats, as_row
from schemas.base import CameraId
from schemas.geometry import Axis3, Calibration
from schemas.pipe.sightings import CrossSection, Sighting

# How cross-sections count for an axis. px are those of camera_pose.FOCAL_PX, weights those of cross-sections (0 to 1 each).
# Measured again by `python -m tests.bench.fusion DIR…`: scatter, width and total weight of the cross-sections of every dart.
NEAR_PX = 1.0  # how far off an axis a cross-section counts half
BELOW_FOOT = 0.04  # of `LENGTH_MM`: how far beyond the face a cross-section may lie
FULL_WEIGHT = 12.0  # of cross-sections on an axis that make its support full
HALF_CLEAR = 40.0  # total weight at which clarity is one half: a dart in full view has 60 to 100, lines of chance a dozen
ROWS_FOCAL_PX = 450.0  # the weights above are of cameras of 800x600; coarser ones have fewer rows on a dart, and each counts for more
STRIP_PX = 2 * NEAR_PX  # within which cross-sections show how long and how wide the dart on an axis is

# Cross-sections that belong to a dart; parts of `LENGTH_MM`
KNOWN_DART_PX = 1.2  # so near to a dart that is as it was they are that dart's
USED_FROM, USED_TO = -0.1, 1.2  # along this part of an axis a dart uses up cross-sections: its shadow and its flight too
BARREL_PARTS = np.linspace(0.1, 0.6, 6)  # the heights at which the distance of two barrels is taken

# Darts that are partly hidden
HIDDEN_PX = 6.0  # half a barrel and more: how far off the middle of the visible part of a half hidden dart may lie
BIN_MM = 5.0  # of height, in which a dart is taken to have one width
LOST_EDGE_PX = 1.0  # a cross-section that is this much too narrow weighs half: edges are known to a third of that
FOREIGN_EDGE_PX = 2.0  # one that is this much too wide weighs half: blur differs between cameras by 1 px, another dart adds 3 and more
RESTORED_WEIGHT = 2.0  # times the weight of a cross-section next to a known dart, once its other edge is known


@dataclass(frozen=True)
class CameraSightings:
    """The sightings of one camera with its calibration.

    `known` are the darts that were compared with the empty board together with the new ones, so that they are among the sightings.
    """

    camera_id: CameraId
    calibration: Calibration
    sightings: tuple[Sighting, ...]
    known: tuple[Axis3, ...] = ()


class CameraView:
    """The cross-sections of one camera as arrays in normalised coordinates, and its pose."""

    def __init__(self, reported: CameraSightings) -> None:
        self.camera_id = reported.camera_id
        self.sightings = reported.sightings
        self.pose = CameraPose(reported.calibration)
        lines = np.array([[s.u, s.v, s.u + s.du, s.v + s.dv] for s in reported.sightings]).reshape(-1, 4)
        self._rows_share = max(1.0, ROWS_FOCAL_PX / reported.calibration.focal_x_px)
        self.planes: Floats = self.pose.planes(lines)
        self._ends: Floats = lines[:, :2]
        sections = _section_rows(reported.sightings)
        _, first = np.unique(np.round(sections[:, :2], 7), axis=0, return_index=True)
        self._once = np.sort(first)
        self.sections: Floats = sections[:, :3]  # all of all sightings, a row (u, v, weight) each; `points` have each once
        self._half: Floats = sections[:, 4]
        self._doubtful: NDArray[np.bool_] = sections[:, 7] != 0
        self._hidden: Floats = sections[:, 5:7]  # the unit direction in which an edge is hidden, 0 where none is
        self._member: Floats = np.equal(sections[:, 3:4], np.arange(len(reported.sightings))).astype(float)
        self.points: Floats = self.sections[self._once, :2]
        self.weights: Floats = self.sections[self._once, 2]
        self.free: NDArray[np.bool_] = np.ones(len(first), bool)  # not used up by a dart that was found or known
        for axis in reported.known:
            self.use_up(as_row(axis), KNOWN_DART_PX)

    # -- how cross-sections lie to an axis

    def offsets(self, axis: Floats) -> tuple[Floats, Floats, float]:
        """Return for each point its distance across (px) and along (normalised) one axis, and the axis' length in the picture."""
        foot, direction, length = self.pose.project(axis[None])
        return *self.line_offsets(foot[0], direction[0]), float(length[0])

    def line_offsets(self, foot: Floats, direction: Floats) -> tuple[Floats, Floats]:
        """Return for each point its distance across (px) and along (normalised) a line of the picture."""
        apart = self.points - foot
        across: Floats = (apart[:, 1] * direction[0] - apart[:, 0] * direction[1]) * self.pose.focal_px
        return across, apart @ direction

    def separation_px(self, one: Floats, other: Floats) -> float:
        """Return how far apart the barrels of two axes lie in the picture, across the first."""
        foot, direction, length = self.pose.project(np.array([one, other]))
        heights = BARREL_PARTS[:, None] * length
        apart = foot[1] + heights[:, 1:] * direction[1] - foot[0]
        return float(np.mean(np.abs(apart[:, 1] * direction[0, 0] - apart[:, 0] * direction[0, 1]))) * self.pose.focal_px

    def use_up(self, axis: Floats, width_px: float) -> None:
        """Mark the points within `width_px` of an axis as no longer free."""
        across, along, length = self.offsets(axis)
        self.free = self.free & ~((np.abs(across) < width_px) & (along > USED_FROM * length) & (along < USED_TO * length))

    # -- how well an axis is supported

    def support(self, axes: Floats) -> Floats:
        """Return how fully the free points support each axis (n): 0 not at all, 1 fully."""
        return self.support_and_clarity(self.weigh(axes))[0]

    def weigh(self, axes: Floats) -> Floats:
        """Return the weight of every point (m), free or not, for each axis (n): (n, m)."""
        return self._weigh(axes, self.points, self.weights)

    def support_and_clarity(self, weighed: Floats) -> tuple[Floats, Floats]:
        """Return the support (0 to 1, reached early) and the clarity (0 to 1, always grows) of axes (n), given their weights (n, m)."""
        total: Floats = (weighed @ self.free.astype(float)) * self._rows_share
        return np.minimum(1.0, total / FULL_WEIGHT), total / (total + HALF_CLEAR)

    def full_support(self, axis: Floats) -> float:
        """Return how fully all points support one axis, those that are used up too."""
        return min(1.0, float(self.weigh(axis[None]).sum()) * self._rows_share / FULL_WEIGHT)

    def nearest(self, axes: Floats) -> tuple[NDArray[np.intp], Floats]:
        """Return for each axis (n) the index of the sighting that lies best on it, and the weight with which it does."""
        if not len(self.sightings):
            return np.zeros(len(axes), np.intp), np.zeros(len(axes))
        on = self._weigh(axes, self.sections[:, :2], self.sections[:, 2])
        totals = on @ self._member
        best = totals.argmax(axis=1)
        return best, totals[np.arange(len(axes)), best]

    def visible_length_mm(self, axis: Floats) -> float:
        """Return the length of one axis along which free points lie."""
        across, along, length = self.offsets(axis)
        on = along[self.free & (np.abs(across) < STRIP_PX) & (along > -BELOW_FOOT * length) & (along < length)]
        return float(np.ptp(on)) / length * LENGTH_MM if len(on) else 0.0

    def _weigh(self, axes: Floats, points: Floats, weights: Floats) -> Floats:
        foot, direction, length = self.pose.project(axes)
        dx = points[None, :, 0] - foot[:, 0, None]
        dy = points[None, :, 1] - foot[:, 1, None]
        across = (dy * direction[:, 0, None] - dx * direction[:, 1, None]) * (self.pose.focal_px / NEAR_PX)
        along = (dx * direction[:, 0, None] + dy * direction[:, 1, None]) / length[:, None]
        on: Floats = weights * ((along > -BELOW_FOOT) & (along < 1.0)) / (1 + np.square(np.square(across)))
        return on

    # -- visible ends of sightings

    def ends_above_mm(self, axes: Floats, nearest: NDArray[np.intp]) -> Floats:
        """Return how far above the foot of each axis (n) the visible end of its nearest sighting lies, in mm along the axis."""
        foot, direction, length = self.pose.project(axes)
        above: Floats = np.sum((self._ends[nearest] - foot) * direction, axis=1) / length * LENGTH_MM
        return above

    def ends_on_face(self) -> Floats:
        """Return where the rays of the visible ends meet the face: (n, 2) mm."""
        return self.pose.on_face(self._ends)

    def ends_beyond(self, reach_mm: float, min_clarity: float) -> bool:
        """Return whether a clear line ends farther than `reach_mm` from the bull: the picture cuts off the foot of the dart."""
        total = self.sections[:, 2] @ self._member
        far = np.hypot(*self.ends_on_face().T) > reach_mm
        return bool(np.any(far & (total / (total + HALF_CLEAR) > min_clarity)))

    # -- widths of darts, and darts that are half hidden

    @property
    def half_hidden(self) -> bool:
        """Whether one edge of some cross-sections is hidden by a known dart."""
        return bool(self._doubtful.any())

    def widths(self, axis: Floats) -> tuple[Floats, Floats]:
        """Measure a dart on an axis by the cross-sections with both edges: heights above the face and half widths, mm."""
        on, height_mm, depth_mm = self._barrel_sections(axis, STRIP_PX)
        whole = on & ~self._doubtful
        return height_mm[whole], self._half[whole] * depth_mm[whole]

    def restored(self, axis: Floats, half_widths_mm: Floats) -> "CameraView":
        """Return this view with the dart on an axis as wide as it is known to be (half widths at every `BIN_MM` of height).

        Cross-sections with one edge hidden, or merged with the dart next to it, get their middle from the other edge. Others that are too
        narrow have lost an edge, those that are too wide have one of something else, and which one is unknown: they weigh less.
        """
        on, height_mm, depth_mm = self._barrel_sections(axis, HIDDEN_PX)
        bins = np.clip((height_mm / BIN_MM).astype(int), 0, len(half_widths_mm) - 1)
        missing = half_widths_mm[bins] / depth_mm - self._half
        restore = on & self._hidden.any(axis=1) & np.isfinite(missing)
        wrong = on & ~restore & np.isfinite(missing)
        sections = self.sections.copy()
        sections[restore, :2] += missing[restore][:, None] * self._hidden[restore]
        sections[restore, 2] *= RESTORED_WEIGHT
        tolerated_px = np.where(missing > 0, LOST_EDGE_PX, FOREIGN_EDGE_PX)
        sections[wrong, 2] /= 1 + (missing[wrong] * self.pose.focal_px / tolerated_px[wrong]) ** 2
        whole = copy.copy(self)
        whole.sections, whole.points, whole.weights = sections, sections[self._once, :2], sections[self._once, 2]
        return whole

    def _barrel_sections(self, axis: Floats, width_px: float) -> tuple[NDArray[np.bool_], Floats, Floats]:
        """Return which cross-sections, of all sightings, lie on a dart, their heights above the face and their depths (mm)."""
        foot, direction, length = self.pose.project(axis[None])
        apart = self.sections[:, :2] - foot[0]
        across = (apart[:, 1] * direction[0, 0] - apart[:, 0] * direction[0, 1]) * self.pose.focal_px
        part = apart @ direction[0] / length[0]
        low_mm, rise = self.pose.depth(axis)
        high_mm = low_mm + LENGTH_MM * rise
        # the inverse of the depth is linear along a line of the picture
        height_mm = LENGTH_MM * part * low_mm / (high_mm * (1 - part) + part * low_mm)
        return (np.abs(across) < width_px) & (part > -BELOW_FOOT) & (part < 1), height_mm, low_mm + height_mm * rise


def _section_rows(sightings: tuple[Sighting, ...]) -> Floats:
    """Return the cross-sections as rows: u, v, weight, index of the sighting, half width, direction of a hidden edge (2), hidden."""
    return np.array(
        [
            [c.u, c.v, c.weight, k, c.half_width, -_hidden_side(c) * s.dv, _hidden_side(c) * s.du, c.hidden]
            for k, s in enumerate(sightings)
            for c in s.sections
        ]
    ).reshape(-1, 8)


def _hidden_side(section: CrossSection) -> int:
    """Return on which side one edge is hidden, 0 when none or both are."""
    return section.hidden if abs(section.hidden) == 1 else 0
