"""Tests of gathering the cameras' messages of one happening."""

import msgspec
import numpy as np
import pytest

from dartd.fusion.observation import Observation
from dartd.fusion.observation_window import Rounds
from schemas.base import CameraId, DartId
from schemas.board import BoardSpec
from schemas.geometry import Axis3
from schemas.pipe.from_worker import MotionDetected, Settled
from schemas.pipe.sightings import Blob, CrossSection, DartPresence, Finding
from schemas.pipe.to_worker import KnownDart
from tests.support.sightings import apart_mm, rig, sight, spot

TIMEOUT_S = 0.5
CALIBRATIONS = rig(3)
CAMERAS = [c.camera_id for c in CALIBRATIONS]
DART = Axis3(x_mm=-22.0, y_mm=61.0, slope_x=0.04, slope_y=0.2)
KNOWN = KnownDart(dart_id=DartId("d1"), axis=Axis3(x_mm=80.0, y_mm=-40.0, slope_y=0.15))


def _rounds(cameras: int = 3) -> Rounds:
    rounds = Rounds(BoardSpec(), TIMEOUT_S)
    rounds.poses.update({c.camera_id: c for c in CALIBRATIONS[:cameras]})
    return rounds


def _motion(camera: int, t_s: float = 0.0) -> MotionDetected:
    return MotionDetected(camera_id=CAMERAS[camera], t_s=t_s, episode=7)


def _settled(
    camera: int,
    *axes: Axis3,
    leaving: float = 0.0,
    spots: tuple[Blob, ...] = (),
    presence: tuple[DartPresence, ...] = (),
    empty_share: float | None = None,
) -> Settled:
    sightings = tuple(sight(CALIBRATIONS[camera], axis) for axis in axes)
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
        blobs=spots,
        presence=presence,
    )


def _close(*settled: Settled, standing: tuple[KnownDart, ...] = (), cameras: int = 3) -> Observation:
    rounds = _rounds(cameras)
    for one in settled:
        rounds.settle(one, 1.0)
    return rounds.close(standing, 1.1)[0]


def test_a_round_opens_with_motion() -> None:
    """The first camera that sees motion opens a round, which waits without a limit until something settles."""
    idle, moved = _rounds(), _rounds()
    moved.move(_motion(0))

    assert (idle.open, idle.deadline()) == (False, None)
    assert (moved.open, moved.deadline()) == (True, None)


def test_a_round_closes_when_all_have_settled() -> None:
    """With every ready camera settled there is nothing to wait for."""
    rounds = _rounds()
    for k in range(3):
        rounds.move(_motion(k))
    for k in range(3):
        rounds.settle(_settled(k), 1.0 + 0.01 * k)

    assert rounds.deadline() == 1.0


def test_a_camera_that_moves_is_waited_for_but_not_forever() -> None:
    """While a camera still moves the round stays open, up to the time limit after the first settled."""
    rounds = _rounds()
    rounds.move(_motion(0))
    rounds.move(_motion(1))
    rounds.settle(_settled(0), 1.0)

    assert rounds.deadline() == pytest.approx(1.0 + TIMEOUT_S)


def test_cameras_that_saw_nothing_may_still_speak_up() -> None:
    """When all that moved have settled, the others get a moment, shorter than the time limit."""
    rounds = _rounds()
    rounds.move(_motion(0))
    rounds.settle(_settled(0), 1.0)
    deadline = rounds.deadline()

    assert deadline is not None
    assert 1.0 < deadline < 1.0 + TIMEOUT_S


def test_a_lost_camera_is_not_waited_for() -> None:
    """A camera that goes while it moves holds nobody up."""
    rounds = _rounds()
    for k in range(3):
        rounds.move(_motion(k))
    for k in range(2):
        rounds.settle(_settled(k), 1.0)
    rounds.lose(CAMERAS[2])

    assert rounds.deadline() == 1.0
    assert CAMERAS[2] not in rounds.poses


def test_what_a_settled_camera_says_next_is_another_happening() -> None:
    """A camera that has settled in the open round and moves again belongs to the next one; the others do not."""
    rounds = _rounds()
    rounds.settle(_settled(0), 1.0)

    assert rounds.must_close_before(CAMERAS[0])
    assert not rounds.must_close_before(CAMERAS[1])


