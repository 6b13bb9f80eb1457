"""Media time and wall time."""

import pytest

from dartd.runtime.clock import LiveClock, RecordingClock


class _Machine:
    """The two clocks of a machine, set by hand."""

    def __init__(self) -> None:
        self.monotonic_s = 100.0
        self.wall_s = 1_000_000.0


def _clock(machine: _Machine) -> LiveClock:
    return LiveClock(lambda: machine.monotonic_s, lambda: machine.wall_s)


def test_small_drift_does_not_disturb_timestamps() -> None:
    """Timestamps go with media time while the wall clock is merely disciplined."""
    machine = _Machine()
    clock = _clock(machine)
    machine.monotonic_s += 10
    machine.wall_s += 10.01

    wall_s = clock.wall(clock.now())

    assert wall_s == 1_000_010.0


def test_wall_clock_that_is_set_is_followed(caplog: pytest.LogCaptureFixture) -> None:
    """After the wall clock was set, timestamps follow it, and the log says so."""
    machine = _Machine()
    clock = _clock(machine)
    machine.wall_s += 3600

    wall_s = clock.wall(clock.now())

    assert wall_s == 1_003_600.0
    assert "set by +3600.0 s" in caplog.text


def test_clock_of_a_recording_stands_where_it_is_put() -> None:
    """A recording's time is its own, from a fixed epoch."""
    clock = RecordingClock()
    clock.now_s = 2.5

    times = (clock.now(), clock.wall(clock.now()))

    assert times == (2.5, 1_767_225_602.5)
