"""Store what must survive a camera process: the picture of the empty board, the calibration overlay, and the pictures of throws."""

import logging
import zlib
from pathlib import Path

import cv2
import msgspec
import numpy as np

from schemas.geometry import Calibration
from schemas.pipe.from_worker import Calibrated, Counters, FromWorker
from schemas.pipe.to_worker import Configure, SendPictures, StoreImages, ToWorker, overlay_file
from workers.detector import Detector
from workers.image_writer import ImageWriter
from workers.preview import Preview
from workers.vision.calibration.overlay import draw_overlay
from workers.vision.frame import Frame, Image
from workers.vision.scene import EpisodePictures

logger = logging.getLogger(__name__)


class PersistentDetector:
    """A detector that stores its picture of the empty board in `state_dir` of its configuration; without one it stores nothing."""

    def __init__(self, configure: Configure) -> None:
        self._state = None if configure.state_dir is None else Path(configure.state_dir)
        self._folder = None if self._state is None else self._state / "empty"
        self._board = configure.board
        self._camera = configure.source.camera_id
        self._detector = Detector(configure, self._load(configure.calibration))
        self._saved: tuple[Calibration, Image] | None = None
        self._preview = Preview(self._camera, configure.board)
        folder = configure.images_dir
        self.image_writer = (
            None if folder is None else ImageWriter(Path(folder), self._camera, configure.image_bytes, configure.image_free_bytes)
        )

    @property
    def counters(self) -> Counters:
        """Return the counts of the detector and of the image writer."""
        if self.image_writer is None:
            return self._detector.counters
        return msgspec.structs.replace(
            self._detector.counters, images_kept=self.image_writer.written, images_lost=self.image_writer.dropped
        )

    def step(self, frame: Frame) -> list[FromWorker]:
        """Process a frame; store the picture of the empty board when it has changed.

        Raises:
            BadFrameError: the frame cannot be decoded.
        """
        messages = self._detector.step(frame)
        if not messages:  # what was detected goes first
            messages = self._preview.pictures(frame, self._detector.projection, self._detector.darts, self._detector.changed)
        for calibrated in (m for m in messages if isinstance(m, Calibrated)):
            self._write_overlay(calibrated.calibration, frame)
        empty = self._detector.empty
        if empty is not None and (self._saved is None or empty[1] is not self._saved[1] or empty[0] != self._saved[0]):
            self._saved = empty
            self._save(*empty)
        return messages

    def pictures(self, episode: int) -> EpisodePictures | None:
        """Return the pictures of a recent episode; None if they are not in memory any more."""
        return self._detector.pictures(episode)

    def reacquire(self) -> None:
        """Register the board again after the camera was disconnected."""
        self._detector.reacquire()

    def handle(self, message: ToWorker) -> list[FromWorker]:
        """Process a message of the supervisor; store the pictures that it asks for."""
        if isinstance(message, SendPictures):
            self._preview.request(message)
            return []
        if not isinstance(message, StoreImages):
            return self._detector.handle(message)
        pictures, projection = self._detector.pictures(message.episode), self._detector.projection
        if self.image_writer is not None and pictures is not None and projection is not None:
            self.image_writer.submit(message, pictures, projection)
        return []

    def reference_age_s(self, now_s: float) -> float:
        """Return the age of the stable reference, in seconds."""
        return self._detector.reference_age_s(now_s)

    def _write_overlay(self, calibration: Calibration, frame: Frame) -> None:
        """Write the picture with the calibration drawn over it, for the user to judge."""
        if self._state is None:
            return
        path = self._state / overlay_file(self._camera)
        written, data = cv2.imencode(".jpg", draw_overlay(frame.color(), calibration, self._board))
        if written:
            self._replace(path, data.tobytes())

    def _replace(self, path: Path, data: bytes) -> None:
        """Write a file completely or not at all; a failing disk costs the file, never a dart."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_suffix(".tmp")
            fresh.write_bytes(data)
            fresh.replace(path)
        except OSError as error:
            logger.warning("%s cannot be written: %s", path, error)

    def _path(self, calibration: Calibration) -> Path | None:
        """Return the path of the picture, which depends on the calibration: under another one the picture is useless."""
        if self._folder is None:
            return None
        pose = (calibration.focal_x_px, calibration.k1, calibration.rotation, calibration.translation_mm)
        return self._folder / f"{zlib.crc32(self._camera.encode()):08x}-{zlib.crc32(msgspec.json.encode(pose)):08x}.png"

    def _load(self, calibration: Calibration | None) -> Image | None:
        path = None if calibration is None else self._path(calibration)
        if path is None or not path.is_file():
            return None
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        return picture.astype("uint8", copy=False) if isinstance(picture, np.ndarray) else None  # imread returns None for a broken file

    def _save(self, calibration: Calibration, picture: Image) -> None:
        path = self._path(calibration)
        if path is None:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            for old in path.parent.glob(f"{path.name.split('-')[0]}-*"):
                if old != path:
                    old.unlink(missing_ok=True)
        except OSError as error:
            logger.warning("the empty board cannot be stored in %s: %s", path.parent, error)
            return
        written, data = cv2.imencode(".png", picture)
        if written:
            self._replace(path, data.tobytes())
