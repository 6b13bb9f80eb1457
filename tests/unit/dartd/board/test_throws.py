"""The throw state machine: its table, and the events of each rule of throws and takeouts."""

import pytest

from dartd.board.throws import ThrowTimes
from dartd.errors import CommandRefusedError
from schemas.base import DartId
from schemas.commands import CorrectDart, ResetBoard, StartBoard, StopBoard
from schemas.events import BoardReset, BoardStateChanged, DartBounceOut, DartHit, DartMoved, ThrowMiss
from schemas.geometry import Axis3
from tests.support.board import Scene

W, D, F, P = "wait_for_throw", "throw_detected", "throw_finished", "pull_out_started"


def scene_in(state: str) -> Scene:
    """Bring a board into a state, with one dart thrown where that is possible."""
    scene = Scene()
    if state != W:
        scene.throw("T20")
    if state == D:
        scene.moving()
    if state == P:
        scene.moving(hand=True)
    assert scene.machine.state == state
    scene.read()
    return scene


EVERY_STATE = pytest.mark.parametrize("state", [W, D, F, P])


@EVERY_STATE
def test_motion_in_every_state(state: str) -> None:
    """Motion opens a throw, except during a takeout."""
    scene = scene_in(state)

    assert scene.moving() == ([] if state in {D, P} else ["-> throw_detected (throw)"])


@EVERY_STATE
def test_a_hand_in_every_state(state: str) -> None:
    """A hand opens a takeout once, wherever there is something to take."""
    scene = scene_in(state)

    assert scene.moving(hand=True) == ([] if state in {W, P} else ["takeout_started 1", "-> pull_out_started (takeout)"])
    assert scene.still(hand=True) == []


@EVERY_STATE
def test_nothing_new_in_every_state(state: str) -> None:
    """A look that finds nothing leads to rest, and ends a takeout as false."""
    lines = scene_in(state).still()

    assert lines == {W: [], D: ["-> throw_finished (throw)"], F: [], P: ["false_takeout 1", "-> throw_finished (throw)"]}[state]


@EVERY_STATE
def test_a_landing_in_every_state(state: str) -> None:
    """A dart that landed counts from every state, with or without motion reported before."""
    lines = scene_in(state).still("S5")

    assert (
        lines
        == {
            W: ["dart_hit 1 S5", "-> throw_finished (throw)"],
            D: ["dart_hit 2 S5", "-> throw_finished (throw)"],
            F: ["dart_hit 2 S5"],
            P: ["false_takeout 1", "-> throw_finished (throw)", "dart_hit 2 S5"],
        }[state]
    )


@EVERY_STATE
def test_a_dart_gone_in_every_state(state: str) -> None:
    """A dart that goes fell out, but in a takeout it was taken."""
    lines = scene_in(state).fall("main-d000001")

    fell = ["dart_bounce_out main-d000001", "-> wait_for_throw (throw)"]
    taken = ["dart_removed 1 of 1", "visit_completed 60 takeout", "takeout_finished 0", "-> wait_for_throw (throw)"]
    assert lines == {W: [], D: ["-> throw_finished (throw)", *fell], F: fell, P: taken}[state]


@EVERY_STATE
def test_time_in_every_state(state: str) -> None:
    """Time alone leads from every state to rest."""
    scene = scene_in(state)
    lines = scene.wait(60.0)

    adopted = ["takeout_overdue 1", "visit_completed 60 takeout", "takeout_finished 1", "-> wait_for_throw (throw)"]
    assert lines == {W: [], D: ["-> throw_finished (throw)"], F: [], P: adopted}[state]
    assert scene.machine.deadline() is None


@EVERY_STATE
def test_reset_in_every_state(state: str) -> None:
    """A reset works at once from every state, is published, and leaves an empty board with a fresh visit."""
    scene = scene_in(state)
    lines = scene.command(ResetBoard(user_id="marker"))

    moved = [] if state == W else ["-> wait_for_throw (throw)"]
    visit = [] if state == W else ["visit_completed 60 reset"]
    assert lines == [*visit, "board_reset", *moved]
    assert scene.machine.darts == ()
    assert scene.labels == []
    assert [event.user_id for event, _ in scene.events if isinstance(event, BoardReset)] == ["marker"]


@EVERY_STATE
def test_a_new_sequence_in_every_state(state: str) -> None:
    """A recording that goes on gives an empty board and a fresh visit, and takes no dart out."""
    scene = scene_in(state)
    lines = scene.sequence()

    assert lines == ([] if state == W else ["visit_completed 60 reset", "board_reset", "-> wait_for_throw (throw)"])
    assert scene.throw("T20")[1] == "dart_hit 1 T20"


