"""The number ring is read, upright or with its lower half upside down, and not where there is none."""

import math
from typing import Any

import cv2
import numpy as np
import pytest

from schemas.base import CameraId
from schemas.board import BoardSpec
from workers.sources.simulator.face import face_picture
from workers.sources.simulator.rig import rig_of, true_calibration
from workers.vision.calibration.camera_model import model_of, rotated
from workers.vision.calibration.number_ring import read_numbers
from workers.vision.calibration.orientation import CERTAIN

BOARD = BoardSpec()


@pytest.mark.slow
@pytest.mark.parametrize("rotations", [0, 3, 9])
@pytest.mark.parametrize("flipped", [False, True])
def test_numbers_give_the_rotation(scene: Any, true_model: Any, rotations: int, flipped: bool) -> None:  # noqa: FBT001  # a parameter of the test
    """Whichever of the ten rotations the fit ended in, the numbers give it with certainty."""
    seen = scene(flipped_numbers=flipped, azimuth_deg=-60.0)
    match = read_numbers(seen.picture(), rotated(true_model(seen), rotations * math.pi / 5), BOARD)

    assert match.rotations == rotations
    assert match.probability > CERTAIN


@pytest.mark.slow
@pytest.mark.parametrize("rig", range(1002, 1008))
def test_every_kind_of_number_ring_is_read(rig: int) -> None:
    """Wires, sheet, print and rings that lost numbers are read in a small picture that was compressed much."""
    calibration = true_calibration(rig, 0, 480, 360, CameraId("cam0"))
    data = cv2.imencode(".jpg", face_picture(rig_of(rig), 0, calibration), [cv2.IMWRITE_JPEG_QUALITY, 40])[1]
    picture = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    match = read_numbers(picture, rotated(model_of(calibration), 3 * math.pi / 5), BOARD)

    assert match.rotations == 3
    assert match.probability > CERTAIN


@pytest.mark.slow
@pytest.mark.parametrize("look", [{"numbers": False}, {"focal_px": 1300.0}, {"blur_px": 6.0}])
def test_a_ring_that_shows_no_numbers_is_not_read(scene: Any, true_model: Any, look: dict[str, Any]) -> None:
    """Where nothing is written, the ring is out of the picture or too blurred, no rotation is certain, nor that the picture is mirrored."""
    seen = scene(**look)
    match = read_numbers(seen.picture(), true_model(seen), BOARD)

    assert match.probability < CERTAIN
    assert match.mirrored < CERTAIN


@pytest.mark.slow
def test_a_mirrored_ring_is_found_out(scene: Any, true_model: Any) -> None:
    """Numbers that run counter-clockwise are read as such, by a model that takes the picture as it is."""
    seen = scene(azimuth_deg=90.0)
    model = true_model(seen)
    rotation = np.asarray(cv2.Rodrigues(np.diag([-1.0, 1, 1]) @ model.matrix_of_rotation @ np.diag([-1.0, 1, 1]))[0]).ravel()
    mirrored = model._replace(
        rotation=rotation,
        translation_mm=model.translation_mm * [-1, 1, 1],
        center_px=(seen.width - 1 - model.center_px[0], model.center_px[1]),
    )
    match = read_numbers(np.ascontiguousarray(seen.picture()[:, ::-1]), mirrored, BOARD)

    assert match.mirrored > CERTAIN
