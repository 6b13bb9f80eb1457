"""Axes that rest on the same lines are alternatives: they are one dart, and which of them it is may remain uncertain.

Where a dart stands between two cameras, they see it in almost one plane, and their lines cross in more than one place. Where darts touch, a
camera may have one line of two of them, and two axes share it. The likelihoods of the alternatives decide, and the one that is chosen is as
uncertain as the others are far and likely.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from dartd.fusion.camera_view import CameraView
from dartd.fusion.dart_axis import Floats, as_row
from dartd.fusion.fused_axis import FusedAxis

# The likeliest values for which alternative is right, of 64 groups of them that are more than 0.5 mm apart and have a right one (30
# simulated and 4 rendered rigs, two and three cameras; 51 were chosen right). `python -m tests.bench.lines` measures them again.
VISIBLE_COST = 60.0  # for a whole camera (clarity 1) that shows a dart on an axis: what its cross-sections say for it next to its line
MISJUDGED = 0.25  # share of choices for which cost says nothing about which plausible alternative is right
PLAUSIBLE_COST = 20.0  # above the lowest: the right one cost up to 15 more in 63 of the groups, others up to 21 in 90 %
SHARED_LINES = 2  # of two cameras: two planes have one axis in common


class Hypothesis(NamedTuple):
    """An axis on which the cameras may agree, and its cost (`axis_posterior`)."""

    fused: FusedAxis
    cost: float


def choose(views: Sequence[CameraView], tried: Sequence[Hypothesis], shared_px: float) -> list[FusedAxis]:
    """Return the likeliest axis of each group of alternatives, with the covariance of all of them about it."""
    return [_likeliest(alternatives) for alternatives in group(views, tried, shared_px)]


def group(views: Sequence[CameraView], tried: Sequence[Hypothesis], shared_px: float) -> list[list[Hypothesis]]:
    """Group axes that are alternatives: those within `shared_px` of each other in the pictures that show them."""
    groups: list[list[Hypothesis]] = []
    for one in tried:
        near = [those for those in groups if any(_are_alternatives(views, one.fused, other.fused, shared_px) for other in those)]
        groups = [*(those for those in groups if not any(those is other for other in near)), [one, *(h for those in near for h in those)]]
    return groups


def likelihoods(alternatives: Sequence[Hypothesis]) -> Floats:
    """Return how likely each of some alternatives is the right one."""
    costs = np.array([h.cost - VISIBLE_COST * h.fused.visibility for h in alternatives])
    further = costs - costs.min()
    likely, plausible = np.exp(-further / 2), further < PLAUSIBLE_COST
    shares: Floats = (1 - MISJUDGED) * likely / likely.sum() + MISJUDGED * plausible / plausible.sum()
    return shares


def _are_alternatives(views: Sequence[CameraView], one: FusedAxis, other: FusedAxis, shared_px: float) -> bool:
    near = {view.camera_id for view in views if view.separation_px(as_row(one.axis), as_row(other.axis)) < shared_px}
    shared = near.intersection((*one.cameras_used, *other.cameras_used))
    return len(shared) >= SHARED_LINES or any(near.issuperset(fused.cameras_used) for fused in (one, other))


def _likeliest(alternatives: Sequence[Hypothesis]) -> FusedAxis:
    likely = likelihoods(alternatives)
    best = alternatives[int(likely.argmax())].fused
    apart = [(as_row(h.fused.axis) - as_row(best.axis))[:2] for h in alternatives]
    covariances = [h.fused.covariance + np.outer(d, d) for h, d in zip(alternatives, apart, strict=True)]
    return replace(best, covariance=np.average(covariances, axis=0, weights=likely))
