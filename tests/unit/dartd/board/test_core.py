"""The whole board: messages and commands go in, events and orders come out."""

import math

import numpy as np
import pytest

from dartd.decision import CameraAdded, CameraRemoved, WorkerChange, WorkerSilence
from dartd.errors import CommandRefusedError
from dartd.fusion.rig_orientation import rotated
from schemas.base import BoardId, CameraId
from schemas.board import sector_at
from schemas.commands import CalibrateBoard, CorrectDart, OrientCamera, ResetBoard, StartBoard, StopBoard, TakeCalibration
from schemas.events import CameraStateChanged, DartHit, DartRemoved, TakeoutFinished, VisitCompleted
from schemas.geometry import Axis3, Calibration
from schemas.pipe.from_worker import (
    Calibrated,
    CalibrationRefused,
    CameraFault,
    FaultKind,
    OrientationUnknown,
    SequenceStarted,
    SourceOpened,
)
from schemas.pipe.to_worker import AcceptPicture, Calibrate, RenewReference, RevertReference, StoreImages, UpdateBoard, UseCalibration
from tests.support.scripted_cameras import ScriptedCameras, kinds
from tests.support.sightings import apart_mm

T20 = Axis3(x_mm=0.0, y_mm=103.0, slope_y=0.2)
BULL = Axis3(x_mm=1.0, y_mm=-1.0, slope_y=0.15)
D16 = Axis3(x_mm=-134.0, y_mm=-97.0, slope_x=-0.05, slope_y=0.2)


def test_a_dart_is_published_with_its_bed() -> None:
    """A dart that three cameras saw is a hit in its bed, at its place."""
    scene = ScriptedCameras()
    hits = [e for e in scene.throw(T20) if isinstance(e, DartHit)]

    assert [h.score.label for h in hits] == ["T20"]
    assert hits[0].board_coordinates.x_mm == pytest.approx(0.0, abs=0.1)
    assert hits[0].board_coordinates.y_mm == pytest.approx(103.0, abs=0.1)
    assert hits[0].fusion.num_cameras == 3


def test_a_visit_is_played_to_its_end() -> None:
    """Three darts and a takeout give three hits, one visit and an empty board; each camera is sent the episode."""
    scene = ScriptedCameras()
    events = [*scene.throw(T20), *scene.throw(BULL), *scene.throw(D16), *scene.take_all()]

    assert [e.score.label for e in events if isinstance(e, DartHit)] == ["T20", "BULL", "D16"]
    assert [e.total for e in events if isinstance(e, VisitCompleted)] == [142]
    assert sum(e.count_removed for e in events if isinstance(e, DartRemoved)) == 3
    assert isinstance(events[-1], TakeoutFinished) or "takeout_finished" in kinds(events)
    assert scene.board.known_darts() == ()
    renewed = {camera_id: order for camera_id, order in scene.orders if isinstance(order, RenewReference)}
    assert len(renewed) == 3
    assert all(order.empty and order.after is not None for order in renewed.values())


def test_cameras_receive_which_darts_stand() -> None:
    """After a hit every camera is sent the dart with its axis and episodes; after the takeout that none stands."""
    scene = ScriptedCameras()
    scene.throw(T20)
    stands = [order for to, order in scene.orders if to is None and isinstance(order, UpdateBoard)][-1]
    scene.take_all()
    last = [order for to, order in scene.orders if to is None and isinstance(order, UpdateBoard)][-1]

    assert [d.dart_id for d in stands.darts] == ["main-d000001"]
    assert apart_mm(stands.darts[0].axis, T20) < 0.1
    assert set(stands.darts[0].episodes) == set(scene.cameras)
    assert last == UpdateBoard(darts=(), takeout=False)


def test_nothing_is_ordered_when_nothing_changed() -> None:
    """Motion that leaves nothing behind gives no order."""
    scene = ScriptedCameras()
    scene.orders.clear()
    scene.moving()
    scene.settled(flight=False)
    scene.wait(5.0)

    assert scene.orders == []


def test_a_hand_in_view_is_disowned() -> None:
    """What cameras saw while a hand stood still must not become their reference."""
    scene = ScriptedCameras()
    scene.throw(T20)
    scene.moving(hand=True)
    scene.settled(hand=True, flight=False)
    scene.wait(0.6)

    assert {to for to, order in scene.orders if isinstance(order, RevertReference)} == set(scene.cameras)


