"""Fit an axis to the lines of several cameras by weighted least squares.

The unknowns are where the axis meets the face and its two slopes. Each camera gives two residuals for its line (offset and rotation) and
a weak one for its visible end. The solution is found by Gauss-Newton steps with cross-sections from a narrowing strip around the axis.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dartd.fusion.camera_view import BELOW_FOOT, CameraView
from dartd.fusion.dart_axis import MAX_SLOPE, MEAN_SLOPE, REACH_MM, SLOPE_SIGMA, Floats

# Which cross-sections are fitted; px of camera_pose.FOCAL_PX. `python -m tests.bench.fusion DIR…` prints residuals and lengths.
STRIPS_PX = (10.0, 5.0, 4.0)  # half widths: the axis of two lines may miss the third by some px, so the fit begins wide
FITTED_PART = 0.8  # of `LENGTH_MM`: shaft and flight above it bend and sway
STRIP_SIGMAS = 5.0  # a strip is so many times the distance at which a cross-section weighs half
RESIDUAL_PX = STRIPS_PX[-1] / STRIP_SIGMAS  # that distance in the last strip: residuals of lines are weighted with it
MIN_WEIGHT, MIN_SECTIONS = 1.5, 4  # less is no line
CONTRADICTS_PX = 1.5  # by which a camera's line is off what the others say
DISAGREE = 9.2  # chi squared of three lines that are right is less in 99 %
SUPPORTS_WEIGHT = 2.0  # of cross-sections with which a sighting is on an axis, and its visible end counts

# How far lines are off (standard deviations, px). The likeliest values for 854 lines of darts with known axes, of 30 simulated and 4
# rendered rigs of 200 to 1000 px of focal length. `python -m tests.bench.lines` measures them again on simulated ones.
SYSTEMATIC_PX = 0.08  # registration and roundness of the barrel: does not average out along an axis. Worker axes, seen alone, allow 0.2
SCATTER_PX = 0.1  # of single cross-sections at the least
PER_INDEPENDENT = 2.0  # neighbouring cross-sections share their pixels: so many are one measurement
RISING = 1.1e-3  # at `LENGTH_MM` above the face, focal length 1: a calibration from the face alone is wrong by an angle, not by pixels
WRONG_SHARE, WRONG_PX = 0.08, 0.6  # of lines that are off as a whole, and by how much more: bad calibrations, half merged darts
ENDS_PX = 2.5  # the visible end of a dart along it, where it is its tip; as workers.vision.axis.ENDS_PX
# The error of visible ends as a share of what they are weighted with: 0.5 to 1.0 in 68 % of 850 views of darts, by the kind of rig. With it
# 0.65 to 0.79 of the darts that one camera places lie within the uncertainty (real, rendered, simulated). `dartd replay --without CAMERA`.
ENDS_ERROR = 0.7

# Gauss-Newton
STEP = np.array([0.05, 0.05, 0.002, 0.002])  # mm and slopes: for numeric derivatives
STEPS = np.diag(STEP)
MAX_STEP = np.array([10.0, 10.0, 0.2, 0.2])
DAMPING = 1e-9


class Equations(NamedTuple):
    """What one camera says about an axis, linearised and divided by its standard deviations.

    Residuals (k), the first two of them of its line, derivatives (k, 4), and by how much more (k) each residual may be wrong than it was
    weighted for. `whitening` (2, 2) divided offset and rotation of the line (px). `end_sigmas` is how far off its visible end is without
    that it loses weight, 0 where it has none.
    """

    residuals: Floats
    derivatives: Floats
    doubts: Floats
    whitening: Floats
    end_sigmas: float


class Fit(NamedTuple):
    """A fitted axis (4), its covariance (4, 4), the cameras that were used, and those whose line was taken for something else's.

    `disagreement` is the sum of the squared residuals of the lines that were used, in standard deviations.
    """

    axis: Floats
    covariance: Floats
    used: list[CameraView]
    left_out: list[CameraView]
    disagreement: float


class Solution(NamedTuple):
    """A step (4) towards the likeliest axis and its covariance (4, 4).

    `weighted` (4, 4) is the covariance without doubts, `lean` (2) how far the slopes are off the usual ones after the step.
    """

    step: Floats
    covariance: Floats
    weighted: Floats
    lean: Floats


def fit_axis(views: Sequence[CameraView], start: Floats, strips_px: Sequence[float] = STRIPS_PX) -> Fit | None:
    """Fit an axis to every camera whose lines come near it; when three do and one contradicts, without that one.

    Returns None when no camera has a line there, or no dart could stand so.
    """
    axis, chosen, left_out = start, list(views), list[CameraView]()
    while True:
        covariance, used, disagreement = np.eye(4), list[CameraView](), 0.0
        for strip_px in strips_px:
            near = [(view, equations) for view in chosen if (equations := linearise(view, axis, strip_px)) is not None]
            if not near:
                return None
            solution = solve(axis, [equations for _, equations in near])
            axis, covariance = axis + np.clip(solution.step, -MAX_STEP, MAX_STEP), solution.covariance
            used = [view for view, _ in near]
            disagreement = sum(float(np.sum(np.square((e.residuals + e.derivatives @ solution.step)[:2]))) for _, e in near)
            if np.hypot(axis[0], axis[1]) > REACH_MM or np.hypot(axis[2], axis[3]) > MAX_SLOPE:
                return None
        worst = max(used, key=lambda view: residual_px(view, axis))
        if len(used) < 3 or residual_px(worst, axis) < CONTRADICTS_PX:
            return Fit(axis, covariance, used, left_out, disagreement)
        left_out.append(worst)
        chosen, axis = [view for view in used if view is not worst], start


def fits_without_each(fit: Fit) -> list[Fit]:
    """Fit again without each camera when the lines of three and more do not meet: each of them may be that of something else."""
    views = [*fit.used, *fit.left_out]
    if len(views) < 3 or not (fit.left_out or fit.disagreement > DISAGREE):
        return []
    kept = [([view for view in views if view is not each], each) for each in views]
    return [again._replace(left_out=[each]) for others, each in kept if (again := fit_axis(others, fit.axis)) is not None]


def residual_px(view: CameraView, axis: Floats) -> float:
    """Return how far a camera's line is off an axis."""
    across, along, length = view.offsets(axis)
    on = view.free & (np.abs(across) < STRIPS_PX[-1]) & (along > -BELOW_FOOT * length) & (along < FITTED_PART * length)
    weight = view.weights[on] / (1 + (across[on] / RESIDUAL_PX) ** 2)
    return abs(float(np.sum(weight * across[on]) / max(float(weight.sum()), 1e-9)))


