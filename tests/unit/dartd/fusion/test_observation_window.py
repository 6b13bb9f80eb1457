"""Tests of the observation window: the cameras' messages of one motion."""

import msgspec
import numpy as np
import pytest

from dartd.fusion.observation import Observation
from dartd.fusion.observation_window import ObservationWindow
from schemas.base import CameraId, DartId
from schemas.board import BoardSpec
from schemas.geometry import Axis3
from schemas.pipe.from_worker import MotionDetected, Settled
from schemas.pipe.sightings import Blob, CrossSection, DartPresence, Finding
from schemas.pipe.to_worker import KnownDart
from tests.support.sightings import apart_mm, rig, sighting_of, spot

TIMEOUT_S = 0.5
CALIBRATIONS = rig(3)
CAMERAS = [c.camera_id for c in CALIBRATIONS]
DART = Axis3(x_mm=-22.0, y_mm=61.0, slope_x=0.04, slope_y=0.2)
KNOWN = KnownDart(dart_id=DartId("d1"), axis=Axis3(x_mm=80.0, y_mm=-40.0, slope_y=0.15))


def _window(cameras: int = 3) -> ObservationWindow:
    window = ObservationWindow(BoardSpec(), TIMEOUT_S)
    window.poses.update({c.camera_id: c for c in CALIBRATIONS[:cameras]})
    return window


def _motion(camera: int, t_s: float = 0.0) -> MotionDetected:
    return MotionDetected(camera_id=CAMERAS[camera], t_s=t_s, episode=7)


def _settled(
    camera: int,
    *axes: Axis3,
    leaving: float = 0.0,
    blobs: tuple[Blob, ...] = (),
    presence: tuple[DartPresence, ...] = (),
    empty_share: float | None = None,
) -> Settled:
    sightings = tuple(sighting_of(CALIBRATIONS[camera], axis) for axis in axes)
    return Settled(
        camera_id=CAMERAS[camera],
        t_s=0.9,
        episode=7 + camera,
        started_s=0.5,
        finding="dart",
        flight=True,
        max_share=0.02,
        empty_share=empty_share,
        sightings=tuple(msgspec.structs.replace(s, leaving=leaving) for s in sightings),
        blobs=blobs,
        presence=presence,
    )


def _close(*settled: Settled, standing: tuple[KnownDart, ...] = (), cameras: int = 3) -> Observation:
    window = _window(cameras)
    for one in settled:
        window.add_settled(one, 1.0)
    return window.close(standing, 1.1)[0]


def test_a_window_opens_with_motion() -> None:
    """The first camera that sees motion opens a window, which waits without a limit until something settles."""
    idle, moved = _window(), _window()
    moved.add_motion(_motion(0))

    assert (idle.is_open, idle.deadline()) == (False, None)
    assert (moved.is_open, moved.deadline()) == (True, None)


def test_a_window_closes_when_all_have_settled() -> None:
    """With every ready camera settled there is nothing to wait for."""
    window = _window()
    for k in range(3):
        window.add_motion(_motion(k))
    for k in range(3):
        window.add_settled(_settled(k), 1.0 + 0.01 * k)

    assert window.deadline() == 1.0


def test_a_camera_that_moves_is_waited_for_but_not_forever() -> None:
    """While a camera still moves the window stays open, up to the time limit after the first settled."""
    window = _window()
    window.add_motion(_motion(0))
    window.add_motion(_motion(1))
    window.add_settled(_settled(0), 1.0)

    assert window.deadline() == pytest.approx(1.0 + TIMEOUT_S)


def test_cameras_that_saw_nothing_may_still_report() -> None:
    """When all that moved have settled, the others get a moment, shorter than the time limit."""
    window = _window()
    window.add_motion(_motion(0))
    window.add_settled(_settled(0), 1.0)
    deadline = window.deadline()

    assert deadline is not None
    assert 1.0 < deadline < 1.0 + TIMEOUT_S


def test_a_lost_camera_is_not_waited_for() -> None:
    """A camera that is lost while it moves delays nothing."""
    window = _window()
    for k in range(3):
        window.add_motion(_motion(k))
    for k in range(2):
        window.add_settled(_settled(k), 1.0)
    window.remove_camera(CAMERAS[2])

    assert window.deadline() == 1.0
    assert CAMERAS[2] not in window.poses


