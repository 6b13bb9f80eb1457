"""The one inbox before the board: what cameras and people say, in the order it came."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Sequence
from typing import Generic, TypeVar

from dartd.errors import PipelineFullError

CAPACITY = 4096

T = TypeVar("T")


class Inbox(Generic[T]):
    """A bounded queue with many senders and one taker, who takes all that waits at once.

    When it is full, `put` waits (which holds up the camera's pipe and no other sender) and `offer` refuses.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.capacity = capacity
        self._items: deque[T] = deque()
        self._filled = asyncio.Event()
        self._space = asyncio.Event()
        self._space.set()

    def __len__(self) -> int:
        return len(self._items)

    async def put(self, item: T) -> None:
        """Add an item, waiting until there is space."""
        while len(self._items) >= self.capacity:
            self._space.clear()
            await self._space.wait()
        self._add(item)

    def offer(self, item: T) -> None:
        """Add an item at once.

        Raises:
            PipelineFullError: there is no space.
        """
        if len(self._items) >= self.capacity:
            raise PipelineFullError(f"{self.capacity} messages wait already, try again in a moment", limit=self.capacity)
        self._add(item)

    def put_back(self, items: Sequence[T]) -> None:
        """Put items before all that wait, whether or not there is space."""
        self._items.extendleft(reversed(items))
        self._filled.set()

    async def wait(self, timeout_s: float | None) -> None:
        """Wait until something is there, at most `timeout_s` (None: without limit); yields to the event loop in any case."""
        if self._items or (timeout_s is not None and timeout_s <= 0):
            await asyncio.sleep(0)
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._filled.wait()

    def take_all(self) -> list[T]:
        """Take everything that waits, oldest first."""
        items = list(self._items)
        self._items.clear()
        self._filled.clear()
        self._space.set()
        return items

    def _add(self, item: T) -> None:
        self._items.append(item)
        self._filled.set()
