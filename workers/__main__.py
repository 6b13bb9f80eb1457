"""Run one camera from a shell: print every message as a JSON line."""

import argparse
import math
import os
import signal
import sys
import time
from collections.abc import Iterable

import cv2

from schemas.base import CameraId
from schemas.codec import encode_json
from schemas.pipe.from_worker import CameraFault, FromWorker, Progress
from schemas.pipe.to_worker import Advance, CameraControls, Configure, SourceSpec, Stop, ToWorker
from workers.entry import run_camera
from workers.loop import no_log


class Console:
    """A port without a supervisor: prints messages, grants all frames in lockstep, and sends `Stop` at the end."""

    def __init__(self, *, lockstep: bool) -> None:
        self.failed = False
        self._lockstep = lockstep
        self._replies: list[ToWorker] = [Advance(until_s=math.inf)] if lockstep else []
        self._never, _ = os.pipe()

    def fileno(self) -> int:
        """Return a file descriptor that never becomes readable."""
        return self._never

    def wait(self, _timeout_s: float | None) -> None:
        """Return at once: no message arrives later."""

    def receive(self) -> list[ToWorker]:
        """Return the messages for the loop."""
        replies, self._replies = self._replies, []
        return replies

    def send(self, messages: Iterable[FromWorker]) -> None:
        """Print messages; answer the last progress with a stop."""
        for message in messages:
            sys.stdout.buffer.write(encode_json(message) + b"\n")
            match message:
                case Progress(next_s=None):
                    self._replies.append(Stop())
                case CameraFault(fault="camera_gone", active=True):
                    self.failed = self._lockstep
                case _:
                    pass
        sys.stdout.buffer.flush()


def main(arguments: list[str] | None = None) -> int:
    """Run one camera until its end, Ctrl-C, or a closed pipe; return the exit status (1: a recording cannot be read)."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    cv2.setNumThreads(1)
    spec = SourceSpec(
        camera_id=CameraId(options.camera_id),
        url=options.url,
        width=options.width,
        height=options.height,
        fps=options.fps,
        near_sector=options.near_sector,
        controls=CameraControls(exposure_ms=options.exposure_ms),
    )
    start_s = 0.0 if options.lockstep else time.monotonic()
    configure = Configure(source=spec, lockstep=options.lockstep, start_s=start_s)
    console = Console(lockstep=options.lockstep)
    try:
        run_camera(console, configure, no_log)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader has closed its end; nothing may be written, also not at the exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1 if console.failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m workers", description="Run one camera; every message is printed as a JSON line.")
    parser.add_argument("--url", required=True, help="/dev/v4l/by-path/…, rtsp://…, http://…, file:PATH, recording:FOLDER or sim:?seed=1")
    parser.add_argument("--camera-id", required=True, help="the camera's name; selects the camera of a recording")
    parser.add_argument("--width", type=int, default=800)
    parser.add_argument("--height", type=int, default=600)
    parser.add_argument("--fps", type=float, default=30.0)
    parser.add_argument("--near-sector", type=int, help="the sector that the camera is nearest to")
    parser.add_argument("--exposure-ms", type=float, help="exposure of a USB camera")
    parser.add_argument("--lockstep", action="store_true", help="process every frame as fast as possible, on the clock of the recording")
    return parser


if __name__ == "__main__":
    sys.exit(main())