def test_what_a_settled_camera_says_next_is_another_motion() -> None:
    """A camera that has settled in the open window and moves again belongs to the next one; the others do not."""
    window = _window()
    window.add_settled(_settled(0), 1.0)

    assert window.has_settled(CAMERAS[0])
    assert not window.has_settled(CAMERAS[1])


def test_a_reset_closes_the_window() -> None:
    """After a reset nothing of the motion is left."""
    window = _window()
    window.add_settled(_settled(0), 1.0)
    window.reset()

    assert not window.is_open
    assert window.deadline() is None


def test_a_dart_that_all_saw_has_landed() -> None:
    """Three cameras' lines make one landing at its place, with each camera's episode."""
    seen = _close(*(_settled(k, DART) for k in range(3)))

    assert len(seen.darts) == 1
    assert apart_mm(seen.darts[0].axis, DART) < 0.1
    assert seen.darts[0].episodes == {c: 7 + k for k, c in enumerate(CAMERAS)}
    assert seen.flight
    assert not seen.hand
    assert seen.started_s == 0.5
    assert seen.settled_s == 0.9


@pytest.mark.parametrize("cameras", [(0, 1), (0, 2), (1, 2)])
def test_a_dart_hidden_from_one_camera_has_landed(cameras: tuple[int, int]) -> None:
    """Two of three cameras are enough."""
    seen = _close(*(_settled(k, DART) for k in cameras))

    assert len(seen.darts) == 1
    assert apart_mm(seen.darts[0].axis, DART) < 0.1


def test_what_one_camera_of_three_saw_is_no_dart() -> None:
    """A line in a single camera is a shadow or a fly."""
    assert _close(_settled(0, DART), _settled(1), _settled(2)).darts == ()


def test_what_leaves_does_not_land() -> None:
    """Lines along which the empty board came back are no new dart."""
    assert _close(*(_settled(k, DART, leaving=0.9) for k in range(3))).darts == ()


def test_a_camera_without_calibration_is_not_asked() -> None:
    """Lines of a camera without a calibration do not count."""
    seen = _close(*(_settled(k, DART) for k in range(3)), cameras=2)

    assert len(seen.darts) == 1
    assert CAMERAS[2] not in seen.darts[0].cameras_used


def test_a_hand_is_judged_before_everything_else() -> None:
    """With a hand in view nothing has landed, whatever lines its fingers make."""
    wide = (Blob(u=0.0, v=0.0, radius=0.16),)
    seen = _close(*(_settled(k, blobs=wide) for k in range(3)))

    assert seen.hand
    assert seen.darts == ()


@pytest.mark.parametrize(("scores", "gone"), [((0.0, 0.1, 0.05), True), ((1.0, 0.9, 0.95), False), ((0.1, 0.2, 0.9), False)])
def test_the_cameras_together_say_who_is_gone(scores: tuple[float, ...], gone: bool) -> None:  # noqa: FBT001
    """A dart is gone when the cameras that can judge it say so together."""
    said = [_settled(k, presence=(DartPresence(dart_id=KNOWN.dart_id, score=s, weight=1.0),)) for k, s in enumerate(scores)]

    assert _close(*said, standing=(KNOWN,)).gone == ((KNOWN.dart_id,) if gone else ())


def test_a_camera_without_motion_has_the_dart_as_it_was() -> None:
    """A bumped camera alone does not take a dart out of the board: the other cameras would have noticed the fall."""
    gone = [_settled(k, presence=(DartPresence(dart_id=KNOWN.dart_id, score=0.1, weight=0.6),)) for k in range(3)]
    busy = _window()
    for camera in (1, 2):
        busy.add_motion(_motion(camera))
    busy.add_settled(gone[0], 1.0)

    assert [_close(*gone[:k], standing=(KNOWN,)).gone for k in (1, 2, 3)] == [(), ("d1",), ("d1",)]
    assert busy.close((KNOWN,), 1.6)[0].gone == ("d1",)


