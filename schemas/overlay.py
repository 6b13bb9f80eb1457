"""What can be drawn over the picture of a camera."""

from typing import Literal

OverlayPart = Literal["wires", "darts", "motion"]
