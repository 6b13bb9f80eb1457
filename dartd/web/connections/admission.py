"""Admission: serve a burst of new clients a few per iteration of the event loop, so that events are delivered in between."""

import asyncio
from collections import deque

PER_ITERATION = 8  # each takes about half a millisecond


class AdmissionLimiter:
    """Lets a bounded number of callers proceed per iteration of the event loop, in order of arrival."""

    def __init__(self, per_iteration: int = PER_ITERATION) -> None:
        self._per_iteration = per_iteration
        self._left = per_iteration
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._started: deque[asyncio.Future[None]] = deque()
        self._is_scheduled = False

    async def admit(self, *, started: bool = False) -> None:
        """Wait until the caller may proceed; callers that have `started` go before new ones, but at least one new caller proceeds."""
        if not self._is_scheduled:
            self._is_scheduled = True
            asyncio.get_running_loop().call_soon(self._next)
        if self._left > 0 and not self._started and (started or not self._waiting):
            self._left -= 1
            return
        mine = asyncio.get_running_loop().create_future()
        (self._started if started else self._waiting).append(mine)
        await mine

    def _next(self) -> None:
        self._left = self._per_iteration
        self._release(self._waiting, 1)  # also if many have started
        self._release(self._started, self._left)
        self._release(self._waiting, self._left)
        self._is_scheduled = bool(self._started or self._waiting) or self._left < self._per_iteration
        if self._is_scheduled:
            asyncio.get_running_loop().call_soon(self._next)

    def _release(self, queue: deque[asyncio.Future[None]], count: int) -> None:
        while queue and count > 0:
            first = queue.popleft()
            if not first.done():  # cancelled in the meantime
                first.set_result(None)
                count -= 1
                self._left -= 1