def test_a_hand_that_came_takes_a_dart_that_others_look_like() -> None:
    """Next to other darts a missing dart may look present from one side: with a hand there it was taken, without one it stays."""
    seen = [_settled(k, presence=(DartPresence(dart_id=KNOWN.dart_id, score=s, weight=1.0),)) for k, s in enumerate((0.85, 0.05, 0.5))]
    gone = []
    for hand in (True, False):
        window = _window()
        for camera in range(3):
            window.add_motion(msgspec.structs.replace(_motion(camera), hand=hand))
        window.confirm_hand(0.6)
        for one in seen:
            window.add_settled(one, 1.0)
        gone.append(window.close((KNOWN,), 1.1)[0].gone)

    assert gone == [("d1",), ()]


def test_a_dart_that_no_camera_can_judge_stays() -> None:
    """Hidden from all, or not reported, a dart is not gone."""
    hidden = [_settled(k, presence=(DartPresence(dart_id=KNOWN.dart_id, score=0.0, weight=0.01),)) for k in range(3)]

    assert _close(*hidden, standing=(KNOWN,)).gone == ()
    assert _close(_settled(0), standing=(KNOWN,)).gone == ()


def test_a_known_dart_does_not_land_again() -> None:
    """Lines on a dart that stands, because it was touched, are no hit."""
    assert _close(*(_settled(k, KNOWN.axis) for k in range(3)), standing=(KNOWN,)).darts == ()


@pytest.mark.parametrize(("shares", "empty"), [((0.0, 0.0, 0.0), True), ((0.0, 0.05, 0.0), False), ((None, None, None), None)])
def test_the_board_is_empty_when_no_camera_objects(shares: tuple[float | None, ...], empty: bool | None) -> None:  # noqa: FBT001
    """One camera that sees something is enough to say that the board is not empty; without a picture of the empty board it is unknown."""
    assert _close(*(_settled(k, empty_share=s) for k, s in enumerate(shares))).empty is empty


def test_cameras_are_named_with_their_episodes() -> None:
    """Closing returns each camera's episode, so that it can be disowned."""
    window = _window()
    for k in (0, 2):
        window.add_settled(_settled(k), 1.0)

    assert window.close((), 1.0)[1] == {CameraId("cam0"): 7, CameraId("cam2"): 9}
    assert not window.is_open


def _between(one: CrossSection, other: CrossSection, share: float) -> CrossSection:
    return msgspec.structs.replace(one, u=one.u + share * (other.u - one.u), v=one.v + share * (other.v - one.v))


def _short(settled: Settled) -> Settled:
    """Crowd the cross-sections of each line into its first millimetres: as many as of a dart, and no length."""
    cut = tuple(
        msgspec.structs.replace(s, sections=tuple(_between(s.sections[0], s.sections[1], k / 20) for k in range(20)))
        for s in settled.sightings
    )
    return msgspec.structs.replace(settled, sightings=cut)


def test_what_is_short_from_everywhere_is_no_dart() -> None:
    """A fly that sits on the board may make lines that meet, but no camera sees a length of it."""
    assert _close(*(_settled(k, DART) for k in range(3))).darts
    assert not _close(*(_short(_settled(k, DART)) for k in range(3))).darts
    assert _close(_settled(0, DART), _settled(1, DART), _short(_settled(2, DART))).darts


def test_a_flight_is_seen_by_two_at_the_same_time() -> None:
    """Someone who walks past comes into one camera's view after another; a dart flies into all at once."""
    together = [msgspec.structs.replace(_settled(k), started_s=0.5 + 0.1 * k) for k in range(2)]
    after_another = [msgspec.structs.replace(_settled(k), started_s=0.5 + 0.8 * k) for k in range(2)]

    assert _close(*together).flight
    assert not _close(*after_another).flight
    assert not _close(together[0]).flight
    assert _close(together[0], cameras=1).flight


def test_a_dart_that_one_camera_saw_fly_shook_the_board() -> None:
    """What flew before one camera alone flew when another saw the board shake, and not when a hand has long been before that one."""
    flew = _settled(0)
    shaken = msgspec.structs.replace(_settled(1), flight=False, started_s=0.6)
    busy = msgspec.structs.replace(_settled(2), flight=False, started_s=-1.0)

    assert _close(flew, shaken).flight
    assert not _close(shaken).flight
    assert not _close(flew, shaken, busy).flight


