"""Read a live source in a thread of its own, so that the loop gets the newest frame."""

import os
import threading
import time
from dataclasses import dataclass

from workers.sources import Source
from workers.sources.errors import SourceError
from workers.vision.frame import Frame


@dataclass(frozen=True)
class Ended:
    """The source has no more frames."""


@dataclass(frozen=True)
class Gone:
    """The source could not be opened or was lost; `reason` says why."""

    reason: str


class NewestFrame:
    """A queue of one frame, filled by the reading thread: a newer frame replaces one that was not taken (counted as dropped).

    Only the thread opens, reads and closes the source. `fileno()` is readable when `take()` returns something.
    """

    def __init__(self, source: Source) -> None:
        self.frames_read = 0
        self.frames_dropped = 0
        self.last_item_s = time.monotonic()
        self._source = source
        self._lock = threading.Lock()
        self._frame: Frame | None = None
        self._end: Ended | Gone | None = None
        self._crash: BaseException | None = None
        self._closing = threading.Event()
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._thread = threading.Thread(target=self._run, name="source", daemon=True)

    def start(self) -> None:
        """Start reading."""
        self._thread.start()

    def fileno(self) -> int:
        """Return the file descriptor to wait on."""
        return self._wake

    def take(self) -> list[Frame | Ended | Gone]:
        """Return the newest frame that was not taken yet, and after it how the source ended.

        Raises:
            Exception: an exception of the source other than SourceError; it is a programming error and ends the process.
        """
        with self._lock:
            try:
                os.eventfd_read(self._wake)
            except BlockingIOError:
                return []
            items = [item for item in (self._frame, self._end) if item is not None]
            self._frame = self._end = None
            crash = self._crash
        if crash is not None:
            raise crash
        return list(items)

    def close(self, timeout_s: float = 1.0) -> bool:
        """End the thread; return False if it still hangs in the source after `timeout_s`."""
        self._closing.set()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        if self._thread.is_alive():
            return False
        if self._wake >= 0:
            os.close(self._wake)
            self._wake = -1
        return True

    def _run(self) -> None:
        try:
            try:
                self._source.open()
                self._read()
            finally:
                self._source.close()
        except SourceError as error:
            self._post(None, Gone(str(error)))
        except BaseException as error:  # noqa: BLE001 (carried over to the main thread, which raises it)
            with self._lock:
                self._crash = error
                os.eventfd_write(self._wake, 1)

    def _read(self) -> None:
        while not self._closing.is_set():
            frame = self._source.read()
            if frame is None:
                self._post(None, Ended())
                return
            self.frames_read += 1
            self._post(frame, None)

    def _post(self, frame: Frame | None, end: Ended | Gone | None) -> None:
        with self._lock:
            if frame is not None:
                if self._frame is not None:
                    self.frames_dropped += 1
                    # A repeat that replaces the picture it repeats is a new picture for the loop.
                    frame.held = frame.held and self._frame.held
                self._frame = frame
                self.last_item_s = time.monotonic()
            if end is not None:
                self._end = end
            os.eventfd_write(self._wake, 1)
