"""Pace: a storm of newcomers is let in a few at each turn of the event loop, so that events reach everybody else between them."""

import asyncio
from collections import deque

PER_TURN = 8  # each takes half a millisecond or so


class Pace:
    """Whoever has work that can wait a moment asks for a turn first; turns are given in the order of asking."""

    def __init__(self, per_turn: int = PER_TURN) -> None:
        self._per_turn = per_turn
        self._left = per_turn
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._begun: deque[asyncio.Future[None]] = deque()
        self._is_scheduled = False

    async def turn(self, *, begun: bool = False) -> None:
        """Go on at once when few do, else some turns of the loop later; who has `begun` is let through before anybody new but one."""
        if not self._is_scheduled:
            self._is_scheduled = True
            asyncio.get_running_loop().call_soon(self._next)
        if self._left > 0 and not self._begun and (begun or not self._waiting):
            self._left -= 1
            return
        mine = asyncio.get_running_loop().create_future()
        (self._begun if begun else self._waiting).append(mine)
        await mine

    def _next(self) -> None:
        self._left = self._per_turn
        self._let_through(self._waiting, 1)  # however many have begun
        self._let_through(self._begun, self._left)
        self._let_through(self._waiting, self._left)
        self._is_scheduled = bool(self._begun or self._waiting) or self._left < self._per_turn
        if self._is_scheduled:
            asyncio.get_running_loop().call_soon(self._next)

    def _let_through(self, queue: deque[asyncio.Future[None]], count: int) -> None:
        while queue and count > 0:
            first = queue.popleft()
            if not first.done():  # not one who has left meanwhile
                first.set_result(None)
                count -= 1
                self._left -= 1
