"""Tests of judging motion on the quarter-size picture."""

import numpy as np
import pytest

from tests.support.scene import Outlook, brighter, dart, hand, outlook
from workers.sources.simulator.darts import DartPose
from workers.sources.simulator.hand import HandPose
from workers.vision.frame import SMALL, Frame, Image
from workers.vision.motion import MotionDetector, MotionSample

TALL, WIDE = 150, 200


def _small(look: Outlook, *darts: DartPose, hand_at: HandPose | None = None) -> Image:
    return Frame(0.0, pixels=look.picture(*darts, hand=hand_at)).small_grey()


def _detector(look: Outlook) -> MotionDetector:
    return MotionDetector(np.ascontiguousarray(look.masks.volume[::SMALL, ::SMALL]))


def _plain(level: int = 100) -> Image:
    return np.full((TALL, WIDE), level, np.uint8)


def _watch(detector: MotionDetector, *pictures: Image) -> list[MotionSample]:
    return [detector.update(picture) for picture in pictures]


@pytest.mark.parametrize("rig", [1, 2])
def test_a_still_board_does_not_move(rig: int) -> None:
    """Sensor noise is no motion and no difference, frame after frame."""
    look = outlook(rig)
    samples = _watch(_detector(look), *(_small(look) for _ in range(20)))

    assert not any(g.moving or g.differs or g.streak for g in samples)
    assert all(g.still for g in samples)


def test_a_dart_moves_once_and_then_differs() -> None:
    """A new dart is motion in the frame in which it comes; afterwards the picture is still but differs from before."""
    look = outlook()
    *_, came, stands = _watch(_detector(look), _small(look), _small(look), _small(look, dart()), _small(look, dart()))

    assert came.moving
    assert came.differs
    assert not stands.moving
    assert stands.differs
    assert stands.share > 0


def test_what_settled_is_no_difference_any_more() -> None:
    """Once a picture is taken as the still one, the same picture does not differ, and going back does."""
    look = outlook()
    detector = _detector(look)
    _watch(detector, _small(look), _small(look, dart()))
    detector.settle(_small(look, dart()))
    stands, gone = _watch(detector, _small(look, dart()), _small(look))

    assert not stands.differs
    assert gone.moving
    assert gone.differs


def test_a_hand_is_larger_than_a_dart() -> None:
    """The share of the board that differs distinguishes a hand from a dart."""
    look = outlook()
    _, by_dart = _watch(_detector(look), _small(look), _small(look, dart()))
    _, by_hand = _watch(_detector(look), _small(look), _small(look, hand_at=hand()))

    assert by_hand.share > 2 * by_dart.share
    assert 0 < by_dart.share < 0.2


def test_a_moving_hand_keeps_moving() -> None:
    """A hand that goes on is motion in every frame."""
    look = outlook()
    samples = _watch(_detector(look), _small(look), *(_small(look, hand_at=hand(6.0 * k)) for k in range(6)))

    assert all(g.moving for g in samples[1:])


def test_the_first_picture_is_still() -> None:
    """There is nothing to compare the first picture with: it is taken as it is."""
    first = MotionDetector(np.full((TALL, WIDE), 255, np.uint8)).update(_plain())

    assert first == MotionSample(moving=False, differs=False, share=0.0, streak=False, still=True)


def test_a_dart_in_flight_is_a_streak() -> None:
    """A long thin thing that was not there before is a streak; a blob of the same area is not."""
    streak, blob = _plain(), _plain()
    for k in range(40):
        streak[40 + k : 43 + k, 60 + k] = 220
    blob[60:71, 80:91] = 220

    assert _watch(MotionDetector(np.full((TALL, WIDE), 255, np.uint8)), _plain(), streak)[1].streak
    assert not _watch(MotionDetector(np.full((TALL, WIDE), 255, np.uint8)), _plain(), blob)[1].streak


def test_a_camera_that_swings_sees_no_streak() -> None:
    """The same long thin thing is a dart in flight when it is alone, and none among the edges of a board that shakes."""
    flying, shaken = _plain(), _plain()
    flying[60:63, 50:90] = 200
    shaken[60:63, 50:90] = 200
    shaken[10:140:6, 100:190:2] = 160
    mask = np.full((TALL, WIDE), 255, np.uint8)

    assert _watch(MotionDetector(mask), _plain(), flying)[1].streak
    assert not _watch(MotionDetector(mask), _plain(), shaken)[1].streak


def test_motion_outside_the_board_is_not_seen() -> None:
    """A person who walks past the board is no motion of the board."""
    mask = np.zeros((TALL, WIDE), np.uint8)
    mask[:, :100] = 255
    outside = _plain()
    outside[50:100, 120:180] = 250
    sample = _watch(MotionDetector(mask), _plain(), outside)[1]

    assert not sample.moving
    assert not sample.differs
    assert sample.share == 0


def test_slow_light_is_followed() -> None:
    """Daylight that fades over minutes never differs: the still picture follows it."""
    look = outlook()
    detector = _detector(look)
    samples = _watch(detector, *(Frame(0.0, pixels=brighter(look.picture(), 1.0, -0.04 * k)).small_grey() for k in range(75)))

    assert not any(g.moving or g.differs for g in samples)


def test_identical_frames_are_counted() -> None:
    """A camera that freezes gives the same picture again and again; noise ends the count."""
    detector = MotionDetector(np.full((TALL, WIDE), 255, np.uint8))
    _watch(detector, *(_plain() for _ in range(5)))
    assert detector.identical_frames == 4

    detector.update(_plain(101))
    assert detector.identical_frames == 0


def test_growing_noise_is_learnt() -> None:
    """When it gets darker and a camera noisier, the level that counts as change rises with the noise: the board stays still."""
    rng = np.random.default_rng(1)
    shape = (TALL // 2, WIDE // 2)
    detector = MotionDetector(np.full(shape, 255, np.uint8))
    quiet = detector.noise_levels
    noise = [np.clip(100 + rng.normal(0, 0.5 + 0.002 * k, shape), 0, 255).astype(np.uint8) for k in range(500)]
    samples = _watch(detector, *noise)

    assert detector.noise_levels > quiet
    assert not any(g.moving for g in samples[-50:])


def test_the_shape_is_that_of_the_mask() -> None:
    """A motion detector names the picture size it is made for."""
    assert MotionDetector(np.full((TALL, WIDE), 255, np.uint8)).shape == (TALL, WIDE)


def test_what_differs_from_the_still_picture_is_shown() -> None:
    """Where something is that was not there, whatever the light does; nothing before there is a still picture of this size."""
    still = np.full((100, 100), 120, np.uint8)
    detector = MotionDetector(np.full((100, 100), 255, np.uint8))
    before = detector.changed(still)
    detector.update(still)
    there = np.clip(still.astype(int) + 10, 0, 255).astype(np.uint8)
    there[40:50, 20:30] = 250
    changed = detector.changed(there)

    assert before is None
    assert detector.changed(np.zeros((50, 50), np.uint8)) is None
    assert changed is not None
    assert (changed[40:50, 20:30] == 255).all()
    assert np.count_nonzero(changed) == 100
