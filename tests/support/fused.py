"""Fused axes with chosen figures, for the policies that accept or refuse them."""

import numpy as np

from dartd.fusion.fused_axis import UNKNOWN_WIDTHS_MM, CameraEvidence, FusedAxis
from schemas.base import CameraId
from schemas.geometry import Axis3


def evidence_of(camera: int, *, clarity: float = 0.6, length_mm: float = 70.0) -> CameraEvidence:
    """Return what a camera that was used says about a dart in view."""
    return CameraEvidence(CameraId(f"cam{camera}"), 1.0, clarity, length_mm, 0.1, None, used=True)


def fused_axis(
    x_mm: float = 0.0,
    y_mm: float = 0.0,
    *,
    score: float = 2.9,
    evidence: tuple[CameraEvidence, ...] | None = None,
    sigma_mm: float = 0.3,
    slope: float = 0.15,
) -> FusedAxis:
    """Return an axis that three cameras support, unless `evidence` says otherwise."""
    found = tuple(evidence_of(k) for k in range(3)) if evidence is None else evidence
    axis = Axis3(x_mm=x_mm, y_mm=y_mm, slope_y=slope)
    return FusedAxis(axis, sigma_mm**2 * np.eye(2), score, score, 0.1, found, UNKNOWN_WIDTHS_MM)