def test_a_dart_that_one_camera_takes_for_a_hand_becomes_its_reference() -> None:
    """A flight close to a camera is as wide as a hand: where the cameras together find a dart, that camera goes on from its picture."""
    scene = ScriptedCameras()
    scene.moving()
    scene.settled(T20, cameras=scene.cameras[1:])
    scene.now -= 0.3
    scene.settled(T20, cameras=scene.cameras[:1], hand=True)
    scene.wait(0.2)

    assert kinds(scene.events).count("dart_hit") == 1
    assert [order for order in scene.orders if isinstance(order[1], AcceptPicture | RevertReference)] == [
        (scene.cameras[0], AcceptPicture(episode=scene.episode))
    ]


def test_a_dart_in_the_surround_keeps_the_board_from_being_empty() -> None:
    """A face that looks empty takes no dart away that the cameras measured to be as it was."""
    scene = ScriptedCameras()
    scene.throw(T20)
    scene.throw(Axis3(x_mm=-240.0, y_mm=60.0, slope_y=0.2))
    first, second = scene.standing
    scene.moving(hand=True)
    scene.settled(there={first: 0.0, second: 0.97}, empty=True, flight=False)
    events = scene.wait(0.2)

    assert scene.standing == (second,)
    assert "takeout_finished" not in kinds(events)


def test_cameras_that_disagree_on_time_make_one_dart() -> None:
    """A dart that the cameras see settle a little apart is one hit, not three."""
    scene = ScriptedCameras()
    scene.moving()
    for camera in scene.cameras:
        scene.settled(T20, cameras=[camera])
        scene.now -= 0.26

    scene.wait(1.0)
    assert kinds(scene.events).count("dart_hit") == 1


def test_a_camera_that_hangs_does_not_hold_up_the_game() -> None:
    """When a camera never settles, the dart is published from the others after the time limit."""
    scene = ScriptedCameras()
    scene.moving()
    scene.settled(T20, cameras=scene.cameras[:2])
    assert kinds(scene.events).count("dart_hit") == 0

    scene.wait(0.6)
    assert kinds(scene.events).count("dart_hit") == 1


def test_the_next_happening_closes_the_round() -> None:
    """A camera that has settled and moves again begins another throw: two darts in quick succession are two hits."""
    scene = ScriptedCameras()
    scene.moving()
    scene.settled(T20, cameras=scene.cameras[:2])
    scene.moving(scene.cameras[0], scene.cameras[1])
    scene.settled(BULL, cameras=scene.cameras[:2])
    scene.wait(1.0)

    assert [e.score.label for e in scene.events if isinstance(e, DartHit)] == ["T20", "BULL"]


def test_a_camera_that_swings_on_makes_no_second_throw() -> None:
    """Of a camera that moves again just after it settled all counts with the others, and it compares with the board before the throw."""
    scene = ScriptedCameras()
    scene.moving()
    scene.now += 0.1
    scene.step(scene.settled_of(2, T20))
    scene.moving(scene.cameras[2])
    scene.settled(T20)

    assert [e.score.label for e in scene.events if isinstance(e, DartHit)] == ["T20"]
    assert [to for to, order in scene.orders if isinstance(order, RevertReference)] == [scene.cameras[2]]


def test_a_quick_hand_is_believed_before_it_leaves() -> None:
    """One camera reports a hand once; as soon as the others have seen motion with it for long enough, the takeout begins by time alone."""
    scene = ScriptedCameras()
    scene.throw(T20)
    scene.moving()
    scene.step(scene.motion_of(0, hand=True))
    early = scene.wait(0.2)
    late = scene.wait(0.3)
    scene.settled(there=dict.fromkeys(scene.standing, 1.0), flight=False)

    assert "takeout_started" not in kinds(early)
    assert "takeout_started" in kinds(late)
    assert kinds(scene.events)[-2:] == ["false_takeout", "board_state_changed"]