def test_a_dart_where_no_other_camera_looks_has_landed() -> None:
    """One camera is enough for a dart that flew to where the pictures of the others end, and only there."""
    narrow = [msgspec.structs.replace(c, width=4, height=4) for c in CALIBRATIONS[1:]]
    window = _window()
    window.poses.update({c.camera_id: c for c in narrow})
    for one in (_settled(0, DART), msgspec.structs.replace(_settled(1), flight=False)):
        window.add_settled(one, 1.0)
    landings = window.close((), 1.1)[0].darts

    assert [landing.cameras_used for landing in landings] == [(CAMERAS[0],)]
    assert not _close(_settled(0, DART), msgspec.structs.replace(_settled(1), flight=False)).darts


def test_darts_that_stand_make_no_new_one_of_their_lines() -> None:
    """Where cameras compared with the empty board, two darts that stand as they did are no third where their lines cross by chance."""
    other = msgspec.structs.replace(DART, x_mm=DART.x_mm + 10.0, y_mm=DART.y_mm - 10.0)
    known = (KnownDart(dart_id=DartId("d1"), axis=other), KnownDart(dart_id=DartId("d2"), axis=DART))
    settled = [
        msgspec.structs.replace(
            _settled(k, presence=tuple(DartPresence(dart_id=d.dart_id, score=0.97, weight=1.0) for d in known)),
            sightings=(sighting_of(CALIBRATIONS[k], known[k].axis),),
            sightings_on_empty=on_empty,
        )
        for on_empty in (True, False)
        for k in range(2)
    ]

    assert not _close(*settled[:2], standing=known, cameras=2).darts
    assert _close(*settled[2:], standing=known, cameras=2).darts


@pytest.mark.parametrize(("weight", "landed"), [(1.0, 1), (0.3, 0)])
def test_where_a_dart_fell_only_a_clear_line_is_another(weight: float, landed: int) -> None:
    """A dart that knocked one out is seen clearly; faint lines are the neighbours that look different now."""
    gone = (DartPresence(dart_id=KNOWN.dart_id, score=0.02, weight=1.0),)
    seen = [sighting_of(CALIBRATIONS[k], DART) for k in range(3)]
    faint = [
        msgspec.structs.replace(s, sections=tuple(msgspec.structs.replace(c, weight=weight * c.weight) for c in s.sections)) for s in seen
    ]
    observation = _close(*(msgspec.structs.replace(_settled(k, presence=gone), sightings=(faint[k],)) for k in range(3)), standing=(KNOWN,))

    assert observation.gone == (KNOWN.dart_id,)
    assert len(observation.darts) == landed


def test_a_hand_that_others_still_see_has_not_left() -> None:
    """A camera that rests on a hand for a moment settles first; while others report a hand, it is one."""
    window = _window()
    window.add_settled(_settled(0), 1.0)
    for camera in (1, 2):
        window.add_motion(msgspec.structs.replace(_motion(camera), hand=True))

    assert window.close((), 1.2)[0].hand
    assert not _close(_settled(0)).hand


def test_a_hand_that_moves_is_seen_by_more_than_one() -> None:
    """A hand reported by one camera is confirmed when another reports it too or has moved for long; alone only with one camera."""
    hand = msgspec.structs.replace(_motion(0), hand=True)
    alone, lingering, both, single = _window(), _window(), _window(), _window(cameras=1)
    for window in (alone, lingering, both, single):
        window.add_motion(hand)
    alone.add_motion(_motion(2, 0.5))
    lingering.add_motion(_motion(1))
    both.add_motion(msgspec.structs.replace(_motion(1), hand=True))
    for window in (alone, lingering, both):
        assert not window.confirm_hand(1.2)  # the third sees nothing: two walk past two cameras
    alone.add_motion(_motion(1, 0.5))
    for window in (lingering, both):
        window.add_motion(_motion(2, 0.5))
        window.add_settled(msgspec.structs.replace(_settled(2), max_share=0.001), 0.6)
        assert not window.confirm_hand(1.2)  # it saw a fly
        window.add_motion(_motion(2, 0.5))
        window.add_settled(msgspec.structs.replace(_settled(2), max_share=0.02), 0.6)

    assert [alone.confirm_hand(0.6), lingering.confirm_hand(0.6), both.confirm_hand(0.2), single.confirm_hand(0.2)] == [
        False,
        True,
        True,
        True,
    ]
    assert not lingering.confirm_hand(0.2)
    assert not _window().confirm_hand(0.6)


