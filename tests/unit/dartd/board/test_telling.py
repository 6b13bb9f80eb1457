"""What is told gathers by turns and is remembered by being told."""

from dartd.board.recovery import BoardMemory
from dartd.board.telling import Teller
from schemas.events import BoardStateChanged
from tests.support.board import landing, line


def test_a_turn_gathers_its_own_events() -> None:
    """Each turn begins with an empty list, and what is told is in the memory at once."""
    teller = Teller(BoardMemory())
    first = teller.turn(1.0)
    teller.landing(landing("T20"))
    second = teller.turn(2.0)
    teller.landing(landing("T19"))

    assert [line(event) for event in first] == ["dart_hit 1 T20"]
    assert [line(event) for event in second] == ["dart_hit 2 T19"]
    assert [dart.landed_at_s for dart in teller.memory.darts] == [1.0, 2.0]


def test_a_state_that_is_not_new_is_not_told() -> None:
    """Only a change of state or status is an event."""
    teller = Teller(BoardMemory())
    told = teller.turn(0.0)
    teller.changed("wait_for_throw", "starting", "nothing")
    teller.changed("wait_for_throw", "throw", "cameras")

    assert told == [
        BoardStateChanged(
            state="wait_for_throw", previous_state="wait_for_throw", status="throw", previous_status="starting", reason="cameras"
        )
    ]


def test_a_visit_without_throws_is_not_told() -> None:
    """Neither the end of an empty visit nor a second end is an event."""
    teller = Teller(BoardMemory())
    told = teller.turn(0.0)
    teller.complete("takeout")
    teller.landing(landing("T20"))
    teller.complete("takeout")
    teller.complete("reset")

    assert [line(event) for event in told] == ["dart_hit 1 T20", "visit_completed 60 takeout"]
