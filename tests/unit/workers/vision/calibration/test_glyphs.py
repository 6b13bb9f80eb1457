"""Numbers are recognised by their strokes: drawn ones of all kinds, upside down and mirrored too."""

from typing import Any

import numpy as np
import pytest

from tests.support.numerals import CELL_MARGIN, NONE, sample
from workers.vision.calibration.glyphs import COLUMNS, ROWS, describe, readers


@pytest.fixture(scope="module")
def drawn() -> tuple[list[Any], Any]:
    """Return patches with a margin that the network was not trained on, and their classes."""
    rng = np.random.default_rng(987654321)
    pictures, classes = zip(*(sample(rng) for _ in range(500)), strict=True)
    return list(pictures), np.array(classes)


def described(pictures: list[Any]) -> Any:
    """Describe the middle of pictures."""
    inner = slice(CELL_MARGIN, CELL_MARGIN + ROWS), slice(CELL_MARGIN, CELL_MARGIN + COLUMNS)
    return np.stack([describe(np.ascontiguousarray(picture))[inner].ravel() for picture in pictures])


def test_most_drawn_numbers_are_recognised(drawn: tuple[list[Any], Any]) -> None:
    """Two of three are, many of them hardly legible, and certainty is deserved."""
    pictures, classes = drawn
    likely = readers()[0].recognise(described(pictures))[:, 0]
    best, certain = likely.argmax(axis=1), likely.max(axis=1) > 0.8

    assert (best == classes).mean() > 0.66
    assert (best == classes)[certain].mean() > 0.9
    assert ((best != NONE) & (classes == NONE)).mean() < 0.1


def test_a_rotated_and_a_mirrored_picture_are_read_alike(drawn: tuple[list[Any], Any]) -> None:
    """A picture that is rotated by half a turn reads upside down as it read upright, a mirrored one in the mirrored network."""
    pictures, _ = drawn
    straight, mirrored = readers()
    as_is = straight.recognise(described(pictures))
    rotated = straight.recognise(described([picture[::-1, ::-1] for picture in pictures]))
    flipped = mirrored.recognise(described([picture[:, ::-1] for picture in pictures]))

    assert np.abs(as_is[:, ::-1] - rotated).max() < 0.01
    assert np.abs(as_is - flipped).max() < 0.01
