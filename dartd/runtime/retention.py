"""Delete what is too old: pictures of throws (at once where the disk is nearly full), and events that no table is made of.

The journal and the pictures share a disk, and the pictures give way: a full disk must never stop the board.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import NoReturn, Protocol

from dartd.errors import StoreError
from dartd.store.images import Images, Kept

_log = logging.getLogger(__name__)

PERIOD_S = 600.0
SHORTAGE_PERIOD_S = 2.0  # between two looks at the free space; one takes microseconds
DAY_S = 86_400.0
OLD_AT_ONCE = 100  # throws a run: a clock that is wrong for an hour costs 600 throws their pictures, not all of them


class Ages:
    """Wall time as it was at the start plus the time that has passed since: a clock that is set later makes nothing older."""

    def __init__(self, wall: Callable[[], float] = time.time, now: Callable[[], float] = time.monotonic) -> None:
        self.now = now
        self._offset_s = wall() - now()

    def before_s(self, keep_days: float) -> float:
        """Return the wall time, in seconds since 1970, before which everything is too old; with infinite days nothing is."""
        return self._offset_s + self.now() - keep_days * DAY_S


class Prune(Protocol):
    """What deletes old events."""

    async def prune(self, before_s: float) -> None:
        """Delete a bounded number of events from before a wall time."""


async def prune_periodically(journal: Prune, *, keep_days: float, ages: Ages, period_s: float = PERIOD_S) -> NoReturn:
    """Delete old events every `period_s` until cancelled; log a store that refuses and go on."""
    while True:
        try:
            await journal.prune(ages.before_s(keep_days))
        except StoreError as error:
            _log.warning("old events cannot be deleted: %s", error)
        await asyncio.sleep(period_s)


class Retention:
    """Limits age and total size of the pictures of throws, and keeps space free. `kept` is what was left after the last run."""

    def __init__(
        self,
        images: Images,
        *,
        keep_days: float,
        keep_bytes: int,
        keep_free_bytes: int = 0,
        ages: Ages,
    ) -> None:
        self.kept = Kept(0, 0)
        self._images = images
        self._keep_days = keep_days
        self._keep_bytes = keep_bytes
        self._keep_free_bytes = keep_free_bytes
        self._ages = ages

    async def run(self, period_s: float = PERIOD_S, shortage_period_s: float = SHORTAGE_PERIOD_S) -> NoReturn:
        """Prune every `period_s`, and whenever too little space is free, until cancelled; log a disk that cannot be read and go on."""
        due_s = self._ages.now()
        while True:
            try:
                shortage_bytes = await asyncio.to_thread(self.shortage_bytes)
                if shortage_bytes and self.kept.throws:
                    _log.warning("the disk is nearly full: the oldest pictures of throws are deleted")
                if self._ages.now() >= due_s or (shortage_bytes and self.kept.throws):
                    due_s = self._ages.now() + period_s
                    self.kept = await asyncio.to_thread(self.prune, shortage_bytes)
            except OSError as error:
                _log.warning("old pictures of throws cannot be deleted: %s", error)
            await asyncio.sleep(min(period_s, shortage_period_s))

    def shortage_bytes(self) -> int:
        """Return how many bytes of free space are missing on the disk of the pictures; blocks."""
        return max(0, self._keep_free_bytes - self._images.free_bytes())

    def prune(self, shortage_bytes: int = 0) -> Kept:
        """Delete what is too old or too much, the oldest first, and return what is left; blocks."""
        oldest_s = self._ages.before_s(self._keep_days)
        return self._images.prune(oldest_s=oldest_s, most_old=OLD_AT_ONCE, most_bytes=self._keep_bytes, spare_bytes=shortage_bytes)
