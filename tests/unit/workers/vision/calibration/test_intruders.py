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
