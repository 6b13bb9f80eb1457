"""The rotation of the board for cameras that cannot read its numbers."""

import msgspec
import numpy as np
import pytest

from dartd.fusion.camera_pose import pixel_of
from dartd.fusion.rig_orientation import RigOrientation, rotated, rotated_to_sector, rotated_to_twenty
from schemas.base import CameraId
from schemas.geometry import Axis3, Calibration
from schemas.pipe.from_worker import OrientationUnknown, Settled
from tests.support.sightings import camera_at, rig, sighting_of

NOTHING = (0.0,) * 10


def unknown(calibration: Calibration, steps: int, log_odds: tuple[float, ...] = NOTHING) -> OrientationUnknown:
    """Return the message of a camera whose board is off by `steps` from the frame of its fit."""
    return OrientationUnknown(
        camera_id=calibration.camera_id, t_s=0.0, calibration=rotated(calibration, steps), log_odds=log_odds, reason="unreadable"
    )


def weakly(steps: int, lead: float) -> tuple[float, ...]:
    """Return evidence for a rotation that leads by so much."""
    return tuple(lead if k == steps else 0.0 for k in range(10))


def seen(calibration: Calibration, axis: Axis3, at_s: float) -> Settled:
    """Return what a camera reports of a new dart."""
    return Settled(
        camera_id=calibration.camera_id, t_s=at_s, episode=1, started_s=at_s, finding="dart", sightings=(sighting_of(calibration, axis),)
    )


def random_dart(rng: np.random.Generator) -> Axis3:
    """Return a dart somewhere in the beds, not in the bull."""
    radius, angle = 170 * np.sqrt(rng.uniform(0.1, 1)), rng.uniform(0, 2 * np.pi)
    return Axis3(x_mm=radius * np.cos(angle), y_mm=radius * np.sin(angle), slope_y=rng.uniform(0.0, 0.3))


def test_a_rotation_is_undone() -> None:
    """Ten steps are a full rotation, and steps add up; the camera stays where it is but for the name of its direction."""
    calibration = rig(3)[0]

    assert rotated(rotated(calibration, 3), 7).rotation == pytest.approx(calibration.rotation)
    assert rotated(calibration, 1).translation_mm == calibration.translation_mm


@pytest.mark.parametrize("steps", [0, 1, 4, 9])
def test_a_sector_names_the_rotation(steps: int) -> None:
    """The sector that is nearest to the camera, and the ones next to it, select the same rotation."""
    calibration = rotated_to_sector(rig(3)[0], 20)

    assert rotated_to_sector(rotated(calibration, steps), 20).rotation == pytest.approx(calibration.rotation)


def test_one_camera_that_knows_and_one_dart_orient_the_others() -> None:
    """On random rigs every other camera is given the right rotation after two darts at the latest, and none a wrong one."""
    rng = np.random.default_rng(1)
    decided = 0
    for _ in range(60):
        known, *others = rig(3)
        steps = {each.camera_id: int(rng.integers(10)) for each in others}
        orientation = RigOrientation()
        orientation.add_known(known, kept=False)
        for each in others:
            orientation.add_open(unknown(each, steps[each.camera_id]))
        for throw in range(2):
            dart = random_dart(rng)
            for each in (known, *others):
                measured = each if each is known else rotated(each, steps[each.camera_id])
                report = seen(measured, dart if each is known else _in_frame(dart, steps[each.camera_id]), throw * 3.0)
                orientation.add_settled(report)
            for camera_id, calibration in orientation.decide().items():
                true = next(each for each in others if each.camera_id == camera_id)
                assert calibration.rotation == pytest.approx(true.rotation, abs=1e-6)
                decided += 1
    assert decided == 2 * 60


def _in_frame(dart: Axis3, steps: int) -> Axis3:
    """Return a dart in the frame of a board that is rotated."""
    c, s = np.cos(steps * np.pi / 5), np.sin(steps * np.pi / 5)
    turn = np.array([[c, -s], [s, c]])
    (x, y), (slope_x, slope_y) = turn @ [dart.x_mm, dart.y_mm], turn @ [dart.slope_x, dart.slope_y]
    return Axis3(x_mm=float(x), y_mm=float(y), slope_x=float(slope_x), slope_y=float(slope_y))


def test_three_weak_cameras_decide_together_after_a_dart() -> None:
    """Numbers that are not enough for any camera alone are enough for all, once a dart has tied them to one another."""
    cameras, steps = rig(3), (2, 5, 9)
    orientation = RigOrientation()
    for each, step in zip(cameras, steps, strict=True):
        orientation.add_open(unknown(msgspec.structs.replace(each), step, weakly(step, 2.5)))
    before = orientation.decide()
    dart = Axis3(x_mm=60.0, y_mm=-90.0, slope_y=0.1)
    for each, step in zip(cameras, steps, strict=True):
        orientation.add_settled(seen(rotated(each, step), _in_frame(dart, step), 1.0))
    after = orientation.decide()

    assert len(before) < 3
    assert {*before, *after} == {each.camera_id for each in cameras}
    for each in cameras:
        assert (before | after)[each.camera_id].rotation == pytest.approx(each.rotation, abs=1e-6)


def test_without_any_evidence_of_the_numbers_nothing_is_decided() -> None:
    """Darts tie the cameras to one another, but not to the numbers: then one hint orients all."""
    cameras = rig(3)
    orientation = RigOrientation()
    for each in cameras:
        orientation.add_open(unknown(each, 0))
    for throw, dart in enumerate((Axis3(x_mm=60.0, y_mm=-90.0), Axis3(x_mm=-100.0, y_mm=20.0))):
        for each in cameras:
            orientation.add_settled(seen(each, dart, throw * 3.0))
    undecided = orientation.decide()
    orientation.settle(cameras[0].camera_id, cameras[0])
    followed = orientation.decide()

    assert undecided == {}
    assert set(followed) == {each.camera_id for each in cameras[1:]}


def test_evidence_is_forgotten_with_the_camera() -> None:
    """A camera that is gone is open no more; nothing is decided for it."""
    calibration = rig(3)[0]
    orientation = RigOrientation()
    orientation.add_open(unknown(calibration, 0, weakly(0, 20.0)))
    orientation.remove(calibration.camera_id)

    assert not orientation.is_open(calibration.camera_id)
    assert orientation.decide() == {}
    assert orientation.calibration(CameraId("cam9")) is None


@pytest.mark.parametrize("steps", range(10))
def test_the_twenty_decides_the_rotation(steps: int) -> None:
    """Wherever in its sector the pixel lies, through any lens."""
    truth = msgspec.structs.replace(camera_at(0, 0.7), k1=-0.2, k2=0.05)
    for x_mm, y_mm in ((0.0, 190.0), (24.0, 160.0), (-10.0, 60.0)):
        pixel = pixel_of(truth, x_mm, y_mm)
        assert pixel is not None
        assert rotated_to_twenty(rotated(truth, steps), *pixel).rotation == pytest.approx(truth.rotation, abs=1e-6)
