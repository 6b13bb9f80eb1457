"""The axis of a dart on which several cameras agree, and what each camera contributes to it."""

import math
from dataclasses import dataclass

import numpy as np

from dartd.fusion.camera_view import BIN_MM
from dartd.fusion.dart_axis import LENGTH_MM, Floats
from schemas.base import CameraId
from schemas.geometry import Axis3
from schemas.pipe.sightings import Sighting

HOLDS_68 = 1.515  # standard deviations: radius of the circle that holds 68.27 % of a round Gaussian, sqrt(-2 ln 0.3173)
TRACE_68 = round(
    HOLDS_68 / math.sqrt(2), 2
)  # times the root of a covariance's trace: the same radius, and 7 % more when all is along a line

UNKNOWN_WIDTHS_MM = np.full(round(LENGTH_MM / BIN_MM), np.nan)


@dataclass(frozen=True)
class CameraEvidence:
    """What one camera says about a fused axis.

    `support` (0 to 1) is reached by a short clear piece, `clarity` (0 to 1) grows with all that is visible, over `length_mm`;
    `residual_mm` is how far its line is off the axis near the tip, `sighting` the one that lies on it. Only what was `used` was fitted.
    """

    camera_id: CameraId
    support: float
    clarity: float
    length_mm: float
    residual_mm: float
    sighting: Sighting | None
    used: bool


@dataclass(frozen=True, eq=False)
class FusedAxis:
    """A dart's axis on which cameras agree.

    `covariance` (2, 2) is that of the foot (x_mm, y_mm); `score` says whether it is a dart at all, up to one for each camera; `clarity` is
    the score by which candidates are ranked. `half_widths_mm` is half its width at every `BIN_MM` of height above the face, NaN where no
    camera has both of its edges.
    """

    axis: Axis3
    covariance: Floats
    score: float
    clarity: float
    residual_mm: float
    evidence: tuple[CameraEvidence, ...]
    half_widths_mm: Floats

    @property
    def uncertainty_mm(self) -> float:
        """The radius that holds the truth in 68 % of cases (1.515 sigma when round, 1 sigma when it is all along one line)."""
        return float(TRACE_68 * np.sqrt(np.trace(self.covariance)))

    @property
    def visibility(self) -> float:
        """The sum of the clarity of the cameras that support it."""
        return sum(e.clarity for e in self.evidence if e.used)

    @property
    def length_mm(self) -> float:
        """The longest visible part of it in any camera that supports it."""
        return max((e.length_mm for e in self.evidence if e.used), default=0.0)

    @property
    def cameras_used(self) -> tuple[CameraId, ...]:
        """The cameras that support it."""
        return tuple(e.camera_id for e in self.evidence if e.used)
