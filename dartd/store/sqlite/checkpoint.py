"""Checkpoints: move the write-ahead log into the file, and notice that another program wrote over the file in place.

SQLite counts in the header of a file how often its first page was written. Each checkpoint writes that page, so that an earlier copy of the
file has a lower count than the file had after the last checkpoint; another program's checkpoint only raises it.
"""

import contextlib
import fcntl
import logging
import os
import sqlite3
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from dartd.errors import StoreUnavailableError

_log = logging.getLogger(__name__)

HEADER_BYTES = 100
_COUNT = slice(24, 28)  # big-endian: the file change counter

# Where SQLite's unix VFS locks a file that is open: a shared lock of another owner keeps the last connection from a checkpoint.
_SHARED_FIRST, _SHARED_BYTES = 0x40000002, 510
_FLOCK = "hhqqi4x"  # struct flock of Linux on 64 bits: type, whence, start, length, process


class CheckpointNotes(Protocol):
    """Stores the count of the last complete checkpoint outside the file."""

    def note_checkpoint(self, count: int) -> None:
        """Note that the file has this count on the disk."""


class Checkpoints:
    """The checkpoints of one file. `run` and `commit` are for the writer's thread, `check` for any.

    SQLite writes the first page in the middle of a commit that moves the log: until the header is noted, a check by another thread waits.
    The pages that a header counts are no measure of the file: a checkpoint that a reader cuts short moves the first page, and leaves
    later ones in the log.
    """

    def __init__(self, writer: sa.Connection, descriptor: int, path: Path, notes: CheckpointNotes) -> None:
        self._writer = writer
        self._descriptor = descriptor
        self._path = path
        self._notes = notes
        self._header = bytes(HEADER_BYTES)
        self._size_bytes = 0
        self._changing = threading.RLock()  # held while SQLite may write the first page, and until its header is noted
        self._fault: StoreUnavailableError | None = None

    def run(self) -> None:
        """Move the log into the file, unless another program wrote over the file; errors are left to the next commit."""
        with contextlib.suppress(sqlite3.Error, SQLAlchemyError, StoreUnavailableError), self._changing:
            self.check()
            self._writer.exec_driver_sql("PRAGMA shrink_memory")  # SQLite counts on from the first page as it last read it
            version = self._writer.exec_driver_sql("PRAGMA user_version").scalar_one()
            self._writer.exec_driver_sql(f"PRAGMA user_version = {version}")  # writes the first page
            _, pages, moved = self._writer.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)").one()
            self._note()
            if pages == moved:  # then SQLite has synchronised the file
                self._notes.note_checkpoint(count_of(self._header))

    def check(self) -> None:
        """Check that nothing earlier was written over the file.

        Raises:
            StoreUnavailableError: it was, or the file is shorter than after the last commit.
        """
        with self._changing:
            if self._fault is not None:
                raise self._fault
            noted, found = self._header, self._read()
            is_earlier = count_of(found) < count_of(noted) or (count_of(found) == count_of(noted) and found != noted)
            size_bytes = os.fstat(self._descriptor).st_size
            if any(noted) and (is_earlier or size_bytes < self._size_bytes):
                sizes = f"{size_bytes} bytes of {self._size_bytes}"
                _log.error("%s: the header is %s and was %s; %s", self._path, found.hex(), noted.hex(), sizes)
                message = f"{self._path} was overwritten while dartd runs: restart dartd to use what is there now"
                self._fault = StoreUnavailableError(message, path=str(self._path))
                raise self._fault

    @contextlib.contextmanager
    def commit(self) -> Iterator[None]:
        """Note the header after a commit: one that makes the log long has SQLite move the log into the file, and the count stays."""
        with self._changing:
            yield
            self._note()

    @property
    def is_overwritten(self) -> bool:
        """Return whether a check has found that another program wrote over the file."""
        return self._fault is not None

    @contextlib.contextmanager
    def prevented(self) -> Iterator[None]:
        """Keep SQLite from the checkpoint of the last connection: the log is not that of the file any more."""
        fcntl.fcntl(self._descriptor, fcntl.F_OFD_SETLK, _flock(fcntl.F_RDLCK))
        try:
            yield
        finally:
            fcntl.fcntl(self._descriptor, fcntl.F_OFD_SETLK, _flock(fcntl.F_UNLCK))

    def _note(self) -> None:
        self._header = self._read()
        self._size_bytes = os.fstat(self._descriptor).st_size

    def _read(self) -> bytes:
        return os.pread(self._descriptor, HEADER_BYTES, 0).ljust(HEADER_BYTES, b"\0")


def count_of(header: bytes) -> int:
    """Return the file change counter in the header of a file; 0 when it has none."""
    return int.from_bytes(header[_COUNT])


def _flock(kind: int) -> bytes:
    return struct.pack(_FLOCK, kind, os.SEEK_SET, _SHARED_FIRST, _SHARED_BYTES, 0)
