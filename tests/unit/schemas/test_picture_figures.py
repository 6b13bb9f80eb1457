"""What is good enough of a picture."""

import pytest

from schemas.picture_figures import PictureFigures


@pytest.mark.parametrize(
    ("brightness", "bright_share", "sharpness", "expected"),
    [
        (90, 0.01, 0.06, ("good", "sharp")),
        (29, 0.0, 0.02, ("dark", "soft")),
        (201, 0.0, 0.005, ("bright", "blurred")),
        (90, 0.3, 0.025, ("bright", "sharp")),
    ],
)
def test_a_picture_is_judged(brightness: float, bright_share: float, sharpness: float, expected: tuple[str, str]) -> None:
    """By its light and its edges, each in a word."""
    figures = PictureFigures(brightness=brightness, bright_share=bright_share, sharpness=sharpness)

    assert (figures.exposure, figures.focus) == expected
