"""Tests of gathering what the cameras report of one motion."""

import msgspec
import pytest

from dartd.fusion.gather import CALM_S, GATHER_S, Evidence, GatheredMotion
from schemas.base import CameraId
from schemas.geometry import Axis3
from schemas.pipe.from_worker import MotionDetected, Settled
from tests.support.sightings import rig, sighting_of

CALIBRATIONS = rig(3)
CAMERAS = [c.camera_id for c in CALIBRATIONS]
TIMEOUT_S = 0.5
DART = Axis3(x_mm=-22.0, y_mm=61.0, slope_y=0.2)


def _settled(camera: int, *, flight: bool = False) -> Settled:
    return Settled(camera_id=CAMERAS[camera], t_s=0.9, episode=7 + camera, started_s=0.5, finding="other", flight=flight)


def _motion(camera: int, t_s: float = 0.5) -> MotionDetected:
    return MotionDetected(camera_id=CAMERAS[camera], t_s=t_s, episode=7)


def test_it_is_complete_when_the_cameras_have_reported() -> None:
    """It waits for cameras that move up to the limit, a moment for those that may still report, and not at all when all have."""
    motion = GatheredMotion(0.5)
    motion.add_motion(_motion(0))
    motion.add_motion(_motion(1))
    waits = [motion.complete_at_s(CAMERAS, TIMEOUT_S)]
    for k in range(3):
        motion.add_settled(_settled(k), 1.0)
        waits.append(motion.complete_at_s(CAMERAS, TIMEOUT_S))

    assert waits == [None, 1.0 + TIMEOUT_S, pytest.approx(1.0 + GATHER_S), 1.0]


def test_a_possible_miss_waits_for_more_motion() -> None:
    """A flight without a dart waits until it has been still for a moment."""
    motion = GatheredMotion(0.5)
    for k in range(3):
        motion.add_settled(_settled(k, flight=True), 1.0)

    assert motion.complete_at_s(CAMERAS, TIMEOUT_S) == pytest.approx(1.0 + CALM_S)


def test_what_a_camera_withdraws_counts_for_what_it_finds_then() -> None:
    """Start and flight of what was withdrawn are part of the same motion; without any camera settled it is not complete."""
    motion = GatheredMotion(0.5)
    motion.add_settled(_settled(0, flight=True), 1.0)
    episode = motion.withdraw(CAMERAS[0])
    waits = motion.complete_at_s(CAMERAS, TIMEOUT_S)
    motion.add_settled(msgspec.structs.replace(_settled(0), started_s=1.1, episode=8), 1.4)
    settled = motion.settled[CAMERAS[0]]

    assert (episode, waits) == (7, None)
    assert (settled.started_s, settled.flight, settled.episode) == (0.5, True, 8)


def test_evidence_has_the_sightings_of_what_is_new() -> None:
    """Lines of what left are no sightings, cameras without a calibration have none; undisturbed darts come along where needed."""
    line = sighting_of(CALIBRATIONS[0], DART)
    on_empty = msgspec.structs.replace(_settled(0), sightings=(line, msgspec.structs.replace(line, leaving=0.6)), sightings_on_empty=True)
    evidence = Evidence({CAMERAS[0]: on_empty, CameraId("other"): _settled(1)}, {c.camera_id: c for c in CALIBRATIONS}, {CAMERAS[2]})
    (reported,) = evidence.sightings([DART])

    assert (reported.camera_id, reported.sightings, reported.known) == (CAMERAS[0], (line,), (DART,))
    assert evidence.still == [CALIBRATIONS[1]]
    assert evidence.num_cameras == 3
    assert Evidence({}, {}, frozenset()).num_cameras == 1
