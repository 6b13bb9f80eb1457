"""Keep the pictures of throws on the disk, in a thread of its own, so that neither a slow nor a full disk holds up the camera."""

import contextlib
import logging
import os
import queue
import threading
from pathlib import Path
from typing import NamedTuple

import cv2

from schemas.base import CameraId
from schemas.worker import ImageKind, KeepImages
from workers.vision.drawing import annotate, change
from workers.vision.frame import Image
from workers.vision.projection import Projection
from workers.vision.scene import EpisodePictures

WAITING = 4  # throws; when the disk is slower than that the newest are lost (`drop_newest`, counted)
QUALITIES = (88, 75, 60, 45, 30)
SMALLEST_PX = 64
PRIORITY = 15  # the next dart goes first

logger = logging.getLogger(__name__)


class _Page(NamedTuple):
    order: KeepImages
    seen: EpisodePictures
    projection: Projection


class Album:
    """Writes `DART/CAMERA-KIND.jpg` for each throw and kind of picture; those of one throw together take at most `max_bytes`."""

    def __init__(self, folder: Path, camera_id: CameraId, max_bytes: int) -> None:
        self.kept = 0  # throws
        self.lost = 0
        self._folder = folder
        self._camera = camera_id
        self._max_bytes = max_bytes
        self._refused = False
        self._pages: queue.Queue[_Page] = queue.Queue(WAITING)
        threading.Thread(target=self._write_all, name="album", daemon=True).start()

    def keep(self, order: KeepImages, seen: EpisodePictures, projection: Projection) -> None:
        """Have the pictures of an episode written, without waiting."""
        try:
            self._pages.put_nowait(_Page(order, seen, projection))
        except queue.Full:
            self.lost += 1

    def settle(self) -> None:
        """Wait until all that was asked for is written or lost."""
        self._pages.join()

    def _write_all(self) -> None:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, PRIORITY)  # of this thread alone
        while True:
            page = self._pages.get()
            try:
                self._write(page)
                self.kept += 1
                self._refused = False
            except OSError as error:
                self.lost += 1
                if not self._refused:
                    self._refused = True
                    logger.warning("pictures of throws cannot be kept in %s: %s", self._folder, error)
            finally:
                self._pages.task_done()

    def _write(self, page: _Page) -> None:
        order, seen = page.order, page.seen
        pictures: dict[ImageKind, Image] = {
            "before": seen.before,
            "after": seen.after,
            "difference": change(seen.before, seen.after, seen.changed),
            "annotated": annotate(seen.after, order.axis, order.label, page.projection),
        }
        folder = self._folder / order.dart_id
        folder.mkdir(parents=True, exist_ok=True)
        for kind, picture in pictures.items():
            path = folder / f"{self._camera}-{kind}.jpg"
            fresh = path.with_suffix(".tmp")
            fresh.write_bytes(jpeg(picture, self._max_bytes // len(pictures)))
            fresh.replace(path)


def jpeg(picture: Image, max_bytes: int) -> bytes:
    """Encode a picture as well as fits into `max_bytes`; smaller when no quality does."""
    shown = picture
    while True:
        for quality in QUALITIES:
            _, data = cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, quality])
            if data.size <= max_bytes:
                return data.tobytes()
        height, width = shown.shape[:2]
        if min(height, width) // 2 < SMALLEST_PX:
            return data.tobytes()
        shown = cv2.resize(shown, (width // 2, height // 2), interpolation=cv2.INTER_AREA).astype("uint8", copy=False)