def test_a_new_sequence_is_a_fresh_board() -> None:
    """A recording's next sequence, reported by every camera, resets the board once; darts are not published as removed."""
    scene = ScriptedCameras()
    scene.throw(T20)
    events = scene.step(*(SequenceStarted(camera_id=c, t_s=scene.now, sequence_id="next") for c in scene.cameras))

    assert kinds(events).count("board_reset") == 1
    assert "dart_removed" not in kinds(events)
    assert scene.board.known_darts() == ()


def test_a_calibrated_camera_is_sent_what_stands() -> None:
    """A camera process that was started anew learns the darts of the board at once, and it alone."""
    scene = ScriptedCameras()
    scene.throw(T20)
    scene.orders.clear()
    scene.step(Calibrated(camera_id=scene.cameras[1], t_s=scene.now, calibration=scene.calibrations[1], kept=True))

    assert scene.orders == [(scene.cameras[1], UpdateBoard(darts=scene.board.known_darts()))]


def test_a_board_without_a_ready_camera_detects_nothing() -> None:
    """While no camera is calibrated the board is starting or calibrating, and a fault of the last one is an error."""
    scene = ScriptedCameras(ready=False)
    assert scene.board.snapshot().status == "starting"

    scene = ScriptedCameras()
    assert scene.board.snapshot().status == "throw"
    for camera in scene.cameras:
        scene.step(CameraFault(camera_id=camera, t_s=scene.now, fault="camera_gone", active=True, detail="unplugged"))
    assert scene.board.snapshot().status == "error"


def test_a_lost_camera_leaves_the_others_playing() -> None:
    """With one camera offline the other two still see darts."""
    scene = ScriptedCameras()
    scene.step(WorkerChange(at_s=scene.now, camera_id=scene.cameras[2], state="offline", reason="crashed"))
    scene.moving(*scene.cameras[:2])
    scene.settled(T20, cameras=scene.cameras[:2])
    scene.wait(0.6)

    assert [e.score.label for e in scene.events if isinstance(e, DartHit)] == ["T20"]
    assert scene.board.snapshot().cameras[2].state == "offline"


@pytest.mark.parametrize("fault", ["frozen", "black"])
def test_a_blind_camera_is_left_out_until_it_sees_again(fault: FaultKind) -> None:
    """Two of three cameras that show nothing new must not outvote the one that sees, and all count again afterwards."""
    scene = ScriptedCameras()
    for camera in scene.cameras[1:]:
        scene.step(CameraFault(camera_id=camera, t_s=scene.now, fault=fault, active=True))
    scene.moving(scene.cameras[0])
    scene.settled(T20, cameras=scene.cameras[:1])
    scene.wait(0.6)
    alone = [e.fusion.cameras_used for e in scene.events if isinstance(e, DartHit)]
    scene.take_all()
    for camera in scene.cameras[1:]:
        scene.step(CameraFault(camera_id=camera, t_s=scene.now, fault=fault, active=False))
    scene.throw(T20)
    together = [e.fusion.num_cameras for e in scene.events if isinstance(e, DartHit)][1:]

    assert alone == [(scene.cameras[0],)]
    assert together == [3]


def test_refused_calibrations_are_published() -> None:
    """People learn why a camera cannot find the board."""
    scene = ScriptedCameras(ready=False)
    scene.step(CalibrationRefused(camera_id=scene.cameras[0], t_s=0.0, reason="too dark"))

    assert scene.board.snapshot().cameras[0].reason == "too dark"


def test_a_request_to_calibrate_reaches_every_camera() -> None:
    """The command is an order to all cameras, and the board calibrates."""
    scene = ScriptedCameras()
    scene.step(CalibrateBoard())

    assert (None, Calibrate()) in scene.orders
    assert scene.board.snapshot().status == "calibrating"


def test_a_calibration_with_darts_in_the_board_is_refused() -> None:
    """It would stop the scoring, and find no empty board; after a reset it is carried out."""
    scene = ScriptedCameras()
    scene.throw(T20)
    step = scene.board.step([CalibrateBoard()], scene.now)

    assert "take them out" in str(step.refusals[0])
    assert scene.board.snapshot().status == "throw"
    scene.step(ResetBoard())
    assert (None, Calibrate()) not in scene.orders
    scene.step(CalibrateBoard())
    assert (None, Calibrate()) in scene.orders


