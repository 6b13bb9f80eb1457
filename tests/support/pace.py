"""Clocks that run many times faster than real time, for daemons that live through hours within minutes.

One process advances the time, all others read it from a file that they map. It advances no further than allowed: on a machine that is busy
with other programs it runs slower, and what is observed stays the same.
"""

import asyncio
import math
import mmap
import selectors
import struct
import threading
import time
from array import array
from bisect import bisect_left
from collections.abc import Callable
from pathlib import Path
from typing import Final, Self

_TIME: Final = struct.Struct("d")
TICK_S: Final = 0.002  # between two steps of the time
LONGEST_TICK_S: Final = 0.01  # of real time that a step makes up for


class Pace:
    """The time in a file: at most `speed` seconds of media and wall time pass in a real second. At `zero_s` the wall clock was `wall_s`."""

    def __init__(self, path: Path, speed: float, zero_s: float, wall_s: float) -> None:
        self._path = path
        self.speed = speed
        self.zero_s = zero_s
        self.wall_s = wall_s
        with path.open("r+b") as file:
            # Written as one machine word: `struct` clears its bytes first, and a reader in between goes back to the beginning of time.
            self._time = memoryview(mmap.mmap(file.fileno(), _TIME.size)).cast("d")

    @classmethod
    def beginning(cls, path: Path, speed: float) -> Self:
        """Return a pace that begins now, in a new file."""
        zero_s = time.monotonic()
        path.write_bytes(_TIME.pack(zero_s))
        return cls(path, speed, zero_s, time.time())

    @classmethod
    def read(cls, text: str) -> Self:
        """Open the pace that was written as text."""
        speed, zero_s, wall_s, path = text.split(":", 3)
        return cls(Path(path), float(speed), float(zero_s), float(wall_s))

    def __str__(self) -> str:
        return f"{self.speed!r}:{self.zero_s!r}:{self.wall_s!r}:{self._path}"

    def now_s(self) -> float:
        """Return the media time."""
        return float(self._time[0])

    def advance(self, now_s: float) -> None:
        """Set the media time."""
        self._time[0] = now_s

    def wall_now_s(self) -> float:
        """Return the wall time."""
        return self.wall_s + self.now_s() - self.zero_s

    def media_of_wall_s(self, wall_s: float) -> float:
        """Return the media time of a wall time."""
        return self.zero_s + wall_s - self.wall_s


class Metronome:
    """Advances the time of a pace in a thread, up to what `limit_s` returns, and remembers when it was what."""

    def __init__(self, pace: Pace, limit_s: Callable[[], float]) -> None:
        self._pace = pace
        self._limit_s = limit_s
        self._media_s, self._real_s = array("d"), array("d")
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="metronome", daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the time."""
        self._ended.set()
        self._thread.join()

    def real_s(self, media_s: float) -> float:
        """Return the moment of the real monotonic clock at which a media time was reached."""
        k = bisect_left(self._media_s, media_s)
        return self._real_s[min(k, len(self._real_s) - 1)]

    def _run(self) -> None:
        last_s = time.monotonic()
        while not self._ended.wait(TICK_S):
            real_s = time.monotonic()
            step_s = min(real_s - last_s, LONGEST_TICK_S) * self._pace.speed
            last_s, before_s = real_s, self._pace.now_s()
            now_s = min(before_s + step_s, max(before_s, self._limit_s()))
            if now_s > before_s:
                self._pace.advance(now_s)
                self._media_s.append(now_s)
                self._real_s.append(real_s)


class _FastSelector(selectors.EpollSelector):
    """Waits for the real time of a timeout that is given in media time."""

    def __init__(self, speed: float) -> None:
        super().__init__()
        self._speed = speed

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait until a file object is ready, or the time is up."""
        return super().select(timeout if timeout is None or timeout <= 0 or math.isinf(timeout) else timeout / self._speed)


def quicken(pace: Pace) -> None:
    """Let `time.monotonic` and `time.time` of this process be those of a pace; to be called before modules keep references to them.

    What waits in C (locks, sockets, SQLite's busy timeout) and `time.perf_counter` keep real time.
    """
    time.monotonic = pace.now_s
    time.time = pace.wall_now_s


def fast_event_loop(pace: Pace) -> asyncio.AbstractEventLoop:
    """Return asyncio's own event loop, whose timers keep to the pace; the loop of libuv reads the clock of the kernel."""
    return asyncio.SelectorEventLoop(_FastSelector(pace.speed))
