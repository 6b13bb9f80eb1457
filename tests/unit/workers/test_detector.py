"""The detector of one camera: frames of a simulated camera go in, its messages are compared with what happened."""

import copy
from collections.abc import Sequence

import cv2
import msgspec
import numpy as np
import pytest

from schemas.base import CameraId, DartId
from schemas.geometry import Calibration
from schemas.pipe.from_worker import (
    Calibrated,
    CalibrationRefused,
    CameraFault,
    FromWorker,
    MotionDetected,
    OrientationUnknown,
    SequenceStarted,
    Settled,
)
from schemas.pipe.to_worker import (
    AcceptPicture,
    Calibrate,
    Configure,
    KnownDart,
    RenewReference,
    RevertReference,
    UpdateBoard,
    UseCalibration,
)
from tests.support.scene import HEIGHT, WIDTH, axis_of, brighter, dart, hand, jpeg, off_line_px, outlook
from workers.detector import Detector
from workers.sources.faulty import turned
from workers.sources.simulator.darts import DartPose
from workers.sources.simulator.hand import HandPose
from workers.vision.calibration.camera_model import model_of
from workers.vision.detector_state import State
from workers.vision.frame import BadFrameError, Frame, Image

FPS = 20.0
NEW = dart(-60, -90, slope_x=-0.05, slope_y=0.15, design=2)
SECOND = dart(0, 103, design=1)


class Watched:
    """A detector before a simulated board: `sent` holds all its messages."""

    def __init__(
        self, rig: int = 1, camera: int = 1, *, calibration: Calibration | None = None, darts: tuple[KnownDart, ...] = (), hint: bool = True
    ) -> None:
        self.look = outlook(rig, camera)
        spec = self.look.spec if hint else msgspec.structs.replace(self.look.spec, near_sector=None)
        self.detector = Detector(Configure(source=spec, calibration=calibration or self.look.calibration, darts=darts))
        self.now = 0.0
        self.sent: list[FromWorker] = []

    def frames(self, count: int, *darts: DartPose, hand_at: Sequence[HandPose] = ()) -> list[FromWorker]:
        """Show some frames; a hand takes its places one after the other and rests in the last."""
        messages: list[FromWorker] = []
        for k in range(count):
            where = hand_at[min(k, len(hand_at) - 1)] if hand_at else None
            messages += self.step(self.look.picture(*darts, hand=where))
        return messages

    def step(self, picture: Image, *, held: bool = False, sequence_id: str | None = None) -> list[FromWorker]:
        """Show one picture."""
        messages = self.detector.step(Frame(self.now, pixels=picture, held=held, sequence_id=sequence_id))
        self.now += 1 / FPS
        self.sent += messages
        return messages

    def knows(self, *darts: tuple[str, DartPose, int]) -> None:
        """Send the known darts: name, dart, and the episode in which it was new."""
        known = tuple(KnownDart(dart_id=DartId(n), axis=axis_of(p), episodes={self.look.camera_id: e}) for n, p, e in darts)
        self.detector.handle(UpdateBoard(darts=known))


@pytest.fixture
def watched() -> Watched:
    """Return a calibrated detector that has seen the empty board for a while."""
    scene = Watched()
    scene.frames(8)
    scene.sent.clear()
    return scene


def _settled(messages: Sequence[FromWorker]) -> list[Settled]:
    return [m for m in messages if isinstance(m, Settled)]


@pytest.mark.slow
def test_a_calibration_that_fits_is_kept() -> None:
    """A calibration that is handed over and fits the picture is kept and reported, within a few frames."""
    scene = Watched()
    calibrated = [m for m in scene.frames(5) if isinstance(m, Calibrated)]

    assert [(m.kept, m.calibration) for m in calibrated] == [(True, scene.look.calibration)]


def test_a_calibration_of_another_size_is_not_kept() -> None:
    """A calibration belongs to a picture size: one of another size is never used."""
    other = msgspec.structs.replace(outlook(1, 1).calibration, width=640, height=480)
    scene = Watched(calibration=other)

    assert not [m for m in scene.frames(3) if isinstance(m, Calibrated) and m.kept]


def test_a_picture_without_a_board_is_refused_with_words() -> None:
    """Where there is no board the detector says why, and again only after some time."""
    scene = Watched(calibration=msgspec.structs.replace(outlook(1, 1).calibration, width=1))
    rng = np.random.default_rng(0)
    messages: list[FromWorker] = []
    for _ in range(20):
        messages += scene.step((120 + rng.normal(0, 1.5, (HEIGHT, WIDTH, 3))).astype(np.uint8))
    refused = [m for m in messages if isinstance(m, CalibrationRefused)]

    assert len(refused) == 1
    assert len(refused[0].reason) > 5


