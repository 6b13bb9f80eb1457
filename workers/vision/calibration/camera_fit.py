"""The robust fit of a camera to edge samples on the boundaries of the board."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.pipe.to_worker import KnownLens
from workers.vision.calibration.boundaries import RADIAL_BED, BoundaryPoints, EdgeSamples
from workers.vision.calibration.camera_model import CameraModel

Floats = NDArray[np.float64]

CAMERA = 13  # parameters of a camera model
NUISANCES = 14  # shifts in mm: six rings at dark and at light beds, radials between singles and between ring beds

# Measure again: `dartd calibrate PICTURE` (residual), `python -m workers.sources.simulator --url 'sim:?rig=1' --describe` (true cameras).
ROUNDS = 12  # most Gauss-Newton steps
SETTLED = 2e-3  # they end when the lines move by less, in scales of their residuals (root mean square): a thousandth of a pixel
OUTLIER, WEIGHT = 3.0, 2.0  # in scales: beyond the first a sample is no inlier; the second is the scale of the Cauchy weights
MAD_TO_SIGMA = 1.48  # of a normal distribution
LEAST_SCALE_PX = 0.1  # of a class of samples: the grid of pixels allows no better
CLASS_SIZE = 20  # samples of a class that has a scale of its own
CORRELATED = 10  # samples that share one error: a wire is bent or shaded over about a third of a bed
ROUGH_DAMPING, DAMPING = 1e-2, 1e-7  # focal length and distance are coupled: long steps overshoot, short ones end before they are separated

# What is expected of a camera (standard deviations); pixels as shares of the width.
ROTATION_RAD, TRANSLATION_MM = 10.0, 1e4  # nothing
SHIFT_MM = 0.5  # of a boundary: rings of boards are off by up to that, and light beds bloom
FOCAL_SHARE, CENTER_SHARE = 0.5, 0.012
K1, K2, FIXED = 0.3, 0.1, 1e-6
TANGENTIAL = 0.0014  # p1 and p2, as those of twelve rendered lenses spread; where the samples do not show them they stay near 0
KNOWN_FOCAL = 0.005  # of a known focal length, as a share of it: focus changes it, and cameras of one model differ
KNOWN_CENTER_PX = 2.0
KNOWN_DISTORTION = 0.01  # of known k1 and k2
KNOWN_TANGENTIAL = 2e-4  # of known p1 and p2: a chessboard gives them to about that


class CameraFit(NamedTuple):
    """A fitted camera and the shifts of the boundaries (mm); for each sample its residual, whether it is an inlier, scale and pixel.

    `covariance` (13, 13) is that of the camera's parameters as the scatter of the samples predicts it.
    """

    model: CameraModel
    shifts_mm: Floats
    residual_px: Floats
    inlier: NDArray[np.bool_]
    px_per_mm: Floats
    pixel: Floats
    covariance: Floats


def fit_camera(
    model: CameraModel,
    boundaries: BoundaryPoints,
    samples: EdgeSamples,
    *,
    size: tuple[int, int],
    rough: bool = False,
    lens: KnownLens | None = None,
) -> CameraFit:
    """Fit camera and boundary shifts to samples by iteratively reweighted Gauss-Newton.

    `rough` keeps k2, p1 and p2 at zero and takes short steps, for samples that belong to other lines in large part. A known `lens` is kept.
    """
    shifts = np.zeros(NUISANCES)
    kind = boundaries.kind[samples.point]
    points_mm, normal = boundaries.point_mm[samples.point], boundaries.normal[samples.point]
    which = shifts_of(boundaries, samples)
    start = model
    expected, spread = _expected_lens(start, size, lens or KnownLens(), rough=rough)
    damping = ROUGH_DAMPING if rough else DAMPING
    classes = classes_of(kind)
    residual, px_per_mm, normal_matrix = np.zeros(0), np.zeros(0), np.eye(CAMERA)
    for _ in range(ROUNDS):
        _, slope = model.project_with_slopes(points_mm)
        unit, px_per_mm, pixel = along_normals(model, points_mm, normal)
        residual = (unit * (samples.pixel - pixel)).sum(axis=1) - px_per_mm * (which @ shifts)
        scale = scales(residual, classes)
        weight = 1 / (1 + (residual / (WEIGHT * scale)) ** 2) / scale / np.sqrt(CORRELATED)
        jacobian = np.concatenate([np.einsum("ni,nij->nj", unit, slope), px_per_mm[:, None] * which], axis=1)
        optics = [model.focal_px, *model.center_px, model.k1, model.k2, model.p1, model.p2]
        now = np.concatenate([model.rotation, model.translation_mm, optics, shifts])
        prior = np.concatenate([start.rotation, start.translation_mm, expected, np.zeros(NUISANCES)])
        sd = np.concatenate([np.full(3, ROTATION_RAD), np.full(3, TRANSLATION_MM), spread, np.full(NUISANCES, SHIFT_MM)])
        rows = jacobian * weight[:, None]
        normal_matrix = rows.T @ (jacobian * weight[:, None]) + np.diag(1 / sd**2)
        gradient = rows.T @ (residual * weight) + (prior - now) / sd**2
        step = np.linalg.solve(normal_matrix + damping * np.diag(np.diag(normal_matrix)), gradient)
        model, shifts = model.moved(step[:CAMERA]), shifts + step[CAMERA:]
        if step @ normal_matrix @ step < SETTLED**2 * len(residual) / CORRELATED:
            break
    inlier = np.abs(residual) < OUTLIER * scales(residual, classes)
    covariance = np.asarray(np.linalg.inv(normal_matrix)[:CAMERA, :CAMERA], np.float64)
    return CameraFit(model, shifts, residual, inlier, px_per_mm, samples.pixel, covariance)


def predicted_error_mm(fit: CameraFit, points_mm: Floats) -> Floats:
    """Return how far points (n, 2) of the face are expected off their true positions (root mean square, mm)."""
    model = fit.model
    slopes = model.project_with_slopes(points_mm, 0.0)[1]
    scale = np.stack([model.project(points_mm + half, 0.0) - model.project(points_mm - half, 0.0) for half in np.eye(2) / 2], axis=2)
    on_face = np.linalg.solve(scale, slopes)
    return np.asarray(np.sqrt(np.einsum("nij,jk,nik->n", on_face, fit.covariance, on_face)), np.float64)


def _expected_lens(start: CameraModel, size: tuple[int, int], lens: KnownLens, *, rough: bool) -> tuple[Floats, Floats]:
    """Return the expected focal length, centre, k1, k2, p1 and p2, and their standard deviations."""
    guessed = [start.focal_px, (size[0] - 1) / 2, (size[1] - 1) / 2, 0.0, 0.0, 0.0, 0.0]
    loose = [FOCAL_SHARE * size[0], CENTER_SHARE * size[0], CENTER_SHARE * size[0], K1, K2, TANGENTIAL, TANGENTIAL]
    known = [lens.focal_px, lens.center_x_px, lens.center_y_px, lens.k1, lens.k2, lens.p1, lens.p2]
    firm = [KNOWN_FOCAL * (lens.focal_px or 0.0), KNOWN_CENTER_PX, KNOWN_CENTER_PX, KNOWN_DISTORTION, KNOWN_DISTORTION]
    firm += [KNOWN_TANGENTIAL, KNOWN_TANGENTIAL]
    if rough:
        loose[4:], firm[4:] = [FIXED] * 3, [FIXED] * 3
    expected = [guess if value is None else value for guess, value in zip(guessed, known, strict=True)]
    spread = [far if value is None else near for far, near, value in zip(loose, firm, known, strict=True)]
    return np.array(expected), np.array(spread)


def shifts_of(boundaries: BoundaryPoints, samples: EdgeSamples) -> Floats:
    """Return the derivatives (n, 14) of the position of each sample along its normal by the shifts of the boundaries."""
    kind, polarity = boundaries.kind[samples.point], boundaries.polarity[samples.point]
    which = np.zeros((len(kind), NUISANCES))
    which[np.arange(len(kind)), kind] = np.where(kind >= RADIAL_BED, polarity, 1.0)
    return which


def along_normals(model: CameraModel, point_mm: Floats, normal: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the unit normals of boundary points in the picture (n, 2), the pixels per mm along them (n,), and the pixels (n, 2)."""
    pixel, by_position = model.project_with_scale(point_mm)
    step = np.einsum("nij,nj->ni", by_position, normal)
    along = np.einsum("nij,nj->ni", by_position, normal[:, ::-1] * [-1.0, 1.0])
    unit = np.column_stack([-along[:, 1], along[:, 0]])
    unit /= np.hypot(unit[:, 0], unit[:, 1])[:, None]
    length = (unit * step).sum(axis=1)
    unit *= np.sign(length)[:, None]
    return unit, np.abs(length), pixel


def classes_of(kind: NDArray[np.int64]) -> tuple[NDArray[np.intp], ...]:
    """Return the indices of the samples of each class that has a scale of its own."""
    return tuple(of for name in np.unique(kind) if len(of := np.flatnonzero(kind == name)) > CLASS_SIZE)


def scales(residual: Floats, classes: tuple[NDArray[np.intp], ...]) -> Floats:
    """Return for each sample the scale of the residuals of its class (see `classes_of`), from their median."""
    off = np.abs(residual)
    scale = np.full(len(residual), max(LEAST_SCALE_PX, MAD_TO_SIGMA * _middle(off)))
    for of in classes:
        scale[of] = max(LEAST_SCALE_PX, MAD_TO_SIGMA * _middle(off[of]))
    return scale


def _middle(values: Floats) -> float:
    """Return the upper median; several times as fast as `np.median` on some hundred values."""
    half = len(values) // 2
    return float(np.partition(values, half)[half])
