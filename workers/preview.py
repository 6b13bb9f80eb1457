"""Pictures of a camera for people who watch it: at most ten a second, with wires, darts and motion drawn over them on request."""

import math
import time
from collections.abc import Callable, Sequence

import cv2
import numpy as np

from schemas.base import CameraId
from schemas.board import BoardSpec
from schemas.pipe.from_worker import FromWorker, Picture
from schemas.pipe.to_worker import KnownDart, OverlayPart, SendPictures
from workers.image_writer import jpeg
from workers.vision.calibration.overlay import draw_lines
from workers.vision.drawing import annotate
from workers.vision.frame import Frame, Image
from workers.vision.picture_figures import figures_of
from workers.vision.projection import CameraProjection

PERIOD_S = 0.1  # ten pictures a second: a person sees a hand move, and a camera process spends 5 % of a core on them
MEASURE_S = 0.5  # between two measurements of brightness and sharpness: a lens is turned by hand, and one takes 3 ms
MAX_BYTES = 400_000  # of one picture: the pipe takes it in a few writes
MOTION = (60, 60, 255)  # BGR
_OVERLAYS = 8  # distinct combinations of parts


class Preview:
    """The pictures that were requested of one camera; without a request it costs nothing."""

    def __init__(self, camera_id: CameraId, board: BoardSpec, clock: Callable[[], float] = time.monotonic) -> None:
        self._camera_id = camera_id
        self._board = board
        self._clock = clock
        self._until_s: dict[tuple[OverlayPart, ...], float] = {}
        self._sent_s = self._measured_s = -math.inf

    def request(self, message: SendPictures) -> None:
        """Send pictures with these parts drawn over them until `until_s`."""
        self._until_s[message.overlay] = message.until_s

    def pictures(
        self, frame: Frame, projection: CameraProjection | None, darts: Sequence[KnownDart], changed: Callable[[Frame], Image | None]
    ) -> list[FromWorker]:
        """Return a picture of the frame for each requested overlay, if one is due.

        Raises:
            BadFrameError: the frame cannot be decoded.
        """
        if not self._until_s:
            return []
        now_s = self._clock()
        if now_s - self._sent_s < PERIOD_S:
            return []
        self._sent_s = now_s
        self._until_s = {overlay: until_s for overlay, until_s in list(self._until_s.items())[-_OVERLAYS:] if until_s > now_s}
        figures = None
        if self._until_s and now_s - self._measured_s >= MEASURE_S:
            self._measured_s, figures = now_s, figures_of(frame.color())
        return [
            Picture(
                camera_id=self._camera_id,
                t_s=frame.t_s,
                overlay=overlay,
                jpeg=self._encode(frame, overlay, projection, darts, changed),
                figures=figures,
            )
            for overlay in self._until_s
        ]

    def _encode(
        self,
        frame: Frame,
        overlay: tuple[OverlayPart, ...],
        projection: CameraProjection | None,
        darts: Sequence[KnownDart],
        changed: Callable[[Frame], Image | None],
    ) -> bytes:
        if not overlay and frame.jpeg is not None and len(frame.jpeg) <= MAX_BYTES:
            return frame.jpeg
        picture = frame.color()
        if "motion" in overlay and (mask := changed(frame)) is not None:
            picture = _tint(picture, mask)
        if "wires" in overlay and projection is not None:
            picture = draw_lines(picture, projection.calibration, self._board)
        if "darts" in overlay and projection is not None:
            for dart in darts:
                picture = annotate(picture, dart.axis, "", projection)
        return jpeg(picture, MAX_BYTES)


def _tint(picture: Image, mask: Image) -> Image:
    """Return a picture with what the mask (of a quarter of its size) names in red."""
    whole = cv2.resize(mask, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_NEAREST)
    drawn = picture.copy()
    drawn[whole > 0] = np.asarray(0.5 * drawn[whole > 0] + 0.5 * np.array(MOTION), np.uint8)
    return drawn