def linearise(view: CameraView, axis: Floats, strip_px: float) -> Equations | None:
    """Linearise what one camera says about an axis: two rows for its line, one for its visible end; None when it has no line there."""
    # how the axis, as projected at the two ends of the line, and its foot move when its four numbers do
    foot, direction, length = view.pose.project(np.vstack([axis, axis + STEPS]))
    line = _line_near(view, foot[0], direction[0], float(length[0]), strip_px)
    if line is None:
        return None
    focal_px = view.pose.focal_px
    normal = np.column_stack([-direction[:, 1], direction[:, 0]])
    shifted = np.sum((foot[0] + line.middle * direction[0] - foot) * normal, axis=1) * focal_px
    rotated = (normal @ direction[0]) * line.half * focal_px
    whitening = _line_whitening(line, RISING * focal_px / float(length[0]), _lens_errors_px(view, foot[0], direction[0], line))
    residuals = list(whitening @ [line.offset_px, line.rotation_px])
    derivatives = list(whitening @ np.array([(shifted[1:] - shifted[0]) / STEP, (rotated[1:] - rotated[0]) / STEP]))
    doubts = [1.0, 1.0]
    end = _visible_end(view, axis, foot, direction)
    if end is not None:
        residuals.append(end.residual)
        derivatives.append(end.derivatives)
        doubts.append(end.doubt)
    return Equations(np.array(residuals), np.array(derivatives), np.array(doubts), whitening, 0.0 if end is None else end.sigmas)


class _End(NamedTuple):
    """The visible end of a camera's line: residual, derivatives (4) and doubt as in `Equations`, and how far off it is (`sigmas`)."""

    residual: float
    derivatives: Floats
    doubt: float
    sigmas: float


class _Line(NamedTuple):
    """The line of a camera near an axis, along the axis: its middle and half its spread (normalised), how far it is off there (px).

    `rotation_px` is how much farther it is off at `half` from the middle; `sigma_px` what scatter leaves uncertain of either.
    """

    middle: float
    half: float
    offset_px: float
    rotation_px: float
    sigma_px: float


