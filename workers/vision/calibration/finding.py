"""Where the board is in a picture, found by its shape: twenty radials that meet in one point, and beds that alternate around it.

Nothing here asks for a hue. Light and dark beds alternate on every board; the rings show as places where that alternation
stops or changes. The result is a plane homography, good to a few pixels, with the rotation still open by multiples of 36°.
"""

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
    """A plane homography from board millimetres to pixels (row-major 3x3), and how clearly the beds alternate (0–1).

    The rotation is open: some multiple of 36° lies between the homography's 20 and the true one.
    """

    homography: tuple[float, ...]
    contrast: float


def find_board(picture: Image, board: BoardSpec) -> FoundBoard | None:
    """Find the board in a BGR picture; None when nothing in it alternates like one."""
    scale = min(1.0, WORKING_PX / picture.shape[1])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else picture
    best: tuple[float, Floats] | None = None
    for grey in _views(small):
        for center in _meeting_points(grey):
            found = _board_around(grey, center, board)
            if found is not None and (best is None or found[0] > best[0]):
                best = found
        if best is not None and best[0] > CLEAR:
            break
    if best is None or best[0] < VISIBLE:
        return None
    # a pixel's centre is its coordinate: (u + ½) scales, not u
    enlarge = np.array([[1 / scale, 0, 0.5 / scale - 0.5], [0, 1 / scale, 0.5 / scale - 0.5], [0, 0, 1]])
    homography = enlarge @ best[1]
    return FoundBoard(homography=tuple((homography / homography[2, 2]).ravel().tolist()), contrast=best[0])


VISIBLE = 0.35  # share of the beds' spread that alternation must explain; rooms without a board stay below 0.2
CLEAR = 0.6


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


def _board_around(grey: Floats, center: Floats, board: BoardSpec) -> tuple[float, Floats] | None:
    """Fit the alternation of the beds around a centre: contrast (0–1) and homography."""
    height, width = grey.shape
    if not (0 <= center[0] < width and 0 <= center[1] < height):
        return None
    angles = np.arange(720) * np.pi / 360
    length = int(0.75 * width)
    radius = np.arange(length, dtype=np.float64)
    x = center[0] + np.cos(angles)[:, None] * radius
    y = center[1] + np.sin(angles)[:, None] * radius
    polar = cv2.remap(grey.astype(np.float32), x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderValue=np.nan)
    best: tuple[float, Floats] | None = None
    for first, last in ((8, 28), (14, 56), (30, 100)):
        pencil = _pencil(np.nanmean(polar[:, first:last], axis=1) if last < length else None, angles)
        if pencil is None:
            continue
        found = _reach(polar, pencil, center, board)
        if found is not None and (best is None or found[0] > best[0]):
            best = found
    return best


def _pencil(signal: Floats | None, angles: Floats) -> Floats | None:
    """Find the 2x2 map (up to scale) from board directions to picture directions that makes the beds alternate evenly.

    Any such map is a turn, a squeeze and a turn; the last turn is the phase of the tenth harmonic, to a multiple of 36°.
    """
    if signal is None or not np.isfinite(signal).all():
        return None
    squeezes = np.geomspace(1.0, 3.2, 14)
    axes = np.arange(30) * np.pi / 30
    turned = angles - axes[:, None]
    psi = np.arctan2(squeezes[:, None, None] * np.sin(turned), np.cos(turned))
    weight = squeezes[:, None, None] / (np.cos(turned) ** 2 + (squeezes[:, None, None] * np.sin(turned)) ** 2)
    weight /= weight.sum(axis=2, keepdims=True)
    level = signal - (weight * signal).sum(axis=2, keepdims=True)
    z = (weight * level * np.exp(-10j * psi)).sum(axis=2)
    power = np.abs(z) / np.sqrt((weight * level**2).sum(axis=2) + 1e-12)
    k, j = np.unravel_index(int(np.argmax(power)), power.shape)
    if power[k, j] < 0.35:
        return None
    # the phase is where a light bed is centred; the board has one at 72° (the 1), that is at a multiple of 36°; rows count downwards
    light = -np.angle(z[k, j]) / 10
    return np.asarray(_turn(axes[j]) @ np.diag([1, 1 / squeezes[k]]) @ _turn(light) @ np.diag([1.0, -1.0]), float)


