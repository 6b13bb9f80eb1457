"""A source whose pictures go wrong as a scenario says."""

from collections.abc import Sequence

import cv2
import numpy as np

from schemas.faults import ScriptedFault
from workers.sources import Source
from workers.sources.errors import SourceError
from workers.vision.frame import Frame, Image

DARK_LEVELS = 3  # a covered lens is not quite black: the sensor's noise stays
JPEG_QUALITY = 90


class FaultySource:
    """Another source, with the frame faults of a scenario; their times are media time, as those of the frames are."""

    def __init__(self, source: Source, faults: Sequence[ScriptedFault]) -> None:
        self._source = source
        self._faults = faults
        self._last: Image | None = None  # what a frozen camera shows
        self._next_s = 0.0  # when a slow camera gives its next frame
        self._count = 0

    @property
    def simulated(self) -> bool:
        """Say whether the pictures are rendered rather than taken."""
        return self._source.simulated

    def open(self) -> None:
        """Open the source.

        Raises:
            SourceError: there is nothing to read from.
        """
        self._source.open()

    def next_s(self) -> float | None:
        """Give the media time of the next frame without reading it; None at the end (lockstep only)."""
        return self._source.next_s()

    def read(self) -> Frame | None:
        """Give the next frame as the faults leave it; None at the end.

        Raises:
            SourceError: the camera is gone, or unplugged by the scenario.
        """
        while (frame := self._source.read()) is not None:
            on: dict[str, ScriptedFault] = {fault.kind: fault for fault in self._faults if fault.is_on(frame.t_s)}
            if "unplugged" in on:
                raise SourceError("the camera has been unplugged (by the scenario)")
            if "slow" in on and frame.t_s < self._next_s:
                continue
            if "slow" in on:
                self._next_s = frame.t_s + 1 / on["slow"].fps
            return self._spoilt(frame, on)
        return None

    def close(self) -> None:
        """Let go of the device."""
        self._source.close()

    def _spoilt(self, frame: Frame, on: dict[str, ScriptedFault]) -> Frame:
        self._count += 1
        if "frozen" not in on:
            self._last = None
        elif self._last is None:
            self._last = frame.color()
        else:
            return Frame(frame.t_s, pixels=self._last)
        if "exposure" in on:
            brighter = cv2.convertScaleAbs(frame.color(), alpha=on["exposure"].gain)
            frame = Frame(frame.t_s, pixels=brighter.astype(np.uint8, copy=False))
        if "black" in on:
            noise = np.random.default_rng(self._count).integers(0, DARK_LEVELS, frame.color().shape, np.uint8)
            frame = Frame(frame.t_s, pixels=noise)
        return Frame(frame.t_s, jpeg=self._broken(frame.color())) if "corrupt" in on else frame

    def _broken(self, picture: Image) -> bytes:
        """Write a JPEG as bad cables do: cut off, with a hole, or without anything, one after the other."""
        _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        jpeg = encoded.tobytes()
        middle = len(jpeg) // 2
        return (jpeg[:middle], jpeg[:middle] + bytes(200) + jpeg[middle + 200 :], b"")[self._count % 3]
