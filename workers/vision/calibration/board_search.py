"""Find the board in a picture by its shape: twenty radials that meet in one point, and beds that alternate around it.

No hue is used. Light and dark beds alternate on every board, and at the rings the alternation stops or changes. The result is a plane
homography, accurate to a few pixels, whose rotation is ambiguous by multiples of 36°.
"""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.base import Value
from schemas.board import BoardSpec
from workers.vision.frame import Image

Floats = NDArray[np.float64]

# Pixels are those of the reduced picture. Measure again: `dartd calibrate PICTURE` on pictures of many boards, and of rooms without one.
WORKING_PX = 640  # width of the reduced picture: the bull is still ten pixels wide

# The point where the radials meet (votes of edges).
CANNY = (20, 50)  # thresholds of the edges, grey levels
FEWEST_EDGES, MOST_EDGES = 50, 6000  # pixels; the second bounds the work
NEAREST_PX = 8  # an edge does not vote closer to itself
CELL_PX = 3  # cell of the accumulator
ORIENTATIONS = 18  # votes are counted by orientation, so that a long straight edge of the room counts once
VOTE_BLUR, BACKGROUND_BLUR = 1.0, 12.0  # deviations in cells: of a vote, and of the local mean that is subtracted
CANDIDATES, CANDIDATE_CELLS = 6, 4  # points that are followed, and the radius that each one takes
REFINED_PX, TOLERANCES_PX = 150, (5.0, 3.0, 2.0)  # radius of the edges that refine a point, and their largest distance in the rounds
FEWEST_LINES = 20  # edges that refine a point

# The directions of the beds (tenth harmonic of the brightness around the point).
ANGLES = 720  # directions of the polar picture
POLAR_WIDTHS = 0.75  # its radius, in picture widths
SINGLES_PX = ((8, 28), (14, 56), (30, 100))  # where the inner singles may be, from the bull
MOST_SQUEEZE, SQUEEZES, AXES = 1.2, 14, 30  # logarithm of the largest squeeze (73° off the normal), grid of squeezes and axes
ZOOMS, ZOOM_STEPS, SQUEEZE_STEP, AXIS_STEP = (1.0, 0.4, 0.16), 5, 0.08, 0.09  # refinements of that grid
INVERSE_ROUNDS = 10  # fixed-point iterations of the inverse distortion

# Scale and vanishing line (contrast of the alternation).
FOLLOWED = 4  # centres whose scale is fitted
SCALES, SCALE_STEPS = (0.12, 3.0), 34  # pixels per mm in the middle of the board
MOST_TILT, TILT_LIMIT, TILT_STEPS = 0.75, 0.8, 11  # of the vanishing line, by the radius of the doubles
REFINEMENTS, REFINEMENT = 5, 0.6  # rounds on a grid that shrinks by this factor
BED_RADII, OUTSIDE_RADII = (10, 8), 6  # samples along a ray: inner and outer singles, and outside the doubles
RAY_DEG = 5.0  # to both sides of the middle of a bed: two rays
SPREAD_FLOOR = 0.02  # of the root of brightness: five grey levels in the dark, less is noise
RAYS_VISIBLE, RADII_VISIBLE = 0.4, 0.8  # share of the rays of a radius, and of the radii, that must be in the picture
CHUNK = 200  # hypotheses that are scored at once; bounds the memory
VISIBLE = 0.35  # contrast of a board: share of the spread of the beds that the alternation explains; rooms without a board stay below 0.2
CLEAR = 0.6  # contrast that ends the search
DISTORTIONS = (-0.35, -0.7, -1.1, 0.25)  # in widths⁻²: k1 = -0.3 at a focal length of half the width is -1.2


class BoardHypothesis(Value, frozen=True, kw_only=True):
    """A homography (row-major 3x3) from board millimetres to an ideal picture without distortion, and the distortion to pixels.

    Relative to the middle of the picture, pixel = ideal · (1 + distortion · r²) with r the ideal distance in picture widths. `contrast`
    (0–1) is the share of the spread of the beds that their alternation explains. The rotation may be off by a multiple of 36°.
    """

    homography: tuple[float, ...]
    distortion: float
    contrast: float


