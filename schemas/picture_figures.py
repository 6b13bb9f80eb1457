"""How bright and how sharp a picture of a camera is, and what is good enough."""

from typing import Literal

from schemas.base import Value

Exposure = Literal["dark", "good", "bright"]
Focus = Literal["blurred", "soft", "sharp"]

# The limits of a picture. Brightness is the mean grey level of 255, sharpness the edge strength over the contrast: 0.04 and more in focus,
# 0.02 with half a pixel of blur, below 0.01 with two. Measure again: `dartd doctor`, and `pytest tests/unit/workers/test_examination.py`.
BRIGHTNESS_MIN, BRIGHTNESS_MAX, OVEREXPOSED_SHARE_MAX = 30.0, 200.0, 0.25
SHARPNESS_OK, SHARPNESS_MIN = 0.025, 0.012


class PictureFigures(Value, frozen=True, kw_only=True):
    """How bright and how sharp a picture is: mean grey level (0 to 255), share of nearly white pixels, edge strength over contrast."""

    brightness: float
    bright_share: float
    sharpness: float

    @property
    def exposure(self) -> Exposure:
        """Return whether the picture is too dark, good, or too bright."""
        if self.brightness < BRIGHTNESS_MIN:
            return "dark"
        return "bright" if self.brightness > BRIGHTNESS_MAX or self.bright_share > OVEREXPOSED_SHARE_MAX else "good"

    @property
    def focus(self) -> Focus:
        """Return whether the picture is in focus."""
        if self.sharpness >= SHARPNESS_OK:
            return "sharp"
        return "soft" if self.sharpness >= SHARPNESS_MIN else "blurred"
