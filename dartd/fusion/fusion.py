"""Find the axes of new darts on which the cameras agree.

Each camera reports thin lines, several hypotheses of them. Two lines of two cameras span two planes, and the planes meet in one axis.
Every such axis is scored by how many cross-sections of *all* cameras lie on it; the best ones are refined by least squares over the lines
of all cameras that come near them. The covariance, over which line may be wrong and which other axis the same lines may be, is the
uncertainty.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dartd.fusion.alternatives import Hypothesis, choose
from dartd.fusion.axis_fit import STRIPS_PX, SUPPORTS_WEIGHT, Fit, fit_axis, fits_without_each, residual_px
from dartd.fusion.axis_posterior import posterior
from dartd.fusion.axis_score import AxisScores
from dartd.fusion.camera_view import CameraSightings, CameraView
from dartd.fusion.dart_axis import SAME_FOOT_MM, Floats, as_row, is_same_dart
from dartd.fusion.dart_width import fit_restored, half_widths
from dartd.fusion.fused_axis import UNKNOWN_WIDTHS_MM, CameraEvidence, FusedAxis
from dartd.fusion.triangulation import triangulate
from schemas.geometry import Axis3

# Which axes are refined. Scores are those of axis_score, one at most for each camera. `python -m tests.bench.fusion DIR…` prints score,
# clarity and visibility of every dart of a recording next to those of the best axis that is none.
MIN_SCORE = 0.3  # for each camera: where no two lines score more there is only chance, and nothing to refine
RIVAL = 0.75  # of the clearest: an axis less clear than this does not become the clearer one when both are refined
MAX_RIVALS, MAX_TRIED = 12, 4  # the first in the order of clarity that are looked at, and that are refined: bounds of the work
SAME_FIT = np.array([0.3, 0.3, 0.01, 0.01])  # mm and slopes: fits from different starts that have come to the same axis
DIFFERENT_START_MM = SAME_FOOT_MM / 2  # nearer starts lead to one fit

# Several darts
USUAL_DARTS = 3  # of one motion. When more are possible, since some were pushed, lines of two cross in wrong pairs,
FIRST_TRIED = 3  # and so many of the clearest are tried as the first one
USED_UP_PX = 1.5 * STRIPS_PX[-1]  # around a dart that was found no cross-section is left for another
CLEAR_DART = 0.7  # visibility from which one is a dart: two cameras have a third of it each, or one most; less may be a shadow
SHARED_PX = 6.0  # half a barrel and more: two darts so near to each other in a picture may have one line there
VAGUE_MM = 2.0  # an uncertainty of two cameras above this is no better than with the third one in doubt

# What a camera contributes
USED_SUPPORT = 0.35  # the support from which on a fitted camera counts


def fuse(
    reported: Sequence[CameraSightings], known: Sequence[Axis3] = (), most: int = USUAL_DARTS, usual_mm: Floats = UNKNOWN_WIDTHS_MM
) -> list[FusedAxis]:
    """Find up to `most` new darts in what the cameras report, the clearest first.

    Axes that coincide with a `known` dart are left out. A dart with lines of one camera only is placed by its tip; its uncertainty shows
    that. Where no camera has both edges of a dart its half widths are taken from `usual_mm`, those of the darts before it.
    """
    views = [CameraView(each) for each in reported]
    axes = triangulate(views)
    candidates = AxisScores(views, axes[[not any(is_same_dart(a, k) for k in known) for a in axes]])
    search = _Search(views, candidates, known, usual_mm)
    firsts = search.likely()[: FIRST_TRIED if most > USUAL_DARTS else 1]
    found = max((search.extract(first, most) for first in firsts), key=search.explained, default=[])
    sure = [dart for dart in found if dart.visibility > CLEAR_DART]
    return [_without_shared_lines(dart, [d.axis for d in sure if d is not dart], reported, usual_mm) for dart in found]


class _Search:
    """The search for darts in the views of one motion; `known` darts are left out."""

    def __init__(self, views: Sequence[CameraView], candidates: AxisScores, known: Sequence[Axis3], usual_mm: Floats) -> None:
        self._views = views
        self._candidates = candidates
        self._known = known
        self._usual_mm = usual_mm

    def likely(self) -> list[FusedAxis]:
        """Refine the best candidates among the free cross-sections: the clearest first, none when only chance is left."""
        scores, ranks = self._candidates.scores()
        if not np.any(scores > MIN_SCORE * len(self._views)):
            return []
        axes = self._candidates.axes
        rivals = np.flatnonzero(ranks > RIVAL * ranks.max())
        starts = _distinct(axes, rivals[np.argsort(-ranks[rivals])])
        fits = [fit for k in starts if (fit := fit_axis(self._views, axes[k])) is not None]
        fits += [again for fit in fits for again in fits_without_each(fit)]
        once = [fit for n, fit in enumerate(fits) if not any(_is_same_fit(fit, other) for other in fits[:n])]
        tried = [hypothesis for fit in once if (hypothesis := _hypothesis(self._views, fit, self._usual_mm)) is not None]
        new = [h for h in tried if not any(is_same_dart(as_row(h.fused.axis), k) for k in self._known)]
        return sorted(choose(self._views, new, USED_UP_PX), key=lambda fused: -fused.clarity)

    def extract(self, first: FusedAxis, most: int) -> list[FusedAxis]:
        """Take darts out of the views one by one: `first`, then each time the clearest of what is left. The views are as before then."""
        free = [view.free for view in self._views]
        found, dart = list[FusedAxis](), first
        while True:
            found.append(replace(dart, half_widths_mm=half_widths(self._views, as_row(dart.axis))))
            for view in self._views:
                view.use_up(as_row(dart.axis), USED_UP_PX)
            left = self.likely() if len(found) < most else []
            if not left:
                break
            dart = left[0]
        for view, was in zip(self._views, free, strict=True):
            view.free = was
        return found

    def explained(self, found: Sequence[FusedAxis]) -> float:
        """Return the summed visibility of the darts that are clear, each times the share of cameras that have cross-sections on it.

        These may be used up: two darts in front of each other share them. Where a camera has none, lines of two darts cross.
        """
        return sum(dart.visibility * self._seen_share(dart) for dart in found if dart.visibility > CLEAR_DART)

    def _seen_share(self, dart: FusedAxis) -> float:
        axis, used = as_row(dart.axis), dart.cameras_used
        return sum(view.camera_id in used or view.full_support(axis) >= USED_SUPPORT for view in self._views) / len(self._views)


def _without_shared_lines(dart: FusedAxis, others: Sequence[Axis3], reported: Sequence[CameraSightings], usual_mm: Floats) -> FusedAxis:
    """Fit a dart again without the cameras in which another new one is in front of or behind it: their line may be that one's."""
    views = [CameraView(each) for each in reported] if others else []
    clear = [view for view in views if all(view.separation_px(as_row(dart.axis), as_row(other)) > SHARED_PX for other in others)]
    if not 2 <= len(clear) < len(views):
        return dart
    for view in clear:
        for other in others:
            view.use_up(as_row(other), SHARED_PX)
    fit = fit_axis(clear, as_row(dart.axis))
    again = None if fit is None else _hypothesis(clear, fit, usual_mm)
    if again is None or len(again.fused.cameras_used) < 2 or again.fused.uncertainty_mm > VAGUE_MM:
        return dart
    return replace(again.fused, half_widths_mm=dart.half_widths_mm)


