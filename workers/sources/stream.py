"""Frames from RTSP, HTTP, or a video file."""

import time
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

import cv2
import numpy as np

from schemas.pipe.to_worker import SourceSpec
from workers.sources.errors import SourceError
from workers.vision.frame import Frame, Image

OPEN_TIMEOUT_MS = 5000
READ_TIMEOUT_MS = 3000


class StreamSource:
    """Any stream that FFmpeg opens. A video file has timestamps and an end; a network stream has the time of arrival and no end.

    A file that is played live waits for the time of each frame, counted from `start_s` on the monotonic clock (0: now).
    """

    simulated = False

    def __init__(self, spec: SourceSpec, *, lockstep: bool, start_s: float) -> None:
        self._spec = spec
        self._lockstep = lockstep
        self._start_s = start_s
        self._file = file_of(spec.url)
        self._capture: cv2.VideoCapture | None = None
        self._next: tuple[float, Image] | None = None
        self._last_s = -1.0

    def open(self) -> None:
        """Open the stream, waiting a bounded time for the server.

        Raises:
            SourceError: it cannot be opened, delivers no picture or another size, or is a network stream in lockstep.
        """
        if self._lockstep and self._file is None:
            raise SourceError(f"{self._name} has no clock of its own: it can be used live, but not replayed")
        if self._file is not None and not self._file.is_file():
            raise SourceError(f"{self._file}: no such video file; write its path after file:")
        timeouts = [
            cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
            OPEN_TIMEOUT_MS,
            cv2.CAP_PROP_READ_TIMEOUT_MSEC,
            READ_TIMEOUT_MS,
            cv2.CAP_PROP_N_THREADS,
            1,
        ]
        self._capture = cv2.VideoCapture(str(self._file or self._spec.url), cv2.CAP_FFMPEG, timeouts)
        if not self._capture.isOpened():
            raise SourceError(
                f"{self._name} cannot be opened as video within {OPEN_TIMEOUT_MS / 1000:g} s; check that it is there and plays"
            )
        if self._file is not None and not self._lockstep and not self._start_s:
            self._start_s = time.monotonic()
        self._next = self._fetch()
        if self._next is None:
            raise SourceError(f"{self._name} opens but delivers no picture; check that it plays")
        self._check_size(self._next[1])

    def next_s(self) -> float | None:
        """Return the media time of the next frame; None at the end."""
        return None if self._next is None else self._next[0]

    def read(self) -> Frame | None:
        """Return the next frame; None at the end of a file.

        Raises:
            SourceError: a network stream was lost.
        """
        picture, self._next = self._next, None
        if picture is None and (self._file is None or not self._lockstep):
            picture = self._fetch()
        if picture is None:
            if self._file is None:
                raise SourceError(f"{self._name} was lost")
            return None
        if self._lockstep:
            self._next = self._fetch()
        elif self._file is not None:
            time.sleep(max(0.0, picture[0] - time.monotonic()))
        return Frame(picture[0], pixels=picture[1])

    def close(self) -> None:
        """Close the stream."""
        self._next = None
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    @property
    def _name(self) -> str:
        return f"camera {self._spec.camera_id}: {without_password(self._spec.url)}"

    def _fetch(self) -> tuple[float, Image] | None:
        if self._capture is None:
            return None
        is_read, pixels = self._capture.read()
        if not is_read:
            return None
        return self._time(self._capture), np.asarray(pixels, np.uint8)

    def _time(self, capture: cv2.VideoCapture) -> float:
        """Return the media time of the picture just read; it always increases."""
        if self._file is None:
            return time.monotonic()
        at_s = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
        if at_s <= self._last_s:  # containers without timestamps return 0
            at_s = self._last_s + 1 / self._spec.fps
        self._last_s = max(at_s, 0.0)
        return self._start_s + self._last_s

    def _check_size(self, pixels: Image) -> None:
        height, width = pixels.shape[:2]
        if (width, height) != (self._spec.width, self._spec.height):
            raise SourceError(
                f"{self._name} delivers pictures of {width}x{height} instead of {self._spec.width}x{self._spec.height}: "
                "set width and height to those of the stream"
            )


def file_of(url: str) -> Path | None:
    """Return the path that `file:PATH` or `file:///PATH` names; None for other URLs."""
    if not url.startswith("file:"):
        return None
    path = url.removeprefix("file:")
    return Path(unquote(path.removeprefix("//")) if path.startswith("//") else path)


def without_password(url: str) -> str:
    """Return a URL without user, password and query, which may hold a key."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
