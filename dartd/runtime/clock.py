"""Media time and wall time: the one place where they meet."""

import logging
import time
from collections.abc import Callable
from typing import Protocol

_log = logging.getLogger(__name__)

FOLLOW_S = 0.05  # the wall clock is followed when it has drifted or been set by more than this
STEP_S = 1.0  # and it is worth a line in the log from here


class Clock(Protocol):
    """A source of media time, and of the wall time of a moment of it."""

    def now(self) -> float:
        """Return media time in seconds."""

    def wall(self, now: float) -> float:
        """Return the wall time, in seconds since 1970, of a moment of media time."""


class LiveClock:
    """The machine's clocks. Media time is CLOCK_MONOTONIC, which all processes share.

    The distance to wall time is fixed at start, so that timestamps are as even as media time; it is taken anew when the wall clock
    has been set, as happens some time after the start of a machine without a battery-backed clock.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, wall: Callable[[], float] = time.time) -> None:
        self._monotonic = monotonic
        self._wall = wall
        self._epoch_s = wall() - monotonic()

    def now(self) -> float:
        """Return media time in seconds."""
        return self._monotonic()

    def wall(self, now: float) -> float:
        """Return the wall time, in seconds since 1970, of a moment of media time."""
        epoch_s = self._wall() - self._monotonic()
        step_s = epoch_s - self._epoch_s
        if abs(step_s) > FOLLOW_S:
            self._epoch_s = epoch_s
            if abs(step_s) > STEP_S:
                _log.warning("the wall clock was set by %+.1f s", step_s)
        return self._epoch_s + now


class RecordingClock:
    """The clock of a recording that is played in lockstep: it stands where its driver puts it."""

    EPOCH_S = 1_767_225_600.0  # 2026-01-01T00:00:00Z, so that two runs give the same times

    def __init__(self) -> None:
        self.now_s = 0.0

    def now(self) -> float:
        """Return media time in seconds."""
        return self.now_s

    def wall(self, now: float) -> float:
        """Return the wall time, in seconds since 1970, of a moment of media time."""
        return self.EPOCH_S + now
