"""Recognise the numbers of a number ring in an unrolled picture of it, by the directions of their strokes.

A small network that was trained on drawn numbers (`python -m tests.bench.numerals`): wires bent by hand, printed and painted digits of
many fonts, sheared, blurred, crossed by the ring that carries them and by inscriptions. It has never seen a picture of a board.
"""

from functools import cache
from importlib import resources
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

GLYPH_PX = 18  # height of a number in a strip
CELL_PX = 2  # one cell of the description
DIRECTIONS = 6  # of strokes, over half a rotation
ROWS, COLUMNS = 13, 15  # cells of a patch: 1.4 and 1.7 heights of a number
SMOOTH_PX, POOLED_PX, AROUND_PX = 0.7, 1.2, 7.0  # deviations: of the picture, of a cell, and of the mean that strokes are compared with
NOISE = 4.0  # gradient of a flat surface (root scale): strokes below it count less
WEIGHTS = "glyphs.npz"  # of this package: constants of the program, read once


class Readers(NamedTuple):
    """The network for upright and for upside down numbers (one hidden layer side by side), in a straight or in a mirrored picture."""

    hidden: Floats
    hidden_bias: Floats
    output: Floats
    output_bias: Floats
    mirrored: bool

    def recognise(self, patches: Floats) -> Floats:
        """Return the probabilities (n, 2, 21) of the numbers 1 to 20, and of none, upright and upside down.

        `patches` (n, 13 · 15 · 6) are parts of a described strip.
        """
        hidden = np.maximum(patches @ self.hidden + self.hidden_bias, 0).reshape(len(patches), 2, -1)
        levels = hidden @ self.output + self.output_bias
        likely = np.exp(levels - levels.max(axis=2, keepdims=True))
        return np.asarray(likely / likely.sum(axis=2, keepdims=True), np.float32)


@cache
def readers() -> tuple[Readers, Readers]:
    """Return the networks for straight and for mirrored pictures; the same weights, at the cells where each has the strokes."""
    with (resources.files(__package__) / WEIGHTS).open("rb") as file, np.load(file) as stored:
        hidden, bias, output, output_bias = (stored[name].astype(np.float32) for name in ("hidden", "hidden_bias", "output", "output_bias"))
    cells = hidden.reshape(ROWS, COLUMNS, DIRECTIONS, -1)
    opposite = cells[:, ::-1, -np.arange(DIRECTIONS) % DIRECTIONS]

    def both_ways(upright: Floats) -> Floats:
        flat = (weights.reshape(ROWS * COLUMNS * DIRECTIONS, -1) for weights in (upright, upright[::-1, ::-1]))
        return np.ascontiguousarray(np.concatenate(list(flat), axis=1))

    twice = np.concatenate([bias, bias])
    return (
        Readers(both_ways(cells), twice, output, output_bias, mirrored=False),
        Readers(both_ways(opposite), twice, output, output_bias, mirrored=True),
    )


def describe(strip: Floats) -> Floats:
    """Describe a strip (root of brightness, numbers `GLYPH_PX` high) by the directions of its edges: (rows, columns, 6), in cells."""
    smooth = cv2.GaussianBlur(strip, (0, 0), SMOOTH_PX)
    dx, dy = cv2.Scharr(smooth, cv2.CV_32F, 1, 0) / 16, cv2.Scharr(smooth, cv2.CV_32F, 0, 1) / 16
    strength = np.hypot(dx, dy)
    strength_here = strength / (cv2.GaussianBlur(strength, (0, 0), AROUND_PX) + NOISE)
    turned = (np.arctan2(dy, dx) % np.pi) * (DIRECTIONS / np.pi)
    height, width = (length // CELL_PX for length in strip.shape)
    cells = np.empty((height, width, DIRECTIONS), np.float32)
    for direction in range(DIRECTIONS):
        apart = np.abs(turned - direction)
        share = np.maximum(0, 1 - np.minimum(apart, DIRECTIONS - apart))
        pooled = cv2.GaussianBlur(strength_here * share, (0, 0), POOLED_PX)[: height * CELL_PX, : width * CELL_PX]
        cells[..., direction] = cv2.resize(pooled, (width, height), interpolation=cv2.INTER_AREA)
    return np.sqrt(cells)
