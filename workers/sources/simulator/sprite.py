"""A small picture with soft edges that is drawn over a larger one."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.vision.frame import Image

Floats = NDArray[np.float64]
_SHIFT = 4  # fractional bits of the corners of polygons


class Sprite:
    """Colour multiplied by its coverage, and transparency (255 is transparent), both (h, w, 3) at pixel (x, y)."""

    def __init__(self, x: int, y: int, color: Image, through: Image) -> None:
        self.x = x
        self.y = y
        self.color = color
        self.through = through

    def lay(self, ground: Image) -> None:
        """Draw it over a picture, in place."""
        height, width = self.color.shape[:2]
        part = ground[self.y : self.y + height, self.x : self.x + width]
        cv2.multiply(part, self.through, part, 1 / 255)
        cv2.add(part, self.color, part)

    @staticmethod
    def mean(sprites: Sequence["Sprite"]) -> "Sprite":
        """Return the mean of sprites of one position and size: the motion blur of an object."""
        color = np.stack([s.color for s in sprites]).astype(np.uint16).sum(axis=0) // len(sprites)
        through = np.stack([s.through for s in sprites]).astype(np.uint16).sum(axis=0) // len(sprites)
        return Sprite(sprites[0].x, sprites[0].y, np.asarray(color, np.uint8), np.asarray(through, np.uint8))


class Canvas:
    """A part of a picture at higher resolution for polygons; corners are given in pixels of the whole picture."""

    def __init__(self, left: int, top: int, right: int, bottom: int, finer: int) -> None:
        self._left, self._top, self._finer = left, top, finer
        self._size = (right - left, bottom - top)
        shape = ((bottom - top) * finer, (right - left) * finer)
        self._color: Image = np.zeros((*shape, 3), np.uint8)
        self._cover: Image = np.zeros(shape, np.uint8)

    @classmethod
    def around(cls, pixels: Floats, width: int, height: int, finer: int) -> "Canvas | None":
        """Return a canvas that covers these pixels (n, 2), as far as they are in a picture of this size; None if none is."""
        left, top = np.floor(pixels.min(axis=0)).astype(int) - 2
        right, bottom = np.ceil(pixels.max(axis=0)).astype(int) + 3
        left, top, right, bottom = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
        if right - left < 2 or bottom - top < 2:
            return None
        return cls(int(left), int(top), int(right), int(bottom), finer)

    def corners(self, pixels: Floats) -> NDArray[np.int32]:
        """Convert pixels (…, 2) to fixed-point corners of this canvas."""
        local = (pixels - (self._left, self._top) + 0.5) * self._finer - 0.5
        return np.clip(np.round(local * (1 << _SHIFT)), -(2**26), 2**26).astype(np.int32)

    def fill(self, corners: NDArray[np.int32], color: tuple[float, float, float]) -> None:
        """Fill a convex polygon given by `corners`."""
        cv2.fillConvexPoly(self._color, corners, color, cv2.LINE_8, _SHIFT)
        cv2.fillConvexPoly(self._cover, corners, 255, cv2.LINE_8, _SHIFT)

    def sprite(self, blur_px: float = 0.0) -> Sprite:
        """Return the drawing at the resolution of the picture, blurred by a lens."""
        color = cv2.resize(self._color, self._size, interpolation=cv2.INTER_AREA)
        cover = cv2.resize(self._cover, self._size, interpolation=cv2.INTER_AREA)
        if blur_px > 0:
            color, cover = (cv2.GaussianBlur(part, (0, 0), blur_px) for part in (color, cover))
        through = cv2.cvtColor(255 - cover, cv2.COLOR_GRAY2BGR)
        return Sprite(self._left, self._top, color.astype(np.uint8, copy=False), through.astype(np.uint8, copy=False))