def copied(watched: Watched) -> Watched:
    """Copy a detector with what it has sent; the simulated camera is the same."""
    scene = copy.copy(watched)
    scene.detector, scene.sent = copy.deepcopy(watched.detector), list(watched.sent)
    return scene


def without_numbers(picture: Image, calibration: Calibration) -> Image:
    """Paint over the number ring of a picture."""
    model, theta = model_of(calibration), np.linspace(0, 2 * np.pi, 181)
    outer, inner = (
        model.project(radius_mm * np.column_stack([np.cos(theta), np.sin(theta)]), 0.0).round().astype(np.int32)
        for radius_mm in (228.0, 172.0)
    )
    ring = cv2.fillPoly(np.zeros(picture.shape[:2], np.uint8), [outer], 1)
    ring = cv2.fillPoly(ring, [inner], 0)
    return np.where(ring[..., None] > 0, np.uint8(30), picture)


@pytest.fixture(scope="module")
def blank_board() -> Watched:
    """Return a detector that has calibrated by a board without numbers; tests take a copy."""
    scene = Watched(calibration=msgspec.structs.replace(outlook(1, 1).calibration, width=1), hint=False)
    blank = without_numbers(scene.look.picture(), scene.look.calibration)
    for _ in range(12):
        scene.step(blank)
    return scene


def test_a_camera_without_numbers_watches_all_the_same(blank_board: Watched) -> None:
    """It reports what it measured and what is missing, then darts; given the rotation, it keeps its empty board and finds the dart."""
    scene = copied(blank_board)
    with_dart = without_numbers(scene.look.picture(NEW), scene.look.calibration)
    for _ in range(8):
        scene.step(with_dart)
    unknown = [m for m in scene.sent if isinstance(m, OrientationUnknown)]
    first = _settled(scene.sent)
    scene.sent.clear()
    scene.detector.handle(UseCalibration(calibration=scene.look.calibration))
    for _ in range(8):
        scene.step(with_dart)

    assert len(unknown) == 1
    assert "near_sector" in unknown[0].reason
    assert len(unknown[0].log_odds) == 10
    assert [each.finding for each in first] == ["dart"]
    assert [(m.kept, m.calibration) for m in scene.sent if isinstance(m, Calibrated)] == [(True, scene.look.calibration)]
    assert [each.finding for each in _settled(scene.sent)] == ["dart"]


def test_numbers_that_become_legible_are_read_later(blank_board: Watched) -> None:
    """What hid the numbers is gone: after a while the camera knows its rotation by itself, to the line."""
    scene = copied(blank_board)
    scene.frames(8)
    scene.now += 60
    scene.frames(4)
    scene.now += 60
    scene.frames(4)
    calibrated = [m for m in scene.sent if isinstance(m, Calibrated)]

    assert [m.kept for m in calibrated] == [True]
    assert calibrated[0].calibration.rotation == pytest.approx(scene.look.calibration.rotation, abs=0.02)


def test_a_still_board_is_silent(watched: Watched) -> None:
    """Noise alone says nothing, however long."""
    watched.frames(60)

    assert watched.sent == []


def test_a_dart_is_an_episode_with_its_axis(watched: Watched) -> None:
    """A dart gives motion and then one settled picture with its axis among the sightings, to one pixel."""
    messages = watched.frames(6, NEW)
    settled = _settled(messages)
    assert [type(m) for m in messages] == [MotionDetected, Settled]
    assert settled[0].finding == "dart"
    assert settled[0].episode == messages[0].episode if isinstance(messages[0], MotionDetected) else False

    projection = watched.look.projection
    foot, head = watched.look.seen(NEW, 0.0, 60.0)
    lines = [projection.denormalise(np.array([[c.u, c.v] for c in s.sections])) for s in settled[0].sightings]
    assert min(float(np.median(off_line_px(line, foot, head))) for line in lines) < 1.0


def test_time_of_settling_is_that_of_the_first_still_frame(watched: Watched) -> None:
    """An episode begins with the frame that moved and is settled with the first that stood still again."""
    began_s = watched.now
    settled = _settled(watched.frames(6, NEW))[0]

    assert settled.started_s == pytest.approx(began_s)
    assert began_s < settled.t_s <= began_s + 2.1 / FPS


