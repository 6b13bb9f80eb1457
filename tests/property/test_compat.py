"""The interfaces of other boards hold their order rules for any sequence of events."""

import math
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from dartd.board.memory import BoardMemory
from dartd.board.throws import ThrowTimes
from dartd.outlets.compat.arudart import Arudart
from dartd.outlets.compat.autodarts import Autodarts
from dartd.outlets.compat.board_view import takes_slot
from dartd.outlets.compat.caller import Caller
from dartd.outlets.compat.opendarts import KEPT_VISITS, Opendarts
from schemas.base import BoardId
from schemas.events import BoardEvent, Snapshot
from tests.support.board import Scene
from tests.support.stories import STORIES, Action, play_story
from tests.support.values import values_of

_AT = "2026-11-30T12:00:00.000Z"
_STATUS = {"Throw", "Takeout", "Takeout in progress", "Starting", "Stopping", "Stopped", "Calibrating", "Error", "Offline", "Setup"}
_EVENTS = {"Throw detected", "Takeout started", "Takeout finished", "Manual reset", "Started", "Stopped", "Starting", "Stopping"}
_EVENTS |= {"Calibration started", "Calibration finished", "Calibration failed"}
_BEDS = {"Single", "SingleInner", "SingleOuter", "Double", "Triple", "Outside"}


def _plain(value: object) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


class _Client:
    """A client of the board manager that counts by `numThrows`, as all of them do, and finds fault with what it gets."""

    def __init__(self, state: dict[str, Any]) -> None:
        self.state = state

    def receive(self, new: dict[str, Any]) -> None:
        before, self.state = self.state, new
        old, now = before["numThrows"], new["numThrows"]
        assert new != before
        assert isinstance(new["running"], bool)
        assert new["status"] in _STATUS
        assert new["event"] in _EVENTS
        assert now == len(new["throws"]) <= 3
        assert new["status"] != "Takeout in progress" or now > 0
        for each in new["throws"]:
            segment = each["segment"]
            assert segment["bed"] in _BEDS
            assert (segment["multiplier"] == 0) == (segment["bed"] == "Outside")
            assert "coords" not in each or all(math.isfinite(each["coords"][axis]) for axis in "xy")
        if now > old:
            assert now == old + 1
            assert new["event"] == "Throw detected"
            assert new["throws"][:old] == before["throws"]  # coordinates never jitter
            assert new["status"] in {"Throw", "Takeout", "Takeout in progress", "Stopped", "Calibrating", "Error"}
        elif now == old and new["event"] == "Throw detected":
            changed = [k for k in range(now) if new["throws"][k] != before["throws"][k]]
            assert len(changed) <= 1
            assert all(new["throws"][k].get("coords") == before["throws"][k].get("coords") for k in changed)
        elif now < old:
            is_over = new["event"] in {"Takeout finished", "Manual reset"}
            assert now == 0 if is_over else now == old - 1  # a person deleted a dart
            assert new["event"] != "Takeout finished" or before["event"] == "Takeout started"


@settings(max_examples=60, deadline=None)
@given(STORIES)
def test_autodarts_clients_can_count(story: list[Action]) -> None:
    """One state for each dart, a takeout before an empty board, no state twice, and a `motion_state` after each state."""
    scene, _ = play_story(story, ThrowTimes())
    fold = Autodarts(170.0)
    client = _Client(_plain(fold.state))
    for event, _ in scene.events:
        frames = fold.step(event, _AT)
        for frame in frames:
            if frame.type == "state":
                client.receive(_plain(frame.data))
        assert not frames or frames[-1].type == "motion_state"
        assert _plain(fold.state) == client.state


@settings(max_examples=40, deadline=None)
@given(STORIES)
def test_arudart_clients_can_count(story: list[Action]) -> None:
    """Each dart once, its round after the third one, and nothing but an empty board in between."""
    scene, _ = play_story(story, ThrowTimes())
    fold = Arudart()
    events = [each for event, _ in scene.events for each in fold.step(event, _AT)]
    for before, now in pairwise(events):
        if now.event == "round_complete":
            assert before.event == "dart_scored"
            assert [each["dart_number"] for each in now.data["throws"]] == [1, 2, 3]
            assert now.data["total"] == sum(each["points"] for each in now.data["throws"])
        assert not (before.event == now.event == "darts_removed")
        assert now.event != "dart_scored" or 1 <= now.data["dart_number"] <= 3


@settings(max_examples=40, deadline=None)
@given(STORIES)
def test_opendarts_clients_can_replace(story: list[Action]) -> None:
    """Each state is whole, the raw event comes just before the state of its dart, and the past never has the visit that runs."""
    scene, _ = play_story(story, ThrowTimes())
    fold = Opendarts()
    messages = [each for event, _ in scene.events for each in fold.step(event, _AT)]
    for before, now in pairwise([{}, *messages]):
        if now["type"] == "state":
            assert now["n_darts"] == len(now["darts"]) <= 3
            assert (now["event"] == "throw_detected") == (before.get("type") == "THROW_DETECTED")
            assert now["event"] not in {"visit_complete", "manual_reset"} or (now["visit"], now["n_darts"]) == (None, 0)
    recent = fold.recent(KEPT_VISITS)
    running = fold.opening(_AT)[0]["visit"]
    assert all(each["n_darts"] and each["visit"] != running for each in recent["visits"])
    assert all(each["total"] == sum(dart["value"] for dart in each["darts"]) for each in recent["visits"])


