"""How much WebSocket clients may send: per connection and second, and in all per iteration of the event loop."""

import asyncio
from collections import deque
from collections.abc import Callable

# Parsing an empty frame takes 10 µs and passing a slice of data to the parser 3 µs: an iteration then takes at most 3 ms, whatever clients
# send. `python -m tests.bench.attack` measures what others notice of it.
_FRAMES_PER_ITERATION = 256


class TokenBucket:
    """Permits `at_once` uses and `per_s` more per second."""

    __slots__ = ("_at_once", "_at_s", "_left", "per_s", "refused")

    def __init__(self, per_s: float, at_once: float) -> None:
        self.per_s = per_s
        self._at_once = at_once
        self._left = float(at_once)
        self._at_s = 0.0
        self.refused = 0

    def take(self, now_s: float, count: int = 1) -> bool:
        """Count uses at a monotonic time; return False if they exceed the limit, and count them as refused."""
        self._left = min(self._at_once, self._left + (now_s - self._at_s) * self.per_s)
        self._at_s = now_s
        if self._left < count:
            self.refused += count
            return False
        self._left -= count
        return True


class FrameBudget:
    """Shares the frames that are handled per iteration of the event loop among all connections, in order of arrival."""

    def __init__(self, per_iteration: int = _FRAMES_PER_ITERATION) -> None:
        self._per_iteration = per_iteration
        self._left = per_iteration
        self._waiting: deque[Callable[[], None]] = deque()
        self._is_scheduled = False

    @property
    def is_free(self) -> bool:
        """Return whether a connection may handle frames now: none waits, and this iteration has some left."""
        return self._left > 0 and not self._waiting

    def spend(self, frames: int) -> None:
        """Count frames that were handled in this iteration."""
        self._left -= frames
        self._schedule()

    def wait(self, feed: Callable[[], None]) -> None:
        """Call `feed` once it is the turn of this connection, in a later iteration."""
        self._waiting.append(feed)
        self._schedule()

    def _schedule(self) -> None:
        if not self._is_scheduled:
            self._is_scheduled = True
            asyncio.get_running_loop().call_soon(self._next)

    def _next(self) -> None:
        self._left = self._per_iteration
        self._is_scheduled = False
        for _ in range(len(self._waiting)):  # those that wait again are fed in the next iteration
            if self._left <= 0:
                break
            self._waiting.popleft()()
        if self._waiting:
            self._schedule()
