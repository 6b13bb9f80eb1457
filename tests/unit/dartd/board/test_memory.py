"""What the board remembers by its events alone."""

import msgspec
import pytest

from dartd.board.memory import VISITS_KEPT, BoardMemory
from schemas.base import BoardId, CameraId, DartId, VisitId
from schemas.commands import CorrectDart, ResetBoard, SignOnPlayer
from schemas.events import CameraStateChanged, DartHit, PlayerErased, PlayerMerged, VisitCompleted
from tests.support.board import Scene


def test_darts_visit_and_ids_come_back() -> None:
    """After a restart the same darts stand in the same visit, and ids go on."""
    scene = Scene()
    scene.throw("T20")
    scene.throw("S5", "D16")
    memory = scene.restored().memory

    assert [(d.dart_id, d.dart_number, d.score.label) for d in memory.darts] == [
        ("main-d000001", 1, "T20"),
        ("main-d000002", 2, "S5"),
        ("main-d000003", 3, "D16"),
    ]
    assert memory.darts[1].landed_at_s == scene.machine.darts[1].landed_at_s
    assert memory.visit == scene.machine.memory.visit
    assert (memory.next_dart_id, memory.next_visit_id) == ("main-d000004", "main-v000002")


def test_the_last_visit_is_shown_until_the_next_dart() -> None:
    """After a takeout the last visit is still shown and can be corrected; the next dart shows its own."""
    scene = Scene()
    scene.throw("T20")
    scene.take_all()

    assert scene.labels == ["T20"]
    assert scene.machine.visit.completed
    assert scene.command(CorrectDart(operation="insert", label="S5")) == ["dart_corrected", "visit_completed 65 correction revised"]
    scene.throw("T19")
    assert scene.labels == ["T19"]
    assert scene.restored().visit == scene.machine.visit


def test_a_reset_shows_no_visit() -> None:
    """After a reset nothing of the last visit is shown, and a visit without throws is used on."""
    scene = Scene()
    scene.throw("T20")
    scene.command(ResetBoard())
    scene.command(ResetBoard())

    assert scene.labels == []
    assert scene.machine.visit.visit_id == "main-v000002"


def test_ten_past_visits_are_kept() -> None:
    """Memory is bounded: the eleventh visit back can no longer be corrected."""
    scene = Scene()
    for _ in range(VISITS_KEPT + 3):
        scene.throw("T20")
        scene.take_all()
    past = scene.machine.memory.past

    assert len(past) == VISITS_KEPT
    assert past[0].visit_id == "main-v000013"
    assert past[-1].visit_id == "main-v000004"


def test_a_tail_without_its_beginning_is_enough() -> None:
    """A takeout whose beginning is not among the events is open all the same, and no number is used again."""
    scene = Scene()
    scene.throw("T20")
    scene.throw("T20")
    scene.moving(hand=True)
    memory = BoardMemory(BoardId("main"))
    memory.fold(scene.events[-1:])

    assert memory.takeout
    scene.still(gone=("main-d000001", "main-d000002"))
    memory.fold(scene.events[-3:])
    assert memory.visit.visit_id == "main-v000002"


def test_events_of_others_change_nothing() -> None:
    """What concerns cameras leaves the memory as it is."""
    memory = BoardMemory(BoardId("main"))
    before = (memory.state, memory.visit)
    memory.apply(CameraStateChanged(camera_id=CameraId("cam0"), state="ready", previous_state="starting"), 1.0)

    assert (memory.state, memory.visit) == before


def test_ids_given_elsewhere_are_no_numbers() -> None:
    """A visit or dart with another kind of name is remembered and does not disturb the counting."""
    memory = BoardMemory(BoardId("main"))
    memory.begin_visit(VisitId("visit-1"))
    memory.note_episodes(DartId("unknown"), {})

    assert memory.visit.visit_id == "visit-1"
    assert memory.next_visit_id == "main-v000002"


