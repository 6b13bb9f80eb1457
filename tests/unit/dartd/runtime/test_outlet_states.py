"""The state of an outlet: since when it is away, and what waits for it."""

import pytest

from dartd.figures import OutletFigures
from dartd.runtime.hub.hub import GapError
from dartd.runtime.outlet_states import OutletStates


class _Clock:
    now_s = 100.0
    last_seq = 10

    def states(self) -> OutletStates:
        return OutletStates(lambda: self.last_seq, lambda: self.now_s)


def test_an_outlet_is_away_until_it_is_connected_and_again_from_the_first_loss() -> None:
    """However often it tries meanwhile; the problem is the last one, and gone with the next connection."""
    clock = _Clock()
    states = clock.states()
    state = states.add("mqtt", "mqtt://ann:s3cret@broker")
    clock.now_s = 104.0
    first = states.figures()
    state.connected()
    connected = states.figures()
    state.lost("refused")
    clock.now_s = 110.0
    state.lost(OSError("no route"))
    lost = states.figures()

    assert first == (OutletFigures(name="mqtt", where="mqtt://***@broker", away_s=4.0),)
    assert (connected[0].connected, connected[0].problem) == (True, "")
    assert (lost[0].away_s, lost[0].problem) == (6.0, "no route")


@pytest.mark.parametrize(("gap", "position", "dropped"), [((3, 8), 7, 4), ((3, 4), 3, 0), ((3, 2), 3, 0)])
def test_what_waits_and_what_is_given_up(gap: tuple[int, int], position: int, dropped: int) -> None:
    """Events that were deleted by age are counted, and those behind them wait."""
    clock = _Clock()
    states = clock.states()
    state = states.add("nats", "nats://hub")
    state.moved(3, published=2)
    before = states.figures()[0]
    seq = state.dropped(GapError("too_old", requested=gap[0], oldest=gap[1], last_seq=10))
    after = states.figures()[0]

    assert (before.waiting, before.published, before.dropped) == (7, 2, 0)
    assert (seq, after.waiting, after.dropped) == (position, 10 - position, dropped)