@EVERY_STATE
def test_stop_and_start_in_every_state(state: str) -> None:
    """A stopped board keeps its state, says stopped, counts nothing, and goes on where it was."""
    scene = scene_in(state)

    assert scene.command(StopBoard()) == ["(stopped)"]
    assert scene.command(StopBoard()) == []
    assert scene.machine.state == state
    assert scene.moving() + scene.moving(hand=True) + scene.still("T20", flight=True, gone=("main-d000001",)) == []
    assert scene.command(StartBoard()) == ["(takeout)" if state == P else "(throw)"]
    assert scene.command(StartBoard()) == []


@EVERY_STATE
def test_a_correction_in_every_state(state: str) -> None:
    """A correction is published and changes no state."""
    scene = scene_in(state)

    assert scene.command(CorrectDart(operation="insert", label="T19")) == ["dart_corrected"]
    assert scene.machine.state == state
    assert scene.labels[-1] == "T19"


def test_a_refused_correction_changes_nothing() -> None:
    """A correction of a dart that is not known is refused and publishes nothing."""
    scene = scene_in(F)

    with pytest.raises(CommandRefusedError) as refusal:
        scene.command(CorrectDart(operation="change", label="T19", dart_id=DartId("main-d000009")))
    assert refusal.value.code == "RESOURCE_NOT_FOUND"
    assert scene.read() == []
    assert scene.labels == ["T20"]


def test_a_bounce_out_names_place_and_time() -> None:
    """A fallen dart is published with its last position and how long it stood."""
    scene = Scene()
    scene.throw("T20")
    scene.now += 2.5
    scene.fall("main-d000001")
    fell = next(event for event, _ in scene.events if isinstance(event, DartBounceOut))

    assert fell.time_on_board_ms == 2500
    assert (fell.dart_position.x_mm, fell.dart_position.y_mm) == pytest.approx((0.0, 103.0))


def test_a_miss_is_before_all_cameras() -> None:
    """A flight that leaves nothing is a miss when every camera saw something begin with it; a hand that waves next to the board is none."""
    scene = Scene()

    assert scene.still(flight=True, everywhere=False) == []
    assert scene.still(flight=True)[0] == "throw_miss 1 no_dart_detected"


def test_a_fall_after_the_third_dart_revises_the_visit() -> None:
    """A dart that falls before it is taken scores nothing, also when the visit was published."""
    scene = Scene()
    for label in ("T20", "T19", "T18"):
        scene.throw(label)

    assert scene.fall("main-d000002") == ["dart_bounce_out main-d000002", "visit_completed 114 three_darts revised"]


def test_the_throw_after_three_without_a_takeout() -> None:
    """When no dart of a full visit stands, the next throw opens the next visit without a hand."""
    scene = Scene()
    for _ in range(3):
        scene.throw()

    assert scene.throw()[1] == "throw_miss 1 no_dart_detected"
    assert scene.throw("T20")[1] == "dart_hit 2 T20"
    assert scene.machine.visit.visit_id == "main-v000002"


def test_throws_after_a_full_visit_are_published_without_a_slot() -> None:
    """A fourth dart, localised or not, and a fourth miss are published and take no slot."""
    scene = Scene()
    for _ in range(3):
        scene.throw("T20")

    assert scene.still("S1", unlocalised=True) == ["extra_dart S1", "dart_unscored 0 extra_dart"]
    assert scene.throw()[1] == "throw_miss None no_dart_detected"
    assert [dart.dart_number for dart in scene.machine.darts] == [1, 2, 3, 0]
    assert scene.fall("main-d000004") == ["dart_bounce_out main-d000004"]
    assert scene.machine.visit.total == 180


def test_a_dart_that_cannot_be_localised_takes_a_slot() -> None:
    """It waits for a correction, and stands in the board for all that is known."""
    scene = Scene()
    scene.moving()
    scene.read()

    assert scene.still(unlocalised=True) == ["dart_unscored 1 not_localised", "-> throw_finished (throw)"]
    assert scene.moving(hand=True) + scene.still(empty=False) == [
        "takeout_started 0",
        "-> pull_out_started (takeout)",
        "false_takeout 0",
        "-> throw_finished (throw)",
    ]
    assert scene.command(CorrectDart(operation="change", label="T20", dart_number=1)) == ["dart_corrected"]
    assert scene.machine.visit.total == 60
    assert scene.moving(hand=True) + scene.still() == [
        "takeout_started 0",
        "-> pull_out_started (takeout)",
        "visit_completed 60 takeout",
        "takeout_finished 0",
        "-> wait_for_throw (throw)",
    ]


