"""Logging: text with priorities for journald, plain text, or JSON lines; secrets redacted, repeated lines limited.

Lines are written by a separate thread, so that a slow reader of the log never blocks the event loop. Lines that do not fit into the
bounded queue are dropped; their number is logged.
"""

import contextlib
import json
import logging
import os
import queue
import re
import threading
from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

from dartd.config import LogConfig

trace_id: ContextVar[str] = ContextVar("trace_id", default="")
"""The trace id of the current request; it is added to every line logged meanwhile."""

RECENT_LINES = 500  # kept in memory for the debug bundle
_QUEUE_LINES = 10_000
_CLOSE_TIMEOUT_S = 1.0
_REPEATS = 5
_REPEAT_WINDOW_S = 10.0
_REPEAT_KEYS = 256
_PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "color_message"}
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_SECRETS = (
    (re.compile(r"([?&;](?:token|access_token|key|password|passwd|pwd|secret)=)[^&;\s\"'\\]+", re.IGNORECASE), r"\1***"),
    (re.compile(r"\b(bearer)\s+[A-Za-z0-9+/=._~-]+", re.IGNORECASE), r"\1 ***"),
    (re.compile(r"(\bauthorization[\"'\\]*\s*[:=,]\s*(?:b?[\"'\\]+)?(?:basic\s+)?)(?!bearer)[^\s\"'\\,}]+", re.IGNORECASE), r"\1***"),
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^/\s@\"']+@", re.IGNORECASE), r"\1***@"),
)


@contextlib.contextmanager
def logging_to(stream: TextIO, config: LogConfig, environ: Mapping[str, str] = os.environ) -> Iterator[None]:
    """Log to a stream while the block runs; waiting lines are written at the end, for at most a second."""
    handler = QueuedStreamHandler(stream, _formatter(config.format, stream, environ))
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers[:] = [handler]
    root.setLevel(config.level.upper())
    logging.captureWarnings(capture=True)
    try:
        yield
    finally:
        logging.captureWarnings(capture=False)
        root.handlers[:] = before
        root.setLevel(level)
        handler.close()


def recent_lines() -> tuple[str, ...]:
    """Return the last lines of the log, as they were written."""
    handler = next((each for each in logging.getLogger().handlers if isinstance(each, QueuedStreamHandler)), None)
    return () if handler is None else tuple(handler.recent)


def redact(text: str) -> str:
    """Return a line with tokens, authorizations and credentials in addresses replaced."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


class TextFormatter(logging.Formatter):
    """Formats one line per record with extras as `key=value`; for journald each line starts with its priority.

    Control characters and marks of the writing direction are escaped: what clients send must not look like another line.
    """

    def __init__(self, *, journald: bool) -> None:
        super().__init__()
        self._journald = journald

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text."""
        text = f"{record.name}: {record.getMessage()}" + "".join(f" {key}={value}" for key, value in _extras(record).items())
        text = _escape(text)
        if record.exc_info:
            # Indented, so that text of a client in a message cannot be read as a line of the log.
            lines = self.formatException(record.exc_info).splitlines()
            text += "".join(f"\n    {_escape(line)}" for line in lines)
        text = redact(text)
        if not self._journald:
            return f"{_timestamp(record)} {record.levelname:<7} {text}"
        priority = next((number for level, number in _PRIORITIES if record.levelno >= level), 7)
        return "\n".join(f"<{priority}>{line}" for line in text.splitlines())