def _line_near(view: CameraView, foot: Floats, direction: Floats, length: float, strip_px: float) -> _Line | None:
    """Fit a line to a camera's free points in a strip around an axis."""
    across, along = view.line_offsets(foot, direction)
    on = np.flatnonzero(view.free & (np.abs(across) < strip_px) & (along > -BELOW_FOOT * length) & (along < FITTED_PART * length))
    across, along = across[on], along[on]
    weight = view.weights[on] / (1 + np.square(across * (STRIP_SIGMAS / strip_px)))
    total = float(weight.sum())
    if total < MIN_WEIGHT or len(on) < MIN_SECTIONS:
        return None
    middle = float(weight @ along) / total
    lever = along - middle
    leaning = weight * lever
    half = math.sqrt(float(leaning @ lever) / total) + 1e-6
    offset = float(weight @ across) / total
    rotation = float(leaning @ across) / total / half
    scatter = math.sqrt(float(weight @ np.square(across - offset - rotation / half * lever)) / total) + SCATTER_PX
    return _Line(middle, half, offset, rotation, scatter / math.sqrt(max(2.0, total / PER_INDEPENDENT)))


def _lens_errors_px(view: CameraView, foot: Floats, direction: Floats, line: _Line) -> tuple[float, float]:
    """Return by how much a lens that is continued beyond the rings may shift and rotate a line."""
    ends = foot + np.array([[line.middle - line.half], [line.middle + line.half]]) * direction
    low, high = view.pose.lens_error_px(ends) @ np.array([-direction[1], direction[0]])
    return float(high + low) / 2, float(high - low) / 2


def _line_whitening(line: _Line, rising_px: float, lens_px: tuple[float, float]) -> Floats:
    """Return the matrix (2, 2) that divides offset and rotation of a line by their standard deviations."""
    # of any line, right or wrong: which it is shows only when all are fitted
    common_px = math.hypot(SYSTEMATIC_PX, WRONG_PX * math.sqrt(WRONG_SHARE))
    sigma_offset, sigma_rotation = math.hypot(line.sigma_px, common_px), math.hypot(line.sigma_px, 0.5 * common_px)
    # what a calibration is wrong by out of the face grows with height and rotates the line about its foot, which stays where it is
    rising = (rising_px * line.middle, rising_px * line.half)
    return _whitening(
        sigma_offset**2 + rising[0] ** 2 + lens_px[0] ** 2,
        rising[0] * rising[1] + lens_px[0] * lens_px[1],
        sigma_rotation**2 + rising[1] ** 2 + lens_px[1] ** 2,
    )


def _visible_end(view: CameraView, axis: Floats, feet: Floats, directions: Floats) -> _End | None:
    """Return how far the visible end is off along an axis; None when no sighting lies on it."""
    nearest, strength = view.nearest(axis[None])
    if not strength[0] > SUPPORTS_WEIGHT:
        return None
    sighting = view.sightings[nearest[0]]
    above = np.sum((np.array([sighting.u, sighting.v]) - feet) * directions, axis=1) * view.pose.focal_px
    reported = max(ENDS_PX, sighting.sigma_along * view.pose.focal_px)
    sigma = reported if sighting.tip_occluded else ENDS_PX  # most ends are tips, also where the camera cannot be sure
    sigma = math.hypot(sigma, float(view.pose.lens_error_px(np.array([[sighting.u, sighting.v]]))[0] @ directions[0]))
    sigmas = float(above[0]) / sigma
    sigma *= 1 + sigmas**2  # ends that are far off lose their weight
    return _End(float(above[0]) / sigma, (above[1:] - above[0]) / STEP / sigma, ENDS_ERROR * max(1.0, reported / sigma), sigmas)


def _whitening(first: float, both: float, second: float) -> Floats:
    """Invert the Cholesky factor of the covariance [[first, both], [both, second]]: it makes two dependent residuals independent."""
    sigma = math.sqrt(first)
    rest = math.sqrt(second - both * both / first)
    return np.array([[1 / sigma, 0.0], [-both / (first * rest), 1 / rest]])


def solve(axis: Floats, equations: Sequence[Equations]) -> Solution:
    """Solve the equations of all cameras together with the prior on how darts lean."""
    prior = np.array([[0, 0, 1 / SLOPE_SIGMA, 0], [0, 0, 0, 1 / SLOPE_SIGMA]], float)
    residuals = np.concatenate([*(e.residuals for e in equations), (axis[2:] - MEAN_SLOPE) / SLOPE_SIGMA])
    derivatives = np.vstack([*(e.derivatives for e in equations), prior])
    doubts = np.concatenate([*(e.doubts for e in equations), np.ones(2)])
    inverse = np.linalg.inv(derivatives.T @ derivatives + DAMPING * np.eye(4))
    step = -inverse @ derivatives.T @ residuals
    spread = doubts[:, None] * derivatives @ inverse
    return Solution(step, np.asarray(spread.T @ spread, float), inverse, (axis[2:] + step[2:] - MEAN_SLOPE) / SLOPE_SIGMA)
