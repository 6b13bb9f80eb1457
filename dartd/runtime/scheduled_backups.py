"""Copies of the database at regular times: the newest few are kept, and one that is overdue is a fault."""

import asyncio
import calendar
import logging
import re
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NoReturn, Self

from dartd.config import Config
from dartd.errors import BackupError, StoreError
from dartd.figures import BackupUsage
from dartd.store.backends import Location, back_up, size_bytes

_log = logging.getLogger(__name__)

HOUR_S: Final = 3600.0
LOOK_PERIOD_S: Final = 60.0
RETRY_S: Final = 900.0  # after a backup that failed
OVERDUE: Final = 2.0  # periods without a backup after which it is a fault
FREE_BYTES: Final = 200_000_000  # that a backup leaves on its disk at least: `dartd doctor` calls less a problem
_NAME: Final = "dartd-%Y%m%dT%H%M%SZ.db"
_PATTERN: Final = re.compile(r"dartd-\d{8}T\d{6}Z\.db")


class ScheduledBackups:
    """Backs a store up every `every_hours` into a folder and keeps the newest `keep`; `problem` says what is wrong, None if nothing is.

    None is made that would leave less than `free_bytes` of its disk.
    """

    def __init__(
        self,
        store: Location,
        folder: Path,
        *,
        every_hours: float,
        keep: int,
        free_bytes: int = FREE_BYTES,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._folder = folder
        self._period_s = every_hours * HOUR_S
        self._keep = keep
        self._free_bytes = free_bytes
        self._wall = wall
        self._began_s = wall()
        self._failure: str | None = None
        self._is_stopping = threading.Event()
        self._making = threading.Lock()
        self.figures = BackupUsage()

    @classmethod
    def of(cls, config: Config) -> Self:
        """Return the backups as they are configured. They leave what images must leave: else images would be deleted for them."""
        backup, free_bytes = config.backup, max(FREE_BYTES, config.images.keep_free_mb * 1_000_000)
        return cls(config.store_location, config.backup_path, every_hours=backup.every_hours, keep=backup.keep, free_bytes=free_bytes)

    @property
    def problem(self) -> str | None:
        """Return why the last backup failed, or that it is overdue."""
        if self._failure is not None:
            return f"the last backup failed: {self._failure}"
        if not self._period_s:
            return None
        without_s = self._wall() - max(self.figures.last_at_s or 0.0, self._began_s)
        return f"no backup was made for {without_s / HOUR_S:.0f} hours" if without_s > OVERDUE * self._period_s else None

    async def run(self, look_period_s: float = LOOK_PERIOD_S, retry_s: float = RETRY_S) -> NoReturn:
        """Back up whenever it is due, until cancelled; a copy that is being made is given up then."""
        try:
            while True:
                pause_s = look_period_s
                if self._period_s and await asyncio.to_thread(self._is_due):
                    made = await asyncio.to_thread(self.back_up_now)
                    pause_s = retry_s if made is None else look_period_s
                await asyncio.sleep(pause_s)
        finally:
            self._is_stopping.set()

    def back_up_now(self) -> Path | None:
        """Make a backup, delete those beyond `keep` and return its path; None, and log the reason, if it failed. Blocks.

        A backup that was made in the same second is returned as it is.
        """
        with self._making:
            return self._back_up()

    def _back_up(self) -> Path | None:
        target = self._folder / time.strftime(_NAME, time.gmtime(self._wall()))
        if target.exists():
            return target
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._require_space()
            copied_bytes = back_up(self._store, target, lambda _done_bytes: not self._is_stopping.is_set())
            for path in self._by_worth()[: -self._keep]:
                path.unlink(missing_ok=True)
        except (BackupError, StoreError, OSError) as error:
            self._failure = str(error)
            self._update(failed=self.figures.failed + 1)
            _log.error("the database was not backed up: %s", error)
            return None
        self._failure = None
        self._update(done=self.figures.done + 1)
        _log.info("the database was backed up: %s, %.1f MB", target, copied_bytes / 1e6)
        return target

    def _is_due(self) -> bool:
        """Return whether the newest backup is too old."""
        self._update()
        last_at_s = self.figures.last_at_s
        return last_at_s is None or self._wall() - last_at_s >= self._period_s

    def _require_space(self) -> None:
        needed_bytes = self._free_bytes + size_bytes(self._store)
        free_bytes = shutil.disk_usage(self._folder).free
        if free_bytes < needed_bytes:
            missing = f"{free_bytes / 1e6:.0f} MB are free, and {needed_bytes / 1e6:.0f} are needed"
            raise BackupError(f"{self._folder}: {missing}; make room, or set backup.directory to another disk", path=str(self._folder))

    def stored(self) -> list[Path]:
        """Return the backups, the oldest first; other files in the folder are not touched."""
        return sorted(path for path in self._folder.glob("dartd-*.db") if _PATTERN.fullmatch(path.name))

    def _by_worth(self) -> list[Path]:
        """Return the backups, the least worth first: those from the future, of a clock that was wrong, then the oldest."""
        return sorted(self.stored(), key=lambda path: (not self._is_ahead(path), path.name))

    def _is_ahead(self, path: Path) -> bool:
        return made_at_s(path) > self._wall() + HOUR_S

    def _update(self, *, done: int | None = None, failed: int | None = None) -> None:
        stored, before = self._by_worth(), self.figures
        self.figures = BackupUsage(
            kept=len(stored),
            last_at_s=made_at_s(stored[-1]) if stored and not self._is_ahead(stored[-1]) else None,
            done=before.done if done is None else done,
            failed=before.failed if failed is None else failed,
        )


def made_at_s(path: Path) -> float:
    """Return when a backup was made, from its name."""
    return float(calendar.timegm(time.strptime(path.name, _NAME)))