class JsonFormatter(logging.Formatter):
    """Formats one JSON object per record: `timestamp level logger message`, the arguments, the extras, `trace_id` and `exception`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as a JSON line; secrets are redacted before encoding, so that the line stays valid JSON."""
        line: dict[str, object] = {
            "timestamp": _timestamp(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **(record.args if isinstance(record.args, Mapping) else {}),
        }
        line |= {key: value if isinstance(value, int | float | bool) else str(value) for key, value in _extras(record).items()}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps({key: redact(value) if isinstance(value, str) else value for key, value in line.items()}, ensure_ascii=False)


class RepeatLimit:
    """Admits the same line a few times per window and counts the rest."""

    def __init__(self, repeats: int = _REPEATS, window_s: float = _REPEAT_WINDOW_S) -> None:
        self._repeats = repeats
        self._window_s = window_s
        self._seen: OrderedDict[tuple[str, int, str], tuple[float, int]] = OrderedDict()

    def admit(self, key: tuple[str, int, str], now: float) -> bool:
        """Return whether a line may be written; `key` is its logger, level and text."""
        started_s, count = self._seen.get(key, (now, 0))
        self._seen[key] = (started_s, count + 1)
        return count < self._repeats

    def expire(self, now: float) -> list[tuple[tuple[str, int, str], int]]:
        """Drop lines whose window is over, the oldest first; return suppressed lines with their counts."""
        held = []
        while self._seen:
            key, (started_s, count) = next(iter(self._seen.items()))
            if abs(now - started_s) < self._window_s and len(self._seen) <= _REPEAT_KEYS:
                break
            del self._seen[key]
            if count > self._repeats:
                held.append((key, count - self._repeats))
        return held


class QueuedStreamHandler(logging.Handler):
    """Formats records where they are logged and writes them in a separate thread through a bounded queue."""

    def __init__(self, stream: TextIO, formatter: logging.Formatter) -> None:
        super().__init__()
        self.setFormatter(formatter)
        self.dropped = 0
        self._stream = stream
        self._limit = RepeatLimit()
        self.recent: deque[str] = deque(maxlen=RECENT_LINES)
        self._lines: queue.Queue[str | None] = queue.Queue(maxsize=_QUEUE_LINES)
        self._writer = threading.Thread(target=self._write, name="log", daemon=True)
        self._writer.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Queue the record unless it was repeated too often."""
        try:
            for (name, level, text), count in self._limit.expire(record.created):
                again = {"name": name, "levelno": level, "levelname": logging.getLevelName(level), "msg": "%s (%d times more)"}
                self._put(self.format(logging.makeLogRecord({**again, "args": (text, count), "created": record.created})))
            if self._limit.admit((record.name, record.levelno, record.getMessage()), record.created):
                self._put(self.format(record))
        except Exception:  # noqa: BLE001  a formatting error must not propagate to the caller
            self.handleError(record)

    def close(self) -> None:
        """Write waiting lines and stop; wait at most a second for a blocked reader."""
        try:
            self._lines.put(None, timeout=_CLOSE_TIMEOUT_S)
            self._writer.join(_CLOSE_TIMEOUT_S)
        except queue.Full:
            with contextlib.suppress(queue.Empty):
                while True:
                    self._lines.get_nowait()
            self._lines.put_nowait(None)
        super().close()

    def _put(self, line: str) -> None:
        self.recent.append(line)
        try:
            if self.dropped:
                self._lines.put_nowait(f"{self.dropped} log lines were dropped because the reader was too slow")
                self.dropped = 0
            self._lines.put_nowait(line)
        except queue.Full:
            self.dropped += 1

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            with contextlib.suppress(OSError, ValueError):  # the log is closed: continue without it
                self._stream.write(line + "\n")
                if self._lines.empty():
                    self._stream.flush()
        with contextlib.suppress(OSError, ValueError):
            self._stream.flush()


def _formatter(wanted: str, stream: TextIO, environ: Mapping[str, str]) -> logging.Formatter:
    if wanted == "json":
        return JsonFormatter()
    return TextFormatter(journald=_is_journal(stream, environ))


def _is_journal(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Return whether the stream is connected to journald, which systemd announces by device and inode."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


def _escape(text: str) -> str:
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _timestamp(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _extras(record: logging.LogRecord) -> dict[str, object]:
    extras = {key: value for key, value in record.__dict__.items() if key not in _STANDARD}
    trace = trace_id.get()
    return {**extras, "trace_id": trace} if trace else extras
