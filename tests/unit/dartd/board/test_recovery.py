"""What the board remembers by its events alone."""

from dartd.board.recovery import VISITS_KEPT, BoardMemory
from schemas.base import CameraId, DartId, VisitId
from schemas.commands import CorrectDart, ResetBoard
from schemas.events import CameraStateChanged
from tests.support.board import Scene


def test_darts_visit_and_ids_come_back() -> None:
    """After a restart the same darts stand in the same visit, and ids go on."""
    scene = Scene()
    scene.throw("T20")
    scene.throw("S5", "D16")
    memory = scene.restored().memory

    assert [(d.dart_id, d.dart_number, d.score.label) for d in memory.darts] == [
        ("d000001", 1, "T20"),
        ("d000002", 2, "S5"),
        ("d000003", 3, "D16"),
    ]
    assert memory.darts[1].landed_at_s == scene.machine.darts[1].landed_at_s
    assert memory.visit == scene.machine.memory.visit
    assert (memory.next_dart_id, memory.next_visit_id) == ("d000004", "v000002")


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
    assert scene.machine.visit.visit_id == "v000002"


def test_ten_past_visits_are_kept() -> None:
    """Memory is bounded: the eleventh visit back can no longer be corrected."""
    scene = Scene()
    for _ in range(VISITS_KEPT + 3):
        scene.throw("T20")
        scene.take_all()
    past = scene.machine.memory.past

    assert len(past) == VISITS_KEPT
    assert past[0].visit_id == "v000013"
    assert past[-1].visit_id == "v000004"


def test_a_tail_without_its_beginning_is_enough() -> None:
    """A takeout whose beginning is not among the events is open all the same, and no number is used again."""
    scene = Scene()
    scene.throw("T20")
    scene.throw("T20")
    scene.moving(hand=True)
    memory = BoardMemory()
    memory.fold(scene.events[-1:])

    assert memory.takeout
    scene.still(gone=("d000001", "d000002"))
    memory.fold(scene.events[-3:])
    assert memory.visit.visit_id == "v000002"


def test_events_of_others_change_nothing() -> None:
    """What concerns cameras leaves the memory as it is."""
    memory = BoardMemory()
    before = (memory.state, memory.visit)
    memory.take_in(CameraStateChanged(camera_id=CameraId("cam0"), state="ready", previous_state="starting"), 1.0)

    assert (memory.state, memory.visit) == before


def test_ids_given_elsewhere_are_no_numbers() -> None:
    """A visit or dart with another kind of name is remembered and does not disturb the counting."""
    memory = BoardMemory()
    memory.begin_visit(VisitId("visit-1"))
    memory.note_episodes(DartId("nobody"), {})

    assert memory.visit.visit_id == "visit-1"
    assert memory.next_visit_id == "v000002"


def test_a_deleted_dart_stands_until_it_is_taken() -> None:
    """A dart that a person deleted frees its slot and stands with number 0; the slot's next dart tells the visit again."""
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
    scene.command(CorrectDart(operation="change", label="T5", dart_id=DartId("d000001")))

    assert scene.machine.darts[0].score.label == "T5"
    assert scene.labels == ["T5"]


def test_an_inserted_third_dart_completes_the_visit() -> None:
    """A visit that a correction fills is told as any other."""
    scene = Scene()
    scene.throw("T20", "T20")

    assert scene.command(CorrectDart(operation="insert", label="T20")) == ["dart_corrected", "visit_completed 180 three_darts"]
    assert scene.take_all()[2:4] == ["dart_removed 2 of 2", "takeout_finished 0"]
