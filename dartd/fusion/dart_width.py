"""How wide darts are, and fits of darts that are half hidden: with the width known, one edge is enough."""

from collections.abc import Sequence

import numpy as np

from dartd.fusion.axis_fit import STRIPS_PX, Fit, fit_axis
from dartd.fusion.camera_view import BIN_MM, CameraView
from dartd.fusion.dart_axis import Floats
from dartd.fusion.fused_axis import UNKNOWN_WIDTHS_MM

# `pytest tests/unit/dartd/fusion/test_dart_width.py`; the widths of every dart: `python -m tests.bench.fusion DIR…`
MIN_WIDTHS = 4  # cross-sections of one height bin from which its width is known
RESTORE_PASSES = 2  # the second knows better at which heights the cross-sections are


def half_widths(views: Sequence[CameraView], axis: Floats) -> Floats:
    """Measure half the width of a dart at every `BIN_MM` of height by its cross-sections with both edges, in mm: the medians."""
    heights, halves = (np.concatenate(part) for part in zip(*(view.widths(axis) for view in views), strict=True))
    bins = np.floor(heights / BIN_MM)
    halves = halves[np.lexsort((halves, bins))]
    first, end = (np.searchsorted(np.sort(bins), np.arange(len(UNKNOWN_WIDTHS_MM)), side) for side in ("left", "right"))
    known = end - first >= MIN_WIDTHS
    half_widths_mm = UNKNOWN_WIDTHS_MM.copy()
    half_widths_mm[known] = halves[(first + end)[known] // 2]
    return half_widths_mm


def fit_restored(views: Sequence[CameraView], fit: Fit, usual_mm: Floats) -> tuple[Sequence[CameraView], Fit] | None:
    """Fit again with the hidden edges of a dart restored; where no camera has both edges it is as wide as `usual_mm`.

    Returns the restored views with the new fit, None when there is none.
    """
    whole = views
    for _ in range(RESTORE_PASSES):
        half_widths_mm = half_widths(views, fit.axis)
        half_widths_mm = np.where(np.isnan(half_widths_mm), usual_mm, half_widths_mm)
        whole = [view.restored(fit.axis, half_widths_mm) for view in views]
        omitted = {view.camera_id for view in fit.left_out}
        again = fit_axis([view for view in whole if view.camera_id not in omitted], fit.axis, STRIPS_PX[::2])
        if again is None:
            return None
        fit = again._replace(left_out=[*again.left_out, *(view for view in whole if view.camera_id in omitted)])
    return whole, fit
