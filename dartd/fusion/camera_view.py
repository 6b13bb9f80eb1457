"""One camera's sightings as arrays, and how axes in space look in it.

Distances in a picture are given in px of a camera with focal length `FOCAL_PX`: what limits a fine camera is registration and lens,
which scale with the angle, and what limits a coarse one are its own pixels.
"""

import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.base import CameraId
from schemas.geometry import Axis3, Calibration
from schemas.pipe.sightings import CrossSection, Sighting

Floats = NDArray[np.float64]

FOCAL_PX = 600.0
DART_MM = 110.0  # how far out of the board an axis is judged
BELOW = 0.04  # of that length: how far beyond the face a cross-section may lie
NEAR_PX = 1.0  # how far a cross-section may lie off an axis to speak for it
ENOUGH = 12.0  # cross-sections that make a camera a full witness
BARREL_MM = 40.0  # above the face: how much of a dart a camera must have in its picture to say that there is none
KNOWN_PX = 1.2  # cross-sections so near to a dart that stands as it did are that dart's
WIDE_PX = 2.0  # and so near to an axis tell how wide the dart on it is
HIDDEN_PX = 6.0  # half a barrel and more: so far off may lie the middle of what shows of a dart half of which is hidden
BIN_MM = 5.0  # of height, in which a dart has one width
LOST_PX = 1.0  # by which a cross-section is too narrow that weighs half: edges are known to a third of that
MENDED = 2.0  # times the weight of a cross-section beside a dart that stands, once its other edge is known
HALF_CLEAR = 40.0  # a dart in full view has 60 to 100: what half hides has this many, and lines of chance a dozen


@dataclass(frozen=True)
class View:
    """One camera's sightings with its pose."""

    camera_id: CameraId
    calibration: Calibration
    sightings: tuple[Sighting, ...]
    known: tuple[Axis3, ...] = ()  # darts that it compared with the empty board together with what came


