"""Be a camera process: the supervisor's target."""

import ctypes
import faulthandler
import logging
import math
import os
import re
import signal
import socket
import sys
import threading
import time
from collections import deque
from pathlib import Path
from types import FrameType

import cv2

from schemas.pipe.from_worker import LogLine
from schemas.pipe.to_worker import Configure
from workers.explaining import ExplainingDetector
from workers.keeping import KeepingDetector
from workers.link import Link, LinkClosedError
from workers.loop import CameraLoop, LogDrain, Port
from workers.mischief import Mischief
from workers.sources import Source, open_source
from workers.sources.faulty import FaultySource

LOG_LINES = 200  # kept until the next heartbeat; what is over is dropped, oldest first, and counted
LOG_LINE_CHARACTERS = 2000
SAME_LINE_S = 60.0  # a library that complains of each picture is heard once in so long
_PR_SET_NAME = 15
_NICER_THAN_DAEMON = 2  # enough that the daemon goes first, not so much that a busy machine starves the cameras

logger = logging.getLogger(__name__)


class LogBuffer(logging.Handler):
    """Keeps log lines for the next heartbeat; bounded, the oldest go first (`drop_oldest`, counted)."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(message)s"))
        self._lines: deque[LogLine] = deque()
        self._dropped = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        text = self.format(record)[:LOG_LINE_CHARACTERS]
        if len(self._lines) >= LOG_LINES:
            self._lines.popleft()
            self._dropped += 1
        self._lines.append(LogLine(level=record.levelno, text=text))

    def drain(self) -> tuple[tuple[LogLine, ...], int]:
        """Give the kept lines and how many have been dropped since the process started."""
        self.acquire()
        try:
            lines = tuple(self._lines)
            self._lines.clear()
            return lines, self._dropped
        finally:
            self.release()


def run(connection: socket.socket) -> None:
    """Take `Configure` from the pipe and work until told to stop or until the supervisor is gone."""
    buffer = prepare_process()
    link = Link(connection)
    try:
        configure = _configure_from(link)
        name_process(f"dartd {configure.source.camera_id}")
        work(Mischief(link, connection, configure) if configure.faults else link, configure, buffer.drain)
    except LinkClosedError as error:
        logger.info("camera process ends: %s", error)
    finally:
        connection.close()


def work(port: Port, configure: Configure, drain_log: LogDrain) -> None:
    """Run one camera with the real detector."""

    def opened() -> Source:
        source = open_source(configure.source, lockstep=configure.lockstep, start_s=configure.start_s)
        return FaultySource(source, configure.faults) if configure.faults else source

    explain = configure.explain_dir
    detector = KeepingDetector(configure) if explain is None else ExplainingDetector(configure, Path(explain))
    CameraLoop(port, configure, detector, opened, drain_log).run()


def prepare_process() -> LogBuffer:
    """Set what belongs to the process: it ends when told to, yields the processor to the daemon, and logs to it."""
    signal.signal(signal.SIGTERM, _end)
    _yield_processor()
    cv2.setNumThreads(1)
    buffer = LogBuffer()
    logging.basicConfig(level=logging.INFO, handlers=[buffer], force=True)
    logging.captureWarnings(capture=True)
    _hear_libraries()
    return buffer


def _hear_libraries() -> None:
    """Make lines of the log of what libraries write to stderr; Python itself, and its last words, keep the real one."""
    real = os.fdopen(os.dup(2), "w", buffering=1, errors="replace")
    sys.stderr = real
    faulthandler.enable(real)
    reader, writer = os.pipe()
    os.dup2(writer, 2)
    os.close(writer)
    threading.Thread(target=log_lines, args=(reader,), name="stderr", daemon=True).start()


def log_lines(reader: int) -> None:
    """Log what comes out of a pipe until its end; lines that differ in numbers alone are logged once in a while."""
    seen_s: dict[str, float] = {}
    with os.fdopen(reader, errors="replace") as lines:
        for line in lines:
            shape, now_s = re.sub(r"\d+", "#", line.strip()), time.monotonic()
            if len(seen_s) > LOG_LINES:
                seen_s.clear()
            if shape and now_s - seen_s.get(shape, -math.inf) > SAME_LINE_S:
                seen_s[shape] = now_s
                logger.warning("%s", line.strip())


def name_process(name: str) -> None:
    """Show a name in `ps` and `top` (the kernel keeps 15 bytes)."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_NAME, name.encode()[:15], 0, 0, 0)


def _configure_from(link: Link) -> Configure:
    while True:
        link.wait(None)
        for message in link.receive():
            if isinstance(message, Configure):
                return message


def _yield_processor() -> None:
    try:
        os.nice(_NICER_THAN_DAEMON)
    except OSError:  # not permitted here; the unit file sets it
        logger.debug("nice is not permitted")


def _end(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)
