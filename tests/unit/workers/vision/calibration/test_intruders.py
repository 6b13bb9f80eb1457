"""Darts on the face show as stripes; an empty board has none."""

from typing import Any

import cv2

from schemas.board import BoardSpec
from workers.vision.calibration.intruders import largest_intruder_mm
from workers.vision.calibration.refusal import STRIPE_MM


def a_dart(texture: Any) -> None:
    """Paint the stripe that a dart covers, seen from the camera."""
    cv2.line(texture, (900, 700), (1000, 560), (90, 190, 220), 18)


def test_an_empty_board_has_no_stripe(scene: Any, true_model: Any) -> None:
    """Shading and wires are no intruders."""
    seen = scene()

    assert largest_intruder_mm(seen.picture(), true_model(seen), BoardSpec()) < STRIPE_MM / 2


def test_a_dart_is_a_stripe(scene: Any, true_model: Any) -> None:
    """A stripe of 70 mm over several beds is measured as long."""
    seen = scene(paint=a_dart)

    assert largest_intruder_mm(seen.picture(), true_model(seen), BoardSpec()) > STRIPE_MM


def test_blur_is_no_intruder(scene: Any, true_model: Any) -> None:
    """In a blurred picture colours run from one bed into the next; that is looked past as far as the blur reaches."""
    seen = scene(blur_px=4.0, width=640, height=480, focal_px=420.0, center_px=(320.0, 240.0))

    assert largest_intruder_mm(seen.picture(), true_model(seen), BoardSpec(), blur_mm=4.0) < STRIPE_MM


def test_a_dart_is_a_stripe_in_a_blurred_picture_too(scene: Any, true_model: Any) -> None:
    """What is looked past leaves enough of a dart."""
    seen = scene(paint=a_dart, blur_px=2.0)

    assert largest_intruder_mm(seen.picture(), true_model(seen), BoardSpec(), blur_mm=1.5) > STRIPE_MM
