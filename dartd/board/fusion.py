"""Find the darts' axes in space on which the cameras agree.

Each camera gives thin lines, several hypotheses of them, as cross-sections in its own undistorted picture. Two lines of two cameras span
two planes, and the planes meet in one axis. Every such axis is judged by how many cross-sections of *all* cameras lie on it; the best is
refined by weighted least squares over the lines of all cameras that support it (unknowns: where it cuts the face, and two slopes).
The covariance of that fit, widened by how far the lines miss each other, is the uncertainty that is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from schemas.base import CameraId
from schemas.geometry import Axis3, Calibration
from schemas.worker import Sighting

Floats = NDArray[np.float64]

REACH_MM = 290.0
STEEPEST = 0.9  # darts that lean more than 42° fall out
UPRIGHT = (0.0, 0.15)  # the mean slope of darts in a board, and
LEAN = 0.35  # its spread: a weak prior that decides only where lines do not
PARALLEL_SIN = 0.087  # lines that cross under 5° carry nothing
DART_MM = 110.0  # how far out of the board an axis is judged
NEAR_PX = 1.2  # how far a cross-section may lie off the axis to speak for it, and
GATE_PX = 4.0  # to be counted as part of it; the fit begins wider, since the axis of two lines may miss the third by a few px
GATES_PX = (10.0, 6.0, 4.0, 4.0, 4.0)
CONTRADICTS = 5.0  # standard deviations by which a camera's line misses what the others say
ENOUGH = 12.0  # cross-sections that make a camera a full witness
WITNESS = 0.35  # the share of that from which on a camera counts as having seen the dart
SYSTEMATIC_PX = 0.3  # calibration, registration and roundness: does not average out along an axis
TIP_SLACK_MM = 38.0  # the point of a dart may be invisible: the visible end then lies higher by its length
SAME_MM = 3.0


@dataclass(frozen=True)
class View:
    """One camera's sightings with its pose."""

    camera_id: CameraId
    calibration: Calibration
    sightings: tuple[Sighting, ...]


@dataclass(frozen=True)
class Witness:
    """What one camera says of a fix: how much it supports it, how far its line misses it, and the sighting it stands on."""

    camera_id: CameraId
    support: float
    miss_mm: float
    sighting: Sighting | None
    used: bool


@dataclass(frozen=True)
class Fix:
    """A dart's axis on which cameras agree. `covariance` is that of (x_mm, y_mm)."""

    axis: Axis3
    covariance: Floats
    score: float
    residual_mm: float
    witnesses: tuple[Witness, ...]

    @property
    def uncertainty_mm(self) -> float:
        """Give the radius that holds the truth in 68 % of cases (1.515 sigma when round, 1 sigma when it is all along one line)."""
        return float(1.07 * np.sqrt(np.trace(self.covariance)))

    @property
    def seen_by(self) -> tuple[CameraId, ...]:
        """Name the cameras that support it."""
        return tuple(w.camera_id for w in self.witnesses if w.used)


@dataclass
class _Camera:
    """A view as arrays: pose, focal length, lines as planes, and all cross-sections."""

    view: View
    rotation: Floats
    translation: Floats
    center: Floats
    focal: float
    normals: Floats
    points: Floats
    weights: Floats
    free: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))

    @classmethod
    def of(cls, view: View) -> "_Camera":
        """Unpack a view."""
        rotation = np.array(view.calibration.rotation).reshape(3, 3)
        translation = np.array(view.calibration.translation_mm)
        lines = np.array([[s.u, s.v, s.u + s.du, s.v + s.dv] for s in view.sightings]).reshape(-1, 4)
        ones = np.ones((len(lines), 1))
        normals = np.cross(np.hstack([lines[:, :2], ones]), np.hstack([lines[:, 2:], ones])) @ rotation
        sections = np.array([[c.u, c.v, c.weight] for s in view.sightings for c in s.sections]).reshape(-1, 3)
        _, first = np.unique(np.round(sections[:, :2], 7), axis=0, return_index=True)
        sections = sections[first]
        return cls(
            view,
            rotation,
            translation,
            -rotation.T @ translation,
            view.calibration.focal_x_px,
            normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12),
            sections[:, :2],
            sections[:, 2],
            np.ones(len(sections), bool),
        )

    def see(self, points_mm: Floats) -> Floats:
        """Project board points (n, 3) to normalised coordinates (n, 2)."""
        in_camera = points_mm @ self.rotation.T + self.translation
        return np.asarray(in_camera[:, :2] / in_camera[:, 2:], float)

    def line_of(self, axis: Floats) -> tuple[Floats, Floats, float]:
        """Project an axis (x, y, slopes): its foot, unit direction outwards, and the length of `DART_MM` of it, all normalised."""
        foot, head = self.see(np.array([[axis[0], axis[1], 0.0], [axis[0] + DART_MM * axis[2], axis[1] + DART_MM * axis[3], DART_MM]]))
        length = float(np.linalg.norm(head - foot))
        return foot, (head - foot) / max(length, 1e-9), length

    def offsets(self, axis: Floats) -> tuple[Floats, Floats, float]:
        """Give for each cross-section its distance across (px) and along (normalised) the axis, and the axis' length."""
        foot, direction, length = self.line_of(axis)
        apart = self.points - foot
        return (apart @ np.array([-direction[1], direction[0]])) * self.focal, apart @ direction, length

    def support(self, axis: Floats) -> float:
        """Say how fully this camera's cross-sections speak for an axis: 0 not at all, 1 fully."""
        across, along, length = self.offsets(axis)
        on = self.free & (along > -0.04 * length) & (along < length)
        return float(min(1.0, np.sum(self.weights[on] / (1 + (across[on] / NEAR_PX) ** 4)) / ENOUGH))

    def px_per_mm(self, axis: Floats) -> float:
        """Give the scale across the dart near its tip."""
        return self.focal / float(np.linalg.norm(np.array([axis[0], axis[1], 10.0]) - self.center))


