"""Copies of a store: made while the daemon writes, and put back while it is stopped."""

import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from dartd.errors import BackupError, StoreError
from dartd.store.sqlite.backend import inspect, make_folder
from dartd.store.sqlite.inspection import report_on
from dartd.store.sqlite.lock import StoreLock

Advance = Callable[[int], bool]

_STEPS_PER_LOOK: Final = 1000  # of SQLite's virtual machine: with short rows, some 35 kB of the copy
_CHUNK_BYTES: Final = 1 << 20


def go_on(_done_bytes: int) -> bool:
    """Never give a copy up."""
    return True


def back_up(store: Path, target: Path, advance: Advance = go_on) -> int:
    """Copy a store as it is at one moment, whether or not a daemon runs on it; return the bytes of the copy. Blocks.

    `advance` is called with the bytes written so far; when it returns False, the copy is given up. The copy has mode 0600, and its name
    only once it is complete and on the disk.

    Raises:
        BackupError: the target exists or cannot be written, or the copy was given up.
        StoreError: the store cannot be read: all of it is, so that damage is found.
    """
    if not store.is_file():
        raise BackupError(f"{store} does not exist: there is nothing to back up", path=str(store))
    return write_new(target, lambda partial: inspect(store, lambda connection: _copy(connection, partial, advance)))


def write_new(target: Path, write: Callable[[Path], None]) -> int:
    """Write a copy by `write`, which is called with a temporary path, and return its bytes; a copy that is not complete is deleted.

    Raises:
        BackupError: the target exists or cannot be written.
    """
    if target.exists():
        raise _exists(target)
    partial = target.with_name(f".{target.name}.partial-{os.getpid()}")
    try:
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        write(partial)
        _synchronise(partial)
        os.link(partial, target)  # unlike a rename, it never replaces a file
        _synchronise(target.parent)
        return target.stat().st_size
    except FileExistsError:
        raise _exists(target) from None
    except OSError as error:
        raise BackupError(f"cannot write {target}: {error.strerror}", path=str(target)) from error
    finally:
        partial.unlink(missing_ok=True)


def restore(backup: Path, store: Path, *, suffix: str, advance: Advance = go_on) -> Path | None:
    """Put a copy in the place of a store that no daemon uses; return where the store that was there is kept, None without one. Blocks.

    Its events go on as another stream, so that clients read everything anew. The store that was there gets `suffix` as the end of its name.

    Raises:
        BackupError: the copy is of another program or of a newer dartd, is damaged, or cannot be written to the place of the store.
        StoreBusyError: a daemon runs on the store.
    """
    if not backup.is_file():
        raise BackupError(f"{backup} does not exist", path=str(backup))
    require_whole(backup)
    make_folder(store)
    was_there = store.is_file() and store.stat().st_size > 0
    lock = StoreLock.acquire(store)
    store = store.resolve()  # a link stays, and what it names is replaced; the lock of a daemon lies next to the link
    partial = store.with_name(f".{store.name}.restored-{os.getpid()}")
    try:
        _copy_file(backup, partial, advance)
        aside = _keep_aside(store, suffix) if was_there else None
        partial.replace(store)
        _synchronise(store.parent)
    except OSError as error:
        raise BackupError(f"cannot put {backup} in the place of {store}: {error.strerror}", path=str(store)) from error
    finally:
        partial.unlink(missing_ok=True)
        lock.close()
    return aside


def _copy(connection: sa.Connection, partial: Path, advance: Advance) -> None:
    """Write a compact copy in one reading transaction: unlike SQLite's backup API, it does not begin anew when the daemon commits."""
    raw: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]  # sqlite3 behind this dialect
    raw.set_progress_handler(lambda: not advance(partial.stat().st_size), _STEPS_PER_LOOK)
    try:
        raw.execute("VACUUM INTO ?", (str(partial),))
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            raise BackupError("the backup was given up") from None
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise BackupError(f"the disk of {partial.parent} is full: make room, or back up to another disk") from error
        raise


def require_whole(copy: Path) -> None:
    """Require that a file is a whole store that this dartd can read.

    Raises:
        BackupError: it is not.
    """
    try:
        report = report_on(copy)
    except StoreError as error:
        raise BackupError(f"{copy} cannot be read: {error.message}; nothing was changed", path=str(copy)) from error
    if report is None or report.foreign:
        raise BackupError(f"{copy} is no backup of dartd: nothing was changed", path=str(copy))
    if report.newer:
        raise BackupError(f"{copy} is of a newer dartd: install that first; nothing was changed", path=str(copy))
    if report.damage is not None:
        raise BackupError(f"{copy} is damaged ({report.damage}): take an earlier one; nothing was changed", path=str(copy))


def _copy_file(source: Path, target: Path, advance: Advance) -> None:
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with source.open("rb") as read, os.fdopen(descriptor, "wb") as written:
        done_bytes = 0
        while chunk := read.read(_CHUNK_BYTES):
            done_bytes += written.write(chunk)
            if not advance(done_bytes):
                raise BackupError("restoring was given up: nothing was changed")
        written.flush()
        os.fsync(written.fileno())


def _keep_aside(store: Path, suffix: str) -> Path:
    """Give the store a second name, from which it can be opened; its own name stays until another file takes it."""
    aside = store.with_name(store.name + suffix)
    log = store.with_name(f"{store.name}-wal")
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the last connection that closes removes the log
    os.link(store, aside)
    if log.exists():  # the file is damaged
        log.rename(aside.with_name(f"{aside.name}-wal"))
    store.with_name(f"{store.name}-shm").unlink(missing_ok=True)
    return aside


def _synchronise(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _exists(target: Path) -> BackupError:
    return BackupError(f"{target} exists: nothing is overwritten; name another file", path=str(target))
