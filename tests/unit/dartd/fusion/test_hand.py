"""Tests of telling hands by their width."""

from dartd.fusion.hand import is_hand
from schemas.geometry import Axis3
from schemas.pipe.from_worker import Settled
from schemas.pipe.sightings import Blob
from tests.support.sightings import rig, spot

CALIBRATIONS = rig(3)
CAMERAS = [c.camera_id for c in CALIBRATIONS]
DART = Axis3(x_mm=-22.0, y_mm=61.0, slope_x=0.04, slope_y=0.2)


def _seen(camera: int, *spots: Blob) -> Settled:
    return Settled(camera_id=CAMERAS[camera], t_s=0.9, episode=7, started_s=0.5, finding="other", blobs=spots)


def test_a_flight_is_no_hand() -> None:
    """A wide place on a new dart's own shaft is its flight; the same place away from it may be a hand."""
    flight, elsewhere = spot(CALIBRATIONS[0], DART, 120.0, 24.0), Blob(u=0.25, v=0.2, radius=44.0 / 382.0)
    poses = {CAMERAS[0]: CALIBRATIONS[0]}

    assert not is_hand([DART], [], {CAMERAS[0]: _seen(0, flight)}, poses)
    assert is_hand([DART], [], {CAMERAS[0]: _seen(0, elsewhere)}, poses)
    assert not is_hand([], [], {}, poses)


def test_a_wide_thing_before_one_camera_alone_is_no_hand() -> None:
    """A fly on a lens looks as wide as a hand to one camera, and is nothing to the others; while they are busy nobody can say."""
    wide = _seen(0, spot(CALIBRATIONS[0], DART, 60, 50))
    settled = {s.camera_id: s for s in (wide, _seen(1), _seen(2))}
    poses = {c.camera_id: c for c in CALIBRATIONS}

    assert not is_hand([], [], settled, poses)
    assert is_hand([], [], {wide.camera_id: wide}, poses, busy=2)
    assert is_hand([], [], {wide.camera_id: wide}, {wide.camera_id: CALIBRATIONS[0]})
