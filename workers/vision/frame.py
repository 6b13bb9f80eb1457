"""One picture of a camera, decoded on demand."""

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
SMALL = 4  # factor of the reduced picture for motion detection; a JPEG can be decoded to it directly


class BadFrameError(Exception):
    """The bytes of a frame are not a picture, or not of the expected size."""


class Frame:
    """A picture taken at media time `t_s`: JPEG bytes, or pixels (BGR, uint8) if the source renders or decodes by itself.

    `held` marks a repeated frame: it advances the time only.
    """

    def __init__(
        self, t_s: float, *, jpeg: bytes | None = None, pixels: Image | None = None, held: bool = False, sequence_id: str | None = None
    ) -> None:
        self.t_s = t_s
        self.held = held
        self.sequence_id = sequence_id
        self._jpeg = jpeg
        self._pixels = pixels
        self._small: Image | None = None

    @property
    def jpeg(self) -> bytes | None:
        """Return the picture as the source delivered it, None if it was no JPEG."""
        return self._jpeg

    def small_grey(self) -> Image:
        """Decode to grey at a quarter of the size.

        Raises:
            BadFrameError: the bytes are not a picture.
        """
        if self._small is None:
            if self._pixels is not None:
                height, width = self._pixels.shape[:2]
                reduced = cv2.resize(self._pixels, (width // SMALL, height // SMALL), interpolation=cv2.INTER_AREA)
                self._small = _as_image(cv2.cvtColor(reduced, cv2.COLOR_BGR2GRAY))
            else:
                self._small = self._decode(cv2.IMREAD_REDUCED_GRAYSCALE_4)
        return self._small

    def color(self) -> Image:
        """Decode to BGR at full size.

        Raises:
            BadFrameError: the bytes are not a picture.
        """
        if self._pixels is None:
            self._pixels = self._decode(cv2.IMREAD_COLOR)
        return self._pixels

    def _decode(self, flags: int) -> Image:
        if not self._jpeg:
            raise BadFrameError("the frame is empty")
        pixels = cv2.imdecode(np.frombuffer(self._jpeg, np.uint8), flags)
        if pixels is None:
            raise BadFrameError(f"{len(self._jpeg)} bytes are no picture")
        return _as_image(pixels)


def _as_image(pixels: NDArray[np.generic]) -> Image:
    return pixels.astype(np.uint8, copy=False)
