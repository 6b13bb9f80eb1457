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
SUPPORTS_WEIGHT = 2.0  # of cross-sections with which a sighting is on an axis, and its visible end counts

# How far lines may be wrong (standard deviations, px). Set so that errors on real and simulated darts fit the covariance:
# `pytest tests/property/test_fusion.py -k covariance`, `python -m tests.bench.visits` (prints the share within the uncertainty).
SYSTEMATIC_PX = 0.15  # registration and roundness of the barrel: does not average out along an axis. Worker axes, seen alone, allow 0.2
SCATTER_PX = 0.1  # of single cross-sections at the least
RISING_PX = 0.7  # at `LENGTH_MM` above the face: what a calibration from the face alone leaves (0.4 px at 75 mm in 68 %, 14 simulated rigs)
ENDS_PX = 2.5  # the visible end of a dart along it, where it is its tip; as workers.vision.axis.ENDS_PX
# The error of visible ends as a share of what they are weighted with. Measured on 92 darts of the real set and of rigs C and F by each
# camera alone: 0.63 to 0.85 of them lie within the uncertainty, without it 0.86 to 1. Measured again by `dartd replay --without CAMERA`.
ENDS_ERROR = 0.5
PER_INDEPENDENT = 4.0  # neighbouring cross-sections share their pixels: so many are one measurement

# Gauss-Newton
STEP = np.array([0.05, 0.05, 0.002, 0.002])  # mm and slopes: for numeric derivatives
STEPS = np.diag(STEP)
MAX_STEP = np.array([10.0, 10.0, 0.2, 0.2])
DAMPING = 1e-9


class Equations(NamedTuple):
    """What one camera says about an axis, linearised and divided by its standard deviations.

    Residuals (k), derivatives (k, 4), and by how much more (k) each residual may be wrong than it was weighted for. `end_sigmas` is how far
    off its visible end is without that it loses weight, 0 where it has none.
    """

    residuals: Floats
    derivatives: Floats
    doubts: Floats
    end_sigmas: float


class Fit(NamedTuple):
    """A fitted axis (4), its covariance (4, 4) and the cameras that were used."""

    axis: Floats
    covariance: Floats
    used: list[CameraView]


def fit_axis(views: Sequence[CameraView], start: Floats, strips_px: Sequence[float] = STRIPS_PX) -> Fit | None:
    """Fit an axis to every camera whose lines come near it; when three do and one contradicts, without that one.

    Returns None when no camera has a line there, or no dart could stand so.
    """
    axis, chosen = start, list(views)
    while True:
        covariance, used = np.eye(4), list[CameraView]()
        for strip_px in strips_px:
            near = [(view, equations) for view in chosen if (equations := linearise(view, axis, strip_px)) is not None]
            if not near:
                return None
            axis, covariance = _gauss_newton(axis, [equations for _, equations in near])
            used = [view for view, _ in near]
            if np.hypot(axis[0], axis[1]) > REACH_MM or np.hypot(axis[2], axis[3]) > MAX_SLOPE:
                return None
        worst = max(used, key=lambda view: residual_px(view, axis))
        if len(used) < 3 or residual_px(worst, axis) < CONTRADICTS_PX:
            return Fit(axis, covariance, used)
        chosen, axis = [view for view in used if view is not worst], start


def residual_px(view: CameraView, axis: Floats) -> float:
    """Return how far a camera's line is off an axis."""
    across, along, length = view.offsets(axis)
    on = view.free & (np.abs(across) < STRIPS_PX[-1]) & (along > -BELOW_FOOT * length) & (along < FITTED_PART * length)
    weight = view.weights[on] / (1 + (across[on] / RESIDUAL_PX) ** 2)
    return abs(float(np.sum(weight * across[on]) / max(float(weight.sum()), 1e-9)))


def excess(views: Sequence[CameraView], axis: Floats) -> float:
    """Return by what factor, at least 1, the lines of a fit are worse than assumed: the root of chi squared per degree of freedom."""
    found = [equations for view in views if (equations := linearise(view, axis, STRIPS_PX[-1])) is not None]
    freedom = 2 * len(found) - 4
    return max(1.0, math.sqrt(sum(float(np.sum(np.square(e.residuals[:2]))) for e in found) / freedom)) if freedom > 0 else 1.0


def cost(views: Sequence[CameraView], axis: Floats) -> float:
    """Return minus twice the logarithm of the likelihood of an axis, but for a constant: fits of the same lines are compared by it."""
    lines = [equations for view in views if (equations := linearise(view, axis, STRIPS_PX[-1])) is not None]
    ends_sigmas = np.array([e.end_sigmas for e in lines])
    prior = float(np.sum(np.square((axis[2:] - MEAN_SLOPE) / SLOPE_SIGMA)))
    return prior + sum(float(np.sum(np.square(e.residuals[:2]))) for e in lines) + float(np.sum(np.log1p(np.square(ends_sigmas))))


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
    whitening = _line_whitening(line, float(length[0]), _lens_errors_px(view, foot[0], direction[0], line))
    residuals = list(whitening @ [line.offset_px, line.rotation_px])
    derivatives = list(whitening @ np.array([(shifted[1:] - shifted[0]) / STEP, (rotated[1:] - rotated[0]) / STEP]))
    doubts = [1.0, 1.0]
    end = _visible_end(view, axis, foot, direction)
    if end is not None:
        residuals.append(end.residual)
        derivatives.append(end.derivatives)
        doubts.append(end.doubt)
    return Equations(np.array(residuals), np.array(derivatives), np.array(doubts), 0.0 if end is None else end.sigmas)


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


def _line_whitening(line: _Line, length: float, lens_px: tuple[float, float]) -> Floats:
    """Return the matrix (2, 2) that divides offset and rotation of a line by their standard deviations."""
    sigma_offset = math.hypot(line.sigma_px, SYSTEMATIC_PX)
    sigma_rotation = math.hypot(line.sigma_px, 0.5 * SYSTEMATIC_PX)
    # what a calibration is wrong by out of the face grows with height and rotates the line about its foot, which stays where it is
    rising = (RISING_PX / length * line.middle, RISING_PX / length * line.half)
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


def _gauss_newton(axis: Floats, equations: Sequence[Equations]) -> tuple[Floats, Floats]:
    """Take one Gauss-Newton step with the prior on how darts lean; return the axis and its covariance."""
    prior = np.array([[0, 0, 1 / SLOPE_SIGMA, 0], [0, 0, 0, 1 / SLOPE_SIGMA]], float)
    residuals = np.concatenate([*(e.residuals for e in equations), (axis[2:] - MEAN_SLOPE) / SLOPE_SIGMA])
    derivatives = np.vstack([*(e.derivatives for e in equations), prior])
    doubts = np.concatenate([*(e.doubts for e in equations), np.ones(2)])
    inverse = np.linalg.inv(derivatives.T @ derivatives + DAMPING * np.eye(4))
    step = -inverse @ derivatives.T @ residuals
    spread = doubts[:, None] * derivatives @ inverse
    return axis + np.clip(step, -MAX_STEP, MAX_STEP), np.asarray(spread.T @ spread, float)
