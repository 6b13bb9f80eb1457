"""Run one camera in a process of its own: the target that the supervisor starts."""

import faulthandler
import logging
import math
import os
import re
import signal
import sys
import threading
import time
from collections import deque
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType

import cv2

from schemas.pipe.from_worker import LogLine
from schemas.pipe.to_worker import Configure
from workers.explanation import ExplanationDetector
from workers.faulty_link import FaultyLink
from workers.link import Link, LinkClosedError
from workers.loop import CameraLoop, LogDrain, Port
from workers.persistence import PersistentDetector
from workers.prctl import name_process
from workers.sources import Source, open_source
from workers.sources.faulty import FaultySource

LOG_LINES = 200  # kept until the next heartbeat; beyond that the oldest are dropped and counted
LOG_LINE_CHARACTERS = 2000
SAME_LINE_S = 60.0  # a library that complains of every picture is logged once in this time
_NICER_THAN_DAEMON = 2  # the daemon goes first, but a busy machine does not starve the cameras

logger = logging.getLogger(__name__)


class LogBuffer(logging.Handler):
    """Keeps log lines until the next heartbeat; bounded, the oldest are dropped (`drop_oldest`, counted)."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(message)s"))
        self._lines: deque[LogLine] = deque()
        self._dropped = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Append a line."""
        text = self.format(record)[:LOG_LINE_CHARACTERS]
        if len(self._lines) >= LOG_LINES:
            self._lines.popleft()
            self._dropped += 1
        self._lines.append(LogLine(level=record.levelno, text=text))

    def drain(self) -> tuple[tuple[LogLine, ...], int]:
        """Remove and return the lines, and return how many were dropped since the process started."""
        self.acquire()
        try:
            lines = tuple(self._lines)
            self._lines.clear()
            return lines, self._dropped
        finally:
            self.release()


def run(connection: Connection) -> None:
    """Read `Configure` from the pipe, and run the camera until `Stop` or the end of the pipe."""
    buffer = prepare_process()
    link = Link(connection)
    try:
        configure = _read_configure(link)
        name_process(f"dartd {configure.source.camera_id}")
        run_camera(FaultyLink(link, configure) if configure.faults else link, configure, buffer.drain)
    except LinkClosedError as error:
        logger.info("camera process ends: %s", error)
    finally:
        connection.close()


def run_camera(port: Port, configure: Configure, drain_log: LogDrain) -> None:
    """Run one camera with the real detector."""

    def open_configured() -> Source:
        source = open_source(configure.source, lockstep=configure.lockstep, start_s=configure.start_s)
        return FaultySource(source, configure.faults) if configure.faults else source

    explain = configure.explain_dir
    detector = PersistentDetector(configure) if explain is None else ExplanationDetector(configure, Path(explain))
    CameraLoop(port, configure, detector, open_configured, drain_log).run()


def prepare_process() -> LogBuffer:
    """Configure the process: it exits on SIGTERM, has a lower priority than the daemon, and logs into the returned buffer."""
    signal.signal(signal.SIGTERM, _exit)
    _lower_priority()
    cv2.setNumThreads(1)
    buffer = LogBuffer()
    logging.basicConfig(level=logging.INFO, handlers=[buffer], force=True)
    logging.captureWarnings(capture=True)
    _log_stderr()
    return buffer


def _log_stderr() -> None:
    """Log what libraries write to stderr; Python itself, with its last traceback, keeps the real one."""
    real = os.fdopen(os.dup(2), "w", buffering=1, errors="replace")
    sys.stderr = real
    faulthandler.enable(real)
    reader, writer = os.pipe()
    os.dup2(writer, 2)
    os.close(writer)
    threading.Thread(target=log_lines, args=(reader,), name="stderr", daemon=True).start()


def log_lines(reader: int) -> None:
    """Log the lines of a pipe until its end; of lines that differ only in numbers, one in `SAME_LINE_S`."""
    logged_s: dict[str, float] = {}
    with os.fdopen(reader, errors="replace") as lines:
        for line in lines:
            shape, now_s = re.sub(r"\d+", "#", line.strip()), time.monotonic()
            if len(logged_s) > LOG_LINES:
                logged_s.clear()
            if shape and now_s - logged_s.get(shape, -math.inf) > SAME_LINE_S:
                logged_s[shape] = now_s
                logger.warning("%s", line.strip())


def _read_configure(link: Link) -> Configure:
    while True:
        link.wait(None)
        for message in link.receive():
            if isinstance(message, Configure):
                return message


def _lower_priority() -> None:
    try:
        os.nice(_NICER_THAN_DAEMON)
    except OSError:  # not permitted here; the unit file sets it
        logger.debug("nice is not permitted")


def _exit(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)
