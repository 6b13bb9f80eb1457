"""Keep the pictures behind what a camera tells, so that people can judge it: `dartd replay --explain`."""

from pathlib import Path

import cv2

from schemas.pipe.from_worker import FromWorker, Settled
from schemas.pipe.to_worker import Configure
from workers.keeping import KeepingDetector
from workers.vision.drawing import change
from workers.vision.frame import Frame, Image

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
