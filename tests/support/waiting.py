"""Waiting for a condition with a deadline, in tests with and without an event loop."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

DEADLINE_S = 120.0  # for whatever takes a second or two on an idle machine: it guards against hanging and says nothing about speed
_POLL_S = 0.005


class Waiting:
    """Asks again and again until the answer is true, and fails the test with the last answer when the deadline has passed."""

    def __init__(self, timeout_s: float = DEADLINE_S) -> None:
        self.timeout_s = timeout_s

    def until(self, condition: Callable[[], T], what: str = "", timeout_s: float | None = None) -> T:
        """Wait until the condition is true and give its answer; for tests without an event loop.

        Raises:
            AssertionError: the deadline has passed.
        """
        deadline = time.monotonic() + (timeout_s or self.timeout_s)
        pause = threading.Event()
        while not (answer := condition()):
            if time.monotonic() > deadline:
                raise AssertionError(self._complaint(what, answer, timeout_s))
            pause.wait(_POLL_S)
        return answer

    async def soon(self, condition: Callable[[], T], what: str = "", timeout_s: float | None = None) -> T:
        """Wait until the condition is true and give its answer; the event loop runs on meanwhile.

        Raises:
            AssertionError: the deadline has passed.
        """
        deadline = time.monotonic() + (timeout_s or self.timeout_s)
        while not (answer := condition()):
            if time.monotonic() > deadline:
                raise AssertionError(self._complaint(what, answer, timeout_s))
            await asyncio.sleep(_POLL_S)
        return answer

    async def within(self, awaitable: Awaitable[T], what: str = "", timeout_s: float | None = None) -> T:
        """Await something that must come within the deadline.

        Raises:
            AssertionError: the deadline has passed.
        """
        try:
            async with asyncio.timeout(timeout_s or self.timeout_s):
                return await awaitable
        except TimeoutError:
            raise AssertionError(self._complaint(what, None, timeout_s)) from None

    def _complaint(self, what: str, answer: object, timeout_s: float | None) -> str:
        return f"{what or 'the condition'} did not come within {timeout_s or self.timeout_s} s (last answer: {answer!r})"
