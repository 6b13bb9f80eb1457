"""Tests of what differs between two pictures that lie over each other."""

import cv2
import numpy as np
import pytest

from tests.support.scene import brighter, dart, hand, outlook
from workers.vision.difference import Difference, difference, edge_strength
from workers.vision.frame import Image


def _difference(before: Image, after: Image, mask: Image | None = None) -> Difference:
    return difference(before, after, edge_strength(before), outlook().masks.volume if mask is None else mask)


@pytest.mark.slow
@pytest.mark.parametrize("rig", [1, 2, 3])
def test_noise_is_no_change(rig: int) -> None:
    """Two pictures of the same board differ by noise, and (next to) nothing is reported as changed."""
    camera = outlook(rig)
    seen = difference(camera.picture(), camera.picture(), edge_strength(camera.picture()), camera.masks.volume)

    assert np.count_nonzero(seen.changed) < 25
    assert seen.gain == pytest.approx(1.0, abs=0.02)


def test_the_same_picture_does_not_differ() -> None:
    """A picture against itself has no change anywhere."""
    picture = outlook().picture()

    assert not _difference(picture, picture).changed.any()


@pytest.mark.parametrize("design", [0, 1, 2])
def test_a_dart_is_a_change_where_it_stands(design: int) -> None:
    """A new dart, black, white or neon, changes the picture along most of its barrel, and little far from it (shadows are faint)."""
    camera, new = outlook(), dart(20, 60, design=design)
    seen = camera.difference((), new)
    barrel = np.round(camera.seen(new, *range(30, 75, 3))).astype(int)
    grown = cv2.dilate(seen.changed, np.ones((3, 3), np.uint8))
    x, y = (int(v) for v in barrel[len(barrel) // 2])
    far = cv2.circle(seen.changed.copy(), (x, y), 220, 0, -1)

    assert np.mean(grown[barrel[:, 1], barrel[:, 0]] > 0) > 0.7
    assert np.count_nonzero(far) < 0.1 * np.count_nonzero(seen.changed)


@pytest.mark.parametrize(("gain", "offset"), [(0.75, 0.0), (1.2, 0.0), (1.0, -15.0), (0.9, 12.0)])
def test_light_is_taken_out(gain: float, offset: float) -> None:
    """A board lit differently has not changed: less than a hundredth of it differs, and the gain is reported."""
    camera = outlook()
    seen = _difference(camera.picture(), brighter(camera.picture(), gain, offset))

    assert np.count_nonzero(seen.changed) < 0.01 * np.count_nonzero(camera.masks.volume)
    assert seen.gain == pytest.approx(gain, abs=0.08)


def test_a_dart_shows_in_another_light() -> None:
    """A dart that comes while the light changes is still a change."""
    camera, new = outlook(), dart(20, 60, design=2)
    seen = _difference(camera.picture(), brighter(camera.picture(new), 0.85))
    barrel = np.round(camera.seen(new, *range(35, 70, 3))).astype(int)

    assert np.mean(cv2.dilate(seen.changed, np.ones((3, 3), np.uint8))[barrel[:, 1], barrel[:, 0]] > 0) > 0.6


def test_a_hand_changes_much() -> None:
    """A hand in view changes a few hundredths of the face and more: far more than a dart."""
    camera = outlook()
    by_hand, by_dart = camera.difference((), hand=hand()), camera.difference((), dart())

    assert np.count_nonzero(by_hand.changed) > 3 * np.count_nonzero(by_dart.changed)


def test_only_the_region_counts() -> None:
    """What changes outside the region, a person behind the board, is not reported."""
    camera = outlook()
    mask = np.zeros_like(camera.masks.volume)
    mask[:, :100] = 255
    seen = _difference(camera.picture(), camera.picture(hand=hand()), mask)

    assert not seen.changed[:, 100:].any()


def test_what_lies_outside_can_be_left_out() -> None:
    """Within a region a difference is as it was, outside it there is none."""
    look = outlook()
    whole = difference(look.picture(), look.picture(dart()), edge_strength(look.picture()), look.masks.volume)
    nowhere = whole.within(np.zeros_like(look.masks.volume))

    assert np.array_equal(whole.within(np.full_like(look.masks.volume, 255)).changed, whole.changed)
    assert not nowhere.changed.any()
    assert not nowhere.magnitude.any()


def test_noisier_pictures_need_more_to_differ() -> None:
    """The threshold follows the noise of the pair: a noisy camera does not see changes everywhere."""
    camera, rng = outlook(), np.random.default_rng(3)
    before, after = (np.clip(camera.picture() + rng.normal(0, 7, (600, 800, 3)), 0, 255).astype(np.uint8) for _ in range(2))
    noisy, clean = _difference(before, after), _difference(camera.picture(), camera.picture())

    assert noisy.noise > clean.noise
    assert np.count_nonzero(noisy.changed) < 0.002 * noisy.changed.size


def test_steep_edges_are_found() -> None:
    """The strength of an edge is its step over its width, and nothing far from it."""
    picture = np.zeros((40, 60, 3), np.uint8)
    picture[:, 30:] = 200
    edges = edge_strength(picture)

    assert 60 <= edges[20, 30] <= 200
    assert edges[20, 10] == edges[20, 50] == 0


def test_edges_raise_the_threshold() -> None:
    """Where the picture is steep more change is allowed, for pictures never lie over each other exactly."""
    seen = _difference(outlook().picture(), outlook().picture())
    edges = edge_strength(outlook().picture())
    inside = outlook().masks.face > 0
    steep, flat = inside & (edges > 60), inside & (edges < 5)

    assert float(np.mean(seen.threshold[steep])) > float(np.mean(seen.threshold[flat])) + 3


def test_what_compression_leaves_on_edges_is_not_searched_for_lines() -> None:
    """A coarse board is moved by a third of a pixel and compressed anew: edges differ, lines are searched in the object alone."""
    rng = np.random.default_rng(1)
    board = np.kron(rng.choice([15, 190], (32, 36)), np.ones((10, 10))).astype(np.uint8)[..., None].repeat(3, axis=2)
    object_ = np.zeros(board.shape[:2], bool)
    object_[100:160, 200:208] = True

    def seen(shift_px: float, *, is_thrown: bool) -> Image:
        moved = cv2.GaussianBlur(cv2.warpAffine(board, np.array([[1, 0, shift_px], [0, 1, 0.0]]), (360, 320)), (0, 0), 0.7)
        moved[object_ & is_thrown] = (90, 60, 220)
        return np.asarray(cv2.imdecode(cv2.imencode(".jpg", moved, [cv2.IMWRITE_JPEG_QUALITY, 40])[1], cv2.IMREAD_COLOR), np.uint8)

    before, after = seen(0.0, is_thrown=False), seen(0.33, is_thrown=True)
    diff = difference(before, after, edge_strength(before), np.full(board.shape[:2], 255, np.uint8))

    around = cv2.dilate(object_.astype(np.uint8), np.ones((25, 25), np.uint8)) > 0
    assert np.count_nonzero(diff.clear[~around]) < 0.2 * np.count_nonzero(diff.changed[~around])
    assert np.count_nonzero(diff.clear[object_]) > 0.8 * np.count_nonzero(object_)