def fuse(views: Sequence[View], standing: Sequence[Axis3] = (), most: int = 3) -> list[Fix]:
    """Find up to `most` new darts in what the cameras see, the best supported first.

    Axes that coincide with a dart already `standing` are left out. A dart that only one camera saw is placed by its tip; its uncertainty
    says so.
    """
    cameras = [_Camera.of(v) for v in views]
    fixes: list[Fix] = []
    while len(fixes) < most:
        fix = _best(cameras, standing)
        if fix is None:
            break
        fixes.append(fix)
        for camera in cameras:
            across, along, length = camera.offsets(_array(fix.axis))
            camera.free &= ~((np.abs(across) < 1.5 * GATE_PX) & (along > -0.1 * length) & (along < 1.2 * length))
    return fixes


def _best(cameras: Sequence[_Camera], standing: Sequence[Axis3]) -> Fix | None:
    candidates = [c for c in _crossings(cameras) if not any(_same(c, s) for s in standing)]
    scored = sorted(((_score(cameras, c), k) for k, c in enumerate(candidates)), reverse=True)[:6]
    best: Fix | None = None
    for _, k in scored:
        fix = _refine(cameras, candidates[k])
        if fix is not None and not any(_same(_array(fix.axis), s) for s in standing) and (best is None or fix.score > best.score):
            best = fix
    return best


def _crossings(cameras: Sequence[_Camera]) -> list[Floats]:
    """Cross every line of one camera with every line of another: candidate axes (x, y, slope x, slope y)."""
    found = []
    for a, one in enumerate(cameras):
        for two in cameras[a + 1 :]:
            for n in one.normals:
                for m in two.normals:
                    axis = _meet(n, one.center, m, two.center)
                    if axis is not None:
                        found.append(axis)
    return found


def _meet(n: Floats, at: Floats, m: Floats, there: Floats) -> Floats | None:
    """Meet two planes: the axis in which they cut each other, or None when no dart could stand so."""
    flat_n, flat_m = n[:2], m[:2]
    cross = n[0] * m[1] - n[1] * m[0]
    if abs(cross) < PARALLEL_SIN * float(np.linalg.norm(flat_n)) * float(np.linalg.norm(flat_m)):
        return None
    direction = np.cross(n, m)
    if abs(direction[2]) < 1e-9:
        return None
    x, y = np.linalg.solve(np.array([flat_n, flat_m]), np.array([n @ at, m @ there]))
    slope_x, slope_y = direction[0] / direction[2], direction[1] / direction[2]
    if np.hypot(slope_x, slope_y) > STEEPEST or np.hypot(x, y) > REACH_MM:
        return None
    return np.array([x, y, slope_x, slope_y])


def _score(cameras: Sequence[_Camera], axis: Floats) -> float:
    """Judge an axis: cross-sections on it in every camera, visible ends where they should be, and how a dart leans."""
    total = 0.0
    for camera in cameras:
        support = camera.support(axis)
        total += support * (0.5 + 0.5 * _end_fits(camera, axis))
    lean = ((axis[2] - UPRIGHT[0]) / LEAN) ** 2 + ((axis[3] - UPRIGHT[1]) / LEAN) ** 2
    return float(total - 0.05 * lean)


