"""The robust fit of a camera to samples of the board's lines."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workers.vision.calibration.boundaries import RADIAL_BED, Lines, Samples
from workers.vision.calibration.model import Model

Floats = NDArray[np.float64]

CAMERA = 11
NUISANCES = 14  # shifts in mm: six rings beside dark and beside light beds, radials between singles and between ring beds


ROUNDS = 12
CORRELATED = 10  # samples that err together: a wire is bent or shaded over about a third of a bed, not from sample to sample


class Fit(NamedTuple):
    """A fitted camera, the shifts of the boundaries (mm), residuals (px) and whether each sample was believed."""

    model: Model
    shifts_mm: Floats
    residual_px: Floats
    believed: NDArray[np.bool_]
    px_per_mm: Floats


def fit(model: Model, lines: Lines, samples: Samples, *, size: tuple[int, int], rough: bool = False) -> Fit:
    """Fit camera and boundary shifts to samples by iteratively reweighted Gauss-Newton.

    `rough` holds k2 at zero and takes short steps, for samples of which many belong to other lines.
    """
    shifts = np.zeros(NUISANCES)
    kind = lines.kind[samples.line]
    place, normal = lines.place_mm[samples.line], lines.normal[samples.line]
    which = shifts_of(lines, samples)
    start = model
    center = np.array([(size[0] - 1) / 2, (size[1] - 1) / 2])
    damping = (
        1e-2 if rough else 1e-7
    )  # focal length and distance go together: long steps overshoot, short ones end before they are told apart
    residual, px_per_mm, weight = np.zeros(0), np.zeros(0), np.zeros(0)
    for _ in range(ROUNDS):
        _, slope = model.project_with_slopes(place)
        unit, px_per_mm, pixel = across(model, place, normal)
        residual = (unit * (samples.pixel - pixel)).sum(axis=1) - px_per_mm * (which @ shifts)
        scale = scales(residual, kind)
        weight = 1 / (1 + (residual / (2.0 * scale)) ** 2) / scale / np.sqrt(CORRELATED)
        jacobian = np.concatenate([np.einsum("ni,nij->nj", unit, slope), px_per_mm[:, None] * which], axis=1)
        now = np.concatenate([model.rotation, model.translation_mm, [model.focal_px, *model.center_px, model.k1, model.k2], shifts])
        prior = np.concatenate([start.rotation, start.translation_mm, [start.focal_px, *center, 0.0, 0.0], np.zeros(NUISANCES)])
        sd = np.concatenate(
            [
                np.full(3, 10.0),
                np.full(3, 1e4),
                [0.5 * size[0], 0.012 * size[0], 0.012 * size[0]],
                [0.3, 1e-6 if rough else 0.1],
                np.full(NUISANCES, 0.5),
            ]
        )
        rows = jacobian * weight[:, None]
        normal_matrix = rows.T @ (jacobian * weight[:, None]) + np.diag(1 / sd**2)
        gradient = rows.T @ (residual * weight) + (prior - now) / sd**2
        step = np.linalg.solve(normal_matrix + damping * np.diag(np.diag(normal_matrix)), gradient)
        model, shifts = model.moved(step[:CAMERA]), shifts + step[CAMERA:]
    return Fit(model, shifts, residual, np.abs(residual) < 3 * scales(residual, kind), px_per_mm)


def shifts_of(lines: Lines, samples: Samples) -> Floats:
    """Tell how each sample (n, 14) moves along its normal with the shifts of the boundaries."""
    kind, polarity = lines.kind[samples.line], lines.polarity[samples.line]
    which = np.zeros((len(kind), NUISANCES))
    which[np.arange(len(kind)), kind] = np.where(kind >= RADIAL_BED, polarity, 1.0)
    return which


def across(model: Model, place_mm: Floats, normal: Floats) -> tuple[Floats, Floats, Floats]:
    """Look at lines in the picture: unit normal (n, 2), pixels per mm along it (n,), and the place itself (n, 2)."""
    tangent = normal[:, ::-1] * [-1.0, 1.0]
    points = [place_mm, place_mm + normal / 2, place_mm - normal / 2, place_mm + tangent / 2, place_mm - tangent / 2]
    pixel, outer, inner, ahead, behind = model.project(np.concatenate(points)).reshape(5, -1, 2)
    step, along = outer - inner, ahead - behind
    unit = np.column_stack([-along[:, 1], along[:, 0]])
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    unit *= np.sign((unit * step).sum(axis=1, keepdims=True))
    return unit, (unit * step).sum(axis=1), pixel


def scales(residual: Floats, kind: NDArray[np.int64]) -> Floats:
    """Measure the spread of each class of samples by its median; no class is better than the grid of pixels allows."""
    whole = max(0.1, 1.48 * float(np.median(np.abs(residual))))
    scale = np.full(len(residual), whole)
    for name in np.unique(kind):
        of = kind == name
        if of.sum() > 20:
            scale[of] = max(0.1, 1.48 * float(np.median(np.abs(residual[of]))))
    return scale
