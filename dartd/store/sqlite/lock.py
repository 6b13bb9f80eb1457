"""The lock of a store: one daemon at a time, whatever path leads to the file, and what is known of the store apart from its content."""

import contextlib
import fcntl
import os
from pathlib import Path
from typing import Self

from dartd.errors import StoreBusyError, StoreError, StoreUnavailableError
from dartd.store.mark import Mark, mark_of, noted

_NOTES_BYTES = 256
_CHECKPOINT = "checkpoint"


_Identity = tuple[int, int]


class StoreLock:
    """Exclusive locks on a store and on `<store>.lock`, held until closed or until the process ends, however it ends.

    The lock file names the process; the lock on the store itself holds also where the lock file was removed, or where another path leads
    to the store.
    """

    def __init__(self, lock_file: int, store_file: int, path: Path, store: Path) -> None:
        self._descriptors = (lock_file, store_file)
        self._closed = False
        self._store = store
        self._log: dict[Path, _Identity | None] = {}
        self.path = path
        notes = os.pread(lock_file, _NOTES_BYTES, 0).decode(errors="replace").splitlines()
        self.earlier = self._mark = mark_of(notes, other=_CHECKPOINT)
        self.checkpoint_count = _checkpoint_of(notes)

    @classmethod
    def acquire(cls, store: Path) -> Self:
        """Lock a store, which is created when there is none, and write our process id into the lock file.

        Raises:
            StoreBusyError: another process holds it; names the path and the process.
            StoreError: the lock file or the store cannot be written.
        """
        path = store.with_name(store.name + ".lock")
        lock_file = _locked(path, store, path)
        try:
            store_file = _locked(store, store, path)
        except BaseException:
            os.close(lock_file)
            raise
        with contextlib.suppress(OSError):  # a file of another user keeps its mode
            os.fchmod(store_file, 0o600)  # SQLite gives its log the same
        lock = cls(lock_file, store_file, path, store)
        lock._write()
        return lock

    @property
    def store_descriptor(self) -> int:
        """Return the descriptor of the store; closing another one would release SQLite's own locks."""
        return self._descriptors[1]

    def note(self, mark: Mark) -> None:
        """Note how far the stream is written. Not synchronised: after a power failure it may say less, never more."""
        self._mark = mark
        self._write()

    def note_checkpoint(self, count: int) -> None:
        """Note the count in the header of the store after a checkpoint that is on the disk; `checkpoint_count` is the last one."""
        self.checkpoint_count = count
        self._write()

    def _write(self) -> None:
        text = noted(os.getpid(), self._mark)
        text += f"{_CHECKPOINT} {self.checkpoint_count}\n" if self.checkpoint_count else ""
        with contextlib.suppress(OSError):  # a full disk must not keep the daemon from starting: the lock itself is what counts
            os.pwrite(self._descriptors[0], text.encode(), 0)
            os.ftruncate(self._descriptors[0], len(text))

    def note_log(self) -> None:
        """Note which files the write-ahead log consists of, once SQLite has opened them; it keeps them until it closes the store."""
        self._log = {path: _identity(path) for path in (log_of(self._store), log_of(self._store, "-shm"))}

    @property
    def is_log_removed(self) -> bool:
        """Return whether the files of the log were removed: SQLite still writes to them, and it is lost with the process."""
        return any(identity is not None and _identity(path) is None for path, identity in self._log.items())

    def check(self) -> None:
        """Check that the locked file and its log are still those at their paths.

        Raises:
            StoreUnavailableError: one was removed, replaced, or emptied.
        """
        try:
            there = self._store.stat()
        except OSError as error:
            message = f"{self._store} was removed while dartd runs: put it back, or restart dartd to begin a new one"
            raise StoreUnavailableError(message, path=str(self._store)) from error
        held = os.fstat(self._descriptors[1])
        if (there.st_ino, there.st_dev) != (held.st_ino, held.st_dev):
            message = f"{self._store} was replaced by another file while dartd runs: restart dartd to use it, or put the earlier file back"
            raise StoreUnavailableError(message, path=str(self._store))
        for path, identity in self._log.items():
            if _identity(path) != identity:
                message = f"{path} was removed or replaced while dartd runs: restart dartd, or put the file back"
                raise StoreUnavailableError(message, path=str(path))

    def close(self) -> None:
        """Release the store; may be called twice. The file stays: removing it would race with the next daemon."""
        if not self._closed:
            self._closed = True
            for descriptor in self._descriptors:
                os.close(descriptor)


def log_of(store: Path, suffix: str = "-wal") -> Path:
    """Return the path of the write-ahead log of a store, or of the index of that (`-shm`): SQLite follows links to the store."""
    real = store.resolve()
    return real.with_name(real.name + suffix)


def _identity(path: Path) -> _Identity | None:
    """Return device and inode of a file, None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _locked(path: Path, store: Path, lock_path: Path) -> int:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}", path=str(path)) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        holder = _holder(lock_path)
        raise StoreBusyError(
            f"{store} is in use by another dartd (process {holder}): stop it, or set store.path to another file",
            path=str(store),
            pid=holder,
        ) from error
    return descriptor


def _holder(path: Path) -> str:
    with contextlib.suppress(OSError):
        first, _, _ = path.read_text(errors="replace").partition("\n")
        if first.isdigit():
            return first
    return "unknown"


def _checkpoint_of(notes: list[str]) -> int:
    """Return the count of the last checkpoint in the lines of a lock file, 0 when there is none."""
    name, _, count = notes[-1].strip().partition(" ") if notes else ("", "", "")
    return int(count) if name == _CHECKPOINT and count.isdecimal() else 0