def _end_fits(camera: _Camera, axis: Floats) -> float:
    """Say how well the visible end of the nearest sighting fits the foot of the axis: 1 well, 0 not at all."""
    sighting = _nearest(camera, axis)
    if sighting is None:
        return 0.0
    foot, direction, length = camera.line_of(axis)
    above_mm = float((np.array([sighting.u, sighting.v]) - foot) @ direction) / length * DART_MM
    slack_mm = TIP_SLACK_MM if above_mm > 0 else 8.0
    if sighting.tip_occluded and above_mm > 0:
        slack_mm = DART_MM
    return float(1 / (1 + (above_mm / slack_mm) ** 4))


def _nearest(camera: _Camera, axis: Floats) -> Sighting | None:
    """Find the sighting whose line lies best on the axis, if one does."""
    foot, direction, length = camera.line_of(axis)
    across = np.array([-direction[1], direction[0]])
    best, best_sum = None, 0.0
    for sighting in camera.view.sightings:
        points = np.array([[c.u, c.v, c.weight] for c in sighting.sections])
        off = (points[:, :2] - foot) @ across * camera.focal
        along = (points[:, :2] - foot) @ direction
        total = float(np.sum(points[:, 2] * (along > -0.04 * length) * (along < length) / (1 + (off / NEAR_PX) ** 4)))
        if total > best_sum:
            best, best_sum = sighting, total
    return best if best_sum >= WITNESS * ENOUGH / 2 else None


def _refine(cameras: Sequence[_Camera], start: Floats) -> Fix | None:
    """Fit the axis to the lines of all cameras that support it; leave out a camera that contradicts the others."""
    fitted = _fit(cameras, start)
    if fitted is None:
        return None
    axis, covariance, used = fitted
    residuals = {id(c): _miss(c, axis) for c in used}
    misses = [r[0] for r in residuals.values()]
    spread = max(1.0, float(np.sqrt(np.mean([r[1] ** 2 for r in residuals.values()])) / 1.0)) if len(used) > 1 else 1.0
    witnesses = []
    for camera in cameras:
        support = camera.support(axis)
        miss = residuals.get(id(camera))
        seen = miss is not None and support >= WITNESS
        witnesses.append(Witness(camera.view.camera_id, support, miss[0] if miss else 0.0, _nearest(camera, axis), seen))
    if not any(w.used for w in witnesses):
        return None
    return Fix(
        Axis3(x_mm=float(axis[0]), y_mm=float(axis[1]), slope_x=float(axis[2]), slope_y=float(axis[3])),
        covariance[:2, :2] * spread**2,
        _score(cameras, axis),
        float(np.sqrt(np.mean(np.square(misses)))) if misses else 0.0,
        tuple(witnesses),
    )


def _fit(cameras: Sequence[_Camera], start: Floats) -> tuple[Floats, Floats, list[_Camera]] | None:
    """Solve for the axis with every camera whose lines come near it; when three speak and one contradicts, without that one."""
    axis, chosen = start, list(cameras)
    while True:
        covariance, used = np.eye(4), list[_Camera]()
        for gate_px in GATES_PX:
            spoken = [(c, r) for c in chosen if (r := _equations(c, axis, gate_px)) is not None]
            if not spoken:
                return None
            axis, covariance = _solve(axis, [r for _, r in spoken])
            used = [c for c, _ in spoken]
            if np.hypot(axis[0], axis[1]) > REACH_MM or np.hypot(axis[2], axis[3]) > STEEPEST:
                return None
        worst = max(used, key=lambda c: _miss(c, axis)[1])
        if len(used) < 3 or _miss(worst, axis)[1] < CONTRADICTS:
            return axis, covariance, used
        chosen, axis = [c for c in used if c is not worst], start


def _equations(camera: _Camera, axis: Floats, gate_px: float) -> tuple[Floats, Floats] | None:
    """Linearise what one camera says of an axis: rows (residual, 4 derivatives) divided by their standard deviation.

    Two rows for its line (offset and turn), one weak row for the visible end along it; None when it says nothing.
    """
    across, along, length = camera.offsets(axis)
    on = camera.free & (np.abs(across) < gate_px) & (along > -0.04 * length) & (along < 0.8 * length)
    weight = camera.weights[on] / (1 + (across[on] / (gate_px / 5)) ** 2)
    if np.count_nonzero(on) < 4 or weight.sum() < 1.5:
        return None
    middle = float(np.sum(weight * along[on]) / weight.sum())
    lever = along[on] - middle
    spread = float(np.sum(weight * lever**2))
    offset = float(np.sum(weight * across[on]) / weight.sum())
    turn = float(np.sum(weight * lever * across[on]) / max(spread, 1e-12))
    scatter = float(np.sqrt(np.sum(weight * (across[on] - offset - turn * lever) ** 2) / weight.sum())) + 0.1
    independent = max(2.0, float(weight.sum()) / 4)
    sigma_offset = np.hypot(scatter / np.sqrt(independent), SYSTEMATIC_PX)
    half = float(np.sqrt(spread / weight.sum())) + 1e-9
    sigma_turn = np.hypot(scatter / np.sqrt(independent), 0.5 * SYSTEMATIC_PX) / half
    rows = [_row(camera, axis, middle, offset, float(sigma_offset)), _turn_row(camera, axis, turn, float(sigma_turn), middle, half)]
    sighting = _nearest(camera, axis)
    if sighting is not None:
        rows.append(_end_row(camera, axis, sighting))
    return np.array([r for r, _ in rows]), np.array([d for _, d in rows])


