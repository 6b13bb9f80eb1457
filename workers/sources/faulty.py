"""Inject the frame faults of a scenario into a source."""

import math
from collections import deque
from collections.abc import Sequence

import cv2
import numpy as np

from schemas.faults import ScriptedFault
from workers.sources import Source
from workers.sources.errors import SourceError
from workers.vision.frame import Frame, Image

DARK_LEVELS = 3  # a covered lens is not quite black because of the sensor's noise
JPEG_QUALITY = 90
VIEW_DEGREES = 60.0  # that the width of a picture spans, about what cameras at a board have


class FaultySource:
    """Wraps a source and injects frame faults; their times are media time."""

    def __init__(self, source: Source, faults: Sequence[ScriptedFault]) -> None:
        self._source = source
        self._faults = faults
        self._last: Image | None = None  # the picture of a frozen camera
        self._next_s = 0.0  # time of a slow camera's next frame
        self._late: deque[Frame] = deque()  # what a lagging camera has not delivered yet
        self._waiting: deque[Frame] = deque()  # pictures that an overloaded process has not come to yet
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
            changed = self._apply(frame, active)
            if (due := self._due_frame(changed, active.get("overloaded"))) is not None:
                return due
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
        frame = self._late_frame(frame, active.get("lagging"))
        for moved in (active[kind] for kind in ("knocked", "loose") if kind in active):
            frame = Frame(frame.t_s, pixels=turned(frame.color(), moved.turned_degrees(frame.t_s)))
        if "blurred" in active and (sigma_px := active["blurred"].blurred_px(frame.t_s)) > 0:
            frame = Frame(frame.t_s, pixels=cv2.GaussianBlur(frame.color(), (0, 0), sigma_px).astype(np.uint8, copy=False))
        if "exposure" in active:
            brighter = cv2.convertScaleAbs(frame.color(), alpha=active["exposure"].gain)
            frame = Frame(frame.t_s, pixels=brighter.astype(np.uint8, copy=False))
        if "black" in active:
            noise = np.random.default_rng(self._count).integers(0, DARK_LEVELS, frame.color().shape, np.uint8)
            frame = Frame(frame.t_s, pixels=noise)
        return Frame(frame.t_s, jpeg=self._corrupt(frame.color())) if "corrupt" in active else frame

    def _late_frame(self, frame: Frame, fault: ScriptedFault | None) -> Frame:
        """Return the picture that a lagging camera delivers at the time of a frame: an older one."""
        if fault is None:
            self._late.clear()
            return frame
        self._late.append(Frame(frame.t_s, pixels=frame.color()))
        while len(self._late) > 1 and self._late[1].t_s <= frame.t_s - fault.lag_s:
            self._late.popleft()
        return Frame(frame.t_s, pixels=self._late[0].color())

    def _due_frame(self, frame: Frame, fault: ScriptedFault | None) -> Frame | None:
        """Return the picture that an overloaded process comes to when it should come to this one, None while there is none.

        It keeps its time: what is found in it is late.
        """
        if fault is None:
            self._waiting.clear()
            return frame
        self._waiting.append(frame)
        return self._waiting.popleft() if self._waiting[0].t_s <= frame.t_s - fault.lag_s else None

    def _corrupt(self, picture: Image) -> bytes:
        """Return a JPEG as a bad cable delivers it: cut off, with a hole, or empty, in turn."""
        _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        jpeg = encoded.tobytes()
        middle = len(jpeg) // 2
        return (jpeg[:middle], jpeg[:middle] + bytes(200) + jpeg[middle + 200 :], b"")[self._count % 3]


def turned(picture: Image, degrees: float) -> Image:
    """Return the picture of a camera that was turned to the side by an angle; what comes into view repeats the edge."""
    shift_px = picture.shape[1] / 2 * math.tan(math.radians(degrees)) / math.tan(math.radians(VIEW_DEGREES / 2))
    shift = np.array([[1.0, 0.0, -shift_px], [0.0, 1.0, 0.0]])
    moved = cv2.warpAffine(picture, shift, (picture.shape[1], picture.shape[0]), borderMode=cv2.BORDER_REPLICATE)
    return moved.astype(np.uint8, copy=False)
