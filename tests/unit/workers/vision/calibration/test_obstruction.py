"""Darts on the face show as stripes; an empty board has none."""

from typing import Any

import cv2
import numpy as np
import pytest

from schemas.board import BoardSpec
from workers.vision.calibration.obstruction import largest_obstruction
from workers.vision.calibration.refusal import STRIPE_MM


def a_dart(texture: Any) -> None:
    """Paint the stripe that a dart covers, seen from the camera."""
    cv2.line(texture, (900, 700), (1000, 560), (90, 190, 220), 18)


@pytest.mark.slow
def test_an_empty_board_has_no_stripe(scene: Any, true_model: Any) -> None:
    """Shading and wires are not obstructions."""
    seen = scene()

    assert largest_obstruction(seen.picture(), true_model(seen), BoardSpec()).length_mm < STRIPE_MM / 2


@pytest.mark.slow
def test_a_dart_is_a_stripe(scene: Any, true_model: Any) -> None:
    """A stripe of 70 mm over several beds is found where it is."""
    seen = scene(paint=a_dart)

    found = largest_obstruction(seen.picture(), true_model(seen), BoardSpec())
    assert found.length_mm > STRIPE_MM
    assert found.middle_mm == pytest.approx((50.0, 78.0), abs=15)


@pytest.mark.slow
def test_blur_is_no_obstruction(scene: Any, true_model: Any) -> None:
    """In a blurred picture the colours of adjacent beds mix; this is ignored as far as the blur reaches."""
    seen = scene(blur_px=4.0, width=640, height=480, focal_px=420.0, center_px=(320.0, 240.0))

    assert largest_obstruction(seen.picture(), true_model(seen), BoardSpec(), blur_mm=4.0).length_mm < STRIPE_MM


@pytest.mark.slow
def test_a_dart_is_a_stripe_in_a_blurred_picture_too(scene: Any, true_model: Any) -> None:
    """Enough of a dart remains outside the borders that are ignored."""
    seen = scene(paint=a_dart, blur_px=2.0)

    assert largest_obstruction(seen.picture(), true_model(seen), BoardSpec(), blur_mm=1.5).length_mm > STRIPE_MM


@pytest.mark.slow
@pytest.mark.parametrize("is_empty", [True, False])
def test_a_broad_shadow_neither_is_an_obstruction_nor_hides_one(scene: Any, true_model: Any, is_empty: bool) -> None:  # noqa: FBT001 - a parameter
    """All channels are darker by the same share, which varies slowly; a dart in the shadow is found all the same."""
    seen = scene() if is_empty else scene(paint=a_dart)
    picture = seen.picture()
    rows, columns = np.indices(picture.shape[:2]) / 600
    shadowed = (picture * (1 - 0.6 * np.exp(-0.5 * ((columns - rows - 0.25) / 0.1) ** 2))[..., None]).astype(np.uint8)

    assert (largest_obstruction(shadowed, true_model(seen), BoardSpec()).length_mm < STRIPE_MM) == is_empty
