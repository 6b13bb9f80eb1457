"""Tests of finding where a camera stands."""

import msgspec
import numpy as np
import pytest

from schemas.pipe.to_worker import Configure
from tests.support.scene import HEIGHT, WIDTH, outlook
from workers.vision.calibration import CalibrationRefusedError
from workers.vision.locator import CALIBRATION_FRAMES, RETRY_S, CameraLocator


def _locator(rig: int = 1, camera: int = 1) -> CameraLocator:
    look = outlook(rig, camera)
    return CameraLocator(Configure(source=look.spec, calibration=look.calibration), None)


def test_a_recording_needs_one_picture() -> None:
    """One picture is enough in a recording, several are needed when live."""
    locator, picture = _locator(), outlook(1, 1).picture()
    locator.add(picture)
    assert (locator.is_complete(recorded=True), locator.is_complete(recorded=False)) == (True, False)
    for _ in range(CALIBRATION_FRAMES - 1):
        locator.add(picture)
    assert locator.is_complete(recorded=False)

    locator.discard()
    assert not locator.is_complete(recorded=True)


def test_a_candidate_that_fits_is_verified() -> None:
    """A given calibration is returned if the picture fits it, and never for a picture of another size."""
    look, locator = outlook(1, 1), _locator()
    assert locator.verified(look.picture(), has_darts=False) == look.calibration
    assert locator.verified(np.zeros((HEIGHT // 2, WIDTH // 2, 3), np.uint8), has_darts=True) is None

    locator.candidate = outlook(2, 2).calibration
    assert locator.verified(look.picture(), has_darts=False) is None
    locator.candidate = None
    assert locator.verified(look.picture(), has_darts=True) is None


def test_a_refusal_is_followed_by_a_pause() -> None:
    """After a picture without a board it is tried again only after a pause, or after a restart."""
    locator = _locator()
    locator.add(np.full((HEIGHT, WIDTH, 3), 90, np.uint8))
    with pytest.raises(CalibrationRefusedError):
        locator.calibrate(10.0)
    assert not locator.is_complete(recorded=True)
    assert (locator.is_paused(10.0 + RETRY_S - 0.1), locator.is_paused(10.0 + RETRY_S)) == (True, False)

    locator.restart()
    assert not locator.is_paused(10.0)


@pytest.mark.slow
def test_calibrations_are_numbered() -> None:
    """Each calibration of a camera has the next epoch, and the median picture is returned with it."""
    look, locator = outlook(1, 1), _locator()
    epochs = []
    for _ in range(2):
        for _ in range(3):
            locator.add(look.picture())
        calibration, still = locator.calibrate(1.0)
        epochs.append(calibration.epoch)

    assert epochs == [1, 2]
    assert still.shape == (HEIGHT, WIDTH, 3)
    assert msgspec.structs.replace(calibration, epoch=0).camera_id == look.spec.camera_id
