"""Drawn numbers of number rings, as wires, print and paint show them in an unrolled picture."""

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.vision.calibration.glyphs import CELL_PX, COLUMNS, GLYPH_PX, ROWS

Floats = NDArray[np.float32]
Stroke = NDArray[np.float64]

NONE: Final = 20  # the class of patches without a number
FINER: Final = 2
MARGIN_PX: Final = 8  # around a patch, so that its border is described as in a strip
CELL_MARGIN: Final = MARGIN_PX // CELL_PX
SIZE_PX: Final = (ROWS * CELL_PX + 2 * MARGIN_PX, COLUMNS * CELL_PX + 2 * MARGIN_PX)
HERSHEY: Final = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_PLAIN,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
)
FACES: Final = ("sans", "italic", "uni")

# Digits as wires are bent: strokes of points in heights of a digit, x to the right and y down; True where the bends are round.
WIRES: Final[dict[str, list[list[tuple[bool, list[tuple[float, float]]]]]]] = {
    "0": [
        [(True, [(0.3, 0), (0.56, 0.2), (0.6, 0.5), (0.56, 0.8), (0.3, 1), (0.04, 0.8), (0, 0.5), (0.04, 0.2), (0.3, 0)])],
        [(True, [(0.1, 0), (0.5, 0), (0.56, 0.5), (0.5, 1), (0.1, 1), (0.03, 0.5), (0.1, 0)])],
    ],
    "1": [
        [(False, [(0.2, 0), (0.2, 1)])],
        [(False, [(0.0, 0.22), (0.22, 0), (0.22, 1)])],
        [(False, [(0.0, 0.0), (0.22, 0), (0.22, 1)])],
        [(False, [(0.0, 0.2), (0.2, 0), (0.2, 1)]), (False, [(0.02, 1), (0.4, 1)])],
    ],
    "2": [
        [(True, [(0.02, 0.22), (0.12, 0.03), (0.35, 0), (0.55, 0.12), (0.55, 0.34), (0.36, 0.6), (0, 1)]), (False, [(0, 1), (0.6, 1)])],
        [
            (True, [(0, 0.15), (0.25, 0), (0.55, 0.1), (0.56, 0.36), (0.2, 0.75), (0.04, 0.97)]),
            (True, [(0.04, 0.97), (0.3, 0.94), (0.6, 1)]),
        ],
    ],
    "3": [
        [
            (True, [(0.03, 0.12), (0.3, 0), (0.55, 0.14), (0.5, 0.38), (0.22, 0.47)]),
            (True, [(0.22, 0.47), (0.55, 0.58), (0.58, 0.82), (0.35, 1), (0.1, 0.97), (0, 0.85)]),
        ],
        [
            (False, [(0.02, 0), (0.55, 0), (0.24, 0.4)]),
            (True, [(0.24, 0.4), (0.55, 0.52), (0.6, 0.75), (0.42, 0.98), (0.12, 0.98), (0, 0.85)]),
        ],
    ],
    "4": [
        [(False, [(0.14, 0), (0.02, 0.62), (0.6, 0.62)]), (False, [(0.42, 0.3), (0.42, 1)])],
        [(False, [(0.45, 1), (0.45, 0), (0, 0.7), (0.6, 0.7)])],
        [(False, [(0.05, 0), (0.05, 0.55), (0.6, 0.55)]), (False, [(0.48, 0), (0.48, 1)])],
        [(False, [(0.3, 0), (0, 0.6), (0.6, 0.6)]), (False, [(0.45, 0.0), (0.4, 1)])],
    ],
    "5": [
        [
            (False, [(0.55, 0), (0.1, 0), (0.05, 0.42)]),
            (True, [(0.05, 0.42), (0.3, 0.36), (0.56, 0.52), (0.56, 0.8), (0.35, 0.99), (0.1, 0.97), (0, 0.86)]),
        ],
        [(False, [(0.5, 0), (0.06, 0), (0.06, 0.45)]), (True, [(0.06, 0.45), (0.5, 0.45), (0.58, 0.75), (0.4, 1), (0, 0.95)])],
    ],
    "6": [
        [(True, [(0.5, 0.03), (0.2, 0.14), (0.03, 0.5), (0.03, 0.8), (0.28, 1), (0.55, 0.85), (0.55, 0.62), (0.3, 0.48), (0.04, 0.66)])],
        [(True, [(0.4, 0), (0.12, 0.4), (0.02, 0.75), (0.25, 1), (0.56, 0.85), (0.54, 0.6), (0.28, 0.5), (0.05, 0.66)])],
        [(True, [(0.04, 0), (0.02, 0.4), (0.03, 0.8), (0.28, 1), (0.55, 0.85), (0.55, 0.62), (0.3, 0.5), (0.03, 0.64)])],
    ],
    "7": [
        [(False, [(0, 0), (0.58, 0), (0.2, 1)])],
        [(False, [(0, 0.14), (0, 0), (0.58, 0), (0.22, 1)])],
        [(True, [(0, 0), (0.55, 0), (0.4, 0.4), (0.28, 1)])],
    ],
    "8": [
        [
            (True, [(0.3, 0), (0.52, 0.12), (0.5, 0.34), (0.3, 0.46), (0.1, 0.34), (0.08, 0.12), (0.3, 0)]),
            (True, [(0.3, 0.46), (0.57, 0.6), (0.57, 0.86), (0.3, 1), (0.03, 0.86), (0.03, 0.6), (0.3, 0.46)]),
        ],
        [
            (
                True,
                [
                    (0.5, 0.1),
                    (0.25, 0),
                    (0.08, 0.2),
                    (0.3, 0.45),
                    (0.57, 0.75),
                    (0.3, 1),
                    (0.04, 0.78),
                    (0.3, 0.48),
                    (0.52, 0.22),
                    (0.5, 0.1),
                ],
            )
        ],
    ],
}
_NINES: Final[list[list[tuple[bool, list[tuple[float, float]]]]]] = [
    [
        (True, [(0.55, 0.4), (0.3, 0.52), (0.04, 0.4), (0.04, 0.14), (0.3, 0), (0.55, 0.12), (0.57, 0.3)]),
        (False, [(0.57, 0.25), (0.57, 1)]),
    ],
    [
        (True, [(0.55, 0.4), (0.3, 0.52), (0.04, 0.4), (0.04, 0.14), (0.3, 0), (0.55, 0.12), (0.57, 0.3)]),
        (True, [(0.57, 0.25), (0.56, 0.7), (0.4, 1), (0.1, 0.96)]),
    ],
]