def test_forgetting_ends_the_round() -> None:
    """After a reset nothing of the round is left."""
    rounds = _rounds()
    rounds.settle(_settled(0), 1.0)
    rounds.forget()

    assert not rounds.open
    assert rounds.deadline() is None


def test_a_dart_that_all_saw_has_landed() -> None:
    """Three cameras' lines make one landing at its place, with each camera's episode."""
    seen = _close(*(_settled(k, DART) for k in range(3)))

    assert len(seen.landings) == 1
    assert apart_mm(seen.landings[0].axis, DART) < 0.1
    assert seen.landings[0].episodes == {c: 7 + k for k, c in enumerate(CAMERAS)}
    assert seen.flight
    assert not seen.hand
    assert seen.started_s == 0.5
    assert seen.settled_s == 0.9


@pytest.mark.parametrize("cameras", [(0, 1), (0, 2), (1, 2)])
def test_a_dart_hidden_from_one_camera_has_landed(cameras: tuple[int, int]) -> None:
    """Two of three cameras are enough."""
    seen = _close(*(_settled(k, DART) for k in cameras))

    assert len(seen.landings) == 1
    assert apart_mm(seen.landings[0].axis, DART) < 0.1


def test_what_one_camera_of_three_saw_is_no_dart() -> None:
    """A line in a single camera is a shadow or a fly."""
    assert _close(_settled(0, DART), _settled(1), _settled(2)).landings == ()


def test_what_leaves_does_not_land() -> None:
    """Lines along which the empty board came back are no new dart."""
    assert _close(*(_settled(k, DART, leaving=0.9) for k in range(3))).landings == ()


def test_a_camera_without_calibration_is_not_asked() -> None:
    """Lines of a camera of which nobody knows where it stands do not count."""
    seen = _close(*(_settled(k, DART) for k in range(3)), cameras=2)

    assert len(seen.landings) == 1
    assert CAMERAS[2] not in seen.landings[0].cameras_used


def test_a_hand_is_judged_before_everything_else() -> None:
    """With a hand in view nothing has landed, whatever lines its fingers make."""
    wide = (Blob(u=0.0, v=0.0, radius=0.16),)
    seen = _close(*(_settled(k, spots=wide) for k in range(3)))

    assert seen.hand
    assert seen.landings == ()


@pytest.mark.parametrize(("scores", "gone"), [((0.0, 0.1, 0.05), True), ((1.0, 0.9, 0.95), False), ((0.1, 0.2, 0.9), False)])
def test_the_cameras_together_say_who_is_gone(scores: tuple[float, ...], gone: bool) -> None:  # noqa: FBT001
    """A dart is gone when the cameras that can judge it say so together."""
    said = [_settled(k, presence=(DartPresence(dart_id=KNOWN.dart_id, score=s, weight=1.0),)) for k, s in enumerate(scores)]

    assert _close(*said, standing=(KNOWN,)).gone == ((KNOWN.dart_id,) if gone else ())


def test_who_saw_nothing_move_sees_the_dart_as_it_was() -> None:
    """A bumped camera alone does not take a dart out of the board: it would have fallen before the others' eyes."""
    gone = [_settled(k, presence=(DartPresence(dart_id=KNOWN.dart_id, score=0.1, weight=0.6),)) for k in range(3)]
    busy = _rounds()
    for camera in (1, 2):
        busy.move(_motion(camera))
    busy.settle(gone[0], 1.0)

    assert [_close(*gone[:k], standing=(KNOWN,)).gone for k in (1, 2, 3)] == [(), ("d1",), ("d1",)]
    assert busy.close((KNOWN,), 1.6)[0].gone == ("d1",)


