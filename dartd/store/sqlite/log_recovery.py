"""Write-ahead logs that must not be written into their file: damaged ones, and those of another state of it."""

import logging
import os
import struct
import time
from pathlib import Path

from dartd.store.sqlite.checkpoint import HEADER_BYTES, count_of
from dartd.store.sqlite.lock import StoreLock, log_of

_log = logging.getLogger(__name__)

_LOG_HEADER_BYTES = 32
_LOG_MAGIC = {b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83"}  # the last bit: checksums are of big-endian words


def set_damaged_log_aside(path: Path) -> Path | None:
    """Rename a write-ahead log whose header is damaged, and return its new path; None when there is none.

    SQLite takes such a log for an empty one and overwrites it: the events in it would be lost without a word.
    """
    log = log_of(path)
    try:
        with log.open("rb") as file:
            header = file.read(_LOG_HEADER_BYTES)
    except FileNotFoundError:
        return None
    if len(header) < _LOG_HEADER_BYTES or not any(header):  # nothing was ever written to it
        return None
    if header[:4] in _LOG_MAGIC and _log_checksum(header[:24], header[3] & 1) == header[24:]:
        return None
    return set_log_aside(path, "the log of the store is damaged")


def set_foreign_log_aside(path: Path, lock: StoreLock) -> Path | None:
    """Rename a write-ahead log that belongs to a later state of the file, and return its new path; None when there is none.

    The file was overwritten by an earlier copy; SQLite would write pages of the log into it, which do not fit each other.
    """
    log = log_of(path)
    if not log.exists() or not log.stat().st_size or count_of(os.pread(lock.store_descriptor, HEADER_BYTES, 0)) >= lock.checkpoint_count:
        return None
    return set_log_aside(path, "the log of the store is that of another state of its file")


def set_log_aside(path: Path, reason: str) -> Path | None:
    """Rename the write-ahead log of a store, log the reason, and return its new path; None when there is none."""
    log = log_of(path)
    aside = log.with_name(f"{log.name}.damaged-{int(time.time())}")
    try:
        log.rename(aside)
    except FileNotFoundError:
        return None
    log_of(path, "-shm").unlink(missing_ok=True)
    _log.error("%s: its log was renamed to %s, events that were written last may be missing", reason, aside)
    return aside


def _log_checksum(content: bytes, big_endian: int) -> bytes:
    """Return the checksum of SQLite's file format (section 4.2 of "Database File Format"), in its big-endian form."""
    one = two = 0
    words = struct.unpack(f"{'>' if big_endian else '<'}{len(content) // 4}I", content)
    for first, second in zip(words[::2], words[1::2], strict=True):
        one = (one + first + two) & 0xFFFFFFFF
        two = (two + second + one) & 0xFFFFFFFF
    return struct.pack(">2I", one, two)