def test_darts_taken_during_a_calibration_were_taken_out() -> None:
    """Two cameras that moved and were calibrated from the empty board prove that the darts went; one alone may have missed a dart."""
    scene = ScriptedCameras()
    scene.throw(T20)
    for camera in scene.cameras:
        scene.step(CameraFault(camera_id=camera, t_s=scene.now, fault="uncalibrated", active=True))
        scene.step(CalibrationRefused(camera_id=camera, t_s=scene.now, reason="something covers the board"))
    first = kinds(scene.step(Calibrated(camera_id=scene.cameras[0], t_s=scene.now, calibration=scene.calibrations[0])))
    second = kinds(scene.step(Calibrated(camera_id=scene.cameras[1], t_s=scene.now, calibration=scene.calibrations[1])))

    assert "dart_removed" not in first
    assert [kind for kind in second if "takeout" in kind or "removed" in kind] == ["takeout_started", "dart_removed", "takeout_finished"]
    assert scene.board.known_darts() == ()


def test_a_camera_that_is_calibrated_anew_removes_no_dart_that_others_watch() -> None:
    """One bumped camera says nothing about the darts, though all were calibrated from the empty board in the beginning."""
    scene = ScriptedCameras()
    scene.throw(T20)
    scene.step(CalibrationRefused(camera_id=scene.cameras[0], t_s=scene.now, reason="moved"))
    events = scene.step(Calibrated(camera_id=scene.cameras[0], t_s=scene.now, calibration=scene.calibrations[0]))

    assert "dart_removed" not in kinds(events)
    assert len(scene.board.known_darts()) == 1


def test_a_given_calibration_reaches_its_camera() -> None:
    """The order goes to that camera alone; while darts stand it cannot be verified, and it is refused."""
    scene = ScriptedCameras()
    given = scene.calibrations[1]
    scene.step(TakeCalibration(calibration=given))
    scene.step(Calibrated(camera_id=given.camera_id, t_s=scene.now, calibration=given, kept=True))
    scene.throw(T20)
    step = scene.board.step([TakeCalibration(calibration=given)], scene.now)

    assert (given.camera_id, UseCalibration(calibration=given)) in scene.orders
    assert "darts" in str(step.refusals[0])


def test_a_refused_command_is_named_and_the_rest_is_done() -> None:
    """A command that makes no sense is refused by its place in the batch; the others take effect."""
    scene = ScriptedCameras()
    step = scene.board.step([StopBoard(), CorrectDart(operation="change", label="T20"), StartBoard()], 1.0)

    assert list(step.refusals) == [1]
    assert isinstance(step.refusals[1], CommandRefusedError)
    assert scene.board.snapshot().status == "throw"


def test_a_reset_takes_what_stands_for_the_board() -> None:
    """After a reset the cameras compare with what they see next, which need not be empty."""
    scene = ScriptedCameras()
    scene.throw(T20)
    scene.step(ResetBoard(user_id="someone"))

    assert scene.board.known_darts() == ()
    assert [order.empty for _, order in scene.orders if isinstance(order, RenewReference)] == [False] * 3


def test_the_snapshot_shows_the_board() -> None:
    """The snapshot for a new client holds darts, visit, state and cameras."""
    scene = ScriptedCameras()
    scene.throw(T20)
    snapshot = scene.board.snapshot()

    assert snapshot.board_id == BoardId("main")
    assert [d.score.label for d in snapshot.darts] == ["T20"]
    assert [t.label for t in snapshot.visit.throws] == ["T20"]
    assert [c.camera_id for c in snapshot.cameras] == scene.cameras
    assert snapshot.state == "throw_finished"


def test_a_board_comes_back_from_its_events() -> None:
    """A board restored from the journal has the darts that stood, and sends them to the cameras."""
    scene = ScriptedCameras()
    scene.throw(T20)
    again = ScriptedCameras(ready=False)
    again.board.restore(None, [(event, 1.0) for event in scene.events], now=5.0, epoch_s=0.0)

    assert [d.dart_id for d in again.board.known_darts()] == list(scene.standing)
    assert [d.score.label for d in again.board.snapshot().darts] == ["T20"]


