"""Tests of films of a story."""

from pathlib import Path

import cv2
import pytest

from workers.sources.errors import SourceError
from workers.sources.simulator.address import Address
from workers.sources.simulator.film import film

pytestmark = pytest.mark.slow


def test_a_film_shows_three_cameras_and_the_board(tmp_path: Path) -> None:
    """Every frame holds four pictures, and they change while darts fly."""
    path = tmp_path / "visit.webp"
    film(path, Address(rig=1, seed=7), 10.5, 2.0, 5)
    read, animation = cv2.imreadanimation(str(path))

    assert read
    assert sum(animation.durations) == 2000
    assert animation.frames[0].shape[:2] == (600, 800)
    assert (animation.frames[0] != animation.frames[-1]).mean() > 0.01


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    """The message names endings that work."""
    with pytest.raises(SourceError, match="webp"):
        film(tmp_path / "visit.txt", Address(), 0.0, 0.2, 5)