def sample(rng: np.random.Generator) -> tuple[Floats, int]:
    """Draw a patch of a strip with its margin (root of brightness); return also the class of what it shows (number - 1, or `NONE`)."""
    number = int(rng.integers(1, 21)) if rng.random() < 0.86 else 0
    mark = _written(rng, str(number)) if number else _distraction(rng)
    rows, columns = SIZE_PX
    field = _placed(rng, mark, spread=1.0 if number else 2.5)
    if number and rng.random() < 0.12:  # shifted by more than is searched: no number
        field = np.roll(field, int(rng.choice([-1, 1]) * rng.integers(12, 24)), axis=int(rng.integers(2)))
        number = 0
    ground, ink = _tones(rng)
    picture = np.full((rows * FINER, columns * FINER), ground, np.float32)
    _inscribe(rng, picture)
    if rng.random() < 0.5:
        shadow = np.roll(field, rng.integers(-5, 6, 2), axis=(0, 1))
        picture *= 1 - np.float32(rng.uniform(0.2, 0.8)) * shadow
    lines = _carriers(rng)
    picture = picture * (1 - field) + field * ink
    picture = picture * (1 - lines) + lines * np.float32(ink * rng.uniform(0.7, 1.1))
    return _photographed(rng, picture), number - 1 if number else NONE


def _tones(rng: np.random.Generator) -> tuple[float, float]:
    """Return brightness of the ground and of the number, linear 0 to 1."""
    ground = rng.uniform(0.0, 0.12) if rng.random() < 0.85 else rng.uniform(0.1, 0.5)
    ink = ground + rng.choice([1, 1, 1, 1, 1, -0.6]) * rng.uniform(0.12, 0.9)
    return float(ground), float(np.clip(ink, 0.0, 1.2))


