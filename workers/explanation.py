"""Write the pictures behind the messages of a camera, so that the user can judge them: `dartd replay --explain`."""

from pathlib import Path

import cv2

from schemas.pipe.from_worker import FromWorker, Settled
from schemas.pipe.to_worker import Configure
from workers.persistence import PersistentDetector
from workers.vision.drawing import change
from workers.vision.frame import Frame, Image

QUALITY = 82


class ExplanationDetector(PersistentDetector):
    """A detector that writes what it compared for each episode with a change: before, after, and where they differ.

    The files are `EPISODE-before.jpg`, `EPISODE-after.jpg`, `EPISODE-change.jpg` in `explain_dir`. All are registered to the picture of
    the calibration, so that their pixels are those of the sightings.
    """

    def __init__(self, configure: Configure, folder: Path) -> None:
        super().__init__(configure)
        self._pictures = folder
        folder.mkdir(parents=True, exist_ok=True)

    def step(self, frame: Frame) -> list[FromWorker]:
        """Process a frame; write the pictures of the episode that settled in it.

        Raises:
            BadFrameError: the frame cannot be decoded.
            OSError: the folder cannot be written.
        """
        messages = super().step(frame)
        for settled in (m for m in messages if isinstance(m, Settled)):
            pictures = self.pictures(settled.episode)
            if pictures is not None:
                self._write(
                    settled.episode,
                    before=pictures.before,
                    after=pictures.after,
                    change=change(pictures.before, pictures.after, pictures.changed),
                )
        return messages

    def _write(self, episode: int, **pictures: Image) -> None:
        for name, picture in pictures.items():
            _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
            (self._pictures / f"{episode}-{name}.jpg").write_bytes(data.tobytes())
