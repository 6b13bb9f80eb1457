"""The robust fit of a camera to samples of the board's lines."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.pipe.to_worker import KnownLens
from workers.vision.calibration.boundaries import RADIAL_BED, Lines, Samples
from workers.vision.calibration.model import Model

Floats = NDArray[np.float64]

CAMERA = 11
NUISANCES = 14  # shifts in mm: six rings beside dark and beside light beds, radials between singles and between ring beds


ROUNDS = 12
KNOWN_FOCAL = 0.005  # spread of a focal length that is known, as a share of it: focus changes it, and cameras of one make differ
KNOWN_CENTER_PX = 2.0
KNOWN_BEND = 0.01  # spread of k1 and k2 that are known
CORRELATED = 10  # samples that err together: a wire is bent or shaded over about a third of a bed, not from sample to sample


class Fit(NamedTuple):
    """A fitted camera, the shifts of the boundaries (mm), residuals (px) and whether each sample was believed."""

    model: Model
    shifts_mm: Floats
    residual_px: Floats
    believed: NDArray[np.bool_]
    px_per_mm: Floats


def fit(model: Model, lines: Lines, samples: Samples, *, size: tuple[int, int], rough: bool = False, lens: KnownLens | None = None) -> Fit:
    """Fit camera and boundary shifts to samples by iteratively reweighted Gauss-Newton.

    `rough` holds k2 at zero and takes short steps, for samples of which many belong to other lines. What is known of the `lens` is held.
    """
    shifts = np.zeros(NUISANCES)
    kind = lines.kind[samples.line]
    place, normal = lines.place_mm[samples.line], lines.normal[samples.line]
    which = shifts_of(lines, samples)
    start = model
    expected, spread = _expected(start, size, lens or KnownLens(), rough=rough)
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
        prior = np.concatenate([start.rotation, start.translation_mm, expected, np.zeros(NUISANCES)])
        sd = np.concatenate([np.full(3, 10.0), np.full(3, 1e4), spread, np.full(NUISANCES, 0.5)])
        rows = jacobian * weight[:, None]
        normal_matrix = rows.T @ (jacobian * weight[:, None]) + np.diag(1 / sd**2)
        gradient = rows.T @ (residual * weight) + (prior - now) / sd**2
        step = np.linalg.solve(normal_matrix + damping * np.diag(np.diag(normal_matrix)), gradient)
        model, shifts = model.moved(step[:CAMERA]), shifts + step[CAMERA:]
    return Fit(model, shifts, residual, np.abs(residual) < 3 * scales(residual, kind), px_per_mm)


def _expected(start: Model, size: tuple[int, int], lens: KnownLens, *, rough: bool) -> tuple[Floats, Floats]:
    """Say what is believed of focal length, centre, k1 and k2 before a picture is looked at, and how firmly (standard deviations)."""
    guessed = [start.focal_px, (size[0] - 1) / 2, (size[1] - 1) / 2, 0.0, 0.0]
    loose = [0.5 * size[0], 0.012 * size[0], 0.012 * size[0], 0.3, 1e-6 if rough else 0.1]
    known = [lens.focal_px, lens.center_x_px, lens.center_y_px, lens.k1, lens.k2]
    firm = [KNOWN_FOCAL * (lens.focal_px or 0.0), KNOWN_CENTER_PX, KNOWN_CENTER_PX, KNOWN_BEND, 1e-6 if rough else KNOWN_BEND]
    expected = [guess if value is None else value for guess, value in zip(guessed, known, strict=True)]
    spread = [far if value is None else near for far, near, value in zip(loose, firm, known, strict=True)]
    return np.array(expected), np.array(spread)


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
