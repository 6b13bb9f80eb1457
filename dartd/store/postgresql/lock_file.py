"""The lock file of this machine for a store on a server: which process uses it, and how far its events were written."""

import contextlib
import fcntl
import os
from typing import Self

from dartd.config.database_url import DatabaseUrl
from dartd.errors import StoreBusyError, StoreError
from dartd.store.mark import Mark, mark_of, noted

_NOTES_BYTES = 256


class LockFile:
    """An exclusive lock on the lock file, held until closed or until the process ends; `earlier` is the mark that was in it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor
        self.earlier = mark_of(os.pread(descriptor, _NOTES_BYTES, 0).decode(errors="replace").splitlines())

    @classmethod
    def acquire(cls, url: DatabaseUrl) -> Self:
        """Lock it, making it when there is none, and write our process id into it.

        Raises:
            StoreBusyError: another process of this machine holds it.
            StoreError: it cannot be written.
        """
        path = url.lock_path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(f"cannot write {path}: {error.strerror}", path=str(path)) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, _NOTES_BYTES, 0).decode(errors="replace").partition("\n")[0]
            os.close(descriptor)
            message = f"{url} is in use by another dartd (process {holder or 'unknown'}): stop it, or set state_dir to another directory"
            raise StoreBusyError(message, path=str(path), pid=holder) from error
        lock = cls(descriptor)
        lock.note(lock.earlier)
        return lock

    def note(self, mark: Mark | None) -> None:
        """Note how far the stream is written. Not synchronised: after a power failure it may say less, never more."""
        if self._descriptor is None:
            return
        text = noted(os.getpid(), mark)
        with contextlib.suppress(OSError):  # a full disk must not keep the daemon from starting: the lock itself is what counts
            os.pwrite(self._descriptor, text.encode(), 0)
            os.ftruncate(self._descriptor, len(text))

    def close(self) -> None:
        """Release it; may be called twice. The file stays: removing it would race with the next daemon."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