def test_a_hand_that_came_takes_a_dart_that_others_look_like() -> None:
    """Beside other darts a place looks alike from one side when a dart is gone: with a hand there it was taken, without one it stays."""
    seen = [_settled(k, presence=(DartPresence(dart_id=KNOWN.dart_id, score=s, weight=1.0),)) for k, s in enumerate((0.85, 0.05, 0.5))]
    gone = []
    for hand in (True, False):
        rounds = _rounds()
        for camera in range(3):
            rounds.move(msgspec.structs.replace(_motion(camera), hand=hand))
        rounds.sees_hand(0.6)
        for one in seen:
            rounds.settle(one, 1.0)
        gone.append(rounds.close((KNOWN,), 1.1)[0].gone)

    assert gone == [("d1",), ()]


def test_a_dart_that_nobody_can_judge_stays() -> None:
    """Hidden from all, or not spoken of, a dart is not gone."""
    hidden = [_settled(k, presence=(DartPresence(dart_id=KNOWN.dart_id, score=0.0, weight=0.01),)) for k in range(3)]

    assert _close(*hidden, standing=(KNOWN,)).gone == ()
    assert _close(_settled(0), standing=(KNOWN,)).gone == ()


def test_a_known_dart_does_not_land_again() -> None:
    """Lines on a dart that stands, because it was touched, are no hit."""
    assert _close(*(_settled(k, KNOWN.axis) for k in range(3)), standing=(KNOWN,)).landings == ()


@pytest.mark.parametrize(("shares", "empty"), [((0.0, 0.0, 0.0), True), ((0.0, 0.05, 0.0), False), ((None, None, None), None)])
def test_the_board_is_empty_when_no_camera_objects(shares: tuple[float | None, ...], empty: bool | None) -> None:  # noqa: FBT001
    """One camera that sees something is enough to say that the board is not empty; without a picture of the empty board nobody knows."""
    assert _close(*(_settled(k, empty_share=s) for k, s in enumerate(shares))).empty is empty


def test_cameras_are_named_with_their_episodes() -> None:
    """Closing tells each camera's episode, so that it can be disowned."""
    rounds = _rounds()
    for k in (0, 2):
        rounds.settle(_settled(k), 1.0)

    assert rounds.close((), 1.0)[1] == {CameraId("cam0"): 7, CameraId("cam2"): 9}
    assert not rounds.open


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
    assert _close(*(_settled(k, DART) for k in range(3))).landings
    assert not _close(*(_short(_settled(k, DART)) for k in range(3))).landings
    assert _close(_settled(0, DART), _settled(1, DART), _short(_settled(2, DART))).landings


def test_a_flight_is_seen_by_two_at_the_same_time() -> None:
    """Who walks past comes into one camera's view after another; a dart flies into all at once."""
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
    """One camera's word is enough for a dart that flew to where the pictures of the others end, and only there."""
    narrow = [msgspec.structs.replace(c, width=4, height=4) for c in CALIBRATIONS[1:]]
    rounds = _rounds()
    rounds.poses.update({c.camera_id: c for c in narrow})
    for one in (_settled(0, DART), msgspec.structs.replace(_settled(1), flight=False)):
        rounds.settle(one, 1.0)
    landings = rounds.close((), 1.1)[0].landings

    assert [landing.cameras_used for landing in landings] == [(CAMERAS[0],)]
    assert not _close(_settled(0, DART), msgspec.structs.replace(_settled(1), flight=False)).landings


def test_darts_that_stand_make_no_new_one_of_their_lines() -> None:
    """Where cameras compared with the empty board, two darts that stand as they did are no third where their lines cross by chance."""
    beside = msgspec.structs.replace(DART, x_mm=DART.x_mm + 10.0, y_mm=DART.y_mm - 10.0)
    known = (KnownDart(dart_id=DartId("d1"), axis=beside), KnownDart(dart_id=DartId("d2"), axis=DART))
    settled = [
        msgspec.structs.replace(
            _settled(k, presence=tuple(DartPresence(dart_id=d.dart_id, score=0.97, weight=1.0) for d in known)),
            sightings=(sight(CALIBRATIONS[k], known[k].axis),),
            sightings_on_empty=on_empty,
        )
        for on_empty in (True, False)
        for k in range(2)
    ]

    assert not _close(*settled[:2], standing=known, cameras=2).landings
    assert _close(*settled[2:], standing=known, cameras=2).landings