def find_board(picture: Image, board: BoardSpec) -> Iterator[BoardHypothesis]:
    """Find the board in a BGR picture: one hypothesis for each distortion, the undistorted one first; none if nothing alternates.

    The others are searched when the second one is taken.
    """
    scale = min(1.0, WORKING_PX / picture.shape[1])
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8) if scale < 1 else picture
    best: tuple[Floats, _Plane] | None = None
    for grey in _scalar_pictures(small):
        for view in _polar_views(grey)[:FOLLOWED]:
            plane = _fit_plane(view, board)
            if best is None or plane.contrast > best[1].contrast:
                best = grey, plane
            if plane.contrast > CLEAR:
                break
        if best is not None and best[1].contrast > CLEAR:
            break
    if best is None or best[1].contrast < VISIBLE:
        return
    # a pixel's centre is its coordinate: (u + ½) scales, not u
    enlarge = np.array([[1 / scale, 0, 0.5 / scale - 0.5], [0, 1 / scale, 0.5 / scale - 0.5], [0, 0, 1]])
    yield _hypothesis(best[1], enlarge)
    for plane in _with_distortion(*best, board):
        yield _hypothesis(plane, enlarge)


def _hypothesis(plane: "_Plane", enlarge: Floats) -> BoardHypothesis:
    """Return a plane of the reduced picture as a hypothesis for the full one."""
    homography = enlarge @ plane.homography
    homography /= homography[2, 2]
    return BoardHypothesis(homography=tuple(homography.ravel().tolist()), distortion=plane.distortion, contrast=plane.contrast)


class _Plane(NamedTuple):
    """A hypothesis: contrast of the beds, homography and distortion."""

    contrast: float
    homography: Floats
    distortion: float


def _with_distortion(grey: Floats, straight: _Plane, board: BoardSpec) -> list[_Plane]:
    """Return hypotheses for the distortions, those of highest contrast first."""
    center = straight.homography[:2, 2] / straight.homography[2, 2]
    planes = [_fit_plane(views[0], board) for distortion in DISTORTIONS if (views := _polar_views_at(grey, center, distortion))]
    return sorted((plane for plane in planes if plane.contrast > VISIBLE), key=lambda plane: -plane.contrast)


class _PolarView(NamedTuple):
    """The picture around a centre in polar coordinates (undistorted), the map of directions, and the power of its tenth harmonic."""

    power: float
    center: Floats
    distortion: float
    polar: NDArray[np.float32]
    map: Floats


def _polar_views(grey: Floats) -> list[_PolarView]:
    """Return the polar views around the candidates of a picture, those that alternate most clearly first."""
    found = [view for center in _meeting_points(grey) for view in _polar_views_at(grey, center, 0.0)]
    return sorted(found, key=lambda view: -view.power)


def _polar_views_at(grey: Floats, center: Floats, distortion: float) -> list[_PolarView]:
    """Return polar views around a pixel for a distortion, one for each size of the inner singles, the clearest first."""
    height, width = grey.shape
    if not (0 <= center[0] < width and 0 <= center[1] < height):
        return []
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    ideal = center - middle
    for _ in range(INVERSE_ROUNDS):
        ideal = (center - middle) / (1 + distortion * (ideal @ ideal) / width**2)
    angles = np.arange(ANGLES) * 2 * np.pi / ANGLES
    radius = np.arange(int(POLAR_WIDTHS * width), dtype=np.float64)
    x, y = ideal[0] + np.cos(angles)[:, None] * radius, ideal[1] + np.sin(angles)[:, None] * radius
    square = (x**2 + y**2) / width**2
    stretch = np.where(
        1 + 3 * distortion * square > 0, 1 + distortion * square, np.inf
    )  # beyond the fold of the polynomial there is no picture
    column, row = (x * stretch + middle[0]).astype(np.float32), (y * stretch + middle[1]).astype(np.float32)
    polar = cv2.remap(grey.astype(np.float32), column, row, cv2.INTER_LINEAR, borderValue=np.nan).astype(np.float32)
    views = []
    for first, last in SINGLES_PX:
        ring = polar[:, first:last]
        if not np.isnan(ring).any():
            power, directions = _directions(ring.mean(axis=1).astype(np.float64)[::2], angles[::2])
            views.append(_PolarView(power, ideal + middle, distortion, polar, directions))
    return sorted(views, key=lambda view: -view.power)


