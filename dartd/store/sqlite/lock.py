"""The lock file next to a store: one daemon at a time."""

import contextlib
import fcntl
import os
from pathlib import Path
from typing import Self

from dartd.errors import StoreBusyError, StoreError


class StoreLock:
    """An exclusive lock on `<store>.lock`, held until closed or until the process ends, however it ends."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self._descriptor: int | None = descriptor
        self.path = path

    @classmethod
    def acquire(cls, store: Path) -> Self:
        """Lock a store and write our process id into the lock file.

        Raises:
            StoreBusyError: another process holds it; names the path and the process.
            StoreError: the lock file cannot be written.
        """
        path = store.with_name(store.name + ".lock")
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(f"cannot write {path}: {error.strerror}", path=str(path)) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(descriptor, 32).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            raise StoreBusyError(
                f"{store} is in use by another dartd (process {holder}): stop it, or set store.path to another file",
                path=str(store),
                pid=holder,
            ) from error
        with contextlib.suppress(OSError):  # a full disk must not keep the daemon from starting: the lock itself is what counts
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return cls(descriptor, path)

    def close(self) -> None:
        """Release the lock; may be called twice. The file stays: removing it would race with the next daemon."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
