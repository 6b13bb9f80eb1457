"""Tests of what is known of each camera."""

import msgspec
import pytest

from dartd.board.cameras import CameraStates
from dartd.errors import CommandRefusedError
from schemas.base import CameraId
from schemas.events import BoardEvent, CalibrationChanged, CameraStateChanged
from schemas.pipe.from_worker import CameraFault, FaultKind
from tests.support.sightings import camera_at

ONE, TWO = CameraId("cam0"), CameraId("cam1")


def _states() -> CameraStates:
    return CameraStates([ONE, TWO])


def _fault(fault: FaultKind, *, active: bool = True, detail: str = "") -> CameraFault:
    return CameraFault(camera_id=ONE, t_s=1.0, fault=fault, active=active, detail=detail)


def _changes(events: list[BoardEvent]) -> list[tuple[str, str]]:
    return [(e.previous_state, e.state) for e in events if isinstance(e, CameraStateChanged)]


def _ready() -> CameraStates:
    states = _states()
    states.answer(ONE)
    states.calibrated(camera_at(0, 0.0))
    return states


def test_cameras_begin_by_starting() -> None:
    """Before a camera has said anything it is starting, none is ready, and all are on their way."""
    states = _states()

    assert [c.state for c in states.snapshot()] == ["starting", "starting"]
    assert states.starting
    assert states.calibrating
    assert states.ready == ()


def test_a_camera_becomes_ready() -> None:
    """A camera that answers looks for the board; once it knows where it stands it is ready, and each step is published."""
    states = _states()

    assert _changes(states.answer(ONE)) == [("starting", "calibrating")]
    events = states.calibrated(camera_at(0, 0.0))
    assert _changes(events) == [("calibrating", "ready")]
    assert any(isinstance(e, CalibrationChanged) and e.state == "ready" and e.residual_px == 0.2 for e in events)
    assert states.ready == (ONE,)
    assert not states.starting


def test_where_a_camera_stands_is_kept() -> None:
    """The calibration of a camera is given back, None for a camera that has none."""
    states = _ready()

    assert states.calibration(ONE) == camera_at(0, 0.0)
    assert states.calibration(TWO) is None


def test_unchanged_state_is_not_published() -> None:
    """The same state for the same reason is published once."""
    states = _states()
    states.change(ONE, "offline", "unplugged")

    assert states.change(ONE, "offline", "unplugged") == []
    assert len(states.change(ONE, "offline", "no power")) == 1


def test_refusals_become_an_error() -> None:
    """A camera that cannot find the board tries on, says why, and is at last an error; a calibration ends that."""
    states = _states()
    states.answer(ONE)
    for _ in range(5):
        states.refused(ONE, "no board in the picture")
    assert states.snapshot()[0].state == "error"
    assert states.snapshot()[0].reason == "no board in the picture"

    states.calibrated(camera_at(0, 0.0))
    assert states.snapshot()[0].state == "ready"
    assert states.snapshot()[0].reason == ""
    states.refused(ONE, "no board in the picture")
    assert states.snapshot()[0].state != "error"


@pytest.mark.parametrize("kind", ["camera_gone", "ended"])
def test_a_camera_that_is_gone_is_offline(kind: FaultKind) -> None:
    """A camera without pictures is offline with the reason, and its return is reported by its process, not by the end of the fault."""
    states = _ready()

    assert _changes(states.fault(_fault(kind, detail="unplugged"))) == [("ready", "offline")]
    assert "unplugged" in states.snapshot()[0].reason
    assert states.ready == ()
    assert states.fault(_fault(kind, active=False)) == []


@pytest.mark.parametrize("kind", ["frozen", "black", "slow", "bad_frame"])
def test_a_camera_with_a_fault_goes_on(kind: FaultKind) -> None:
    """A fault that leaves pictures is published as the reason, the state stays; its end clears the reason."""
    states = _ready()
    states.fault(_fault(kind))
    assert states.snapshot()[0].state == "ready"
    assert states.snapshot()[0].reason

    states.fault(_fault(kind, active=False))
    assert states.snapshot()[0].reason == ""


