"""Tests of finding the wide parts of a change."""

import cv2
import numpy as np
import pytest

from schemas.pipe.sightings import Blob
from tests.support.scene import HEIGHT, WIDTH, brighter, dart, hand, outlook
from workers.vision.blobs import find_blobs
from workers.vision.difference import difference, edge_strength
from workers.vision.frame import Image


def _spots(before: Image, after: Image, rig: int = 1, camera: int = 0) -> tuple[Blob, ...]:
    look = outlook(rig, camera)
    seen = difference(before, after, edge_strength(before), look.masks.volume)
    return find_blobs(seen, before, after, look.projection, look.masks.mm_per_px)


def _radius_mm(blob: Blob, rig: int = 1, camera: int = 0) -> float:
    look = outlook(rig, camera)
    return blob.radius * look.calibration.focal_x_px * look.masks.mm_per_px


@pytest.mark.parametrize(("rig", "camera"), [(1, 0), (1, 1), (1, 2), (2, 0)])
def test_a_hand_is_wider_than_a_dart(rig: int, camera: int) -> None:
    """The widest place of a hand is wider than that of any single dart, whose flight is at most 42 mm wide."""
    look = outlook(rig, camera)
    by_hand = _spots(look.picture(), look.picture(hand=hand()), rig, camera)
    by_dart = _spots(look.picture(), look.picture(dart(-60, -90, design=2)), rig, camera)

    assert _radius_mm(by_hand[0], rig, camera) > max([30.0, *(_radius_mm(s, rig, camera) for s in by_dart)])


def test_the_flight_of_a_dart_is_where_it_is() -> None:
    """The widest place of a dart lies near the axis beyond its barrel."""
    look, new = outlook(1, 2), dart(-60, -90, design=2)
    widest = _spots(look.picture(), look.picture(new), 1, 2)[0]
    at = look.projection.denormalise(np.array([[widest.u, widest.v]]))
    flight = look.seen(new, *range(60, 170, 5))

    assert np.min(np.linalg.norm(flight - at, axis=1)) < 40


def test_a_still_board_has_no_spots() -> None:
    """Noise is nowhere wide."""
    look = outlook()

    assert _spots(look.picture(), look.picture()) == ()


@pytest.mark.parametrize("gain", [0.8, 1.2])
def test_a_change_of_light_is_no_spot(gain: float) -> None:
    """A board lit differently has no wide places in which something new stands."""
    look = outlook()

    assert all(_radius_mm(s) < 30 for s in _spots(look.picture(), brighter(look.picture(), gain)))


def test_a_soft_shadow_is_no_hand() -> None:
    """A place made a few levels darker, with all that was there still showing, is light and not a thing."""
    look = outlook()
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    u, v = look.seen(dart(0, 0), 0.0)[0]
    shade = 1 - 0.12 * np.exp(-((x - u) ** 2 + (y - v) ** 2) / (2 * 60.0**2))
    shaded = np.clip(look.picture() * shade[..., None], 0, 255).astype(np.uint8)

    assert all(_radius_mm(s) < 30 for s in _spots(look.picture(), shaded))


def test_a_blob_is_reported_with_its_size_and_position() -> None:
    """A disc laid over the board is one wide place of about its radius, at its middle."""
    look = outlook()
    u, v = (round(float(p)) for p in look.seen(dart(-20, 30), 0.0)[0])
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    covered = look.picture()
    covered[np.hypot(x - u, y - v) < 40] = (160, 60, 200)
    widest = _spots(look.picture(), covered)[0]
    at = look.projection.denormalise(np.array([[widest.u, widest.v]]))[0]

    assert widest.radius * look.calibration.focal_x_px == pytest.approx(40, abs=6)
    assert np.hypot(at[0] - u, at[1] - v) < 10


def test_spots_are_bounded_and_sorted() -> None:
    """However much changed, at most ten blobs are reported, the widest first."""
    look = outlook()
    rng = np.random.default_rng(5)
    covered = look.picture()
    for u, v in rng.integers((150, 150), (650, 450), (30, 2)):
        cv2.circle(covered, (int(u), int(v)), 14, (200, 40, 190), -1)
    radii = [s.radius for s in _spots(look.picture(), covered)]

    assert 0 < len(radii) <= 10
    assert radii == sorted(radii, reverse=True)


def test_what_touches_the_rim_of_the_picture_counts() -> None:
    """An arm that comes in over the rim is not taken for two halves of it or for nothing."""
    look = outlook()
    covered = look.picture()
    covered[HEIGHT // 2 - 50 : HEIGHT // 2 + 50, : WIDTH // 2] = (90, 120, 190)
    blobs = _spots(look.picture(), covered)

    assert blobs[0].radius * look.calibration.focal_x_px > 35


@pytest.mark.parametrize("mm_per_px", [0.8, 2.0])
def test_narrow_holes_are_filled_by_their_width_on_the_board(mm_per_px: float) -> None:
    """Stripes 4 mm apart are one blob, stripes 10 mm apart are none, however coarse the picture is."""

    def blobs(apart_mm: float) -> tuple[Blob, ...]:
        apart, wide = round(apart_mm / mm_per_px), round(3.0 / mm_per_px)
        before = np.full((120, 160, 3), 90, np.uint8)
        after = before.copy()
        for x in range(40, 120, apart + wide):
            after[30:90, x : x + wide] = (30, 200, 240)
        seen = difference(before, after, edge_strength(before), np.full((120, 160), 255, np.uint8))
        return find_blobs(seen, before, after, outlook().projection, mm_per_px)

    assert len(blobs(4.0)) > 0
    assert blobs(10.0) == ()
