"""Inject the frame faults of a scenario into a source."""

from collections.abc import Sequence

import cv2
import numpy as np

from schemas.faults import ScriptedFault
from workers.sources import Source
from workers.sources.errors import SourceError
from workers.vision.frame import Frame, Image

DARK_LEVELS = 3  # a covered lens is not quite black because of the sensor's noise
JPEG_QUALITY = 90


class FaultySource:
    """Wraps a source and injects frame faults; their times are media time."""

    def __init__(self, source: Source, faults: Sequence[ScriptedFault]) -> None:
        self._source = source
        self._faults = faults
        self._last: Image | None = None  # the picture of a frozen camera
        self._next_s = 0.0  # time of a slow camera's next frame
        self._count = 0

    @property
    def simulated(self) -> bool:
        """Return whether the pictures are rendered."""
        return self._source.simulated

    def open(self) -> None:
        """Open the source.

        Raises:
            SourceError: it cannot be opened.
        """
        self._source.open()

    def next_s(self) -> float | None:
        """Return the media time of the next frame without reading it; None at the end (lockstep only)."""
        return self._source.next_s()

    def read(self) -> Frame | None:
        """Return the next frame with the faults applied; None at the end.

        Raises:
            SourceError: the camera is lost, or unplugged by the scenario.
        """
        while (frame := self._source.read()) is not None:
            active: dict[str, ScriptedFault] = {fault.kind: fault for fault in self._faults if fault.is_on(frame.t_s)}
            if "unplugged" in active:
                raise SourceError("the camera has been unplugged (by the scenario)")
            if "slow" in active and frame.t_s < self._next_s:
                continue
            if "slow" in active:
                self._next_s = frame.t_s + 1 / active["slow"].fps
            return self._apply(frame, active)
        return None

    def close(self) -> None:
        """Close the source."""
        self._source.close()

    def _apply(self, frame: Frame, active: dict[str, ScriptedFault]) -> Frame:
        self._count += 1
        if "frozen" not in active:
            self._last = None
        elif self._last is None:
            self._last = frame.color()
        else:
            return Frame(frame.t_s, pixels=self._last)
        if "exposure" in active:
            brighter = cv2.convertScaleAbs(frame.color(), alpha=active["exposure"].gain)
            frame = Frame(frame.t_s, pixels=brighter.astype(np.uint8, copy=False))
        if "black" in active:
            noise = np.random.default_rng(self._count).integers(0, DARK_LEVELS, frame.color().shape, np.uint8)
            frame = Frame(frame.t_s, pixels=noise)
        return Frame(frame.t_s, jpeg=self._corrupt(frame.color())) if "corrupt" in active else frame

    def _corrupt(self, picture: Image) -> bytes:
        """Return a JPEG as a bad cable delivers it: cut off, with a hole, or empty, in turn."""
        _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        jpeg = encoded.tobytes()
        middle = len(jpeg) // 2
        return (jpeg[:middle], jpeg[:middle] + bytes(200) + jpeg[middle + 200 :], b"")[self._count % 3]
