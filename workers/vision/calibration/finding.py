"""Where the board is in a picture, found by its shape: twenty radials that meet in one point, and beds that alternate around it.

Nothing here asks for a hue. Light and dark beds alternate on every board; the rings show as places where that alternation
stops or changes. The result is a plane homography, good to a few pixels, with the rotation still open by multiples of 36°.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.base import Value
from schemas.board import BoardSpec
from workers.vision.frame import Image

Floats = NDArray[np.float64]

WORKING_PX = 640  # the search runs on a picture at most this wide: the bull is still ten pixels across
PAIR_RAD = np.pi / 5  # a light bed and a dark bed together
CELL_PX = 3  # cell of the accumulator in which radials vote for where they meet
ORIENTATIONS = 18  # votes are counted by orientation, so that one long straight edge of the room counts once
CANDIDATES = 6


class FoundBoard(Value, frozen=True, kw_only=True):
    """A homography (row-major 3x3) from board millimetres to an ideal picture without lens, and the bend from there to pixels.

    About the picture's middle, pixel = ideal · (1 + bend · r²) with r the ideal distance in picture widths. `contrast` (0–1) is how
    clearly the beds alternate. The rotation is open: some multiple of 36° lies between the homography's 20 and the true one.
    """

    homography: tuple[float, ...]
    bend: float
    contrast: float


def find_board(picture: Image, board: BoardSpec) -> tuple[FoundBoard, ...]:
    """Find the board in a BGR picture: one guess for each bend of the lens, the straight one first; none when nothing alternates."""
    scale = min(1.0, WORKING_PX / picture.shape[1])
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8) if scale < 1 else picture
    best: tuple[Floats, _Plane] | None = None
    for grey in _views(small):
        for pencil in _pencils(grey)[:PENCILS]:
            plane = _reach(pencil, board)
            if best is None or plane.contrast > best[1].contrast:
                best = grey, plane
            if plane.contrast > CLEAR:
                break
        if best is not None and best[1].contrast > CLEAR:
            break
    if best is None or best[1].contrast < VISIBLE:
        return ()
    # a pixel's centre is its coordinate: (u + ½) scales, not u
    enlarge = np.array([[1 / scale, 0, 0.5 / scale - 0.5], [0, 1 / scale, 0.5 / scale - 0.5], [0, 0, 1]])
    found = []
    for plane in (best[1], *_bent(*best, board)):
        homography = enlarge @ plane.homography
        homography /= homography[2, 2]
        found.append(FoundBoard(homography=tuple(homography.ravel().tolist()), bend=plane.bend, contrast=plane.contrast))
    return tuple(found)


class _Plane(NamedTuple):
    """A guess of where the board is: contrast of its beds, homography and bend of the lens."""

    contrast: float
    homography: Floats
    bend: float


def _bent(grey: Floats, straight: _Plane, board: BoardSpec) -> list[_Plane]:
    """Guess again for lenses that bend, most plausible first: those that the contrast prefers."""
    center = straight.homography[:2, 2] / straight.homography[2, 2]
    planes = [_reach(pencils[0], board) for bend in BENDS if (pencils := _pencils_at(grey, center, bend))]
    return sorted((plane for plane in planes if plane.contrast > VISIBLE), key=lambda plane: -plane.contrast)


BENDS = (-0.35, -0.7, -1.1, 0.25)  # of widths⁻²: k1 = -0.3 at a focal length of half the width bends by -1.2
PENCILS = 4  # how many of the best guesses of a centre with its radials are followed to the doubles
VISIBLE = 0.35  # share of the beds' spread that alternation must explain; rooms without a board stay below 0.2
CLEAR = 0.6


class _Pencil(NamedTuple):
    """Twenty radials that meet in a centre: the picture around it in polar form (without lens), the map of directions."""

    power: float
    center: Floats
    bend: float
    polar: NDArray[np.float32]
    map: Floats


def _pencils(grey: Floats) -> list[_Pencil]:
    """Give the centres around which a picture alternates like a board, the clearest first."""
    found = [pencil for center in _meeting_points(grey) for pencil in _pencils_at(grey, center, 0.0)]
    return sorted(found, key=lambda pencil: -pencil.power)


def _pencils_at(grey: Floats, center: Floats, bend: float) -> list[_Pencil]:
    """Look at the picture around a pixel as without a lens of this bend; one guess for each size of the inner singles, clearest first."""
    height, width = grey.shape
    if not (0 <= center[0] < width and 0 <= center[1] < height):
        return []
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    ideal = center - middle
    for _ in range(10):  # the inverse of the bend, by repetition
        ideal = (center - middle) / (1 + bend * (ideal @ ideal) / width**2)
    angles = np.arange(ANGLES) * 2 * np.pi / ANGLES
    radius = np.arange(int(0.75 * width), dtype=np.float64)
    x, y = ideal[0] + np.cos(angles)[:, None] * radius, ideal[1] + np.sin(angles)[:, None] * radius
    square = (x**2 + y**2) / width**2
    stretch = np.where(1 + 3 * bend * square > 0, 1 + bend * square, np.inf)  # beyond the fold a lens shows nothing
    column, row = (x * stretch + middle[0]).astype(np.float32), (y * stretch + middle[1]).astype(np.float32)
    polar = cv2.remap(grey.astype(np.float32), column, row, cv2.INTER_LINEAR, borderValue=np.nan).astype(np.float32)
    pencils = []
    for first, last in SINGLES_PX:
        ring = polar[:, first:last]
        if not np.isnan(ring).any():
            power, directions = _directions(ring.mean(axis=1).astype(np.float64)[::2], angles[::2])
            pencils.append(_Pencil(power, ideal + middle, bend, polar, directions))
    return sorted(pencils, key=lambda pencil: -pencil.power)


ANGLES = 720
SINGLES_PX = ((8, 28), (14, 56), (30, 100))  # where the inner singles may lie around the bull, in pixels of the working picture


def _views(picture: Image) -> list[Floats]:
    """Give scalar pictures to search, the likeliest first: brightness, then the single channels (blue beds on black are dark in grey)."""
    smooth = cv2.GaussianBlur(picture, (0, 0), 1.0)
    grey = cv2.cvtColor(smooth, cv2.COLOR_BGR2GRAY)
    # dark pictures are stretched by the square root, which is also near the noise-equalising scale of a sensor
    return [np.sqrt(view.astype(np.float64) / 255) for view in (grey, smooth[..., 0], smooth[..., 2])]


def _meeting_points(grey: Floats) -> list[Floats]:
    """Let every edge vote along its own line for where lines of many orientations meet; the best few points, best first."""
    height, width = grey.shape
    image = grey.astype(np.float32)
    dx, dy = cv2.Scharr(image, cv2.CV_32F, 1, 0), cv2.Scharr(image, cv2.CV_32F, 0, 1)
    strength = np.hypot(dx, dy)
    edges = cv2.Canny((grey * 255).astype(np.uint8), 20, 50) > 0
    ys, xs = np.nonzero(edges)
    if len(xs) < 50:
        return []
    stride = max(1, len(xs) // 6000)
    xs, ys = xs[::stride], ys[::stride]
    norm = strength[ys, xs] + 1e-9
    tx, ty = -dy[ys, xs] / norm, dx[ys, xs] / norm
    reach = np.arange(8, width // 2, CELL_PX, dtype=np.float32)
    steps = np.concatenate([-reach, reach])
    px = ((xs[:, None] + tx[:, None] * steps) / CELL_PX).astype(np.int32)
    py = ((ys[:, None] + ty[:, None] * steps) / CELL_PX).astype(np.int32)
    cols, rows = width // CELL_PX + 1, height // CELL_PX + 1
    inside = (px >= 0) & (py >= 0) & (px < cols) & (py < rows)
    orientation = (np.arctan2(ty, tx) % np.pi / np.pi * ORIENTATIONS).astype(np.int32) % ORIENTATIONS
    index = (orientation[:, None] * rows + py) * cols + px
    votes = np.bincount(index[inside], minlength=ORIENTATIONS * rows * cols).reshape(ORIENTATIONS, rows, cols).astype(np.float32)
    # the square root per orientation: many orientations with some votes beat one orientation with all
    total = np.zeros((rows, cols), np.float32)
    for layer in votes:
        total += np.sqrt(cv2.GaussianBlur(layer, (0, 0), 1.0))
    total -= cv2.GaussianBlur(total, (0, 0), 12.0)
    points = []
    for _ in range(CANDIDATES):
        _, _, _, (col, row) = cv2.minMaxLoc(total)
        points.append(_refined(np.array([(col + 0.5) * CELL_PX, (row + 0.5) * CELL_PX]), np.stack([xs, ys, tx, ty])))
        cv2.circle(total, (col, row), 4, -1e9, -1)
    return points


def _refined(center: Floats, edges: NDArray[np.generic]) -> Floats:
    """Move a meeting point to where the lines that pass near it cross, by least squares."""
    x, y, tx, ty = edges.astype(np.float64)
    near = np.hypot(x - center[0], y - center[1]) < 150
    x, y, nx, ny = x[near], y[near], -ty[near], tx[near]
    for tolerance in (5.0, 3.0, 2.0):
        miss = nx * (x - center[0]) + ny * (y - center[1])
        close = np.abs(miss) < tolerance
        if close.sum() < 20:
            return center
        normals = np.column_stack([nx[close], ny[close]])
        center = center + np.linalg.lstsq(normals, miss[close], rcond=None)[0]
    return center


def _directions(signal: Floats, angles: Floats) -> tuple[float, Floats]:
    """Find the 2x2 map (up to scale) from board directions to picture directions that makes the beds alternate evenly.

    Any such map is a turn, a squeeze and a turn; the last turn is the phase of the tenth harmonic, to a multiple of 36°.
    """
    squeezes, axes = np.linspace(0.0, 1.2, 14), np.arange(30) * np.pi / 30
    power, log_squeeze, axis, light = _best_direction(signal, angles, squeezes, axes)
    for zoom in (1.0, 0.4, 0.16):
        squeezes = log_squeeze + np.linspace(-0.08, 0.08, 5) * zoom
        axes = axis + np.linspace(-0.09, 0.09, 5) * zoom
        power, log_squeeze, axis, light = _best_direction(signal, angles, squeezes, axes)
    turns = _turn(axis) @ np.diag([1, np.exp(-log_squeeze)]) @ _turn(light) @ np.diag([1.0, -1.0])
    return power, np.asarray(turns, float)


def _best_direction(signal: Floats, angles: Floats, log_squeezes: Floats, axes: Floats) -> tuple[float, float, float, float]:
    """Try squeezes along axes: power of the tenth harmonic, squeeze and axis where it is greatest, and where a light bed lies."""
    squeezes = np.exp(log_squeezes)[:, None, None]
    turned = angles - axes[:, None]
    psi = np.arctan2(squeezes * np.sin(turned), np.cos(turned))
    weight = squeezes / (np.cos(turned) ** 2 + (squeezes * np.sin(turned)) ** 2)
    weight /= weight.sum(axis=2, keepdims=True)
    level = signal - (weight * signal).sum(axis=2, keepdims=True)
    z = (weight * level * np.exp(-10j * psi)).sum(axis=2)
    power = np.abs(z) / np.sqrt((weight * level**2).sum(axis=2) + 1e-12)
    k, j = np.unravel_index(int(np.argmax(power)), power.shape)
    # the phase is where a light bed is centred; the board has one at 72° (the 1), that is at a multiple of 36°
    return float(power[k, j]), float(log_squeezes[k]), float(axes[j]), float(-np.angle(z[k, j]) / 10)


def _reach(pencil: _Pencil, board: BoardSpec) -> _Plane:
    """Find scale and vanishing line: where along the rays the beds alternate, and where outside the doubles that ends."""
    logs = np.log(np.geomspace(0.12, 3.0, 34))
    tilts = np.linspace(-0.75, 0.75, 11) / board.double_outer_mm
    guesses = np.stack(np.meshgrid(logs, tilts, tilts), axis=-1).reshape(-1, 3)
    guesses = guesses[np.hypot(guesses[:, 1], guesses[:, 2]) * board.double_outer_mm < 0.8]
    score = _scores(pencil, guesses, board)
    best = guesses[int(np.argmax(score))]
    corners = np.stack(np.meshgrid([-1, 0, 1], [-1, 0, 1], [-1, 0, 1]), axis=-1).reshape(-1, 3)
    steps = np.array([logs[1] - logs[0], tilts[1] - tilts[0], tilts[1] - tilts[0]])
    for _ in range(5):
        steps = steps * 0.6
        near = best + corners * steps
        score = _scores(pencil, near, board)
        best = near[int(np.argmax(score))]
    affine = np.eye(3)
    affine[:2, :2], affine[:2, 2] = np.exp(best[0]) * pencil.map, pencil.center
    vanish = np.eye(3)
    vanish[2, :2] = best[1:]
    return _Plane(float(score.max()), affine @ vanish, pencil.bend)


def _scores(pencil: _Pencil, guesses: Floats, board: BoardSpec) -> Floats:
    """Score guesses (n, 3) of log scale and vanishing line by how the beds alternate under them."""
    beds = np.concatenate(
        [
            np.linspace(1.25 * board.single_bull_mm, 0.97 * board.triple_inner_mm, 10),
            np.linspace(1.03 * board.triple_outer_mm, 0.98 * board.double_inner_mm, 8),
        ]
    )
    outside = np.linspace(1.03 * board.double_outer_mm, 1.2 * board.double_outer_mm, 6)
    radii = np.concatenate([beds, outside]).astype(np.float32)
    theta = np.radians((np.arange(20) * 18.0)[:, None] + np.array([-5.0, 5.0])).ravel()  # two rays in each bed
    light = np.repeat(np.where(np.arange(20) % 2 == 0, 1.0, -1.0), 2).astype(np.float32)
    unit = np.column_stack([np.cos(theta), np.sin(theta)]).astype(np.float32)
    rays = unit @ pencil.map.T
    row = np.round(np.arctan2(rays[:, 1], rays[:, 0]) * ANGLES / (2 * np.pi)).astype(np.int32) % ANGLES
    stretched = (np.hypot(rays[:, 0], rays[:, 1])[:, None] * radii).astype(np.float32)
    flat, last = pencil.polar.ravel(), pencil.polar.shape[1] - 1
    scores = []
    for some in np.array_split(guesses.astype(np.float32), max(1, len(guesses) // 200)):
        tilt = some[:, 1, None] * unit[:, 0] + some[:, 2, None] * unit[:, 1]
        column = np.exp(some[:, 0])[:, None, None] * stretched / np.maximum(1 + tilt[:, :, None] * radii, np.float32(0.02))
        # the last column is read for everything beyond it: at such a distance it is outside of the picture
        place = np.minimum(column, last).astype(np.int32) + row[:, None] * (last + 1)
        scores.append(_alternation(flat[place], light, len(beds)))
    return np.concatenate(scores)


SPREAD_FLOOR = 0.02  # of the root of brightness: five grey levels in the dark, less is noise


def _alternation(value: NDArray[np.float32], light: NDArray[np.float32], beds: int) -> Floats:
    """Score guesses (n, rays, radii): light minus dark within the beds, less the same outside, over the spread of the beds."""
    known = np.isfinite(value)
    value = np.where(known, value, np.float32(0))
    weight = known.astype(np.float32)
    count = weight.sum(axis=1) + 1e-6
    level = value.sum(axis=1) / count
    contrast = (np.einsum("nrk,r->nk", value, light) - level * np.einsum("nrk,r->nk", weight, light)) / count
    variance = np.maximum(np.einsum("nrk,nrk->nk", value, value) / count - level**2, 0)
    covered = count > 0.4 * len(light)
    spread = np.sqrt((variance * count)[:, :beds].sum(axis=1) / count[:, :beds].sum(axis=1))[:, None] + SPREAD_FLOOR
    # each radius by its own spread: white rings must not draw the beds of a blue board to them
    own = np.sqrt(variance) + SPREAD_FLOOR
    inside = np.where(covered[:, :beds], contrast[:, :beds] / own[:, :beds], 0).mean(axis=1)
    beyond = np.abs(np.where(covered[:, beds:], contrast[:, beds:] / spread, 0)).mean(axis=1)
    score: Floats = np.where(covered[:, :beds].mean(axis=1) > 0.8, inside - beyond, 0.0)
    return score


def _turn(angle: float) -> Floats:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