STEPS = np.diag([0.05, 0.05, 0.002, 0.002])


def _row(camera: _Camera, axis: Floats, along: float, offset_px: float, sigma_px: float) -> tuple[float, Floats]:
    """Give the equation "at `along` the line lies `offset_px` beside the axis"."""
    foot, direction, _ = camera.line_of(axis)
    normal = np.array([-direction[1], direction[0]])
    at = foot + along * direction

    def beside(moved: Floats) -> float:
        foot2, direction2, _ = camera.line_of(moved)
        normal2 = np.array([-direction2[1], direction2[0]])
        return float((at + normal * offset_px / camera.focal - foot2) @ normal2) * camera.focal

    return offset_px / sigma_px, np.array([(beside(axis + step) - offset_px) / step.sum() for step in STEPS]) / sigma_px


def _turn_row(camera: _Camera, axis: Floats, turn: float, sigma: float, middle: float, half: float) -> tuple[float, Floats]:
    """Give the equation "the line is turned by `turn` (px per normalised unit) against the axis"."""
    foot, direction, _ = camera.line_of(axis)
    normal = np.array([-direction[1], direction[0]])
    low, high = (foot + (middle + s * half) * direction + normal * turn * s * half / camera.focal for s in (-1, 1))

    def turned(moved: Floats) -> float:
        _, direction2, _ = camera.line_of(moved)
        return float((high - low) @ np.array([-direction2[1], direction2[0]])) * camera.focal / (2 * half)

    return turn / sigma, np.array([(turned(axis + step) - turn) / step.sum() for step in STEPS]) / sigma


def _end_row(camera: _Camera, axis: Floats, sighting: Sighting) -> tuple[float, Floats]:
    """Give the weak equation "the visible end is the foot"; ends that lie far off lose their say (Cauchy)."""
    end = np.array([sighting.u, sighting.v])

    def above(moved: Floats) -> float:
        foot, direction, _ = camera.line_of(moved)
        return float((end - foot) @ direction) * camera.focal

    here = above(axis)
    sigma = max(3.0, sighting.sigma_along * camera.focal)
    sigma *= 1 + (here / sigma) ** 2
    return here / sigma, np.array([(above(axis + step) - here) / step.sum() for step in STEPS]) / sigma


def _solve(axis: Floats, equations: Sequence[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    """Take one Gauss-Newton step with the prior on how darts lean; also give the covariance."""
    prior = np.array([[0, 0, 1 / LEAN, 0], [0, 0, 0, 1 / LEAN]], float)
    rest = np.concatenate([*(r for r, _ in equations), [(axis[2] - UPRIGHT[0]) / LEAN, (axis[3] - UPRIGHT[1]) / LEAN]])
    slope = np.vstack([*(d for _, d in equations), prior])
    normal = slope.T @ slope + 1e-9 * np.eye(4)
    step = -np.linalg.solve(normal, slope.T @ rest)
    return axis + np.clip(step, [-10, -10, -0.2, -0.2], [10, 10, 0.2, 0.2]), np.asarray(np.linalg.inv(normal), float)


def _miss(camera: _Camera, axis: Floats) -> tuple[float, float]:
    """Say how far a camera's line misses the axis near the face: in mm, and in its own standard deviations."""
    across, along, length = camera.offsets(axis)
    on = camera.free & (np.abs(across) < GATE_PX) & (along > -0.04 * length) & (along < 0.8 * length)
    weight = camera.weights[on] / (1 + (across[on] / 0.8) ** 2)
    offset = float(np.sum(weight * across[on]) / max(weight.sum(), 1e-9))
    return abs(offset) / camera.px_per_mm(axis), abs(offset) / SYSTEMATIC_PX


def _same(axis: Floats, standing: Axis3) -> bool:
    """Say whether an axis is a dart that already stands: near at the face and 40 mm out of it."""
    other = _array(standing)
    foot = float(np.hypot(*(axis[:2] - other[:2])))
    high = float(np.hypot(*(axis[:2] + 40 * axis[2:] - other[:2] - 40 * other[2:])))
    return foot < SAME_MM and high < 2 * SAME_MM


def _array(axis: Axis3) -> Floats:
    return np.array([axis.x_mm, axis.y_mm, axis.slope_x, axis.slope_y])