def test_a_flight_in_long_motion_is_a_miss_by_timeout() -> None:
    """Motion beyond the limit leads back to rest; the flight that is reported later is a miss for that reason."""
    scene = Scene()
    scene.moving()
    scene.read()

    assert scene.wait(1.9) == []
    assert scene.wait(0.2) == ["-> wait_for_throw (throw)"]
    scene.now += 1.0
    assert scene.still(flight=True, motion_s=3.0) == ["throw_miss 1 timeout"]
    miss = next(event for event, _ in scene.events if isinstance(event, ThrowMiss))
    assert miss.motion_data.motion_duration_ms == 3000
    assert miss.motion_data.max_motion == 0.02


def test_a_flight_of_a_hand_is_no_miss() -> None:
    """A flight in an episode with a hand, or with a dart that fell, is no thrown dart that missed."""
    scene = Scene()
    scene.moving(hand=True)

    assert scene.still(flight=True) == []
    scene.throw("T20")
    scene.read()
    assert scene.moving(hand=True) + scene.still(flight=True) == [
        "takeout_started 1",
        "-> pull_out_started (takeout)",
        "false_takeout 1",
        "-> throw_finished (throw)",
    ]
    assert scene.still(gone=("main-d000001",), flight=True) == ["dart_bounce_out main-d000001", "-> wait_for_throw (throw)"]


def test_a_moved_dart_keeps_its_score() -> None:
    """A dart that is pushed aside is published with old and new position and scores as before."""
    scene = Scene()
    scene.throw("T20")
    scene.still(
        moved=((DartId("main-d000001"), Axis3(x_mm=9.0, y_mm=90.0, slope_x=0.3)), (DartId("main-d000077"), Axis3(x_mm=0.0, y_mm=0.0)))
    )
    moved = [event for event, _ in scene.events if isinstance(event, DartMoved)]

    assert [(m.old_position.y_mm, m.new_position.y_mm) for m in moved] == [(103.0, 90.0)]
    assert scene.machine.darts[0].axis == Axis3(x_mm=9.0, y_mm=90.0, slope_x=0.3)
    assert scene.labels == ["T20"]


def test_status_follows_the_cameras() -> None:
    """Before scoring comes starting or calibrating, after all cameras are lost error; a reason goes with each change."""
    scene = Scene(ready=False)

    assert scene.machine.status == "starting"
    assert scene.cameras(ready=False) == []
    assert scene.cameras(ready=False, failed=True) == ["(error)"]
    assert scene.cameras(ready=False, calibrating=True) == ["(calibrating)"]
    assert scene.still("T20") == []
    assert scene.cameras() == ["(throw)"]
    assert scene.cameras(ready=False) == ["(error)"]
    reasons = {event.reason for event, _ in scene.events if isinstance(event, BoardStateChanged)}
    assert reasons == {"cameras"}


def test_a_hit_says_all_that_the_cameras_found() -> None:
    """A hit carries place, polar place, score, fusion, and the moment of the first still frame in media time."""
    scene = Scene()
    scene.throw("D16")
    hit = next(event for event, _ in scene.events if isinstance(event, DartHit))

    assert (hit.dart_id, hit.visit_id, hit.dart_number) == ("main-d000001", "main-v000001", 1)
    assert (hit.score.label, hit.score.total, hit.score.sector, hit.score.ring) == ("D16", 32, 16, "double")
    assert hit.polar_coordinates.radius_mm == pytest.approx(166.0)
    assert hit.fusion.cameras_used == ("cam0", "cam2")
    assert scene.machine.take_settled() == {"main-d000001": pytest.approx(1.3)}
    assert scene.machine.take_settled() == {}
    assert hit.slope == (0.05, 0.2)
    assert scene.machine.darts[0].episodes == {"cam0": 1}


def test_a_restart_of_a_stopped_board() -> None:
    """A board that was stopped stays stopped; one that was not starts anew and then goes on."""
    scene = Scene()
    scene.throw("T20")
    running = scene.restored()
    scene.command(StopBoard())
    stopped = scene.restored()

    assert stopped.set_status(ready=True, calibrating=False, now=9.0) == []
    assert stopped.status == "stopped"
    assert [e.status for e in running.set_status(ready=False, calibrating=False, now=9.0) if isinstance(e, BoardStateChanged)] == [
        "starting"
    ]
    assert [e.status for e in running.set_status(ready=True, calibrating=False, now=9.0) if isinstance(e, BoardStateChanged)] == ["throw"]


def test_the_times_are_those_of_the_configuration() -> None:
    """The limits are 2, 5 and 10 seconds unless said otherwise, and misses count."""
    times = ThrowTimes()

    assert (times.settled_timeout_ms, times.throw_timeout_ms, times.pull_out_timeout_ms) == (500, 2000, 5000)
    assert (times.takeout_adopt_ms, times.count_misses) == (10000, True)
