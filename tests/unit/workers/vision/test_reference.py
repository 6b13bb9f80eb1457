"""Tests of the reference and of comparing a picture with it."""

import numpy as np
import pytest

from tests.support.scene import HEIGHT, WIDTH, brighter, dart, outlook
from workers.sources.simulator.extended_projection import CameraShift
from workers.vision.reference import Reference, compare


@pytest.mark.parametrize("rig", [1, 2])
def test_a_moved_camera_sees_no_change(rig: int) -> None:
    """The board, seen by a camera that moved by a pixel, is (next to) no difference once it is laid over the reference."""
    look = outlook(rig)
    seen = look.compare((), shift=CameraShift(x=0.8, y=-0.6, rotation_rad=0.0004))
    assert seen.alignment is not None

    assert seen.alignment.shift_px == pytest.approx(1.0, abs=0.4)
    assert np.count_nonzero(seen.difference.changed) < 0.003 * look.masks.face_pixels


def test_the_compared_picture_lies_over_the_reference() -> None:
    """The picture that a comparison gives has the darts where the calibration says, not where the moved camera saw them."""
    look, new, shift = outlook(), dart(20, 60, design=2), CameraShift(x=1.4, y=1.0)
    still, moved = look.compare((), new), look.compare((), new, shift=shift)
    raw = look.picture(new, shift=shift)
    face = look.masks.face > 0

    def apart(one: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> float:
        return float(np.percentile(np.abs(one[face].astype(int) - still.picture[face]), 99))

    assert apart(moved.picture) < 0.6 * apart(raw)


def test_a_dart_is_all_that_differs_for_a_moved_camera() -> None:
    """A dart that bumped the camera while landing is the change; the share of the face stays that of a dart."""
    look, new = outlook(), dart(20, 60, design=2)
    still, moved = (look.compare((), new, shift=shift).difference.changed for shift in (CameraShift(), CameraShift(x=-0.9, y=0.7)))

    assert np.count_nonzero(moved) == pytest.approx(np.count_nonzero(still), rel=0.25)


def test_a_picture_that_cannot_be_registered_is_reported() -> None:
    """A picture of something else has no alignment, and differs nearly everywhere or not at all, but raises nothing."""
    look = outlook()
    seen = compare(look.reference(), np.full((HEIGHT, WIDTH, 3), 130, np.uint8), look.masks)

    assert seen.alignment is None
    assert seen.picture.shape == (HEIGHT, WIDTH, 3)


def test_a_reference_remembers_when_it_was_taken() -> None:
    """A reference carries its picture and time, and corners on the board alone."""
    look, picture = outlook(), outlook().picture()
    reference = Reference.of(picture, look.masks.face, 12.5)

    assert reference.taken_s == 12.5
    assert reference.picture is picture
    assert len(reference.corners.points) > 100
    assert reference.edges.shape == (HEIGHT, WIDTH)


def test_another_light_differs_little() -> None:
    """A lamp that grows a tenth weaker leaves less than a hundredth of the board changed."""
    look = outlook()
    seen = compare(look.reference(), brighter(look.picture(), 0.9), look.masks)

    assert np.count_nonzero(seen.difference.changed) < 0.01 * look.masks.face_pixels
