"""Tests of finding a lens from pictures of a chessboard."""

from functools import lru_cache

import cv2
import numpy as np
import pytest

from tests.support.chessboard import chessboard_picture
from workers.vision.calibration.chessboard import lens_of
from workers.vision.calibration.refusal import CalibrationRefusedError
from workers.vision.frame import Image

pytestmark = pytest.mark.slow

FOCAL_PX, CENTER_PX, K1, K2, P1, P2 = 612.0, (405.0, 292.0), -0.15, 0.03, 0.002, -0.0015
TILTS = ((0.0, 0.0), (0.5, 0.0), (-0.5, 0.1), (0.1, 0.5), (0.0, -0.5), (0.35, 0.35))


@lru_cache
def _pictures(*tilts: tuple[float, float]) -> tuple[Image, ...]:
    return tuple(
        chessboard_picture(FOCAL_PX, CENTER_PX, (K1, K2, P1, P2), tilt, (30.0 * n - 60.0, 20.0 - 10.0 * n)) for n, tilt in enumerate(tilts)
    )


def test_the_lens_is_found() -> None:
    """Focal length, centre and bend come out as the pictures were made, and the corners lie on them."""
    found = lens_of(_pictures(*TILTS))

    assert found.lens.focal_px == pytest.approx(FOCAL_PX, rel=0.004)
    assert [found.lens.center_x_px, found.lens.center_y_px] == pytest.approx(CENTER_PX, abs=2)
    assert found.lens.k1 == pytest.approx(K1, abs=0.01)
    assert found.lens.k2 == pytest.approx(K2, abs=0.03)
    assert [found.lens.p1, found.lens.p2] == pytest.approx([P1, P2], abs=5e-4)
    assert found.residual_px < 0.2
    assert found.found == (True,) * len(TILTS)


def test_pictures_without_the_chessboard_are_passed_over() -> None:
    """A picture that does not show it wholly is named; with too few others nothing is found."""
    grey = np.full((600, 800, 3), 120, np.uint8)

    assert lens_of((*_pictures(*TILTS), grey)).found[-1] is False
    with pytest.raises(CalibrationRefusedError, match="found in 2 of 3 pictures; take at least 5"):
        lens_of((*_pictures(*TILTS)[:2], grey))


def test_pictures_from_one_side_are_refused() -> None:
    """The same view again and again does not determine the focal length."""
    with pytest.raises(CalibrationRefusedError, match="same tilt in all pictures"):
        lens_of(_pictures(*((0.0, 0.0),) * 5))


def test_a_bent_chessboard_is_refused() -> None:
    """Corners that fit no lens are refused with how far they are off."""
    rows = np.arange(600, dtype=np.float32)
    x, y = np.meshgrid(np.arange(800, dtype=np.float32), rows)
    bent = [
        cv2.remap(p, x, y + np.float32(4 * (-1) ** n) * np.sin(x / 60, dtype=np.float32), cv2.INTER_LINEAR).astype(np.uint8)
        for n, p in enumerate(_pictures(*TILTS))
    ]

    with pytest.raises(CalibrationRefusedError, match="do not fit any lens"):
        lens_of(bent)