def _scalar_pictures(picture: Image) -> list[Floats]:
    """Return scalar pictures to search, the likeliest first: brightness, then single channels (blue beds on black are dark in grey)."""
    smooth = cv2.GaussianBlur(picture, (0, 0), 1.0)
    grey = cv2.cvtColor(smooth, cv2.COLOR_BGR2GRAY)
    # the square root stretches dark pictures, and the noise of a sensor is about even on this scale
    return [np.sqrt(view.astype(np.float64) / 255) for view in (grey, smooth[..., 0], smooth[..., 2])]


def _meeting_points(grey: Floats) -> list[Floats]:
    """Let every edge vote along its line for the point where lines of many orientations meet; return the best points, the best first."""
    height, width = grey.shape
    image = grey.astype(np.float32)
    dx, dy = cv2.Scharr(image, cv2.CV_32F, 1, 0), cv2.Scharr(image, cv2.CV_32F, 0, 1)
    strength = np.hypot(dx, dy)
    edges = cv2.Canny((grey * 255).astype(np.uint8), *CANNY) > 0
    ys, xs = np.nonzero(edges)
    if len(xs) < FEWEST_EDGES:
        return []
    stride = max(1, len(xs) // MOST_EDGES)
    xs, ys = xs[::stride], ys[::stride]
    norm = strength[ys, xs] + 1e-9
    tx, ty = -dy[ys, xs] / norm, dx[ys, xs] / norm
    reach = np.arange(NEAREST_PX, width // 2, CELL_PX, dtype=np.float32)
    steps = np.concatenate([-reach, reach])
    px = ((xs[:, None] + tx[:, None] * steps) / CELL_PX).astype(np.int32)
    py = ((ys[:, None] + ty[:, None] * steps) / CELL_PX).astype(np.int32)
    cols, rows = width // CELL_PX + 1, height // CELL_PX + 1
    inside = (px >= 0) & (py >= 0) & (px < cols) & (py < rows)
    orientation = (np.arctan2(ty, tx) % np.pi / np.pi * ORIENTATIONS).astype(np.int32) % ORIENTATIONS
    index = (orientation[:, None] * rows + py) * cols + px
    votes = np.bincount(index[inside], minlength=ORIENTATIONS * rows * cols).reshape(ORIENTATIONS, rows, cols).astype(np.float32)
    # square root for each orientation: many orientations with some votes count more than one with all votes
    total = np.zeros((rows, cols), np.float32)
    for layer in votes:
        total += np.sqrt(cv2.GaussianBlur(layer, (0, 0), VOTE_BLUR))
    total -= cv2.GaussianBlur(total, (0, 0), BACKGROUND_BLUR)
    points = []
    for _ in range(CANDIDATES):
        _, _, _, (col, row) = cv2.minMaxLoc(total)
        points.append(_refined(np.array([(col + 0.5) * CELL_PX, (row + 0.5) * CELL_PX]), np.stack([xs, ys, tx, ty])))
        cv2.circle(total, (col, row), CANDIDATE_CELLS, -1e9, -1)
    return points


def _refined(center: Floats, edges: NDArray[np.generic]) -> Floats:
    """Move a point to the crossing of the lines that pass near it, by least squares."""
    x, y, tx, ty = edges.astype(np.float64)
    near = np.hypot(x - center[0], y - center[1]) < REFINED_PX
    x, y, nx, ny = x[near], y[near], -ty[near], tx[near]
    for tolerance in TOLERANCES_PX:
        miss = nx * (x - center[0]) + ny * (y - center[1])
        close = np.abs(miss) < tolerance
        if close.sum() < FEWEST_LINES:
            return center
        normals = np.column_stack([nx[close], ny[close]])
        center = center + np.linalg.lstsq(normals, miss[close], rcond=None)[0]
    return center


def _directions(signal: Floats, angles: Floats) -> tuple[float, Floats]:
    """Find the 2x2 map (up to scale) from board directions to picture directions for which the beds alternate evenly.

    Any such map is a rotation, a squeeze and a rotation; the last one is the phase of the tenth harmonic, up to a multiple of 36°.
    """
    power, log_squeeze, axis, light = _best_direction(signal, _coarse_grid(len(angles)))
    for zoom in ZOOMS:
        squeezes = log_squeeze + np.linspace(-SQUEEZE_STEP, SQUEEZE_STEP, ZOOM_STEPS) * zoom
        axes = axis + np.linspace(-AXIS_STEP, AXIS_STEP, ZOOM_STEPS) * zoom
        power, log_squeeze, axis, light = _best_direction(signal, _squeeze_grid(squeezes, axes, angles))
    rotations = _rotation(axis) @ np.diag([1, np.exp(-log_squeeze)]) @ _rotation(light) @ np.diag([1.0, -1.0])
    return power, np.asarray(rotations, float)


class _SqueezeGrid(NamedTuple):
    """Squeezes along axes (n,), and for each the weights (n, angles) of the directions and their tenth harmonic (real and imaginary)."""

    log_squeeze: Floats
    axis: Floats
    weight: Floats
    real: Floats
    imaginary: Floats


@cache
def _coarse_grid(count: int) -> _SqueezeGrid:
    """Return the grid that every search begins with, for so many even angles."""
    angles = np.arange(count) * 2 * np.pi / count
    return _squeeze_grid(np.linspace(0.0, MOST_SQUEEZE, SQUEEZES), np.arange(AXES) * np.pi / AXES, angles)


def _squeeze_grid(log_squeezes: Floats, axes: Floats, angles: Floats) -> _SqueezeGrid:
    log_squeeze, axis = (values.ravel() for values in np.meshgrid(log_squeezes, axes, indexing="ij"))
    squeeze, rotated = np.exp(log_squeeze)[:, None], angles - axis[:, None]
    cos, sin = np.cos(rotated), squeeze * np.sin(rotated)
    weight = squeeze / (cos**2 + sin**2)
    weight /= weight.sum(axis=1, keepdims=True)
    tenfold = 10 * np.arctan2(sin, cos)
    return _SqueezeGrid(log_squeeze, axis, weight, weight * np.cos(tenfold), -weight * np.sin(tenfold))


def _best_direction(signal: Floats, grid: _SqueezeGrid) -> tuple[float, float, float, float]:
    """Return the greatest power of the tenth harmonic on a grid, its squeeze and axis, and the angle of a light bed."""
    mean = grid.weight @ signal
    z = grid.real @ signal - mean * grid.real.sum(axis=1) + 1j * (grid.imaginary @ signal - mean * grid.imaginary.sum(axis=1))
    power = np.abs(z) / np.sqrt(np.maximum(grid.weight @ signal**2 - mean**2, 0) + 1e-12)
    best = int(np.argmax(power))
    # the phase is the middle of a light bed; the board has one at 72° (the 1), a multiple of 36°
    return float(power[best]), float(grid.log_squeeze[best]), float(grid.axis[best]), float(-np.angle(z[best]) / 10)


def _fit_plane(view: _PolarView, board: BoardSpec) -> _Plane:
    """Find scale and vanishing line: the beds alternate along the rays up to the doubles and not beyond."""
    logs = np.log(np.geomspace(*SCALES, SCALE_STEPS))
    tilts = np.linspace(-MOST_TILT, MOST_TILT, TILT_STEPS) / board.double_outer_mm
    hypotheses = np.stack(np.meshgrid(logs, tilts, tilts), axis=-1).reshape(-1, 3)
    hypotheses = hypotheses[np.hypot(hypotheses[:, 1], hypotheses[:, 2]) * board.double_outer_mm < TILT_LIMIT]
    score = _scores(view, hypotheses, board)
    best = hypotheses[int(np.argmax(score))]
    corners = np.stack(np.meshgrid([-1, 0, 1], [-1, 0, 1], [-1, 0, 1]), axis=-1).reshape(-1, 3)
    steps = np.array([logs[1] - logs[0], tilts[1] - tilts[0], tilts[1] - tilts[0]])
    for _ in range(REFINEMENTS):
        steps = steps * REFINEMENT
        near = best + corners * steps
        score = _scores(view, near, board)
        best = near[int(np.argmax(score))]
    affine = np.eye(3)
    affine[:2, :2], affine[:2, 2] = np.exp(best[0]) * view.map, view.center
    vanish = np.eye(3)
    vanish[2, :2] = best[1:]
    return _Plane(float(score.max()), affine @ vanish, view.distortion)


def _scores(view: _PolarView, hypotheses: Floats, board: BoardSpec) -> Floats:
    """Return the contrasts of hypotheses (n, 3) of log scale and vanishing line."""
    beds = np.concatenate(
        [
            np.linspace(1.25 * board.single_bull_mm, 0.97 * board.triple_inner_mm, BED_RADII[0]),
            np.linspace(1.03 * board.triple_outer_mm, 0.98 * board.double_inner_mm, BED_RADII[1]),
        ]
    )
    outside = np.linspace(1.03 * board.double_outer_mm, 1.2 * board.double_outer_mm, OUTSIDE_RADII)
    radii = np.concatenate([beds, outside]).astype(np.float32)
    theta = np.radians((np.arange(20) * 18.0)[:, None] + np.array([-RAY_DEG, RAY_DEG])).ravel()
    light = np.repeat(np.where(np.arange(20) % 2 == 0, 1.0, -1.0), 2).astype(np.float32)
    unit = np.column_stack([np.cos(theta), np.sin(theta)]).astype(np.float32)
    rays = unit @ view.map.T
    row = np.round(np.arctan2(rays[:, 1], rays[:, 0]) * ANGLES / (2 * np.pi)).astype(np.int32) % ANGLES
    stretched = (np.hypot(rays[:, 0], rays[:, 1])[:, None] * radii).astype(np.float32)
    flat, last = view.polar.ravel(), view.polar.shape[1] - 1
    scores = []
    for some in np.array_split(hypotheses.astype(np.float32), max(1, len(hypotheses) // CHUNK)):
        tilt = some[:, 1, None] * unit[:, 0] + some[:, 2, None] * unit[:, 1]
        column = np.exp(some[:, 0])[:, None, None] * stretched / np.maximum(1 + tilt[:, :, None] * radii, np.float32(0.02))
        # radii beyond the last column read that one: at such a distance it is outside the picture
        index = np.minimum(column, last).astype(np.int32) + row[:, None] * (last + 1)
        scores.append(_alternation(flat[index], light, len(beds)))
    return np.concatenate(scores)


def _alternation(value: NDArray[np.float32], light: NDArray[np.float32], beds: int) -> Floats:
    """Return the contrasts of hypotheses (n, rays, radii): light minus dark beds, less the same outside, over the spread of the beds."""
    known = np.isfinite(value)
    value = np.where(known, value, np.float32(0))
    weight = known.astype(np.float32)
    count = weight.sum(axis=1) + 1e-6
    level = value.sum(axis=1) / count
    contrast = (np.einsum("nrk,r->nk", value, light) - level * np.einsum("nrk,r->nk", weight, light)) / count
    variance = np.maximum(np.einsum("nrk,nrk->nk", value, value) / count - level**2, 0)
    covered = count > RAYS_VISIBLE * len(light)
    spread = np.sqrt((variance * count)[:, :beds].sum(axis=1) / count[:, :beds].sum(axis=1))[:, None] + SPREAD_FLOOR
    # each radius by its own spread, else white rings would attract the beds of a blue board
    own = np.sqrt(variance) + SPREAD_FLOOR
    inside = np.where(covered[:, :beds], contrast[:, :beds] / own[:, :beds], 0).mean(axis=1)
    beyond = np.abs(np.where(covered[:, beds:], contrast[:, beds:] / spread, 0)).mean(axis=1)
    score: Floats = np.where(covered[:, :beds].mean(axis=1) > RADII_VISIBLE, inside - beyond, 0.0)
    return score


def _rotation(angle: float) -> Floats:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
