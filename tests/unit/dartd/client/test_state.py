"""The board as a client knows it."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from dartd.client.state import KEPT_VISITS, AnyEvent, ClientState, reduce
from schemas.base import CameraId, DartId, VisitId
from schemas.codec import decode_journalled, decode_live, encode_json
from schemas.events import (
    BoardReset,
    BoardStateChanged,
    CalibrationChanged,
    CameraStateChanged,
    DartBounceOut,
    DartRemoved,
    Heartbeat,
    TakeoutFinished,
    VisitCompleted,
    VisitSnapshot,
    VisitThrow,
)
from tests.support import fold_cases
from tests.support.board import Scene
from tests.support.stories import STORIES, Action
from tests.support.throws import hit


def _after(*events: AnyEvent | None) -> ClientState:
    state = ClientState()
    for seq, event in enumerate(events, 1):
        state = reduce(state, event, seq)
    return state


def _completed(visit: str, points: int = 60) -> VisitCompleted:
    throws = (VisitThrow(dart_number=1, dart_id=DartId("d"), label="T20", points=points),)
    return VisitCompleted(visit_id=VisitId(visit), throws=throws, total=points, reason="three_darts")


def test_darts_land_and_count() -> None:
    """Each stands in the board and in its visit."""
    state = _after(hit("d1", 1), hit("d2", 2))

    assert [dart.dart_id for dart in state.darts] == ["d1", "d2"]
    assert (state.visit.total, [each.label for each in state.visit.throws], state.last_seq) == (120, ["T20", "T20"], 2)


def test_darts_go() -> None:
    """Taken out, fallen out, or all at once."""
    position = hit().board_coordinates
    removed = _after(hit("d1"), DartRemoved(count_removed=1, count_remaining=0, removed_dart_ids=(DartId("d1"),)))
    fallen = _after(hit("d1"), DartBounceOut(dart_id=DartId("d1"), visit_id=VisitId("v"), dart_position=position, time_on_board_ms=1))
    cleared = _after(hit("d1"), TakeoutFinished(visit_id=VisitId("v")))

    assert (removed.darts, fallen.darts, cleared.darts) == ((), (), ())


def test_a_new_visit_keeps_the_one_before() -> None:
    """The first dart of a visit puts the last one among those that ended; only a few are kept."""
    state = _after(*(event for k in range(10) for event in (hit(f"d{k}", 1, visit=f"v{k}"), _completed(f"v{k}"))))

    assert (state.visit.visit_id, [visit.visit_id for visit in state.visits]) == ("v9", [f"v{k}" for k in range(8, 8 - KEPT_VISITS, -1)])


def test_a_visit_is_published_again_after_a_correction() -> None:
    """Its total changes where it stands."""
    state = _after(hit("d1", 1, visit="v1"), _completed("v1"), hit("d2", 1, visit="v2"), _completed("v1", 20))

    assert [visit.total for visit in state.visits] == [20]


def test_a_reset_empties_the_board() -> None:
    """No dart, and a fresh visit."""
    state = _after(hit("d1"), BoardReset(visit_id=VisitId("fresh"), visit=VisitSnapshot(visit_id=VisitId("fresh"))))

    assert (state.darts, state.visit.visit_id, state.visit.total) == ((), "fresh", 0)


def test_cameras_and_status_are_known() -> None:
    """The last event of a camera is kept together with those before."""
    state = _after(
        CameraStateChanged(camera_id=CameraId("c"), state="ready", previous_state="starting"),
        CalibrationChanged(camera_id=CameraId("c"), state="ready", residual_px=0.4),
        BoardStateChanged(
            state="wait_for_throw", previous_state="wait_for_throw", status="throw", previous_status="starting", reason="ready"
        ),
    )
    camera = state.cameras[CameraId("c")]

    assert (camera.state, camera.residual_px, state.status) == ("ready", 0.4, "throw")


def test_what_is_unknown_changes_nothing() -> None:
    """A newer daemon may send other events; a heartbeat has no position in the stream."""
    before = _after(hit("d1"))

    assert reduce(before, None, 2).darts == before.darts
    assert reduce(before, None, 2).last_seq == 2
    assert reduce(before, Heartbeat(last_seq=9), None) == before


@pytest.mark.parametrize("case", fold_cases.table(), ids=lambda case: case["name"])
def test_the_client_shows_what_the_board_shows(case: dict[str, Any]) -> None:
    """In every case of the table, made by the board's own fold, the client's state is the board's after each step."""
    state = reduce(ClientState(), decode_live(encode_json(case["snapshot"])), None)
    for step in case["steps"]:
        for message in step["messages"]:
            state = reduce(state, decode_journalled(encode_json(message)), message["seq"])
        known = {"state": state.state, "status": state.status, "player_id": state.player_id}

        assert {**known, "darts": msgspec.to_builtins(list(state.darts)), "visit": json.loads(encode_json(state.visit))} == step["shown"]


@settings(max_examples=100, deadline=None)
@given(STORIES)
def test_the_client_shows_what_the_board_shows_in_any_story(story: list[Action]) -> None:
    """Whatever happens: darts, visit and player of the client are the board's after every action."""
    scene = Scene()
    state = reduce(ClientState(), decode_live(encode_json(fold_cases.snapshot_of(scene))), None)
    seq = 0
    for action in story:
        before = len(scene.events)
        action(scene)
        for event, _ in scene.events[before:]:
            seq += 1
            state = reduce(state, event, seq)

        assert state.visit == scene.machine.visit
        assert state.darts == tuple(dart.on_board() for dart in scene.machine.darts)
        assert (state.state, state.status, state.player_id) == (scene.machine.state, scene.machine.status, scene.machine.memory.player_id)
