"""Tests of the pictures of a simulated camera."""

import numpy as np
import pytest

from schemas.base import CameraId
from workers.sources.simulator.extended_projection import CameraShift
from workers.sources.simulator.frame_content import FrameContent, content_at, shift_at
from workers.sources.simulator.painter import Painter
from workers.sources.simulator.rig import rig_of, true_calibration
from workers.sources.simulator.script import Script
from workers.vision.frame import Image

STORY = Script(name="demo", seed=7)
WIDTH, HEIGHT = 400, 300  # a quarter of the rays of a usual picture


def _painter(camera: int = 0, rig: int = 1) -> Painter:
    return Painter(rig_of(rig), camera, true_calibration(rig, camera, WIDTH, HEIGHT, CameraId("cam0")))


def _paint(painter: Painter, since_s: float, number: int) -> Image:
    return painter.paint(content_at(STORY, since_s), shift_at(STORY, 0, since_s), number)


@pytest.mark.slow
def test_a_picture_does_not_depend_on_what_was_painted_before() -> None:
    """Two painters show the same pixels at a time, however they came there."""
    throw, reach = STORY.visit(0).throws[0], STORY.visit(0).hand_movements[0]
    travelled = _painter()
    for number, since_s in enumerate((0.0, throw.at_s + 0.05, throw.at_s + 1, reach.start_s + 1)):
        _paint(travelled, since_s, number)
    for since_s in (throw.at_s + 0.1, throw.at_s + 1.0, reach.start_s + 0.9):
        assert np.array_equal(_paint(travelled, since_s, 77), _paint(_painter(), since_s, 77))


@pytest.mark.slow
def test_a_still_scene_differs_by_noise_alone() -> None:
    """Two frames of one still scene differ by a few grey levels, and they do differ."""
    painter = _painter()
    first, second = (_paint(painter, 1.0, k).astype(int) for k in (20, 21))
    change = np.abs(first - second)

    assert 0 < np.median(change) <= 3
    assert np.percentile(change, 99) <= 12
    assert abs(float(first.mean() - second.mean())) < 0.2


@pytest.mark.slow
def test_a_dart_changes_a_small_part_of_the_picture() -> None:
    """A standing dart is seen, and most of the picture stays as it was."""
    painter = _painter()
    throw = STORY.visit(0).throws[0]
    empty = painter.paint(FrameContent(), CameraShift(), 1).astype(int)
    hit = painter.paint(FrameContent(standing=(throw.pose,)), CameraShift(), 2).astype(int)
    changed = float((np.abs(hit - empty).max(axis=2) > 25).mean())

    assert 0.001 < changed < 0.08


@pytest.mark.slow
def test_a_shift_moves_the_picture() -> None:
    """A camera pushed by a pixel (two of a picture 800 wide) to the right shows everything a pixel further right."""
    painter = _painter()
    before = painter.paint(FrameContent(), CameraShift(), 1).astype(int)
    after = painter.paint(FrameContent(), CameraShift(x=2.0), 1).astype(int)

    assert np.abs(after[50:250, 51:350] - before[50:250, 50:349]).mean() < np.abs(after - before).mean()
