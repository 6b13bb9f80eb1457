"""The number rings of simulated boards: bent wires that stand off the face, cut sheet, print, and what is left of them after years."""

import math
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.base import Value
from schemas.board import SECTORS

Strip = NDArray[np.uint8]
NumberKind = Literal["painted", "wire", "bent_wire", "sheet", "printed", "worn"]
KINDS: Final[tuple[NumberKind, ...]] = ("wire", "bent_wire", "sheet", "printed", "worn", "painted")

PER_MM: Final = 4  # rows of a strip; a sector has 256 columns, about as many
COLUMNS: Final = 256
INNER_MM, OUTER_MM = 172.0, 226.0
LOWEST: Final = 10  # the place of the 3, at the bottom

# Digits as wires are bent, on a grid of 6 by 10: strokes of points, y down.
STROKES: Final = {
    "0": "1,0 5,0 6,2 6,8 5,10 1,10 0,8 0,2 1,0",
    "1": "0,2 2,0 2,10",
    "2": "0,2 1,0 5,0 6,2 6,4 0,10 6,10",
    "3": "0,0 6,0 3,4 6,6 6,8 4,10 1,10 0,9",
    "4": "1,0 0,6 6,6|4,3 4,10",
    "5": "6,0 1,0 0,4 4,4 6,6 6,8 4,10 0,10",
    "6": "4,0 2,2 0,6 0,8 2,10 4,10 6,8 6,6 4,5 1,5",
    "7": "0,0 6,0 2,10",
    "8": "3,5 1,3 1,1 3,0 5,1 5,3 3,5 0,7 0,9 3,10 6,9 6,7 3,5",
    "9": "6,4 4,5 2,5 0,4 0,2 2,0 4,0 6,2 6,10",
}


class NumberRing(Value, frozen=True, kw_only=True):
    """The numbers around a board.

    `above_mm` is the height of the ring above the face, `middle_mm` the radius of the middle of the numbers, `lowered` how many places away
    from the 3 they stand upside down (0: none do), `missing` the places without a number, `rotated_rad` how far the ring is off.
    """

    kind: NumberKind = "painted"
    tall_mm: float = 22.0
    middle_mm: float = 204.0
    above_mm: float = 0.0
    stroke_mm: float = 2.0
    lowered: int = 0
    carrier: bool = False
    missing: tuple[int, ...] = ()
    rotated_rad: float = 0.0


def number_ring_of(seed: int) -> NumberRing:
    """Return the number ring of a rig: painted for seeds below 1000, whose pictures are known, and of every kind in turn above."""
    if seed < 1000:
        return NumberRing()
    rng = np.random.default_rng([seed, 0x4E52])
    kind = KINDS[seed % len(KINDS)]
    stands = kind in ("wire", "bent_wire", "worn")
    tall_mm = float(rng.uniform(16, 25))
    gone = rng.choice(20, int(rng.integers(2, 7)), replace=False)
    return NumberRing(
        kind=kind,
        tall_mm=tall_mm,
        middle_mm=float(rng.uniform(179 + tall_mm / 2, 219 - tall_mm / 2)),
        above_mm=float(rng.uniform(2, 9)) if stands else float(rng.uniform(0, 2)),
        stroke_mm=float(rng.uniform(1.4, 2.6)) if stands else float(rng.uniform(3, 5)),
        lowered=int(rng.choice([0, 4, 5])),
        carrier=stands,
        missing=tuple(int(place) for place in gone) if kind == "worn" else (),
        rotated_rad=math.radians(float(rng.uniform(-1.2, 1.2))),
    )


def number_strip(ring: NumberRing) -> Strip:
    """Draw the unrolled ring: rows of a quarter of a millimetre from its outer edge inwards, columns from half a sector before the 20."""
    strip = np.zeros((int((OUTER_MM - INNER_MM) * PER_MM), 20 * COLUMNS), np.uint8)
    shift = round(ring.rotated_rad / (math.pi / 10) * COLUMNS)
    for place, number in enumerate(SECTORS):
        if place in ring.missing:
            continue
        mark = _mark(ring, str(number))
        if abs(place - LOWEST) < ring.lowered:
            mark = mark[::-1, ::-1]
        top = round((OUTER_MM - ring.middle_mm) * PER_MM - mark.shape[0] / 2)
        columns = (COLUMNS * place + COLUMNS // 2 + shift - mark.shape[1] // 2 + np.arange(mark.shape[1])) % strip.shape[1]
        rows = np.arange(max(0, top), min(strip.shape[0], top + mark.shape[0]))
        strip[np.ix_(rows, columns)] = np.maximum(strip[np.ix_(rows, columns)], mark[rows - top])
    if ring.carrier:
        row = round((OUTER_MM - ring.middle_mm - ring.tall_mm / 2) * PER_MM)
        cv2.line(strip, (0, row), (strip.shape[1], row), 255, max(1, round(1.3 * ring.stroke_mm * PER_MM)))
    return strip


def _mark(ring: NumberRing, text: str) -> Strip:
    """Draw one number, cut to its bounds with a margin."""
    tall = round(ring.tall_mm * PER_MM)
    thick = max(1, round(ring.stroke_mm * PER_MM))
    canvas = np.zeros((2 * tall, 4 * tall), np.uint8)
    if ring.kind == "sheet":
        _, drawn = cv2.putText(canvas, text, (tall // 2, 3 * tall // 2), 255, cv2.FontFace("sans"), round(1.35 * tall), 700)
        canvas = np.asarray(drawn, np.uint8)
    elif ring.kind in ("printed", "painted"):
        cv2.putText(canvas, text, (tall // 2, 3 * tall // 2), cv2.FONT_HERSHEY_TRIPLEX, tall / 22, 255, max(1, thick // 4), cv2.LINE_AA)
    else:
        _bend(canvas, ring, text, tall, thick)
    ys, xs = np.nonzero(canvas)
    return canvas[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]


def _bend(canvas: Strip, ring: NumberRing, text: str, tall: int, thick: int) -> None:
    """Draw a number as wire; a round bend is a corner that is cut three times."""
    x0 = 0.5
    for digit in text:
        wide = 0.0
        for stroke in STROKES[digit].split("|"):
            points = np.array([[float(v) for v in point.split(",")] for point in stroke.split()]) / 10
            wide = max(wide, float(points[:, 0].max()))
            for _ in range(0 if ring.kind == "wire" else 3):
                a, b = points[:-1], points[1:]
                corners = np.stack([0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b], axis=1).reshape(-1, 2)
                points = np.concatenate([points[:1], corners, points[-1:]])
            pixels = np.round((points + np.array([x0, 0.5])) * tall * 16).astype(np.int32)
            cv2.polylines(canvas, [pixels], isClosed=False, color=255, thickness=thick, lineType=cv2.LINE_AA, shift=4)
        x0 += wide + 0.22