def test_time_alone_ends_everything() -> None:
    """After the limits nothing is due any more: the board waits for the next input."""
    scene = ScriptedCameras()
    scene.throw(T20)
    scene.moving()
    scene.wait(60.0)

    assert scene.board.deadline() is None


def test_a_round_at_time_zero_closes() -> None:
    """The very beginning of a clock is a time like any other: a round that is due then is closed, not waited for forever."""
    scene = ScriptedCameras()
    scene.step(*(scene.settled_of(k, T20) for k in range(3)))

    assert kinds(scene.events).count("dart_hit") == 1
    assert scene.board.deadline() != 0.0


def test_every_camera_keeps_its_pictures_of_a_dart() -> None:
    """Where pictures are kept, each camera that looked is sent which of its episodes belongs to the throw, and what to draw into them."""
    scene = ScriptedCameras(images=True)
    scene.throw(T20)
    hit = next(e for e in scene.events if isinstance(e, DartHit))
    asked = {camera: order for camera, order in scene.orders if isinstance(order, StoreImages)}

    assert set(asked) == set(scene.cameras)
    assert {(o.dart_id, o.episode, o.label) for o in asked.values()} == {(hit.dart_id, scene.episode, "T20")}
    assert all(o.axis == scene.board.known_darts()[0].axis for o in asked.values())


def test_no_pictures_are_kept_unless_configured() -> None:
    """Without `images`, as in a replay, no camera is asked."""
    scene = ScriptedCameras()
    scene.throw(T20)

    assert not [order for _, order in scene.orders if isinstance(order, StoreImages)]


@pytest.mark.parametrize("comes", [True, False])
def test_after_a_start_all_cameras_judge_together(comes: bool) -> None:  # noqa: FBT001
    """What happened meanwhile waits for the camera that is still on its way, but not for long: two alone mistake several new darts."""
    scene = ScriptedCameras(ready=False)
    scene.board.restore(None, [], now=scene.now, epoch_s=0.0)
    early, late = scene.cameras[:2], scene.cameras[2]
    scene.step(*(SourceOpened(camera_id=c, pid=1, width=800, height=600) for c in early))
    scene.step(*(Calibrated(camera_id=c.camera_id, t_s=0.0, calibration=c, kept=True) for c in scene.calibrations[:2]))
    scene.moving(*early)
    scene.settled(T20, cameras=early, flight=False)
    waited = [kind for kind in kinds(scene.wait(2.0)) if kind == "dart_hit"]
    if comes:
        scene.step(SourceOpened(camera_id=late, pid=1, width=800, height=600))
        scene.step(Calibrated(camera_id=late, t_s=scene.now, calibration=scene.calibrations[2], kept=True))
        scene.moving(late)
        scene.settled(T20, cameras=[late], flight=False)
        scene.wait(0.6)
    else:
        scene.wait(8.0)
    hits = [e for e in scene.events if isinstance(e, DartHit)]

    assert waited == []
    assert [hit.fusion.num_cameras for hit in hits] == [3 if comes else 2]


def test_after_a_start_the_first_camera_alone_reports_nothing_though_the_play_goes_on() -> None:
    """What it saw before the next throw is taken back, and judged together with that throw when the others are there."""
    scene = ScriptedCameras(ready=False)
    scene.board.restore(None, [], now=scene.now, epoch_s=0.0)
    early = scene.cameras[0]
    scene.step(SourceOpened(camera_id=early, pid=1, width=800, height=600))
    scene.step(Calibrated(camera_id=early, t_s=0.0, calibration=scene.calibrations[0], kept=True))
    scene.moving(early)
    scene.settled(T20, cameras=[early], flight=False)
    seen = scene.episode
    alone = scene.moving(early)
    for c in scene.calibrations[1:]:
        scene.step(SourceOpened(camera_id=c.camera_id, pid=1, width=800, height=600))
        scene.step(Calibrated(camera_id=c.camera_id, t_s=scene.now, calibration=c, kept=True))
    scene.moving(*scene.cameras[1:])
    scene.settled(T20, BULL)
    scene.wait(1.0)

    assert "dart_hit" not in kinds(alone)
    assert (early, RevertReference(episode=seen)) in scene.orders
    assert sorted(e.score.label for e in scene.events if isinstance(e, DartHit)) == ["BULL", "T20"]