def test_what_settled_is_the_new_reference(watched: Watched) -> None:
    """Once reported, a dart is part of the board: no more messages about it are sent, and the next dart is reported alone."""
    watched.frames(20, NEW)
    watched.sent.clear()
    assert watched.frames(10, NEW) == []

    first = _settled(watched.frames(6, NEW, SECOND))[0]
    assert first.finding == "dart"
    assert first.changed_share < 0.06


def test_a_known_dart_is_there_until_it_is_taken(watched: Watched) -> None:
    """Of a dart that the supervisor named every settled picture says whether it stands: high while it does, low after."""
    episode = _settled(watched.frames(6, NEW))[0].episode
    watched.knows(("d1", NEW, episode))
    stands = _settled(watched.frames(6, NEW, SECOND))[0].presence
    gone = _settled(watched.frames(6, SECOND))[0].presence

    assert [p.dart_id for p in stands] == ["d1"]
    assert stands[0].score > 0.7
    assert gone[0].score < 0.3
    assert min(stands[0].weight, gone[0].weight) > 0.3


def test_an_emptied_board_looks_empty(watched: Watched) -> None:
    """Against the empty board a standing dart is a share of the face, and after the takeout (nearly) nothing is."""
    full = _settled(watched.frames(6, NEW))[0].empty_share
    bare = _settled(watched.frames(6))[0].empty_share

    assert full is not None
    assert bare is not None
    assert bare < 0.003 < full


def test_a_hand_is_reported_while_it_moves(watched: Watched) -> None:
    """A hand that keeps moving before the board is reported before it has gone."""
    messages = watched.frames(30, hand_at=[hand(5.0 * k - 60, 10.0) for k in range(30)])

    assert any(isinstance(m, MotionDetected) and m.hand for m in messages)
    assert not _settled(messages)


@pytest.mark.slow
def test_a_resting_hand_is_no_reference() -> None:
    """A hand that rests is found as a hand; when it has gone, the board is what it was."""
    watched = Watched(camera=0)
    watched.frames(8)
    rests = _settled(watched.frames(8, hand_at=[hand()]))
    assert rests[0].finding == "hand"
    assert rests[0].blobs

    after = _settled(watched.frames(8))
    assert after[-1].finding == "nothing"
    assert after[-1].changed_share < 0.003


def test_a_dart_that_came_behind_a_hand_is_found(watched: Watched) -> None:
    """What is different when the hand has gone is reported then."""
    watched.frames(8, hand_at=[hand()])
    found = _settled(watched.frames(8, NEW))[-1]

    assert found.finding == "dart"
    assert found.sightings


def test_a_disowned_episode_is_taken_back(watched: Watched) -> None:
    """When the supervisor disowns an episode, the next one is compared with what was before it."""
    episode = _settled(watched.frames(6, NEW))[0].episode
    watched.detector.handle(RevertReference(episode=episode))
    again = _settled(watched.frames(6, NEW, SECOND))[0]
    foot, head = watched.look.seen(NEW, 0.0, 60.0)
    lines = [watched.look.projection.denormalise(np.array([[c.u, c.v] for c in s.sections])) for s in again.sightings]

    assert min(float(np.median(off_line_px(line, foot, head))) for line in lines) < 1.5


def test_a_new_reference_is_taken_when_asked_for(watched: Watched) -> None:
    """After the supervisor said that the board is empty, a board under another light is no difference, and it is empty."""
    dimmer = brighter(watched.look.picture(), 0.8)
    for _ in range(6):
        watched.step(dimmer)
    watched.detector.handle(RenewReference(empty=True))
    for _ in range(6):
        watched.step(dimmer)
    kept = watched.detector.empty

    assert kept is not None
    assert np.mean(cv2.absdiff(kept[1], dimmer)) < 2.0


def test_a_board_with_a_dart_is_never_remembered_as_empty(watched: Watched) -> None:
    """When the supervisor has lost track of a dart that stands, the board does not look empty, and its removal looks like one."""
    watched.frames(6, NEW)
    watched.detector.handle(RenewReference(empty=True))
    watched.frames(6, NEW)
    both = _settled(watched.frames(6, NEW, SECOND))[0]
    back = _settled(watched.frames(6, NEW))[0]
    bare = _settled(watched.frames(6))[0]

    assert all(s.empty_share is not None and s.empty_share > 0.003 for s in (both, back))
    assert bare.empty_share is not None
    assert bare.empty_share < 0.003
    assert all(s.leaving > 0.5 for s in bare.sightings if sum(c.weight for c in s.sections) > 20)