@pytest.mark.parametrize(("weight", "landed"), [(1.0, 1), (0.3, 0)])
def test_where_a_dart_fell_only_a_clear_line_is_another(weight: float, landed: int) -> None:
    """A dart that knocked one out is seen clearly; faint lines are the neighbours that look different now."""
    gone = (DartPresence(dart_id=KNOWN.dart_id, score=0.02, weight=1.0),)
    seen = [sight(CALIBRATIONS[k], DART) for k in range(3)]
    faint = [
        msgspec.structs.replace(s, sections=tuple(msgspec.structs.replace(c, weight=weight * c.weight) for c in s.sections)) for s in seen
    ]
    observation = _close(*(msgspec.structs.replace(_settled(k, presence=gone), sightings=(faint[k],)) for k in range(3)), standing=(KNOWN,))

    assert observation.gone == (KNOWN.dart_id,)
    assert len(observation.landings) == landed


def test_a_hand_that_others_still_see_has_not_left() -> None:
    """A camera that rests on a hand for a moment settles first; while others tell of a hand, that is one."""
    rounds = _rounds()
    rounds.settle(_settled(0), 1.0)
    for camera in (1, 2):
        rounds.move(msgspec.structs.replace(_motion(camera), hand=True))

    assert rounds.close((), 1.2)[0].hand
    assert not _close(_settled(0)).hand


def test_a_hand_that_moves_is_seen_by_more_than_one() -> None:
    """One camera that tells of a hand is believed when another does too, or has long been seeing motion; alone only where it is alone."""
    hand = msgspec.structs.replace(_motion(0), hand=True)
    alone, lingering, both, single = _rounds(), _rounds(), _rounds(), _rounds(cameras=1)
    for rounds in (alone, lingering, both, single):
        rounds.move(hand)
    alone.move(_motion(2, 0.5))
    lingering.move(_motion(1))
    both.move(msgspec.structs.replace(_motion(1), hand=True))
    for rounds in (alone, lingering, both):
        assert not rounds.sees_hand(1.2)  # the third sees nothing: two walk past two cameras
    alone.move(_motion(1, 0.5))
    for rounds in (lingering, both):
        rounds.move(_motion(2, 0.5))
        rounds.settle(msgspec.structs.replace(_settled(2), max_share=0.001), 0.6)
        assert not rounds.sees_hand(1.2)  # it saw a fly
        rounds.move(_motion(2, 0.5))
        rounds.settle(msgspec.structs.replace(_settled(2), max_share=0.02), 0.6)

    assert [alone.sees_hand(0.6), lingering.sees_hand(0.6), both.sees_hand(0.2), single.sees_hand(0.2)] == [False, True, True, True]
    assert not lingering.sees_hand(0.2)
    assert not _rounds().sees_hand(0.6)


def test_a_hand_is_believed_as_soon_as_others_have_seen_it_long_enough() -> None:
    """The round says when that will be, so that nobody has to say more meanwhile; once told it is told."""
    rounds, passer = _rounds(), _rounds()
    for seen, later_s in ((rounds, 0.1), (passer, 1.0)):
        seen.move(_motion(0))
        seen.move(_motion(1, later_s))
        assert seen.hand_due_s() is None
        seen.move(_motion(2, 1.0))
        seen.move(msgspec.structs.replace(_motion(0, 0.2), hand=True))
    due_s = rounds.hand_due_s()

    assert due_s is not None
    assert due_s == pytest.approx(0.1 + 0.4)
    assert [rounds.sees_hand(0.4), rounds.sees_hand(due_s)] == [False, True]
    assert rounds.hand_due_s() is None
    assert passer.hand_due_s() is None
    assert _rounds().hand_due_s() is None


