"""Let the oldest pictures of throws go, now and then."""

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
    """Keeps the pictures of throws within their age and size. `kept` is what there was at the last look."""

    def __init__(self, images: Images, *, keep_days: float, keep_bytes: int, wall: Callable[[], float] = time.time) -> None:
        self.kept = Kept(0, 0)
        self._images = images
        self._keep_s = keep_days * DAY_S
        self._keep_bytes = keep_bytes
        self._wall = wall

    async def run(self, period_s: float = PERIOD_S) -> NoReturn:
        """Look for ever; a disk that cannot be read is no reason to stop."""
        while True:
            try:
                self.kept = await asyncio.to_thread(self.prune)
            except OSError as error:
                _log.warning("old pictures of throws cannot be removed: %s", error)
            await asyncio.sleep(period_s)

    def prune(self) -> Kept:
        """Look once; blocks."""
        return self._images.prune(oldest_s=self._wall() - self._keep_s, most_bytes=self._keep_bytes)