def test_a_picture_that_looked_like_a_hand_is_accepted_when_it_was_none() -> None:
    """What one camera took for a hand is its reference once the supervisor says that it was none; another episode's is not."""
    watched = Watched(camera=0)
    watched.frames(8)
    episode = _settled(watched.frames(8, hand_at=[hand()]))[0].episode
    watched.detector.handle(AcceptPicture(episode=episode - 1))
    again = _settled(watched.frames(8, NEW, hand_at=[hand()]))[0]
    watched.detector.handle(AcceptPicture(episode=again.episode))
    watched.detector.handle(AcceptPicture(episode=again.episode))
    gone = _settled(watched.frames(8, hand_at=[hand()]))[0]

    assert again.finding == "hand"
    assert gone.finding != "hand"
    assert gone.changed_share < again.changed_share / 3


def test_a_dart_that_lands_as_the_takeout_ends_is_no_part_of_the_empty_board(watched: Watched) -> None:
    """When the order says that the board is empty while something moves, it takes the last still picture for it, not the next."""
    watched.frames(6, NEW)
    watched.frames(6)
    watched.frames(1, SECOND)
    watched.detector.handle(RenewReference(empty=True))
    watched.frames(8, SECOND)
    kept = watched.detector.empty

    assert kept is not None
    apart = cv2.absdiff(kept[1], watched.look.picture()).max(axis=2)
    assert np.count_nonzero(apart > 60) < 30


def test_a_dart_that_landed_before_the_end_of_a_takeout_was_ordered_is_no_part_of_the_empty_board(watched: Watched) -> None:
    """When the order comes late, as when the journal waits for the disk, it takes the picture of the earlier episode."""
    watched.frames(6, NEW)
    taken = _settled(watched.frames(6))[0].episode
    watched.frames(8, SECOND)
    watched.detector.handle(RenewReference(empty=True, after=taken))
    watched.frames(4, SECOND)
    kept = watched.detector.empty

    assert kept is not None
    apart = cv2.absdiff(kept[1], watched.look.picture()).max(axis=2)
    assert np.count_nonzero(apart > 60) < 30


def test_a_restarted_camera_judges_the_known_darts() -> None:
    """A detector that is started with darts in the board keeps its calibration and can say later whether they are gone."""
    known = KnownDart(dart_id=DartId("d1"), axis=axis_of(NEW))
    scene = Watched(darts=(known,))
    scene.frames(8, NEW)
    assert any(isinstance(m, Calibrated) and m.kept for m in scene.sent)

    stands = _settled(scene.frames(8, NEW, SECOND))[0].presence[0]
    gone = _settled(scene.frames(8, SECOND))[0].presence[0]
    assert stands.score > gone.score + 0.2


def test_a_new_sequence_forgets_the_board(watched: Watched) -> None:
    """The next sequence of a recording begins with its own empty board: darts that stood before are no change."""
    watched.frames(6, NEW)
    watched.sent.clear()
    messages = watched.step(watched.look.picture(), sequence_id="two")
    for _ in range(4):
        messages += watched.step(watched.look.picture(), sequence_id="two")

    assert [m.sequence_id for m in messages if isinstance(m, SequenceStarted)] == ["two"]
    assert not _settled(messages)


def test_stills_of_a_recording_are_enough(watched: Watched) -> None:
    """A picture that is shown once and then repeated (`held`) settles, as film does."""
    messages = watched.step(watched.look.picture(NEW))
    repeated = watched.look.picture(NEW)
    for _ in range(6):
        messages += watched.step(repeated, held=True)

    assert [type(m) for m in messages].count(Settled) == 1
    assert _settled(messages)[0].finding == "dart"


@pytest.mark.slow
def test_the_same_frames_give_the_same_messages() -> None:
    """Two detectors that are shown the same frames say the same, byte for byte."""
    look = outlook(1, 1)
    pictures = [*(look.picture() for _ in range(8)), *(look.picture(NEW) for _ in range(4)), *(look.picture() for _ in range(4))]
    runs = []
    for _ in range(2):
        detector = Detector(Configure(source=look.spec, calibration=look.calibration))
        runs.append([m for k, p in enumerate(pictures) for m in detector.step(Frame(k / FPS, pixels=p))])

    assert runs[0]
    assert msgspec.msgpack.encode(runs[0]) == msgspec.msgpack.encode(runs[1])