def test_of_several_faults_each_ends_by_itself() -> None:
    """The reason names all that are on; what ends takes away only its own, also over a calibration."""
    states = _ready()
    states.fault(_fault("slow", detail="5 frames"))
    states.fault(_fault("bad_frame"))
    states.calibrated(camera_at(0, 0.0))
    both = states.snapshot()[0].reason
    states.fault(_fault("slow", active=False))

    assert both == "slow: 5 frames; bad frame"
    assert states.snapshot()[0].reason == "bad frame"


@pytest.mark.parametrize("kind", ["frozen", "black"])
def test_a_blind_camera_is_not_ready_to_score(kind: FaultKind) -> None:
    """It stays what it is for people, and counts again when it sees."""
    states = _ready()
    ready = states.ready
    states.fault(_fault(kind))
    blind = states.ready
    states.fault(_fault(kind, active=False))

    assert ONE in ready
    assert blind == tuple(c for c in ready if c != ONE)
    assert states.ready == ready


def test_a_new_process_has_no_faults() -> None:
    """What was wrong with the pictures of the process before is no more known."""
    states = _ready()
    states.fault(_fault("frozen"))
    states.restart(ONE, "starting", "")
    states.answer(ONE)
    states.calibrated(camera_at(0, 0.0))

    assert states.snapshot()[0].reason == ""
    assert ONE in states.ready


def test_all_that_can_are_calibrated_anew() -> None:
    """A request for new calibrations concerns cameras that deliver pictures; others are left alone."""
    states = _ready()
    states.change(TWO, "offline", "unplugged")
    events = states.recalibrate()

    assert _changes(events) == [("ready", "calibrating")]
    assert [c.state for c in states.snapshot()] == ["calibrating", "offline"]
    assert states.calibrating


def test_result_of_a_given_calibration_is_published() -> None:
    """A camera with a given calibration searches the board anew; another result is published with the reason."""
    states = _ready()
    given = camera_at(0, 1.0)
    asked = states.hand_over(given)
    fits = [e.reason for e in states.calibrated(given) if isinstance(e, CalibrationChanged)]
    states.hand_over(given)
    misfits = [e.reason for e in states.calibrated(camera_at(0, 0.0)) if isinstance(e, CalibrationChanged)]
    later = [e.reason for e in states.calibrated(camera_at(0, 0.0)) if isinstance(e, CalibrationChanged)]

    assert _changes(asked) == [("ready", "calibrating")]
    assert (fits, later) == ([""], [""])
    assert "does not fit" in misfits[0]


def test_a_camera_that_does_not_answer_takes_no_calibration() -> None:
    """It is said that it is offline."""
    states = _ready()
    states.change(ONE, "offline", "unplugged")
    with pytest.raises(CommandRefusedError, match="offline") as refused:
        states.hand_over(camera_at(0, 0.0))

    assert refused.value.code == "CAMERA_OFFLINE"


def test_the_time_of_a_calibration_is_published() -> None:
    """People see when a camera was calibrated; a given calibration with another time is still the given one."""
    states = _ready()
    states.hand_over(camera_at(0, 1.0))
    dated = msgspec.structs.replace(camera_at(0, 1.0), calibrated_at="2026-11-30T20:00:00.000Z")
    (changed,) = [event for event in states.calibrated(dated) if isinstance(event, CalibrationChanged)]

    assert (changed.calibrated_at, changed.reason) == (dated.calibrated_at, "")
    assert states.snapshot()[0].calibrated_at == dated.calibrated_at


def test_the_snapshot_holds_the_residuals_of_a_calibration() -> None:
    """People see the residual of a camera that has a calibration, and none of one that has not."""
    one, two = _ready().snapshot()

    assert (one.camera_id, one.residual_px, one.residual_mm) == (ONE, 0.2, 0.2)
    assert two.residual_px is None
    assert msgspec.json.encode([one, two])
