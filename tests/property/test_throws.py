"""Whatever happens at a board, in whatever order: the throw machine goes on, counts nothing twice, and comes back from its events."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from dartd.board.memory import BoardMemory
from dartd.board.throws import ThrowMachine, ThrowTimes
from schemas.base import BoardId
from schemas.commands import ResetBoard, StartBoard
from schemas.events import (
    DartHit,
    DartUnscored,
    ExtraDart,
)
from tests.support.stories import STORIES, Action, play_story


def _public(memory: BoardMemory) -> tuple[object, ...]:
    darts = tuple(msgspec.structs.replace(dart, episodes={}) for dart in memory.darts)
    ids = (memory.next_dart_id, memory.next_visit_id)
    takeout = (memory.takeout, memory.part_taken, memory.overdue, memory.player_id)
    return memory.state, memory.status, darts, memory.visit, memory.past, memory.shown_visit, ids, takeout


@settings(max_examples=300, deadline=None)
@given(STORIES, st.booleans())
def test_events_of_any_sequence_are_consistent(story: list[Action], count_misses: bool) -> None:  # noqa: FBT001
    """Slots, darts, removals, takeouts and visits add up for a client that receives the events, and each visit with throws is published."""
    scene, follower = play_story([*story, lambda scene: scene.command(ResetBoard())], ThrowTimes(count_misses=count_misses))

    assert scene.machine.state == "wait_for_throw"
    for visit_id, slots in follower.slots.items():
        assert follower.visits[visit_id] == 1 or not slots


@settings(max_examples=300, deadline=None)
@given(STORIES)
def test_any_story_ends_in_a_state_that_goes_on(story: list[Action]) -> None:
    """When the hands are gone and the limits have passed, the next dart is expected, and after a start it counts."""
    scene, _ = play_story(story, ThrowTimes())
    scene.wait(30.0)

    assert scene.machine.state in {"wait_for_throw", "throw_finished"}
    assert scene.machine.deadline() is None

    scene.cameras(ready=True)
    scene.command(StartBoard())
    lines = scene.throw("T20")
    assert any(text.startswith(("dart_hit", "extra_dart")) for text in lines)


@settings(max_examples=300, deadline=None)
@given(STORIES)
def test_any_story_comes_back_from_its_events(story: list[Action]) -> None:
    """A machine restored from the events of a sequence has the state of the machine that published them, and goes on from there."""
    scene, _ = play_story(story, ThrowTimes())
    restored: ThrowMachine = scene.restored()

    assert _public(restored.memory) == _public(scene.machine.memory)

    stored = BoardMemory(BoardId("main"))
    stored.load(scene.machine.memory.dump(0.0), 0.0)
    assert _public(stored) == _public(scene.machine.memory)

    restored.tick(scene.now + 60.0)
    assert restored.state in {"wait_for_throw", "throw_finished"}


@settings(max_examples=200, deadline=None)
@given(STORIES, st.integers(0, 60))
def test_a_tail_of_the_events_is_enough_for_new_ids(story: list[Action], skipped: int) -> None:
    """A machine restored from the last events only assigns none of their ids again, and goes on."""
    scene, follower = play_story(story, ThrowTimes())
    tail = scene.events[skipped:]
    machine = ThrowMachine(ThrowTimes(), BoardId("main"))
    machine.restore(BoardMemory(BoardId("main")), tail, scene.now)
    known = {event.dart_id for event, _ in tail if isinstance(event, DartHit | DartUnscored | ExtraDart)}

    assert machine.memory.next_dart_id not in known
    assert not known or machine.memory.next_dart_id not in follower.darts

    machine.tick(scene.now + 60.0)
    assert machine.state != "pull_out_started"