def test_a_hand_is_believed_as_soon_as_others_have_seen_it_long_enough() -> None:
    """The window has a deadline for it, so that no further message is needed; once confirmed there is none."""
    window, passer = _window(), _window()
    for seen, later_s in ((window, 0.1), (passer, 1.0)):
        seen.add_motion(_motion(0))
        seen.add_motion(_motion(1, later_s))
        assert seen.hand_deadline() is None
        seen.add_motion(_motion(2, 1.0))
        seen.add_motion(msgspec.structs.replace(_motion(0, 0.2), hand=True))
    due_s = window.hand_deadline()

    assert due_s is not None
    assert due_s == pytest.approx(0.1 + 0.4)
    assert [window.confirm_hand(0.4), window.confirm_hand(due_s)] == [False, True]
    assert window.hand_deadline() is None
    assert passer.hand_deadline() is None
    assert _window().hand_deadline() is None


def test_a_camera_that_swings_on_is_waited_for() -> None:
    """Moving again just after a landing is of that landing: the flight that was noticed before counts."""
    window = _window()
    for camera in range(3):
        window.add_motion(_motion(camera, 0.5))
    window.add_settled(_settled(2), 0.65)
    again, late = window.withdraw(CAMERAS[2], 0.75), window.withdraw(CAMERAS[2], 0.9)
    window.add_motion(_motion(2, 0.75))
    for camera in range(3):
        window.add_settled(msgspec.structs.replace(_settled(camera, DART), flight=False, started_s=0.75 if camera == 2 else 0.5), 1.0)
    observation = window.close((), 1.0)[0]

    assert (again, late) == (9, None)
    assert observation.flight
    assert len(observation.darts) == 1


def test_a_dart_that_hangs_for_a_moment_is_one_throw_with_its_fall() -> None:
    """A camera that settles on it and sees it fall is waited for while others still move, but no longer than a struck board shakes."""
    shaking, still = _window(), _window()
    for window in (shaking, still):
        for camera in range(2):
            window.add_motion(_motion(camera, 0.5))
        window.add_settled(_settled(0), 0.7)
    still.add_settled(_settled(1), 0.7)

    assert shaking.withdraw(CAMERAS[0], 0.91) is None
    assert still.withdraw(CAMERAS[0], 0.86) is None
    assert shaking.withdraw(CAMERAS[0], 0.86) == _settled(0).episode


def test_what_moves_for_longer_than_a_fall_lingers() -> None:
    """Two cameras that saw motion for most of a second saw more than a dart drop; one alone may have had a fly before it."""
    long, short = (msgspec.structs.replace(_settled(0), started_s=0.9 - s) for s in (0.8, 0.4))
    others = [msgspec.structs.replace(s, camera_id=CAMERAS[1]) for s in (long, short)]

    assert [_close(long, o).lingered for o in others] == [True, False]
    assert _close(long, cameras=1).lingered


def test_a_strike_is_seen_everywhere() -> None:
    """Only what all ready cameras saw begin at the same time is before all of them."""
    late = msgspec.structs.replace(_settled(2), started_s=0.85)
    shaken = msgspec.structs.replace(_settled(1), flight=False)

    assert _close(_settled(0), _settled(1), _settled(2)).everywhere
    assert not _close(_settled(0), shaken, late).everywhere
    assert not _close(_settled(0), _settled(1)).everywhere


def test_a_dart_that_two_saw_fly_falls_past_the_third() -> None:
    """A camera below sees a dart that missed only as it falls; what no other camera saw fly is no miss that late."""
    late = msgspec.structs.replace(_settled(2), started_s=0.85, flight=False)
    unseen = msgspec.structs.replace(_settled(1), flight=False)

    assert _close(_settled(0), _settled(1), late).everywhere
    assert not _close(_settled(0), unseen, late).everywhere


def test_what_stays_longer_than_a_fall_is_no_miss() -> None:
    """A shadow that one camera sees for most of a second leaves nothing either, but no dart missed."""
    long = msgspec.structs.replace(_settled(2), t_s=0.5 + 0.7)

    wide = [msgspec.structs.replace(_settled(k), changed_share=0.05) for k in range(3)]

    assert not _close(_settled(0), _settled(1), long).everywhere
    lamp = [msgspec.structs.replace(_settled(k), finding="light") for k in (0, 1)]

    assert not _close(*wide).everywhere  # and a miss leaves the board as it was
    assert not _close(*lamp, _settled(2)).everywhere  # and the light too