def _distinct(axes: Floats, order: NDArray[np.intp]) -> list[int]:
    """Choose the first few axes in the order that are not nearly the same: they would be refined to one."""
    chosen: list[int] = []
    for k in order[:MAX_RIVALS]:
        if all(np.hypot(*(axes[k, :2] - axes[c, :2])) > DIFFERENT_START_MM for c in chosen):
            chosen.append(int(k))
        if len(chosen) == MAX_TRIED:
            break
    return chosen


def _is_same_fit(one: Fit, other: Fit) -> bool:
    return bool(np.all(np.abs(one.axis - other.axis) < SAME_FIT))


def _hypothesis(views: Sequence[CameraView], fit: Fit, usual_mm: Floats) -> Hypothesis | None:
    """Make a fused axis of a fit, with hidden edges restored, and its cost; None when no camera supports it."""
    if any(view.half_hidden for view in views):
        restored = fit_restored(views, fit, usual_mm)
        if restored is None:
            return None
        views, fit = restored
    fit, cost = posterior(views, fit)
    axis = fit.axis
    evidence = _evidence(views, fit)
    if not any(e.used for e in evidence):
        return None
    x, y, slope_x, slope_y = (float(v) for v in axis)
    score, clarity = (float(v[0]) for v in AxisScores(views, axis[None]).scores())
    board_mm = float(np.mean([view.pose.board_mm for view in views]))
    fused = FusedAxis(
        Axis3(x_mm=x, y_mm=y, slope_x=slope_x, slope_y=slope_y),
        fit.covariance[:2, :2] + board_mm**2 * np.eye(2),
        score,
        clarity,
        float(np.sqrt(np.mean([e.residual_mm**2 for e in evidence if e.used]))),
        evidence,
        UNKNOWN_WIDTHS_MM,
    )
    return Hypothesis(fused, cost)


def _evidence(views: Sequence[CameraView], fit: Fit) -> tuple[CameraEvidence, ...]:
    """Return what each camera says about a fitted axis."""
    residuals_px = {id(view): residual_px(view, fit.axis) for view in fit.used}
    axes = fit.axis[None]
    evidence = []
    for view in views:
        support, clarity = (float(v[0]) for v in view.support_and_clarity(view.weigh(axes)))
        nearest, strength = view.nearest(axes)
        evidence.append(
            CameraEvidence(
                view.camera_id,
                support,
                clarity,
                view.visible_length_mm(fit.axis),
                residuals_px.get(id(view), 0.0) / view.pose.px_per_mm(fit.axis),
                view.sightings[nearest[0]] if strength[0] > SUPPORTS_WEIGHT else None,
                id(view) in residuals_px and support >= USED_SUPPORT,
            )
        )
    return tuple(evidence)
