"""Tests whether a known dart is still there."""

import numpy as np
import pytest
from numpy.typing import NDArray

from schemas.base import DartId
from schemas.geometry import Axis3
from schemas.pipe.sightings import DartPresence
from tests.support.scene import HEIGHT, WIDTH, axis_of, brighter, dart, hand, outlook
from workers.sources.simulator.darts import DartPose
from workers.vision.axis import find_axes
from workers.vision.frame import Image
from workers.vision.presence import DartPixels, dart_pixels, leaving, outline, presence_of

DARTS = (dart(-60, -90, design=2), dart(90, 30, slope_y=0.3, design=0), dart(0, 103, design=1), dart(150, -60, design=7))
OTHER = dart(-20, 10, slope_x=-0.1, design=5)


def _new_dart_pixels(new: DartPose, rig: int = 1, camera: int = 0, *, restarted: bool = False) -> DartPixels:
    look = outlook(rig, camera)
    before = None if restarted else look.picture()
    return dart_pixels(DartId("d1"), axis_of(new), look.projection, before, look.picture(new))


@pytest.mark.parametrize("new", DARTS, ids=lambda d: f"{d.x_mm:g},{d.y_mm:g}")
@pytest.mark.parametrize("camera", [0, 1, 2])
def test_a_dart_is_there_until_it_is_gone(new: DartPose, camera: int) -> None:
    """A dart that stands scores above 0.7, one that was taken below 0.3, and most of it can be judged."""
    look, pixels = outlook(1, camera), _new_dart_pixels(new, 1, camera)
    there, gone = presence_of(pixels, look.picture(new)), presence_of(pixels, look.picture())

    assert there.dart_id == gone.dart_id == "d1"
    assert there.score > 0.7
    assert gone.score < 0.3
    assert min(there.weight, gone.weight) > 0.5


@pytest.mark.parametrize("camera", [0, 1, 2])
def test_another_dart_does_not_change_it(camera: int) -> None:
    """A dart that lands or goes elsewhere leaves the judgement as it is."""
    look, pixels = outlook(1, camera), _new_dart_pixels(DARTS[0], 1, camera)

    assert presence_of(pixels, look.picture(DARTS[0], OTHER)).score > 0.7
    assert presence_of(pixels, look.picture(OTHER)).score < 0.3


@pytest.mark.parametrize("gain", [0.9, 1.1])
def test_a_little_less_light_does_not_take_a_dart_out(gain: float) -> None:
    """A lamp that ages by a tenth neither removes nor brings back a dart."""
    look, pixels = outlook(), _new_dart_pixels(DARTS[0])

    assert presence_of(pixels, brighter(look.picture(DARTS[0]), gain)).score > 0.7
    assert presence_of(pixels, brighter(look.picture(), gain)).score < 0.3


def test_what_hides_a_dart_makes_the_judgement_light() -> None:
    """A dart behind something strange is judged by what still shows, and weighs little; behind a wall it weighs nothing."""
    look, pixels = outlook(), _new_dart_pixels(DARTS[0])
    behind_hand = presence_of(pixels, look.picture(DARTS[0], hand=hand(-60, -70, 50)))
    wall: Image = np.full((HEIGHT, WIDTH, 3), (250, 20, 240), np.uint8)

    assert behind_hand.weight < presence_of(pixels, look.picture(DARTS[0])).weight
    assert presence_of(pixels, wall).weight < 0.2


@pytest.mark.parametrize("new", DARTS, ids=lambda d: f"{d.x_mm:g},{d.y_mm:g}")
def test_after_a_restart_a_dart_is_known_by_how_it_looks(new: DartPose) -> None:
    """Without a picture from before, a dart that stands is there for every camera, and one that was taken is gone for all together."""
    there, gone = [], []
    for camera in range(3):
        look, pixels = outlook(1, camera), _new_dart_pixels(new, 1, camera, restarted=True)
        there.append(presence_of(pixels, look.picture(new)))
        gone.append(presence_of(pixels, look.picture()))
        assert pixels.before is None

    assert min(presence.score for presence in there) > 0.7
    assert min(presence.weight for presence in gone) > 0.5
    assert sum(presence.score for presence in gone) / 3 < 0.3


def test_a_dart_that_a_camera_cannot_see_weighs_nothing() -> None:
    """An axis outside the picture, or one that looks like the board, is not judged."""
    look = outlook()
    outside = dart_pixels(DartId("d1"), Axis3(x_mm=2000.0, y_mm=0.0), look.projection, look.picture(), look.picture())
    unseen = dart_pixels(DartId("d1"), axis_of(DARTS[0]), look.projection, look.picture(), look.picture())

    assert presence_of(outside, look.picture()) == DartPresence(dart_id=DartId("d1"), score=0.5, weight=0.0)
    assert presence_of(unseen, look.picture()).weight < 0.2


@pytest.mark.parametrize("camera", [0, 1, 2])
def test_a_dart_that_leaves_is_no_dart_that_comes(camera: int) -> None:
    """The axis along which the empty board comes back is leaving; seen the other way round, nothing is."""
    look, new = outlook(1, camera), DARTS[0]
    empty, full = look.picture(), look.picture(new)
    known = np.zeros((HEIGHT, WIDTH), np.uint8)
    went = find_axes(look.difference((new,)), known, look.projection)
    came = find_axes(look.difference((), new), known, look.projection)

    assert max(s.leaving for s in leaving(went, look.projection, full, empty, look.picture())) > 0.6
    assert max(s.leaving for s in leaving(came, look.projection, empty, full, look.picture())) < 0.3


def test_the_outline_lies_along_the_axis() -> None:
    """The outline of a dart holds its axis from the face to its length, and is twice the half width wide."""
    look, new = outlook(), dart(20, 60)
    corners = outline(axis_of(new), look.projection, 60.0, 6.0).astype(float)
    foot, head = look.seen(new, 0.0, 60.0)

    assert np.allclose((corners[0] + corners[1]) / 2, foot, atol=1.5)
    assert np.allclose((corners[2] + corners[3]) / 2, head, atol=1.5)
    assert np.linalg.norm(corners[0] - corners[1]) * look.masks.mm_per_px == pytest.approx(12, rel=0.5)


def test_an_axis_seen_end_on_has_an_outline() -> None:
    """A dart that points into the lens is a dot, and no division by nothing."""
    look = outlook()
    x_mm, y_mm, z_mm = look.projection.center_mm
    at_lens = Axis3(x_mm=0.0, y_mm=0.0, slope_x=float(x_mm / z_mm), slope_y=float(y_mm / z_mm))

    assert outline(at_lens, look.projection, 60.0, 6.0).shape == (4, 2)


def test_noise_takes_nothing_from_a_dart() -> None:
    """In a noisy picture a dart that stands is there as fully as in a clean one, and one that is gone as little."""
    rng = np.random.default_rng(3)
    before, after = np.full((2, 400, 3), 60, np.float32), np.full((2, 400, 3), 95, np.float32)
    pixels = DartPixels(DartId("d1"), np.arange(800), before.reshape(-1, 3), after.reshape(-1, 3))

    def score(picture: NDArray[np.float32], noise: float) -> float:
        return presence_of(pixels, np.clip(picture + rng.normal(0, noise, picture.shape), 0, 255).astype(np.uint8)).score

    for noise in (1.0, 12.0):
        assert score(after + 0.5, noise) > 0.97
        assert score(before + 0.5, noise) < 0.03
