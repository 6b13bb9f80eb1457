"""Keep on disk what must outlive a camera process: the empty board, the calibration to look at, and the pictures of throws."""

import logging
import zlib
from pathlib import Path

import cv2
import msgspec
import numpy as np

from schemas.geometry import Calibration
from schemas.worker import Calibrated, Configure, Counters, FromWorker, KeepImages, ToWorker, overlay_file
from workers.album import Album
from workers.detector import Detector
from workers.vision.calibration.overlay import draw_overlay
from workers.vision.frame import Frame, Image
from workers.vision.scene import EpisodePictures

logger = logging.getLogger(__name__)


class KeepingDetector:
    """A detector whose empty board outlives the process, in `state_dir` of its configuration; without one nothing is kept."""

    def __init__(self, configure: Configure) -> None:
        self._state = None if configure.state_dir is None else Path(configure.state_dir)
        self._folder = None if self._state is None else self._state / "empty"
        self._board = configure.board
        self._camera = configure.source.camera_id
        self._detector = Detector(configure, self._load(configure.calibration))
        self._kept: Image | None = None
        folder = configure.images_dir
        self.album = None if folder is None else Album(Path(folder), self._camera, configure.image_bytes)

    @property
    def counters(self) -> Counters:
        """Give what the detector and the album have counted."""
        if self.album is None:
            return self._detector.counters
        return msgspec.structs.replace(self._detector.counters, images_kept=self.album.kept, images_lost=self.album.lost)

    def step(self, frame: Frame) -> list[FromWorker]:
        """Take a frame; keep the empty board when it has changed.

        Raises:
            BadFrameError: the frame cannot be decoded.
        """
        messages = self._detector.step(frame)
        for calibrated in (m for m in messages if isinstance(m, Calibrated)):
            self._show(calibrated.calibration, frame)
        empty = self._detector.empty
        if empty is not None and empty[1] is not self._kept:
            self._kept = empty[1]
            self._save(*empty)
        return messages

    def pictures(self, episode: int) -> EpisodePictures | None:
        """Give the pictures of a recent episode; None when they are not kept."""
        return self._detector.pictures(episode)

    def look_anew(self) -> None:
        """Find the board again: the camera was away."""
        self._detector.look_anew()

    def tell(self, message: ToWorker) -> list[FromWorker]:
        """Pass on what the supervisor says; keep the pictures that it asks for."""
        if not isinstance(message, KeepImages):
            return self._detector.tell(message)
        seen, projection = self._detector.pictures(message.episode), self._detector.projection
        if self.album is not None and seen is not None and projection is not None:
            self.album.keep(message, seen, projection)
        return []

    def reference_age_s(self, now_s: float) -> float:
        """Tell how old the stable reference is, in seconds."""
        return self._detector.reference_age_s(now_s)

    def _show(self, calibration: Calibration, frame: Frame) -> None:
        """Write the picture with the calibration drawn over it, for people to judge."""
        if self._state is None:
            return
        path = self._state / overlay_file(self._camera)
        written, data = cv2.imencode(".jpg", draw_overlay(frame.color(), calibration, self._board))
        if written:
            self._replace(path, data.tobytes())

    def _replace(self, path: Path, data: bytes) -> None:
        """Write a file whole or not at all; a disk that takes nothing costs what is shown, never a dart."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_suffix(".tmp")
            fresh.write_bytes(data)
            fresh.replace(path)
        except OSError as error:
            logger.warning("%s cannot be kept: %s", path, error)

    def _path(self, calibration: Calibration) -> Path | None:
        """Name the file: a picture lies over one calibration and is worth nothing under another."""
        if self._folder is None:
            return None
        pose = (calibration.focal_x_px, calibration.k1, calibration.rotation, calibration.translation_mm)
        return self._folder / f"{zlib.crc32(self._camera.encode()):08x}-{zlib.crc32(msgspec.json.encode(pose)):08x}.png"

    def _load(self, calibration: Calibration | None) -> Image | None:
        path = None if calibration is None else self._path(calibration)
        if path is None or not path.is_file():
            return None
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        return picture.astype("uint8", copy=False) if isinstance(picture, np.ndarray) else None  # None for a broken file

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
            logger.warning("the empty board cannot be kept in %s: %s", path.parent, error)
            return
        written, data = cv2.imencode(".png", picture)
        if written:
            self._replace(path, data.tobytes())