def test_a_deleted_dart_stands_until_it_is_taken() -> None:
    """A dart that a person deleted frees its slot and stands with number 0; the slot's next dart publishes the visit again."""
    scene = Scene()
    for label in ("T20", "T19", "T18"):
        scene.throw(label)

    assert scene.command(CorrectDart(operation="delete", dart_number=2)) == ["dart_corrected", "visit_completed 114 correction revised"]
    assert [dart.dart_number for dart in scene.machine.darts] == [1, 0, 3]
    assert scene.throw("S1")[1:] == ["dart_hit 2 S1", "visit_completed 115 three_darts revised", "-> throw_finished (throw)"]
    assert [dart.dart_number for dart in scene.restored().darts] == [1, 0, 3, 2]


def test_a_changed_dart_stands_with_its_new_score() -> None:
    """What a person says of a dart is what the board shows."""
    scene = Scene()
    scene.throw("T20")
    scene.command(CorrectDart(operation="change", label="T5", dart_id=DartId("main-d000001")))

    assert scene.machine.darts[0].score.label == "T5"
    assert scene.labels == ["T5"]


def test_an_inserted_third_dart_completes_the_visit() -> None:
    """A visit that a correction fills is published as any other."""
    scene = Scene()
    scene.throw("T20", "T20")

    assert scene.command(CorrectDart(operation="insert", label="T20")) == ["dart_corrected", "visit_completed 180 three_darts"]
    assert scene.take_all()[2:4] == ["dart_removed 2 of 2", "takeout_finished 0"]


def test_a_visit_stays_with_the_player_who_began_it() -> None:
    """A player who signs on before the takeout gets the next visit only; bounce-outs and corrections stay with the thrower."""
    scene = Scene()
    scene.command(SignOnPlayer(player_id="ann"))
    scene.throw("T20")
    scene.throw("T20")
    scene.command(SignOnPlayer(player_id="bob"))
    scene.throw("T20")
    scene.take_all()
    scene.throw("S1")
    thrown = [(event.player_id, event.score.total) for event, _ in scene.events if isinstance(event, DartHit)]
    completed = [(event.player_id, event.total) for event, _ in scene.events if isinstance(event, VisitCompleted)]

    assert thrown == [("ann", 60), ("ann", 60), ("ann", 60), ("bob", 1)]
    assert completed == [("ann", 180)]
    assert scene.restored().memory.player_id == "bob"
    assert scene.restored().visit.player_id == "bob"


def test_a_player_who_signs_on_takes_a_visit_without_throws() -> None:
    """A visit in which nothing was thrown yet belongs to the player who is signed on at its first dart."""
    scene = Scene()
    scene.command(SignOnPlayer(player_id="ann"))
    scene.command(SignOnPlayer(player_id="bob"))

    assert scene.machine.visit.player_id == "bob"


def test_a_merged_player_keeps_the_visits() -> None:
    """What a merged player threw is the other's; what an erased one threw has no player."""
    scene = Scene()
    scene.command(SignOnPlayer(player_id="ann"))
    scene.throw("T20")
    memory = scene.machine.memory
    memory.apply(PlayerMerged(player_id="ann", into_player_id="bob", user_id="u"), 1.0)
    merged = memory.visit.player_id
    memory.apply(PlayerErased(player_id="bob", user_id="u"), 1.0)

    assert (merged, memory.visit.player_id) == ("bob", None)


def test_the_row_holds_everything() -> None:
    """A memory that was stored and loaded is the same, on another clock; a row that cannot be read changes nothing."""
    scene = Scene()
    for label in ("T20", "T19", "T18"):
        scene.throw(label)
    scene.take_all()
    scene.throw("S5")
    row = scene.machine.memory.dump(1000.0)
    loaded = BoardMemory(BoardId("main"))
    loaded.load(row, 900.0)
    with pytest.raises(msgspec.DecodeError):
        loaded.load(b'{"state": "flying"}', 0.0)

    before = scene.machine.memory
    assert (loaded.visit, loaded.past, loaded.state, loaded.status) == (before.visit, before.past, before.state, before.status)
    assert (loaded.next_dart_id, loaded.next_visit_id) == (before.next_dart_id, before.next_visit_id)
    assert [dart.landed_at_s for dart in loaded.darts] == [pytest.approx(dart.landed_at_s + 100.0) for dart in before.darts]
    assert all(dart.episodes == {} for dart in loaded.darts)