@pytest.mark.parametrize(("share", "landed"), [(0.005, 1), (0.05, 0)])
def test_in_a_change_of_light_a_dart_must_be_clear(share: float, landed: int) -> None:
    """What two cameras see half of is a dart when little else changed; where a shadow moves, lines of chance cross too."""
    half = [
        msgspec.structs.replace(
            s, changed_share=share, sightings=tuple(msgspec.structs.replace(x, sections=x.sections[::2]) for x in s.sightings)
        )
        for s in (_settled(0, DART), _settled(1, DART))
    ]
    nothing = msgspec.structs.replace(_settled(2), changed_share=share)

    assert len(_close(*half, nothing).darts) == landed


def test_what_two_cameras_hardly_see_is_no_dart() -> None:
    """Lines of chance are short and faint: where they cross, and a third camera sees nothing, nothing landed."""
    faint = [
        msgspec.structs.replace(s, sightings=tuple(msgspec.structs.replace(x, sections=x.sections[::4]) for x in s.sightings))
        for s in (_settled(0, DART), _settled(1, DART))
    ]

    assert _close(*faint, _settled(2)).darts == ()


def test_a_miss_waits_for_further_motion() -> None:
    """Someone who waves moves again within two frames, and lingers; a miss is reported when nothing has moved for a moment."""
    window, dart = _window(), _window()
    for camera in range(3):
        window.add_settled(msgspec.structs.replace(_settled(camera), finding="other"), 1.0)
        dart.add_settled(_settled(camera, DART), 1.0)
    due_s = window.deadline()
    again = [window.withdraw(CAMERAS[camera], 1.1) for camera in range(3)]
    for camera in range(3):
        window.add_motion(_motion(camera, 1.1))
        window.add_settled(msgspec.structs.replace(_settled(camera), finding="other", started_s=1.1, t_s=1.3, flight=False), 1.3)

    assert dart.deadline() == 1.0
    assert due_s == pytest.approx(1.15)
    assert again == [7, 8, 9]
    assert window.withdraw(CAMERAS[0], 1.5) is None
    assert not window.close((), 1.5)[0].everywhere


def test_a_flight_is_reported_once() -> None:
    """A camera that settles after the others saw the same dart fly: its flight does not count for the next motion."""
    window = _window()
    for camera in (0, 1):
        window.add_settled(_settled(camera, DART), 0.95)
    first = window.close((), 1.0)[0]
    for camera in range(3):
        window.add_settled(_settled(camera), 1.1)
    second = window.close((), 1.2)[0]
    window.add_settled(msgspec.structs.replace(_settled(0), started_s=2.0), 2.3)
    window.add_settled(msgspec.structs.replace(_settled(1), started_s=2.1), 2.3)
    third = window.close((), 2.4)[0]

    assert [first.flight, second.flight, third.flight] == [True, False, True]


@pytest.mark.parametrize(("shaken_s", "finding", "darts"), [(0.1, "nothing", 1), (0.1, "other", 1), (0.6, "nothing", 0), (0.1, "light", 0)])
def test_what_strikes_the_board_beyond_all_other_pictures_is_a_dart(shaken_s: float, finding: Finding, darts: int) -> None:
    """Far in the surround one camera may see the dart alone, and none its flight; but the board shook shortly in all pictures."""
    far = Axis3(x_mm=250.0 * np.cos(0.4), y_mm=250.0 * np.sin(0.4), slope_x=0.0, slope_y=0.15)
    window = ObservationWindow(BoardSpec(), TIMEOUT_S)
    window.poses.update({c.camera_id: msgspec.structs.replace(c, center_y_px=c.center_y_px - 400) for c in CALIBRATIONS[1:]})
    window.poses[CAMERAS[0]] = CALIBRATIONS[0]
    for camera in range(3):
        seen = _settled(camera, *([far] if camera == 0 else []))
        finding_here: Finding = "dart" if camera == 0 else finding
        window.add_settled(msgspec.structs.replace(seen, flight=False, started_s=0.9 - shaken_s, finding=finding_here), 1.0)

    assert len(window.close((), 1.0)[0].darts) == darts


