"""Times at which something happens to a match by itself."""

from dartd.play.timers import Timers


def test_a_match_waits_once() -> None:
    """From when it began to wait, until its time has come or it waits no more."""
    timers = Timers(2.0)
    timers.watch("m1", 1.0, waits=True)
    timers.watch("m1", 2.0, waits=True)
    timers.watch("m2", 0.5, waits=True)
    timers.watch("m3", 0.0, waits=True)
    timers.watch("m3", 0.0, waits=False)

    assert (timers.deadline, timers.take_due(2.4)) == (2.5, [])
    assert (timers.take_due(3.0), timers.deadline) == (["m2", "m1"], None)
    timers.watch("m1", 3.0, waits=True)
    timers.clear()
    assert timers.deadline is None