def test_compressed_frames_are_as_good(watched: Watched) -> None:
    """JPEG as cameras send it gives a dart as pixels do, and a still board stays silent."""
    scene = Watched()
    pictures = [*(scene.look.picture() for _ in range(12)), *(scene.look.picture(NEW) for _ in range(6))]
    messages = [m for k, p in enumerate(pictures) for m in scene.detector.step(Frame(k / FPS, jpeg=jpeg(p)))]

    assert [type(m) for m in messages] == [Calibrated, MotionDetected, Settled]
    assert _settled(messages)[0].finding == "dart"


def test_a_broken_frame_is_an_error_and_no_end(watched: Watched) -> None:
    """Bytes that are no picture raise, and the next good frame goes on as if they had not come."""
    with pytest.raises(BadFrameError):
        watched.detector.step(Frame(watched.now, jpeg=b"\xff\xd8 broken"))

    assert watched.frames(10) == []
    assert _settled(watched.frames(6, NEW))[0].finding == "dart"


def test_a_black_camera_is_reported_and_its_end(watched: Watched) -> None:
    """A camera in the dark says so once, and once when it sees again; nothing that it shows meanwhile is taken for a hand or a dart."""
    for level in (0, 1, 0, 2):
        watched.step(np.full((HEIGHT, WIDTH, 3), level, np.uint8))
    watched.frames(30)
    faults = [(m.fault, m.active) for m in watched.sent if isinstance(m, CameraFault)]

    assert faults == [("black", True), ("black", False)]
    assert not [m for m in watched.sent if isinstance(m, MotionDetected | Settled)]


def test_a_dart_thrown_in_the_dark_is_seen_in_the_light(watched: Watched) -> None:
    """The first picture after the dark is compared with the last one before it."""
    for _ in range(5):
        watched.step(np.zeros((HEIGHT, WIDTH, 3), np.uint8))
    settled = _settled(watched.frames(6, NEW))

    assert [s.finding for s in settled] == ["dart"]


def test_a_camera_that_was_away_finds_its_place_and_what_happened(watched: Watched) -> None:
    """An order to look anew keeps the calibration, and what stands in the board is reported against the empty one."""
    watched.detector.reacquire()
    sent = watched.frames(6, NEW)

    assert [m.kept for m in sent if isinstance(m, Calibrated)] == [True]
    assert [s.finding for s in _settled(sent)] == ["dart"]


def test_a_frozen_camera_is_reported(watched: Watched) -> None:
    """A live camera that gives the very same picture for seconds is frozen; a noisy still board is not."""
    same = watched.look.picture()
    for _ in range(150):
        watched.step(same)
    watched.frames(30)
    faults = [(m.fault, m.active) for m in watched.sent if isinstance(m, CameraFault)]

    assert faults == [("frozen", True), ("frozen", False)]


@pytest.mark.slow
def test_a_given_calibration_is_kept_if_it_fits(watched: Watched) -> None:
    """One that agrees with the picture is taken as it is; in place of one that does not a new one is measured."""
    good = msgspec.structs.replace(watched.look.calibration, epoch=7)
    watched.detector.handle(UseCalibration(calibration=good))
    watched.frames(2)
    watched.detector.handle(UseCalibration(calibration=outlook(1, 0).calibration))
    watched.frames(12)
    calibrated = [m for m in watched.sent if isinstance(m, Calibrated)]

    assert [m.kept for m in calibrated] == [True, False]
    assert calibrated[0].calibration == good
    assert calibrated[1].calibration.residual_px < 1.0


@pytest.mark.slow
def test_an_order_to_calibrate_forgets_the_calibration(watched: Watched) -> None:
    """After the order a calibration is measured, not kept."""
    watched.detector.handle(Calibrate())
    for _ in range(12):
        watched.frames(1)
    calibrated = [m for m in watched.sent if isinstance(m, Calibrated)]

    assert [m.kept for m in calibrated] == [False]
    assert calibrated[0].calibration.camera_id == CameraId("cam1")
    assert calibrated[0].calibration.residual_px < 1.0


def test_the_age_of_the_reference_is_reported(watched: Watched) -> None:
    """The reference ages with time, a new one is young, and without one the age is nothing."""
    assert Detector(Configure(source=watched.look.spec)).reference_age_s(100.0) == 0.0
    assert watched.detector.reference_age_s(1000.0) > 900.0

    watched.frames(6, NEW)
    assert watched.detector.reference_age_s(watched.now) < 1.0