def test_a_camera_that_swings_on_is_waited_for() -> None:
    """Moving again just after a landing is of that landing: the flight that was seen before counts for what is said in the end."""
    rounds = _rounds()
    for camera in range(3):
        rounds.move(_motion(camera, 0.5))
    rounds.settle(_settled(2), 0.65)
    again, late = rounds.take_back(CAMERAS[2], 0.75), rounds.take_back(CAMERAS[2], 0.9)
    rounds.move(_motion(2, 0.75))
    for camera in range(3):
        rounds.settle(msgspec.structs.replace(_settled(camera, DART), flight=False, started_s=0.75 if camera == 2 else 0.5), 1.0)
    observation = rounds.close((), 1.0)[0]

    assert (again, late) == (9, None)
    assert observation.flight
    assert len(observation.landings) == 1


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
    """A camera below sees a dart that missed only as it falls; what nobody else saw fly is none that late."""
    late = msgspec.structs.replace(_settled(2), started_s=0.85, flight=False)
    unseen = msgspec.structs.replace(_settled(1), flight=False)

    assert _close(_settled(0), _settled(1), late).everywhere
    assert not _close(_settled(0), unseen, late).everywhere


def test_who_is_there_longer_than_a_fall_takes_is_no_strike() -> None:
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

    assert len(_close(*half, nothing).landings) == landed


def test_what_two_cameras_hardly_see_is_no_dart() -> None:
    """Lines of chance are short and faint: where they cross, and a third camera sees nothing, nothing landed."""
    faint = [
        msgspec.structs.replace(s, sightings=tuple(msgspec.structs.replace(x, sections=x.sections[::4]) for x in s.sightings))
        for s in (_settled(0, DART), _settled(1, DART))
    ]

    assert _close(*faint, _settled(2)).landings == ()


def test_a_miss_waits_for_who_moves_again() -> None:
    """Who waves moves again within two frames, and lingers; a dart that missed is told when nothing has moved for a moment."""
    rounds, dart = _rounds(), _rounds()
    for camera in range(3):
        rounds.settle(msgspec.structs.replace(_settled(camera), finding="other"), 1.0)
        dart.settle(_settled(camera, DART), 1.0)
    due_s = rounds.deadline()
    again = [rounds.take_back(CAMERAS[camera], 1.1) for camera in range(3)]
    for camera in range(3):
        rounds.move(_motion(camera, 1.1))
        rounds.settle(msgspec.structs.replace(_settled(camera), finding="other", started_s=1.1, t_s=1.3, flight=False), 1.3)

    assert dart.deadline() == 1.0
    assert due_s == pytest.approx(1.15)
    assert again == [7, 8, 9]
    assert rounds.take_back(CAMERAS[0], 1.5) is None
    assert not rounds.close((), 1.5)[0].everywhere


def test_a_flight_is_told_once() -> None:
    """A camera that settles after the others saw the same dart fly: its flight is none of the next happening."""
    rounds = _rounds()
    for camera in (0, 1):
        rounds.settle(_settled(camera, DART), 0.95)
    first = rounds.close((), 1.0)[0]
    for camera in range(3):
        rounds.settle(_settled(camera), 1.1)
    second = rounds.close((), 1.2)[0]
    rounds.settle(msgspec.structs.replace(_settled(0), started_s=2.0), 2.3)
    rounds.settle(msgspec.structs.replace(_settled(1), started_s=2.1), 2.3)
    third = rounds.close((), 2.4)[0]

    assert [first.flight, second.flight, third.flight] == [True, False, True]


@pytest.mark.parametrize(("shaken_s", "finding", "told"), [(0.1, "nothing", 1), (0.1, "other", 1), (0.6, "nothing", 0), (0.1, "light", 0)])
def test_what_strikes_the_board_beyond_all_other_pictures_is_a_dart(shaken_s: float, finding: Finding, told: int) -> None:
    """Far in the surround one camera may see the dart alone, and its flight nobody; but the board shook shortly in all pictures."""
    far = Axis3(x_mm=250.0 * np.cos(0.4), y_mm=250.0 * np.sin(0.4), slope_x=0.0, slope_y=0.15)
    rounds = Rounds(BoardSpec(), TIMEOUT_S)
    rounds.poses.update({c.camera_id: msgspec.structs.replace(c, center_y_px=c.center_y_px - 400) for c in CALIBRATIONS[1:]})
    rounds.poses[CAMERAS[0]] = CALIBRATIONS[0]
    for camera in range(3):
        seen = _settled(camera, *([far] if camera == 0 else []))
        finding_here: Finding = "dart" if camera == 0 else finding
        rounds.settle(msgspec.structs.replace(seen, flight=False, started_s=0.9 - shaken_s, finding=finding_here), 1.0)

    assert len(rounds.close((), 1.0)[0].landings) == told


