"""Events are collected by step, applied to the memory at once, and carry the visit as it stands."""

from dartd.board.emitter import EventEmitter
from dartd.board.memory import BoardMemory
from schemas.base import BoardId
from schemas.commands import SignOnPlayer
from schemas.events import BoardStateChanged, DartHit, PlayerSignedOn
from tests.support.board import landing, line


def _emitter() -> EventEmitter:
    return EventEmitter(BoardMemory(BoardId("main")))


def test_each_step_collects_its_own_events() -> None:
    """Each step begins with an empty list, and what is emitted is in the memory at once."""
    emitter = _emitter()
    first = emitter.begin(1.0)
    emitter.landing(landing("T20"))
    second = emitter.begin(2.0)
    emitter.landing(landing("T19"))

    assert [line(event) for event in first] == ["dart_hit 1 T20"]
    assert [line(event) for event in second] == ["dart_hit 2 T19"]
    assert [dart.landed_at_s for dart in emitter.memory.darts] == [1.0, 2.0]


def test_a_state_that_is_not_new_is_no_event() -> None:
    """Only a change of state or status is an event."""
    emitter = _emitter()
    events = emitter.begin(0.0)
    emitter.changed("wait_for_throw", "starting", "nothing")
    emitter.changed("wait_for_throw", "throw", "cameras")

    assert events == [
        BoardStateChanged(
            state="wait_for_throw", previous_state="wait_for_throw", status="throw", previous_status="starting", reason="cameras"
        )
    ]


def test_a_visit_without_throws_is_not_completed() -> None:
    """Neither the end of an empty visit nor a second end is an event."""
    emitter = _emitter()
    events = emitter.begin(0.0)
    emitter.complete("takeout")
    emitter.landing(landing("T20"))
    emitter.complete("takeout")
    emitter.complete("reset")

    assert [line(event) for event in events] == ["dart_hit 1 T20", "visit_completed 60 takeout"]


def test_a_hit_carries_its_visit_and_player() -> None:
    """A client needs no rules of darts: the event holds the visit with this dart in it, and who throws it."""
    emitter = _emitter()
    events = emitter.begin(0.0)
    emitter.sign_on(SignOnPlayer(player_id="ann", user_id="u1"))
    emitter.sign_on(SignOnPlayer(player_id="ann", user_id="u2"))
    emitter.landing(landing("T20"))
    emitter.landing(landing("S5"))

    signed_on, first, second = events
    assert isinstance(signed_on, PlayerSignedOn)
    assert (signed_on.player_id, signed_on.previous_player_id, signed_on.user_id) == ("ann", None, "u1")
    assert isinstance(first, DartHit)
    assert isinstance(second, DartHit)
    assert first.player_id == "ann"
    assert second.visit is not None
    assert [throw.label for throw in second.visit.throws] == ["T20", "S5"]
    assert (second.visit.total, second.visit.player_id, second.visit.completed) == (65, "ann", False)
