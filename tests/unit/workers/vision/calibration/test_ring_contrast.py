"""A model on the rings has evidence; one that is a ring off has less."""

from typing import Any

import numpy as np
import pytest

from schemas.board import BoardSpec
from workers.vision.calibration.ring_contrast import ring_contrast

BOARD = BoardSpec()


@pytest.mark.slow
def test_a_ring_off_is_seen(scene: Any, true_model: Any) -> None:
    """The true model is nearly certain; with a focal length that puts every ring 5 % further out it is not."""
    seen = scene()
    scaled, model = np.sqrt(seen.picture().astype(float) * 255), true_model(seen)

    assert ring_contrast(scaled, model, BOARD) > 0.95
    assert ring_contrast(scaled, model._replace(focal_px=model.focal_px * 1.05), BOARD) < 0.8
    assert ring_contrast(np.full_like(scaled, 90.0), model, BOARD) == 0.0
