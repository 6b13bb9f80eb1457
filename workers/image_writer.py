"""Write the pictures of throws to disk, in a thread of its own, so that neither a slow nor a full disk blocks the camera."""

import contextlib
import errno
import logging
import os
import queue
import shutil
import threading
from pathlib import Path
from typing import NamedTuple

import cv2

from schemas.base import CameraId
from schemas.pipe.to_worker import ImageKind, StoreImages
from workers.vision.drawing import annotate, change
from workers.vision.frame import Image
from workers.vision.projection import CameraProjection
from workers.vision.scene import EpisodePictures

WAITING = 4  # throws; when the disk is slower than this, the newest are dropped (`drop_newest`, counted)
QUALITIES = (88, 75, 60, 45, 30)
SMALLEST_PX = 64
PRIORITY = 15  # niceness of the thread: detecting the next dart goes first

logger = logging.getLogger(__name__)


class _Job(NamedTuple):
    request: StoreImages
    episode: EpisodePictures
    projection: CameraProjection


class ImageWriter:
    """Writes `DART/CAMERA-KIND.jpg` for each throw and kind of picture; the pictures of one throw take at most `max_bytes` together.

    While less than `free_bytes` of the disk are free it writes none: the journal needs them.
    """

    def __init__(self, folder: Path, camera_id: CameraId, max_bytes: int, free_bytes: int = 0) -> None:
        self.written = 0  # throws
        self.dropped = 0  # throws
        self._folder = folder
        self._camera = camera_id
        self._max_bytes = max_bytes
        self._free_bytes = free_bytes
        self._is_failing = False
        self._jobs: queue.Queue[_Job] = queue.Queue(WAITING)
        threading.Thread(target=self._write_all, name="image-writer", daemon=True).start()

    def submit(self, request: StoreImages, episode: EpisodePictures, projection: CameraProjection) -> None:
        """Queue the pictures of an episode for writing, without waiting."""
        try:
            self._jobs.put_nowait(_Job(request, episode, projection))
        except queue.Full:
            self.dropped += 1

    def flush(self) -> None:
        """Wait until everything that was queued is written or dropped."""
        self._jobs.join()

    def _write_all(self) -> None:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, PRIORITY)  # of this thread alone
        while True:
            job = self._jobs.get()
            try:
                self._write(job)
                self.written += 1
                self._is_failing = False
            except OSError as error:
                self.dropped += 1
                if not self._is_failing:
                    self._is_failing = True
                    logger.warning("pictures of throws cannot be written to %s: %s", self._folder, error)
            finally:
                self._jobs.task_done()

    def _write(self, job: _Job) -> None:
        request, episode = job.request, job.episode
        pictures: dict[ImageKind, Image] = {
            "before": episode.before,
            "after": episode.after,
            "difference": change(episode.before, episode.after, episode.changed),
            "annotated": annotate(episode.after, request.axis, request.label, job.projection),
        }
        folder = self._folder / request.dart_id
        folder.parent.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(folder.parent).free < self._free_bytes:
            raise OSError(errno.ENOSPC, "the disk is nearly full")
        folder.mkdir(exist_ok=True)
        for kind, picture in pictures.items():
            path = folder / f"{self._camera}-{kind}.jpg"
            fresh = path.with_suffix(".tmp")
            fresh.write_bytes(jpeg(picture, self._max_bytes // len(pictures)))
            fresh.replace(path)


def jpeg(picture: Image, max_bytes: int) -> bytes:
    """Encode a picture in the best quality that fits into `max_bytes`; scale it down if none does."""
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