def _written(rng: np.random.Generator, text: str) -> Floats:
    """Draw a number in black and white, cut to its bounds, `GLYPH_PX · FINER` high."""
    kind = rng.random()
    tall = GLYPH_PX * FINER
    if kind < 0.55:
        return _bent(rng, text, tall)
    canvas: Any = np.zeros((3 * tall, 6 * tall), np.uint8)
    if kind < 0.8:
        font, thick = int(rng.choice(HERSHEY)), int(rng.integers(2, 8))
        scale = 0.03 * tall
        cv2.putText(canvas, text, (tall // 2, 2 * tall), font, scale, 255, thick, cv2.LINE_AA)
    else:
        face = cv2.FontFace(str(rng.choice(FACES)))
        _, canvas = cv2.putText(canvas, text, (tall // 2, 2 * tall), 255, face, tall, int(rng.integers(200, 900)))
    return _cut(np.asarray(canvas, np.uint8), tall)


def _cut(canvas: NDArray[np.uint8], tall: int) -> Floats:
    ys, xs = np.nonzero(canvas > 60)
    cut = canvas[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    width = max(4, round(cut.shape[1] * tall / cut.shape[0]))
    return np.asarray(cv2.resize(cut, (width, tall), interpolation=cv2.INTER_AREA) / 255, np.float32)


def _bent(rng: np.random.Generator, text: str, tall: int) -> Floats:
    """Draw a number as bent wire."""
    thick = max(2, round(float(rng.uniform(0.045, 0.23)) * tall))
    gap, narrow, lean = rng.uniform(0.1, 0.38), rng.uniform(0.7, 1.15), rng.uniform(-0.12, 0.2)
    canvas = np.zeros((2 * tall, 4 * tall), np.uint8)
    x0, style = 0.5, int(rng.integers(12))
    for digit in text:
        shapes = _NINES + [_turned(shape) for shape in WIRES["6"]] if digit == "9" else WIRES[digit]
        strokes = shapes[(style + int(rng.random() < 0.15)) % len(shapes)]
        wide = max(x for _, points in strokes for x, _ in points)
        for is_round, points in strokes:
            at = np.array(points) + rng.normal(0, 0.018, (len(points), 2))
            curve = _smooth(at) if is_round and rng.random() < 0.9 else at
            xy = np.column_stack([(curve[:, 0] + lean * (1 - curve[:, 1])) * narrow + x0, curve[:, 1] + 0.4]) * tall
            cv2.polylines(
                canvas, [np.round(xy * 16).astype(np.int32)], isClosed=False, color=255, thickness=thick, lineType=cv2.LINE_AA, shift=4
            )
        x0 += wide * narrow + gap
    return _cut(canvas, tall)


def _turned(strokes: list[tuple[bool, list[tuple[float, float]]]]) -> list[tuple[bool, list[tuple[float, float]]]]:
    return [(is_round, [(0.6 - x, 1 - y) for x, y in points]) for is_round, points in strokes]


def _smooth(points: Stroke) -> Stroke:
    """Return a curve through points (Catmull-Rom)."""
    p = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    t = np.linspace(0, 1, 8, endpoint=False)[:, None]
    pieces = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False)
    ]
    return np.concatenate([*pieces, points[-1:]])


def _distraction(rng: np.random.Generator) -> Floats:
    """Draw what is no number: nothing, or letters."""
    if rng.random() < 0.4:
        return np.zeros((GLYPH_PX * FINER, 8), np.float32)
    letters = "".join(rng.choice(list("ABCDEFGHJKMNPRSTUWXYZ@&%#"), int(rng.integers(1, 4))))
    return _printed(rng, letters)


def _printed(rng: np.random.Generator, text: str) -> Floats:
    tall = GLYPH_PX * FINER
    canvas: Any = np.zeros((3 * tall, 8 * tall), np.uint8)
    face = cv2.FontFace(str(rng.choice(FACES)))
    _, canvas = cv2.putText(canvas, text, (tall // 2, 2 * tall), 255, face, tall, int(rng.integers(200, 900)))
    return _cut(np.asarray(canvas, np.uint8), tall)


def _placed(rng: np.random.Generator, mark: Floats, spread: float) -> Floats:
    """Put a mark into the middle of a patch, sheared, rotated, scaled and shifted as the unrolling leaves it."""
    height, width = mark.shape
    rows, columns = SIZE_PX[0] * FINER, SIZE_PX[1] * FINER
    angle = rng.normal(0, 0.06)
    shape = np.array([[rng.uniform(0.78, 1.25), rng.normal(0, 0.2)], [0, rng.uniform(0.84, 1.16)]])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = turn @ shape
    shift = rng.normal(0, 1, 2) * np.array([0.09, 0.08]) * GLYPH_PX * FINER * spread
    offset = np.array([columns, rows]) / 2 + shift - linear @ (np.array([width, height]) / 2)
    placed = cv2.warpAffine(mark, np.column_stack([linear, offset]), (columns, rows), flags=cv2.INTER_LINEAR)
    return np.asarray(placed, np.float32)


def _inscribe(rng: np.random.Generator, picture: Floats) -> None:
    """Add the maker's name and the border of the board."""
    rows, columns = picture.shape
    if rng.random() < 0.3:
        mark = _printed(rng, "".join(rng.choice(list("WINMAUBLDE45NOCRT"), 4)))
        mark = np.asarray(cv2.resize(mark, None, fx=(size := rng.uniform(0.5, 1.3)), fy=size), np.float32)
        row, column = int(rng.integers(0, rows)), int(rng.integers(-columns // 2, columns))
        if rng.random() < 0.5:
            mark = mark[::-1, ::-1]
        top, left = max(0, row), max(0, column)
        part = mark[top - row : rows - row, left - column : columns - column]
        here = picture[top : top + part.shape[0], left : left + part.shape[1]]
        part = part[: here.shape[0], : here.shape[1]]
        here += (np.float32(rng.uniform(0.05, 0.8)) - here) * part
    if rng.random() < 0.35:  # outside the board, above the numbers, or a border on one side
        slope, edge = rng.normal(0, 0.15), rng.uniform(0.0, 0.33) * rows
        above = np.arange(rows)[:, None] < edge + slope * (np.arange(columns)[None, :] - columns / 2)
        picture[above] = rng.uniform(0, 1.0)


def _carriers(rng: np.random.Generator) -> Floats:
    """Draw the wires that carry the numbers, along the strip at their ends; and clips across it."""
    rows, columns = SIZE_PX[0] * FINER, SIZE_PX[1] * FINER
    lines = np.zeros((rows, columns), np.uint8)
    half = GLYPH_PX * FINER / 2
    for side, chance in ((-1, 0.5), (1, 0.35)):
        if rng.random() < chance:
            y = rows / 2 + side * half * rng.uniform(0.7, 1.5)
            slope, bow = rng.normal(0, 0.06) * columns, rng.normal(0, 2.0)
            ends = np.array([[0, y - slope], [columns / 2, y + bow], [columns, y + slope]])
            cv2.polylines(
                lines,
                [np.round(ends).astype(np.int32)],
                isClosed=False,
                color=255,
                thickness=int(rng.integers(1, 11)),
                lineType=cv2.LINE_AA,
            )
    return np.asarray(lines / 255, np.float32)


def _photographed(rng: np.random.Generator, picture: Floats) -> Floats:
    """Shade, blur, sample, and spoil a patch as a camera and its compression do."""
    rows, columns = SIZE_PX
    shade = (
        1
        + np.outer(np.linspace(-1, 1, picture.shape[0]), [rng.normal(0, 0.15)])
        + np.linspace(-1, 1, picture.shape[1]) * rng.normal(0, 0.15)
    )
    picture = picture * shade.astype(np.float32)
    blur = rng.uniform(0.2, 1.4) * FINER
    longer = blur * (1 + rng.exponential(0.7))
    angle = rng.normal(0, 0.5) + (np.pi / 2 if rng.random() < 0.85 else 0.0)  # the unrolling stretches across the ring most
    picture = _blurred(picture, blur, min(longer, 3.2 * FINER), angle)
    small = np.asarray(cv2.resize(picture, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)
    gamma = rng.uniform(0.45, 0.9)
    levels = 255 * np.clip(small * rng.uniform(0.3, 1.4), 0, 1) ** gamma
    noise = cv2.GaussianBlur(rng.normal(0, 1, small.shape).astype(np.float32), (0, 0), float(rng.uniform(0.3, 1.2)))
    levels += noise / noise.std() * rng.exponential(3.0)
    levels = np.clip(levels, 0, 255)
    if rng.random() < 0.5:
        data = cv2.imencode(".jpg", levels.astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 95))])[1]
        levels = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.float32)
    return np.asarray(np.sqrt(levels * 255), np.float32)


def _blurred(picture: Floats, blur: float, longer: float, angle: float) -> Floats:
    reach = int(3 * longer) + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    kernel = np.exp(-0.5 * ((along / longer) ** 2 + (across / blur) ** 2))
    return np.asarray(cv2.filter2D(picture, cv2.CV_32F, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE), np.float32)