def test_a_silent_camera_is_not_counted_on_until_it_reports() -> None:
    """Its process may hang: what lands is judged by the others at once, as if it were not there, and by all when it reports again."""
    scene = ScriptedCameras()
    silent, others = scene.cameras[0], scene.cameras[1:]
    scene.step(WorkerSilence(camera_id=silent))
    scene.moving(*others)
    meanwhile = scene.settled(T20, cameras=others)
    scene.step(WorkerSilence(camera_id=silent, over=True))
    afterwards = scene.throw(BULL)

    assert [e.fusion.num_cameras for e in meanwhile if isinstance(e, DartHit)] == [2]
    assert [e.fusion.num_cameras for e in afterwards if isinstance(e, DartHit)] == [3]


def test_cameras_that_cannot_read_the_numbers_say_what_they_need() -> None:
    """They are ready but for their orientation; one sector for one of them, and a dart that all see, are enough for the rig."""
    scene = ScriptedCameras(ready=False)
    scene.step(*(SourceOpened(camera_id=c, pid=1, width=800, height=600) for c in scene.cameras))
    for each, steps in zip(scene.calibrations, (0, 3, 7), strict=True):
        scene.step(
            OrientationUnknown(
                camera_id=each.camera_id, t_s=0.0, calibration=rotated(each, steps), log_odds=(0.0,) * 10, reason="set near_sector"
            )
        )
    waiting = scene.board.snapshot()
    nearest = sector_at(math.atan2(*_center(scene.calibrations[0])[1::-1]))
    scene.step(OrientCamera(camera_id=scene.cameras[0], near_sector=nearest))
    first = [order for camera, order in scene.orders if isinstance(order, UseCalibration) and camera == scene.cameras[0]]
    scene.step(Calibrated(camera_id=scene.cameras[0], t_s=scene.now, calibration=first[0].calibration, kept=True))
    scene.throw(T20)
    standing = [camera for camera, order in scene.orders if isinstance(order, UseCalibration)]
    scene.step(ResetBoard())
    given = {camera: order.calibration for camera, order in scene.orders if isinstance(order, UseCalibration)}

    assert waiting.status == "error"
    assert [each.reason for each in waiting.cameras] == ["ready but for its orientation: set near_sector"] * 3
    assert standing == [scene.cameras[0]]  # with a dart in the board they would report it once more
    assert set(given) == set(scene.cameras)
    for each in scene.calibrations:
        assert given[each.camera_id].rotation == pytest.approx(each.rotation, abs=1e-6)


def _center(calibration: Calibration) -> list[float]:
    return list(-np.array(calibration.rotation).reshape(3, 3).T @ calibration.translation_mm)


def test_a_sector_is_refused_where_the_orientation_is_known() -> None:
    """A camera that knows how the board is rotated takes no other rotation from a hint."""
    scene = ScriptedCameras()
    step = scene.board.step([OrientCamera(camera_id=scene.cameras[0], near_sector=20)], scene.now)

    assert "does not wait for its orientation" in str(step.refusals[0])


def test_a_camera_that_is_added_scores_with_the_others_and_one_that_is_removed_does_not() -> None:
    """The board counts on the cameras that it has at the moment, and none waits for one that is gone."""
    scene = ScriptedCameras()
    first, *_ = scene.cameras
    new = CameraId("new")
    before = [each.camera_id for each in scene.board.snapshot().cameras]
    added = scene.step(CameraAdded(camera_id=new))
    during = [each.state for each in scene.board.snapshot().cameras if each.camera_id == new]
    scene.step(CameraRemoved(camera_id=new))
    removed = scene.step(CameraRemoved(camera_id=first))
    again = scene.step(CameraRemoved(camera_id=first))
    refused = scene.board.step([CalibrateBoard(camera_id=first)], 1e6).refusals[0]

    assert (added, during, again, refused.code) == ([], ["starting"], [], "CAMERA_OFFLINE")
    assert [(e.camera_id, e.state, e.reason) for e in removed if isinstance(e, CameraStateChanged)] == [(first, "offline", "removed")]
    assert [each.camera_id for each in scene.board.snapshot().cameras] == [each for each in before if each != first]