def _reach(polar: Floats, pencil: Floats, center: Floats, board: BoardSpec) -> tuple[float, Floats] | None:
    """Find scale and vanishing line: where along the rays the alternation of the beds holds, and where outside the doubles it ends."""
    beds = np.concatenate(
        [
            np.linspace(1.25 * board.single_bull_mm, 0.97 * board.triple_inner_mm, 10),
            np.linspace(1.03 * board.triple_outer_mm, 0.98 * board.double_inner_mm, 8),
        ]
    )
    outside = np.linspace(1.03 * board.double_outer_mm, 1.2 * board.double_outer_mm, 6)
    radii = np.concatenate([beds, outside])
    theta = (np.arange(60) * 6 + np.tile([-5.0, 0.0, 5.0], 20) - np.tile([0.0, 6.0, 12.0], 20)) * np.pi / 180  # three rays in each bed
    light = np.where(np.repeat(np.arange(20), 3) % 2 == 0, 1.0, -1.0)
    unit = np.column_stack([np.cos(theta), np.sin(theta)])
    rays = unit @ pencil.T
    phi = (np.arctan2(rays[:, 1], rays[:, 0]) % (2 * np.pi)) * 360 / np.pi
    row = np.round(phi).astype(int) % 720
    stretch = np.hypot(rays[:, 0], rays[:, 1])
    tilts = np.linspace(-0.75, 0.75, 16) / board.double_outer_mm
    hx, hy = (grid.ravel() for grid in np.meshgrid(tilts, tilts))
    keep = np.hypot(hx, hy) * board.double_outer_mm < 0.8
    hx, hy = hx[keep], hy[keep]
    scales = np.geomspace(0.1, 3.0, 44)
    denominator = 1 + radii[None, None, :] * (hx[:, None, None] * unit[:, 0, None] + hy[:, None, None] * unit[:, 1, None])
    base = stretch[:, None] * radii / denominator
    best = (-np.inf, 0.0, 0.0, 0.0)
    for scale in scales:
        column = (scale * base).astype(int)
        seen = column < polar.shape[1]
        value = polar[row[None, :, None], np.minimum(column, polar.shape[1] - 1)]
        value[~seen] = np.nan
        score = _alternation(value, light, len(beds))
        k = int(np.argmax(score))
        if score[k] > best[0]:
            best = (float(score[k]), float(scale), float(hx[k]), float(hy[k]))
    if not np.isfinite(best[0]):
        return None
    score, scale, tilt_x, tilt_y = best
    affine = np.eye(3)
    affine[:2, :2], affine[:2, 2] = scale * pencil, center
    vanish = np.eye(3)
    vanish[2, :2] = tilt_x, tilt_y
    return score, affine @ vanish


def _alternation(value: Floats, light: Floats, beds: int) -> Floats:
    """Score hypotheses (n, rays, radii): light minus dark within the beds, less the same outside, over the spread of all of it."""
    known = np.isfinite(value)
    value = np.where(known, value, 0.0)
    count = known.sum(axis=1) + 1e-9
    level = value.sum(axis=1) / count
    contrast = ((value - level[:, None]) * known * light[:, None]).sum(axis=1) / count  # per radius
    covered = count > 0.4 * len(light)
    inside = np.where(covered[:, :beds], contrast[:, :beds], 0).mean(axis=1)
    beyond = np.abs(np.where(covered[:, beds:], contrast[:, beds:], 0)).mean(axis=1)
    spread = np.sqrt(
        ((value[:, :, :beds] - level[:, None, :beds]) ** 2 * known[:, :, :beds]).sum(axis=(1, 2))
        / (known[:, :, :beds].sum(axis=(1, 2)) + 1e-9)
    )
    return np.where(covered[:, :beds].mean(axis=1) > 0.8, (inside - beyond) / (spread + 0.02), -np.inf)


def _turn(angle: float) -> Floats:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
