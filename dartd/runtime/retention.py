"""Delete the oldest pictures of throws periodically."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import NoReturn

from dartd.store.images import Images, Kept

_log = logging.getLogger(__name__)

PERIOD_S = 600.0
DAY_S = 86_400.0


class Retention:
    """Limits the age and the total size of the pictures of throws. `kept` counts what was left after the last run."""

    def __init__(self, images: Images, *, keep_days: float, keep_bytes: int, wall: Callable[[], float] = time.time) -> None:
        self.kept = Kept(0, 0)
        self._images = images
        self._keep_s = keep_days * DAY_S
        self._keep_bytes = keep_bytes
        self._wall = wall

    async def run(self, period_s: float = PERIOD_S) -> NoReturn:
        """Prune every `period_s` until cancelled; log a disk that cannot be read and go on."""
        while True:
            try:
                self.kept = await asyncio.to_thread(self.prune)
            except OSError as error:
                _log.warning("old pictures of throws cannot be deleted: %s", error)
            await asyncio.sleep(period_s)

    def prune(self) -> Kept:
        """Delete what is too old or too much, and return what is left. Blocks."""
        return self._images.prune(oldest_s=self._wall() - self._keep_s, most_bytes=self._keep_bytes)