class Eye:
    """A view as arrays. Axes are rows (x_mm, y_mm, slope_x, slope_y); cross-sections are rows of normalised coordinates."""

    def __init__(self, view: View) -> None:
        calibration = view.calibration
        self.camera_id = view.camera_id
        self.sightings = view.sightings
        self.focal = min(calibration.focal_x_px, FOCAL_PX)
        self.board_mm = calibration.residual_mm
        self._rotation: Floats = np.array(calibration.rotation).reshape(3, 3)
        self._flat: Floats = np.ascontiguousarray(self._rotation[:, :2].T)
        self._out: Floats = self._rotation[:, 2].copy()
        self._translation: Floats = np.array(calibration.translation_mm)
        self.center: Floats = -self._rotation.T @ self._translation
        lines = np.array([[s.u, s.v, s.u + s.du, s.v + s.dv] for s in view.sightings]).reshape(-1, 4)
        ones = np.ones((len(lines), 1))
        normals = np.cross(np.hstack([lines[:, :2], ones]), np.hstack([lines[:, 2:], ones])) @ self._rotation
        self.planes: Floats = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
        sections = np.array(
            [
                [c.u, c.v, c.weight, k, c.half_width, -_side(c) * s.dv, _side(c) * s.du, c.hidden]
                for k, s in enumerate(view.sightings)
                for c in s.sections
            ]
        ).reshape(-1, 8)
        _, first = np.unique(np.round(sections[:, :2], 7), axis=0, return_index=True)
        self._once = np.sort(first)
        self.sections: Floats = sections[:, :3]  # all of all sightings, a row (u, v, weight) each; `points` have each once
        self._half: Floats = sections[:, 4]
        self._doubtful: NDArray[np.bool_] = sections[:, 7] != 0
        self._hidden: Floats = sections[:, 5:7]  # the unit direction in which an edge is hidden, 0 where none is
        self._member: Floats = np.equal(sections[:, 3:4], np.arange(len(view.sightings))).astype(float)
        self.points: Floats = self.sections[self._once, :2]
        self.weights: Floats = self.sections[self._once, 2]
        self.free: NDArray[np.bool_] = np.ones(len(first), bool)
        for axis in view.known:
            self.take(as_row(axis), KNOWN_PX)

    @property
    def half_hidden(self) -> bool:
        """Say whether there are cross-sections of which one edge is hidden by a dart that stands."""
        return bool(self._doubtful.any())

    def widths(self, axis: Floats) -> tuple[Floats, Floats]:
        """Measure a dart on an axis by the cross-sections with both edges: heights above the face and half widths, mm."""
        on, height_mm, depth_mm = self._along(axis, WIDE_PX)
        whole = on & ~self._doubtful
        return height_mm[whole], self._half[whole] * depth_mm[whole]

    def mended(self, axis: Floats, half_mm: Floats) -> "Eye":
        """See a dart on an axis whole: its width is known (`half_mm` at every `BIN_MM` of height), so its middle follows from one edge.

        Cross-sections of which one edge is hidden, or runs into the dart beside, take their middle from the other edge. Others that are
        too narrow have lost an edge, and nobody knows which: they weigh less.
        """
        on, height_mm, depth_mm = self._along(axis, HIDDEN_PX)
        bins = np.clip((height_mm / BIN_MM).astype(int), 0, len(half_mm) - 1)
        missing = half_mm[bins] / depth_mm - self._half
        mend = on & self._hidden.any(axis=1) & np.isfinite(missing)
        lost = on & ~mend & (missing > 0)
        sections = self.sections.copy()
        sections[mend, :2] += missing[mend][:, None] * self._hidden[mend]
        sections[mend, 2] *= MENDED
        sections[lost, 2] /= 1 + (missing[lost] * self.focal / LOST_PX) ** 2
        whole = copy.copy(self)
        whole.sections, whole.points, whole.weights = sections, sections[self._once, :2], sections[self._once, 2]
        return whole

    def _along(self, axis: Floats, width_px: float) -> tuple[NDArray[np.bool_], Floats, Floats]:
        """Say which cross-sections, of all sightings, lie on a dart's barrel, their heights above the face and their depths (mm)."""
        foot, direction, length = self.lines(axis[None])
        apart = self.sections[:, :2] - foot[0]
        across = (apart[:, 1] * direction[0, 0] - apart[:, 0] * direction[0, 1]) * self.focal
        part = apart @ direction[0] / length[0]
        low_mm = float((self._rotation[2, :2] @ axis[:2]) + self._translation[2])
        rise = float(self._rotation[2, :2] @ axis[2:] + self._rotation[2, 2])
        high_mm = low_mm + DART_MM * rise
        height_mm = DART_MM * part * low_mm / (high_mm * (1 - part) + part * low_mm)  # the inverse of the depth is linear in a picture
        return (np.abs(across) < width_px) & (part > -BELOW) & (part < 1), height_mm, low_mm + height_mm * rise

    def lines(self, axes: Floats) -> tuple[Floats, Floats, Floats]:
        """Project axes (n, 4): their feet (n, 2), unit directions outwards (n, 2), and the lengths (n) of `DART_MM` of them."""
        low = axes[:, :2] @ self._flat + self._translation
        high = low + (axes[:, 2:] @ self._flat + self._out) * DART_MM
        foot = low[:, :2] / low[:, 2:]
        along = high[:, :2] / high[:, 2:] - foot
        length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)
        return foot, along / length[:, None], length

    def offsets(self, axis: Floats) -> tuple[Floats, Floats, float]:
        """Give for each cross-section its distance across (px) and along (normalised) one axis, and the axis' length."""
        foot, direction, length = self.lines(axis[None])
        return *self.beside(foot[0], direction[0]), float(length[0])

    def beside(self, foot: Floats, direction: Floats) -> tuple[Floats, Floats]:
        """Give for each cross-section its distance across (px) and along (normalised) a line in the picture."""
        apart = self.points - foot
        across: Floats = (apart[:, 1] * direction[0] - apart[:, 0] * direction[1]) * self.focal
        return across, apart @ direction

    def support(self, axes: Floats) -> Floats:
        """Say how fully the free cross-sections speak for each axis (n): 0 not at all, 1 fully."""
        return self.judge(axes)[0]

    def judge(self, axes: Floats) -> tuple[Floats, Floats]:
        """Say how fully the free cross-sections speak for each axis (n), and how clearly: more of them always say more. Both 0 to 1."""
        return self.judge_weighed(self.weigh(axes))

    def weigh(self, axes: Floats) -> Floats:
        """Weigh every cross-section (m), free or not, for each axis (n): (n, m)."""
        return self._on(axes, self.points, self.weights)

    def judge_weighed(self, weighed: Floats) -> tuple[Floats, Floats]:
        """Judge axes as `judge` does, of which the cross-sections were weighed before."""
        total: Floats = weighed @ self.free.astype(float)
        return np.minimum(1.0, total / ENOUGH), total / (total + HALF_CLEAR)

    def apart_px(self, one: Floats, other: Floats) -> float:
        """Measure how far apart the barrels of two axes lie in the picture, across the first."""
        foot, direction, length = self.lines(np.array([one, other]))
        heights = np.linspace(0.1, 0.6, 6)[:, None] * length
        apart = foot[1] + heights[:, 1:] * direction[1] - foot[0]
        return float(np.mean(np.abs(apart[:, 1] * direction[0, 0] - apart[:, 0] * direction[0, 1]))) * self.focal

    def span_mm(self, axis: Floats) -> float:
        """Measure the length of one axis on which this camera's cross-sections lie."""
        across, along, length = self.offsets(axis)
        on = along[self.free & (np.abs(across) < 2 * NEAR_PX) & (along > -BELOW * length) & (along < length)]
        return float(np.ptp(on)) / length * DART_MM if len(on) else 0.0

    def nearest(self, axes: Floats) -> tuple[NDArray[np.intp], Floats]:
        """Find for each axis (n) the sighting that lies best on it: its index and its support."""
        if not len(self.sightings):
            return np.zeros(len(axes), np.intp), np.zeros(len(axes))
        on = self._on(axes, self.sections[:, :2], self.sections[:, 2])
        totals = on @ self._member
        best = totals.argmax(axis=1)
        return best, totals[np.arange(len(axes)), best]

    def ends_above_mm(self, axes: Floats, nearest: NDArray[np.intp]) -> Floats:
        """Give how far above the foot of each axis (n) the visible end of its nearest sighting lies, in mm along the axis."""
        foot, direction, length = self.lines(axes)
        ends = np.array([[s.u, s.v] for s in self.sightings]).reshape(-1, 2)[nearest]
        above: Floats = np.sum((ends - foot) * direction, axis=1) / length * DART_MM
        return above

    def ends_on_face(self) -> Floats:
        """Cut the rays of the sightings' visible ends with the face: (n, 2) mm."""
        ends = np.array([[s.u, s.v, 1.0] for s in self.sightings]).reshape(-1, 3) @ self._rotation
        face: Floats = self.center[:2] - ends[:, :2] * (self.center[2] / ends[:, 2:])
        return face

    def leads_beyond(self, reach_mm: float, least_clarity: float) -> bool:
        """Say whether a clear line ends beyond this distance from the middle of the face: the picture cuts off the dart's foot."""
        total = self.sections[:, 2] @ self._member
        far = np.hypot(*self.ends_on_face().T) > reach_mm
        return bool(np.any(far & (total / (total + HALF_CLEAR) > least_clarity)))

    def px_per_mm(self, axis: Floats) -> float:
        """Give the scale across a dart near its tip."""
        return self.focal / float(np.linalg.norm(np.array([axis[0], axis[1], 10.0]) - self.center))

    def take(self, axis: Floats, width_px: float) -> None:
        """Use up the cross-sections that lie within `width_px` of an axis."""
        across, along, length = self.offsets(axis)
        self.free = self.free & ~((np.abs(across) < width_px) & (along > -0.1 * length) & (along < 1.2 * length))

    def _on(self, axes: Floats, points: Floats, weights: Floats) -> Floats:
        """Weigh cross-sections (m) by how near they lie to each axis: (n, m)."""
        foot, direction, length = self.lines(axes)
        dx = points[None, :, 0] - foot[:, 0, None]
        dy = points[None, :, 1] - foot[:, 1, None]
        across = (dy * direction[:, 0, None] - dx * direction[:, 1, None]) * (self.focal / NEAR_PX)
        along = (dx * direction[:, 0, None] + dy * direction[:, 1, None]) / length[:, None]
        on: Floats = weights * ((along > -BELOW) & (along < 1.0)) / (1 + np.square(np.square(across)))
        return on