@settings(max_examples=40, deadline=None)
@given(STORIES)
def test_clients_of_darts_caller_get_texts(story: list[Action]) -> None:
    """Scores are texts from 0 to 180, and darts are pulled only after a takeout has finished."""
    scene, _ = play_story(story, ThrowTimes())
    fold = Caller()
    messages = [each for event, _ in scene.events for each in (*fold.step(event, _AT), *fold.settle(None))]
    for before, now in pairwise([{}, *messages]):
        game = now.get("game", {})
        assert all(isinstance(value, str) for value in game.values())
        assert 0 <= int(game.get("dartValue", "0")) <= 180
        if now["event"] == "darts-pulled":
            assert before["data"]["status"] == "Takeout Finished"


def _counted_by_states(fold: Autodarts, events: Sequence[BoardEvent]) -> int:
    """Return the throws that a client counts by the states of a board manager."""
    count, last = 0, fold.state.num_throws
    for event in events:
        for frame in fold.step(event, _AT):
            if frame.type == "state":
                count += frame.data.num_throws > last
                last = frame.data.num_throws
    return count


def _counted(fold: Arudart | Opendarts | Caller, events: Sequence[BoardEvent]) -> int:
    """Return the throws that a client counts by the messages of throws."""
    messages = [_plain(each) for event in events for each in (*fold.step(event, _AT), *fold.settle(None))]
    return sum(_is_throw(each["event"]) for each in messages if "event" in each)


def _is_throw(name: str) -> bool:
    return name in {"dart_scored", "throw_detected"} or re.fullmatch("dart[123]-thrown", name) is not None


@settings(max_examples=60, deadline=None)
@given(STORIES)
def test_no_throw_is_lost_by_a_restart(story: list[Action]) -> None:
    """Wherever in the journal the daemon starts again, a client counts each throw before and each throw after, whatever cameras do."""
    scene, _ = play_story(story, ThrowTimes())
    events = [event for event, _ in scene.events]
    memory = BoardMemory(BoardId("main"))
    for position in range(len(events) + 1):
        snapshot = Snapshot(
            board_id=memory.board_id,
            last_seq=position,
            state=memory.state,
            status=memory.status,
            darts=tuple(dart.on_board() for dart in memory.darts),
            visit=memory.shown_visit.snapshot(),
        )
        after = events[position:]
        thrown = sum(map(takes_slot, after))
        states = Autodarts(170.0)
        states.begin(snapshot, _AT)
        others: tuple[Arudart | Opendarts | Caller, ...] = (Arudart(), Opendarts(), Caller())
        for fold in others:
            fold.begin(snapshot, _AT)

        assert [_counted_by_states(states, after), *(_counted(fold, after) for fold in others)] == [thrown] * 4
        memory.fold(scene.events[position : position + 1])


@settings(max_examples=20, deadline=None)
@given(st.lists(values_of(BoardEvent), max_size=8), values_of(Snapshot))  # type: ignore[arg-type]  # a union
def test_no_event_is_too_odd(events: list[BoardEvent], snapshot: Snapshot) -> None:
    """Events of other versions, and those that no board would publish, end no feed."""
    for fold in (Autodarts(170.0), Arudart(), Opendarts(), Caller()):
        fold.begin(snapshot, _AT)
        for event in events:
            fold.step(event, _AT)
            fold.settle(snapshot.match)


def test_a_scene_is_what_a_client_sees() -> None:
    """Three darts, a false takeout, a correction and the takeout, as a board manager would publish them."""
    scene, fold = Scene(), Autodarts(170.0)
    scene.throw("T20")
    scene.throw("S5")
    scene.throw("BULL")
    scene.moving(hand=True)
    scene.now += 1
    scene.still()
    scene.take_all()
    seen = [
        (frame.data.event, frame.data.status, [each.segment.name for each in frame.data.throws])
        for event, _ in scene.events
        for frame in fold.step(event, _AT)
        if frame.type == "state"
    ]

    assert seen == [
        ("Started", "Throw", []),
        ("Throw detected", "Throw", ["T20"]),
        ("Throw detected", "Throw", ["T20", "S5"]),
        ("Throw detected", "Takeout", ["T20", "S5", "Bull"]),
        ("Takeout started", "Takeout in progress", ["T20", "S5", "Bull"]),
        ("Throw detected", "Throw", ["T20", "S5", "Bull"]),
        ("Takeout started", "Takeout in progress", ["T20", "S5", "Bull"]),
        ("Takeout finished", "Throw", []),
    ]