def test_repeats_are_counted(watched: Watched) -> None:
    """Frames that the source repeated are counted as held."""
    before = watched.detector.counters.frames_held
    picture = watched.look.picture()
    watched.step(picture, held=True)
    watched.step(picture, held=True)

    assert watched.detector.counters.frames_held == before + 2


def pushed(picture: Image, px: float) -> Image:
    """Push a camera: its picture moves to the right."""
    return np.asarray(
        cv2.warpAffine(picture, np.array([[1, 0, px], [0, 1, 0]], np.float32), (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
    )


@pytest.mark.slow
def test_a_camera_that_was_pushed_far_says_so_and_looks_for_the_board_anew() -> None:
    """More than 3 mm are reported as a fault; on an empty, calm board the camera calibrates itself there, and is well again."""
    watched = Watched()
    watched.frames(8)
    for _ in range(16):
        watched.step(pushed(watched.look.picture(), 8.0))
    faults = [m for m in watched.sent if isinstance(m, CameraFault) and m.fault == "uncalibrated"]
    calibrated = [m for m in watched.sent if isinstance(m, Calibrated)]

    assert [f.active for f in faults] == [True, False]
    assert "has moved by" in faults[0].detail
    assert [c.kept for c in calibrated] == [True, False]
    assert calibrated[1].calibration.residual_mm < 0.6


@pytest.mark.slow
def test_a_camera_that_was_turned_away_sees_no_line_until_it_is_calibrated() -> None:
    """Turned during a takeout, it must go on to say that the board is not there, and where something is in its picture means nothing."""
    watched = Watched()
    watched.frames(8)
    watched.detector.handle(UpdateBoard(takeout=True))
    for darts in ((), (), (), (), (NEW,), (NEW,), (NEW,)):
        watched.step(turned(watched.look.picture(*darts), 10.0))
    settled = [m for m in watched.sent if isinstance(m, Settled)]
    watched.detector.handle(UpdateBoard())
    watched.detector.handle(RenewReference(empty=True))
    for _ in range(3):
        watched.step(turned(watched.look.picture(), 10.0))
    faults = [m.active for m in watched.sent if isinstance(m, CameraFault)]

    assert len(settled) == 2
    assert [m.sightings for m in settled] == [(), ()]
    assert faults == [True]
    assert watched.detector.state is State.LOCATING


@pytest.mark.slow
def test_with_darts_in_the_board_a_pushed_camera_waits() -> None:
    """It is reported at once, and calibrated only when the darts are out: a dart in the board spoils a calibration."""
    watched = Watched()
    watched.frames(8)
    watched.frames(6, NEW)
    known = KnownDart(dart_id=DartId("d1"), axis=axis_of(NEW), episodes={watched.look.camera_id: 1})
    watched.detector.handle(UpdateBoard(darts=(known,)))
    for _ in range(8):
        watched.step(pushed(watched.look.picture(NEW), 8.0))
    waiting = [m for m in watched.sent if isinstance(m, CameraFault | Calibrated)]
    watched.detector.handle(RenewReference(empty=True))
    watched.detector.handle(UpdateBoard())
    for _ in range(16):
        watched.step(pushed(watched.look.picture(), 8.0))

    assert [type(m) for m in waiting] == [Calibrated, CameraFault]
    assert [m.kept for m in watched.sent if isinstance(m, Calibrated)] == [True, False]


def test_a_camera_pushed_a_little_is_followed() -> None:
    """Two pixels are made up for by registration: nothing is reported, nothing calibrated anew."""
    watched = Watched()
    watched.frames(8)
    for _ in range(10):
        watched.step(pushed(watched.look.picture(), 2.0))

    assert not [m for m in watched.sent if isinstance(m, CameraFault)]
    assert len([m for m in watched.sent if isinstance(m, Calibrated)]) == 1


@pytest.mark.parametrize("crawling", [0, 8])
def test_what_looks_long_only_later_did_not_fly(watched: Watched, crawling: int) -> None:
    """A dart is a long streak in the first pictures that change; a fly that walks on the board may look like one, but later."""
    bare = watched.look.picture()

    def marked(left: int, right: int) -> Image:
        picture = bare.copy()
        picture[300:312, left:right] = 255 - picture[300:312, left:right]
        return picture

    messages: list[FromWorker] = []
    for k in range(crawling):
        messages += watched.step(marked(300 + 12 * k, 312 + 12 * k))
    for _ in range(2):
        messages += watched.step(marked(300, 480))
    messages += watched.frames(4)

    assert [m.flight for m in _settled(messages)] == [crawling == 0]