def _side(section: CrossSection) -> int:
    return section.hidden if abs(section.hidden) == 1 else 0


def before_camera(calibration: Calibration, axis: Axis3, heights_mm: tuple[float, ...]) -> Floats:
    """Give the points of a dart at some heights above the face in the coordinates of a camera: (n, 3) mm."""
    points = np.array([[axis.x_mm + z * axis.slope_x, axis.y_mm + z * axis.slope_y, z] for z in heights_mm])
    seen: Floats = points @ np.array(calibration.rotation).reshape(3, 3).T + np.array(calibration.translation_mm)
    return seen


def shows(calibration: Calibration, axis: Axis3) -> bool:
    """Say whether a camera's picture reaches to a dart's foot or to the end of its barrel; lens terms are small beside that."""
    ends = before_camera(calibration, axis, (0.0, BARREL_MM))
    x_px = ends[:, 0] / ends[:, 2] * calibration.focal_x_px + calibration.center_x_px
    y_px = ends[:, 1] / ends[:, 2] * calibration.focal_y_px + calibration.center_y_px
    inside = (x_px >= 0) & (x_px < calibration.width) & (y_px >= 0) & (y_px < calibration.height)
    return bool(inside.any())


def as_row(axis: Axis3) -> Floats:
    """Write an axis as a row (x_mm, y_mm, slope_x, slope_y)."""
    return np.array([axis.x_mm, axis.y_mm, axis.slope_x, axis.slope_y])