def test_what_sticks_where_every_picture_ends_is_a_miss() -> None:
    """The one camera that sees a dart sees its barrel only: it shook the board and stuck, but where is unknown."""
    far = Axis3(x_mm=-270.0 * np.cos(0.4), y_mm=-270.0 * np.sin(0.4), slope_x=0.0, slope_y=0.15)
    found = []
    for finding, shaken in (("dart", (1, 2)), ("dart", (1,)), ("other", (1, 2)), ("dart", ())):
        window = _window()
        for camera in (0, *shaken):
            seen = _settled(camera, *([far] if camera == 0 else []))
            end = seen.sightings[0].sections[-1] if camera == 0 else None
            sightings = tuple(msgspec.structs.replace(s, u=end.u + 0.3 * s.du, v=end.v + 0.3 * s.dv) for s in seen.sightings if end)
            here: Finding = "dart" if (finding, camera) == ("dart", 0) else "other"
            window.add_settled(msgspec.structs.replace(seen, sightings=sightings, flight=False, started_s=0.8, finding=here), 1.0)
        observation = window.close((), 1.0)[0]
        found.append((len(observation.darts), observation.flight, observation.everywhere))

    assert found == [(0, True, True), (0, True, True), (0, False, True), (0, False, False)]


def test_motion_that_passes_one_camera_after_another_is_no_hand() -> None:
    """Cameras that report a hand confirm each other when they began to notice it at about the same time."""
    hand, passer = _window(), _window()
    for window, later_s in ((hand, 0.3), (passer, 1.0)):
        window.add_motion(_motion(0))
        window.add_motion(_motion(1, later_s))
        window.add_motion(_motion(2, 2 * later_s))
        window.add_motion(msgspec.structs.replace(_motion(0, 1.2), hand=True))
        window.add_motion(msgspec.structs.replace(_motion(1, 1.5), hand=True))

    assert hand.confirm_hand(1.5)
    assert not passer.confirm_hand(1.5)


def test_a_hand_stays_while_most_cameras_see_it_move() -> None:
    """A camera that rests on a hand twice does not take it away; when all have settled it is gone."""
    window = _window()
    for camera in range(3):
        window.add_motion(msgspec.structs.replace(_motion(camera), hand=True))
    found = []
    for cameras in ((0,), (0,), (0, 1, 2)):
        for camera in cameras:
            window.add_settled(_settled(camera), 1.0)
        found.append(window.close((), 1.5)[0].hand)
        window.add_motion(_motion(0))

    assert found == [True, True, False]


def test_a_camera_is_busy_until_it_settles() -> None:
    """A hand that rests before one camera goes on moving for the others, in the next motion too; once they have settled it was none."""
    wide = _settled(0, blobs=(spot(CALIBRATIONS[0], DART, 60, 50),))
    window, fly = _window(), _window()
    window.add_motion(_motion(2))
    for each in (window, fly):
        each.add_motion(_motion(1))
        each.add_settled(wide, 1.0)
    first = window.close((), 1.5)[0]
    window.add_settled(wide, 2.0)
    second = window.close((), 2.5)[0]
    window.add_settled(_settled(1), 3.0)
    window.add_settled(_settled(2), 3.0)
    window.add_settled(wide, 3.0)
    third = window.close((), 3.1)[0]

    assert [first.hand, second.hand, third.hand] == [True, True, False]
    assert not fly.close((), 1.5)[0].hand  # a third camera looks at the board and sees nothing move


def test_one_camera_alone_sees_one_dart_in_a_change() -> None:
    """Two new darts need a second camera; one alone reports the clearest: the other line may be a flight or a shadow."""
    other = Axis3(x_mm=70.0, y_mm=-30.0, slope_x=0.02, slope_y=0.15)
    both = [_settled(k, DART, other) for k in range(3)]

    assert len(_close(*both).darts) == 2
    assert len(_close(both[0], cameras=1).darts) == 1


def test_a_dart_in_the_end_of_another_is_unlocalised() -> None:
    """It lies on the axis of the dart that carries it, so that it has none of its own: it stuck, but in no bed."""
    lodged = [_settled(k, KNOWN.axis) for k in range(3)]

    seen = _close(*lodged, standing=(KNOWN,))

    assert (seen.darts, seen.unlocalised, seen.flight) == ((), True, True)
    assert not _close(*(_settled(k) for k in range(3)), standing=(KNOWN,)).unlocalised
