"""Keep the pictures behind what a camera tells, so that people can judge it: `dartd replay --explain`."""

from pathlib import Path

import cv2
import numpy as np

from schemas.worker import Configure, FromWorker, Settled
from workers.keeping import KeepingDetector
from workers.vision.frame import Frame, Image

BRIGHTER = 4  # how many times a difference is strengthened, or it could not be seen
QUALITY = 82


class ExplainingDetector(KeepingDetector):
    """A detector that writes, for each episode that changed something, what it compared: before, after, and where they differ.

    The files are `EPISODE-before.jpg`, `EPISODE-after.jpg`, `EPISODE-change.jpg` in `explain_dir`; all lie over the picture of the
    calibration, so pixels are those of the sightings that were told.
    """

    def __init__(self, configure: Configure, folder: Path) -> None:
        super().__init__(configure)
        self._pictures = folder
        folder.mkdir(parents=True, exist_ok=True)

    def step(self, frame: Frame) -> list[FromWorker]:
        """Take a frame; write the pictures of what settled in it.

        Raises:
            BadFrameError: the frame cannot be decoded.
            OSError: the folder cannot be written.
        """
        messages = super().step(frame)
        for settled in (m for m in messages if isinstance(m, Settled)):
            seen = self.pictures(settled.episode)
            if seen is not None:
                self._write(settled.episode, before=seen.before, after=seen.after, change=change(seen.before, seen.after, seen.changed))
        return messages

    def _write(self, episode: int, **pictures: Image) -> None:
        for name, picture in pictures.items():
            _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
            (self._pictures / f"{episode}-{name}.jpg").write_bytes(data.tobytes())


def change(before: Image, after: Image, changed: Image) -> Image:
    """Draw where two pictures differ: dark on white, and around what was taken for a change (`changed` is 255 there) an orange line."""
    apart = np.asarray(cv2.absdiff(before, after)).max(axis=2)
    dark = 255 - np.minimum(apart.astype(np.uint16) * BRIGHTER, 255)
    drawn = np.repeat(dark.astype(np.uint8)[..., None], 3, axis=2)
    outlines, _ = cv2.findContours(changed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(cv2.drawContours(drawn, outlines, -1, (0, 140, 255), 1), np.uint8)
