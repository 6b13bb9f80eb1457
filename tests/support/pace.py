"""Clocks that run many times faster than real time, for daemons that live through hours within minutes."""

import asyncio
import math
import selectors
import time
from typing import NamedTuple, Self


class Pace(NamedTuple):
    """`speed` seconds of media and wall time pass in each real second since `zero_s` (monotonic), when the wall clock read `wall_s`."""

    speed: float
    zero_s: float
    wall_s: float

    @classmethod
    def beginning(cls, speed: float) -> Self:
        """Return a pace that begins now."""
        return cls(speed, time.monotonic(), time.time())

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a pace as it is written."""
        return cls(*(float(part) for part in text.split(":")))

    def __str__(self) -> str:
        return ":".join(map(repr, self))

    def media_s(self, real_s: float) -> float:
        """Return the media time of a moment of the real monotonic clock."""
        return self.zero_s + (real_s - self.zero_s) * self.speed

    def real_s(self, media_s: float) -> float:
        """Return the moment of the real monotonic clock of a media time."""
        return self.zero_s + (media_s - self.zero_s) / self.speed

    def media_of_wall_s(self, wall_s: float) -> float:
        """Return the media time of a moment of the fast wall clock."""
        return self.zero_s + wall_s - self.wall_s


class _FastSelector(selectors.EpollSelector):
    """Waits for the real time of a timeout that is given in media time."""

    def __init__(self, speed: float) -> None:
        super().__init__()
        self._speed = speed

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait until a file object is ready, or the time is up."""
        return super().select(timeout if timeout is None or timeout <= 0 or math.isinf(timeout) else timeout / self._speed)


def quicken(pace: Pace) -> None:
    """Let `time.monotonic` and `time.time` of this process run at a pace; to be called before modules keep references to them.

    What waits in C (locks, sockets, SQLite's busy timeout) and `time.perf_counter` keep real time.
    """
    monotonic = time.monotonic
    time.monotonic = lambda: pace.media_s(monotonic())  # type: ignore[assignment]
    time.time = lambda: pace.wall_s + (monotonic() - pace.zero_s) * pace.speed  # type: ignore[assignment]


def fast_event_loop(pace: Pace) -> asyncio.AbstractEventLoop:
    """Return asyncio's own event loop, whose timers keep to the pace; the loop of libuv reads the clock of the kernel."""
    return asyncio.SelectorEventLoop(_FastSelector(pace.speed))