def test_what_sticks_where_every_picture_ends_is_a_miss() -> None:
    """The one camera that sees a dart sees its barrel only: it shook the board and stuck, and where, nobody can tell."""
    far = Axis3(x_mm=-270.0 * np.cos(0.4), y_mm=-270.0 * np.sin(0.4), slope_x=0.0, slope_y=0.15)
    told = []
    for finding, shaken in (("dart", (1, 2)), ("dart", (1,)), ("other", (1, 2)), ("dart", ())):
        rounds = _rounds()
        for camera in (0, *shaken):
            seen = _settled(camera, *([far] if camera == 0 else []))
            end = seen.sightings[0].sections[-1] if camera == 0 else None
            sightings = tuple(msgspec.structs.replace(s, u=end.u + 0.3 * s.du, v=end.v + 0.3 * s.dv) for s in seen.sightings if end)
            here: Finding = "dart" if (finding, camera) == ("dart", 0) else "other"
            rounds.settle(msgspec.structs.replace(seen, sightings=sightings, flight=False, started_s=0.8, finding=here), 1.0)
        observation = rounds.close((), 1.0)[0]
        told.append((len(observation.landings), observation.flight, observation.everywhere))

    assert told == [(0, True, True), (0, True, True), (0, False, True), (0, False, False)]


def test_who_comes_to_one_camera_after_another_is_no_hand() -> None:
    """Cameras that tell of a hand back each other when they began to see it at about the same time."""
    hand, passer = _rounds(), _rounds()
    for rounds, later_s in ((hand, 0.3), (passer, 1.0)):
        rounds.move(_motion(0))
        rounds.move(_motion(1, later_s))
        rounds.move(_motion(2, 2 * later_s))
        rounds.move(msgspec.structs.replace(_motion(0, 1.2), hand=True))
        rounds.move(msgspec.structs.replace(_motion(1, 1.5), hand=True))

    assert hand.sees_hand(1.5)
    assert not passer.sees_hand(1.5)


def test_a_hand_stays_while_most_cameras_see_it_move() -> None:
    """A camera that rests on a hand twice does not take it away; when all have settled it is gone."""
    rounds = _rounds()
    for camera in range(3):
        rounds.move(msgspec.structs.replace(_motion(camera), hand=True))
    told = []
    for cameras in ((0,), (0,), (0, 1, 2)):
        for camera in cameras:
            rounds.settle(_settled(camera), 1.0)
        told.append(rounds.close((), 1.5)[0].hand)
        rounds.move(_motion(0))

    assert told == [True, True, False]


def test_a_camera_is_busy_until_it_settles() -> None:
    """A hand that rests before one camera goes on moving for the others, in the next round too; once they have settled it was none."""
    wide = _settled(0, spots=(spot(CALIBRATIONS[0], DART, 60, 50),))
    rounds, fly = _rounds(), _rounds()
    rounds.move(_motion(2))
    for each in (rounds, fly):
        each.move(_motion(1))
        each.settle(wide, 1.0)
    first = rounds.close((), 1.5)[0]
    rounds.settle(wide, 2.0)
    second = rounds.close((), 2.5)[0]
    rounds.settle(_settled(1), 3.0)
    rounds.settle(_settled(2), 3.0)
    rounds.settle(wide, 3.0)
    third = rounds.close((), 3.1)[0]

    assert [first.hand, second.hand, third.hand] == [True, True, False]
    assert not fly.close((), 1.5)[0].hand  # a third camera looks at the board and sees nothing move


def test_one_camera_alone_sees_one_dart_in_a_change() -> None:
    """Where a second camera tells two new darts apart, one alone tells the clearest: the other line may be a flight or a shadow."""
    other = Axis3(x_mm=70.0, y_mm=-30.0, slope_x=0.02, slope_y=0.15)
    both = [_settled(k, DART, other) for k in range(3)]

    assert len(_close(*both).landings) == 2
    assert len(_close(both[0], cameras=1).landings) == 1
