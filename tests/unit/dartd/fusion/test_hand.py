"""Hands are detected by their width."""

from dartd.fusion.gather import Evidence, GatheredMotion
from dartd.fusion.hand import hand_due_s, is_hand_at_rest, is_hand_moving, is_in_all_views
from schemas.geometry import Axis3
from schemas.pipe.from_worker import MotionDetected, Settled
from schemas.pipe.sightings import Blob
from tests.support.sightings import rig, spot

CALIBRATIONS = rig(3)
CAMERAS = [c.camera_id for c in CALIBRATIONS]
DART = Axis3(x_mm=-22.0, y_mm=61.0, slope_x=0.04, slope_y=0.2)


def _settled(camera: int, *spots: Blob) -> Settled:
    return Settled(camera_id=CAMERAS[camera], t_s=0.9, episode=7, started_s=0.5, finding="other", blobs=spots)


def test_a_flight_is_no_hand() -> None:
    """A wide spot on a new dart's own shaft is its flight; the same spot away from it may be a hand."""
    flight, elsewhere = spot(CALIBRATIONS[0], DART, 120.0, 24.0), Blob(u=0.25, v=0.2, radius=44.0 / 382.0)
    poses = {CAMERAS[0]: CALIBRATIONS[0]}

    assert not is_hand_at_rest([DART], [], Evidence({CAMERAS[0]: _settled(0, flight)}, poses, frozenset()))
    assert is_hand_at_rest([DART], [], Evidence({CAMERAS[0]: _settled(0, elsewhere)}, poses, frozenset()))
    assert not is_hand_at_rest([], [], Evidence({}, poses, frozenset()))


def test_a_wide_thing_before_one_camera_alone_is_no_hand() -> None:
    """A fly on a lens looks as wide as a hand to one camera, and is nothing to the others; while they move it may be one."""
    wide = _settled(0, spot(CALIBRATIONS[0], DART, 60, 50))
    settled = {s.camera_id: s for s in (wide, _settled(1), _settled(2))}
    poses = {c.camera_id: c for c in CALIBRATIONS}

    assert not is_hand_at_rest([], [], Evidence(settled, poses, frozenset()))
    assert is_hand_at_rest([], [], Evidence({wide.camera_id: wide}, poses, frozenset(CAMERAS[1:])))
    assert is_hand_at_rest([], [], Evidence({wide.camera_id: wide}, {wide.camera_id: CALIBRATIONS[0]}, frozenset()))


def test_what_every_camera_has_next_to_the_darts_is_a_hand() -> None:
    """Fingers that are narrow from everywhere are a hand where no camera has a dart there; flights of standing darts sway."""
    finger = Axis3(x_mm=-130.0, y_mm=-40.0)
    poses = {c.camera_id: c for c in CALIBRATIONS}

    def widths(axis: Axis3, *radii_mm: float) -> Evidence:
        settled = [_settled(k, spot(CALIBRATIONS[k], axis, 90.0, r)) for k, r in enumerate(radii_mm)]
        return Evidence({s.camera_id: s for s in settled}, poses, frozenset())

    alone = {CAMERAS[0]: CALIBRATIONS[0]}
    wide = {CAMERAS[0]: _settled(0, spot(CALIBRATIONS[0], finger, 90.0, 24.0))}

    assert is_hand_at_rest([], [DART], widths(finger, 14.0, 16.0, 14.0))
    assert is_hand_at_rest([], [DART], Evidence(wide, alone, frozenset()))
    assert not is_hand_at_rest(
        [], [DART], Evidence({CAMERAS[0]: _settled(0, spot(CALIBRATIONS[0], finger, 90.0, 14.0))}, alone, frozenset())
    )
    assert not is_hand_at_rest([], [DART], widths(finger, 14.0, 16.0))
    assert not is_hand_at_rest([], [DART], widths(finger, 14.0, 7.0, 7.0))
    assert not is_hand_at_rest([], [DART], widths(DART, 14.0, 16.0, 14.0))


def _moving(*began_s: float, hand: tuple[int, ...] = (0,)) -> GatheredMotion:
    motion = GatheredMotion(min(began_s))
    for k, t_s in enumerate(began_s):
        motion.add_motion(MotionDetected(camera_id=CAMERAS[k], t_s=t_s, episode=7, hand=k in hand))
    return motion


def test_a_moving_hand_is_confirmed_by_another_camera() -> None:
    """Another camera must report it too, or have noticed motion for 0.4 s, beginning within 0.7 s of the first; and all must have it."""
    later, passer = _moving(0.0, 0.1), _moving(0.0, 1.0)

    assert [is_hand_moving(later, t, 3, in_all_views=True) for t in (0.4, 0.5)] == [False, True]
    assert is_hand_moving(_moving(0.0, 0.1, hand=(0, 1)), 0.2, 3, in_all_views=True)
    assert not is_hand_moving(later, 0.5, 3, in_all_views=False)
    assert not is_hand_moving(passer, 2.0, 3, in_all_views=True)
    assert is_hand_moving(_moving(0.0), 0.0, 1, in_all_views=False)
    assert (hand_due_s(later, in_all_views=True), hand_due_s(later, in_all_views=False)) == (0.5, None)
    assert hand_due_s(passer, in_all_views=True) is None


def test_a_hand_is_in_view_of_all_cameras() -> None:
    """Cameras that move, moved in this motion, or settled after more than a fly count; one that noticed nothing does not."""
    motion = _moving(0.0, 0.1)
    motion.add_settled(Settled(camera_id=CAMERAS[1], t_s=0.5, episode=7, started_s=0.1, finding="other", max_share=0.001), 0.5)

    assert is_in_all_views(motion, CAMERAS[:1], set())
    assert is_in_all_views(motion, [CAMERAS[0], CAMERAS[2]], {CAMERAS[2]})
    assert not is_in_all_views(motion, CAMERAS[::2], set())
    assert not is_in_all_views(motion, CAMERAS[:2], set())
