"""Whether pictures are fit to be looked at."""

from collections.abc import Iterable

import numpy as np
import pytest

from workers.vision.frame import Image
from workers.vision.picture_faults import FROZEN_FRAMES, FROZEN_S, FaultChange, PictureFaultDetector

FPS = 20


def _picture(seed: int, level: float = 1.0) -> Image:
    """Return a noisy picture with dark, middle and bright parts."""
    rows = np.linspace(20, 120, 150)[:, None] + np.random.default_rng(seed).normal(0, 2, (150, 200))
    return np.clip(level * rows, 0, 255).astype(np.uint8)


def _watched(levels: Iterable[float], hand: bool = False) -> list[tuple[float, FaultChange]]:  # noqa: FBT001, FBT002
    """Watch a frame of each brightness and return what is reported, with its time."""
    fitness = PictureFaultDetector()
    changes = []
    for k, level in enumerate(levels):
        picture = _picture(k, level)
        if hand and level != 1.0:
            picture = _picture(k)
            picture[: picture.shape[0] // 2] = 230
        changes += [(k / FPS, change) for change in fitness.update(k / FPS, picture, 0)]
    return changes


@pytest.mark.slow
def test_a_good_camera_has_nothing() -> None:
    """Noise, and light that changes slowly, are no fault."""
    assert _watched(1.0 + 0.5 * k / (60 * FPS) for k in range(60 * FPS)) == []


@pytest.mark.parametrize(("gain", "words"), [(1.8, "1.8 times as bright"), (0.5, "2.0 times as dark")])
def test_a_jump_of_the_exposure_is_reported_and_its_end(gain: float, words: str) -> None:
    """It is reported within a few frames with how much, and is over a second after the picture is as before."""
    changes = _watched([1.0] * FPS + [gain] * FPS + [1.0] * (3 * FPS))

    assert [(a.fault, a.active) for _, a in changes] == [("exposure", True), ("exposure", False)]
    assert changes[0][1].detail.startswith(words)
    assert changes[0][0] < 1.0 + 4 / FPS
    assert 3.0 - 2 / FPS < changes[1][0] < 3.0 + 2 / FPS


@pytest.mark.slow
def test_a_new_light_becomes_the_usual_one() -> None:
    """A lamp that stays on is a fault for some seconds only."""
    changes = _watched([1.0] * FPS + [1.8] * (60 * FPS))

    assert [a.active for _, a in changes] == [True, False]
    assert changes[1][0] < 40


def test_a_hand_is_no_exposure() -> None:
    """What brightens half of a picture leaves the other half as it was."""
    assert _watched([1.0] * FPS + [2.0] * FPS + [1.0] * FPS, hand=True) == []


def test_black_is_blind_at_once_and_reported_when_it_stays() -> None:
    """One black frame is an accident, several are a fault; either way there is no sense in comparing them."""
    fitness = PictureFaultDetector()
    fitness.update(0.0, _picture(0), 0)
    once = fitness.update(0.05, _picture(1, 0.01), 0)
    assert (once, fitness.blind) == ([], True)
    fitness.update(0.1, _picture(2), 0)
    assert not fitness.blind

    changes = _watched([1.0] * 5 + [0.01] * 5 + [1.0] * 40)
    assert [(a.fault, a.active) for _, a in changes] == [("black", True), ("black", False)]


def test_what_comes_and_goes_with_each_frame_is_reported_once() -> None:
    """A fault that flickers is no flood."""
    changes = _watched(([1.0] * 5 + [0.01] * 5) * 40)

    assert [a.active for _, a in changes] == [True]


@pytest.mark.parametrize(("fps", "after_s"), [(20, FROZEN_S), (5, FROZEN_FRAMES / 5)])
def test_frozen_is_reported_when_many_frames_are_the_very_same(fps: int, after_s: float) -> None:
    """It takes both many frames and some seconds; it ends a second after the picture has changed."""
    fitness = PictureFaultDetector()
    changes = []
    for k in range(12 * fps):
        identical = k if k <= 8 * fps else 0
        changes += [(k / fps, a) for a in fitness.update(k / fps, _picture(0), identical)]

    assert [(a.fault, a.active) for _, a in changes] == [("frozen", True), ("frozen", False)]
    assert after_s <= changes[0][0] < after_s + 5 / fps
    assert 9.0 <= changes[1][0] < 9.0 + 3 / fps
