"""Find the darts' axes in space on which the cameras agree.

Each camera gives thin lines, several hypotheses of them, as cross-sections in its own undistorted picture. Two lines of two cameras span
two planes, and the planes meet in one axis. Every such axis is judged by how many cross-sections of *all* cameras lie on it; the best is
refined by weighted least squares over the lines of all cameras that come near it (unknowns: where it cuts the face, and two slopes).
The covariance of that fit, widened by how far the lines miss each other, is the uncertainty that is told.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from dartd.fusion.camera_view import BELOW, BIN_MM, DART_MM, Eye, Floats, View, as_row
from dartd.fusion.triangulation import REACH_MM, STEEPEST, UPRIGHT, possible_axes
from schemas.base import CameraId
from schemas.geometry import Axis3
from schemas.pipe.sightings import Sighting

LEAN = 0.35  # the spread of the slopes of darts about the mean: a weak prior that decides only where lines do not
GATES_PX = (10.0, 5.0, 4.0)  # the axis of two lines may miss the third by some px: the fit begins wide
WITNESS = 0.35  # the support from which on a camera counts as having seen the dart
CONTRADICTS_PX = 1.5  # by which a camera's line misses what the others say
ENDS_PX = 2.5  # the visible end of a dart along it, where it is its tip
SYSTEMATIC_PX = 0.15  # registration and the barrel's roundness: does not average out along an axis
RISING_PX = 0.7  # at `DART_MM` above the face: what a calibration from the face alone leaves out of it (0.4 px at 75 mm in 68 %, 14 rigs)
BOARD_SHARE = 0.55  # of what the board's lines lie off their nominal places: the rest is scatter of the samples
TIP_SLACK_MM = 38.0  # the point of a dart may be invisible: the visible end then lies higher by its length
BURIED_MM = 8.0  # and it may seem to end a little below the face
SAME_MM = 3.0
SHARED_PX = 6.0  # half a barrel and more: two darts so near to each other in a picture may have one line there
SEEN = 0.7  # so clearly a dart is one: two cameras see a third of it each, or one most of it; what less is seen of may be a shadow
VAGUE_MM = 2.0  # a place that two cameras tell worse than this is not better for leaving the third one out
TRIED = 4
USUALLY = 3  # more darts than a throw brings are looked for when some do not stand as they did: then lines of two cross in wrong pairs,
FIRSTS = 3  # and so many of the clearest are tried as the first one
RIVAL = 0.75  # an axis that is this much less clear than the clearest does not become the clearer one when both are refined
FAINT = 0.3  # where no two lines of chance score more than this for each camera, there is nothing to refine
MENDING = 2  # rounds in which what is half hidden is put right: the second knows better at which heights
FEWEST_WIDTHS = 4
CLARITY = 3.0  # between axes that enough cross-sections lie on, those on which the most lie win
SAME_FIT = np.array([0.3, 0.3, 0.01, 0.01])
STEP = np.array([0.05, 0.05, 0.002, 0.002])
STEPS = np.diag(STEP)

Equations = tuple[Floats, Floats, Floats]
Fitted = tuple[Floats, Floats, list[Eye]]


@dataclass(frozen=True)
class Witness:
    """What one camera says of a fix: how fully, how clearly, along how much of it, how far its line misses it, and by which sighting."""

    camera_id: CameraId
    support: float
    clarity: float
    span_mm: float
    miss_mm: float
    sighting: Sighting | None
    used: bool


@dataclass(frozen=True)
class Fix:
    """A dart's axis on which cameras agree. `covariance` is that of (x_mm, y_mm); `score` says whether it is one, `clarity` how clear.

    `half_mm` is half its width at every `BIN_MM` of height above the face, NaN where no camera saw both of its edges.
    """

    axis: Axis3
    covariance: Floats
    score: float
    clarity: float
    residual_mm: float
    witnesses: tuple[Witness, ...]
    half_mm: Floats

    @property
    def uncertainty_mm(self) -> float:
        """Give the radius that holds the truth in 68 % of cases (1.515 sigma when round, 1 sigma when it is all along one line)."""
        return float(1.07 * np.sqrt(np.trace(self.covariance)))

    @property
    def in_view(self) -> float:
        """Add up how clearly the cameras that support it see it."""
        return sum(w.clarity for w in self.witnesses if w.used)

    @property
    def length_mm(self) -> float:
        """Give the length of it that one camera at least sees."""
        return max((w.span_mm for w in self.witnesses if w.used), default=0.0)

    @property
    def seen_by(self) -> tuple[CameraId, ...]:
        """Name the cameras that support it."""
        return tuple(w.camera_id for w in self.witnesses if w.used)


UNKNOWN_MM = np.full(round(DART_MM / BIN_MM), np.nan)


def fuse(views: Sequence[View], standing: Sequence[Axis3] = (), most: int = 3, half_mm: Floats = UNKNOWN_MM) -> list[Fix]:
    """Find up to `most` new darts in what the cameras see, the clearest first.

    Axes that coincide with a dart already `standing` are left out. A dart that only one camera saw is placed by its tip; its uncertainty
    says so. Where no camera sees both edges of a dart it is taken to be as wide as `half_mm` says, as darts before it were.
    """
    eyes = [Eye(v) for v in views]
    axes = possible_axes(eyes)
    possible = _Judgement(eyes, axes[[not any(_same(a, s) for s in standing) for a in axes]])
    firsts = _likely(eyes, possible, standing, half_mm)[: FIRSTS if most > USUALLY else 1]
    fixes = max((_one_by_one(eyes, possible, standing, most, half_mm, first) for first in firsts), key=_explained, default=[])
    sure = [fix for fix in fixes if fix.in_view > SEEN]
    return [_told_apart(fix, [f.axis for f in sure if f is not fix], views, half_mm) for fix in fixes]


def _one_by_one(
    eyes: Sequence[Eye], possible: "_Judgement", standing: Sequence[Axis3], most: int, half_mm: Floats, first: Fix
) -> list[Fix]:
    """Take darts out of what the cameras see, beginning with `first`, then the clearest of what is left each time."""
    free = [eye.free for eye in eyes]
    fixes, fix = list[Fix](), first
    while True:
        fixes.append(replace(fix, half_mm=_half_widths(eyes, as_row(fix.axis))))
        for eye in eyes:
            eye.take(as_row(fix.axis), 1.5 * GATES_PX[-1])
        left = _likely(eyes, possible, standing, half_mm) if len(fixes) < most else []
        if not left:
            break
        fix = left[0]
    for eye, was in zip(eyes, free, strict=True):
        eye.free = was
    return fixes


def _explained(fixes: Sequence[Fix]) -> float:
    """Add up how clearly the darts are seen that are clear."""
    return sum(fix.in_view for fix in fixes if fix.in_view > SEEN)


def _told_apart(fix: Fix, others: Sequence[Axis3], views: Sequence[View], half_mm: Floats) -> Fix:
    """Fit a dart again without the cameras in which another new one lies before or behind it: their line may be that one's."""
    eyes = [Eye(v) for v in views] if others else []
    clear = [e for e in eyes if all(e.apart_px(as_row(fix.axis), as_row(other)) > SHARED_PX for other in others)]
    if not 2 <= len(clear) < len(eyes):
        return fix
    for eye in clear:
        for other in others:
            eye.take(as_row(other), SHARED_PX)
    fitted = _fit(clear, as_row(fix.axis))
    again = None if fitted is None else _judged(clear, fitted, half_mm)
    if again is None or len(again.seen_by) < 2 or again.uncertainty_mm > VAGUE_MM:
        return fix
    return replace(again, half_mm=fix.half_mm)


class _Judgement:
    """Judges axes (n, 4) by the cross-sections on them in every camera, by visible ends where they should be, and by how darts lean.

    What does not change while darts are found and their cross-sections used up is worked out once.
    """

    def __init__(self, eyes: Sequence[Eye], axes: Floats) -> None:
        self.axes = axes
        self._lean = -0.05 * np.sum(((axes[:, 2:] - UPRIGHT) / LEAN) ** 2, axis=1)
        self._seen = [(eye, eye.weigh(axes), _end_share(eye, axes)) for eye in eyes if eye.sightings]

    def scores(self) -> tuple[Floats, Floats]:
        """Say for each axis whether it is a dart, and which of several is clearest."""
        total, clear = self._lean.copy(), np.zeros(len(self.axes))
        for eye, weighed, end_share in self._seen:
            support, clarity = eye.judge_weighed(weighed)
            total += support * end_share
            clear += CLARITY * clarity
        return total, total + clear


def _end_share(eye: Eye, axes: Floats) -> Floats:
    """Say how well the visible ends fit to axes: from a half to all of what a camera's support counts."""
    nearest, _ = eye.nearest(axes)
    above_mm = eye.ends_above_mm(axes, nearest)
    hidden = np.array([s.tip_occluded for s in eye.sightings])[nearest]
    slack_mm = np.where(above_mm > 0, np.where(hidden, 110.0, TIP_SLACK_MM), BURIED_MM)
    share: Floats = 0.5 + 0.5 / (1 + (above_mm / slack_mm) ** 4)
    return share


def _likely(eyes: Sequence[Eye], possible: _Judgement, standing: Sequence[Axis3], half_mm: Floats) -> list[Fix]:
    """List the darts that may be in what is left, the clearest first; none when only chance is left."""
    scores, ranks = possible.scores()
    if not np.any(scores > FAINT * len(eyes)):
        return []
    axes = possible.axes
    likely = np.flatnonzero(ranks > RIVAL * ranks.max())
    fits = [fit for k in _apart(axes, likely[np.argsort(-ranks[likely])]) if (fit := _fit(eyes, axes[k])) is not None]
    once = [fit for n, fit in enumerate(fits) if not any(_alike(fit[0], other[0]) for other in fits[:n])]
    tried = [fix for fit in once if (fix := _judged(eyes, fit, half_mm)) is not None]
    new = [fix for fix in tried if not any(_same(as_row(fix.axis), s) for s in standing)]
    return sorted(new, key=lambda fix: -fix.clarity)


def _apart(axes: Floats, order: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> list[int]:
    """Choose the first few axes in the order that are not nearly the same: they would be refined to one."""
    chosen: list[int] = []
    for k in order[:12]:
        if all(np.hypot(*(axes[k, :2] - axes[c, :2])) > SAME_MM / 2 for c in chosen):
            chosen.append(int(k))
        if len(chosen) == TRIED:
            break
    return chosen


def _alike(one: Floats, other: Floats) -> bool:
    """Say whether two fits, from different beginnings, have come to the same axis."""
    return bool(np.all(np.abs(one - other) < SAME_FIT))


def _judged(eyes: Sequence[Eye], fitted: Fitted, usual_mm: Floats) -> Fix | None:
    """Make a fix of a fitted axis: what is half hidden is seen whole, and every camera says what it sees of it."""
    if any(e.half_hidden for e in eyes):
        eyes, mended = _mend(eyes, fitted, usual_mm)
        if mended is None:
            return None
        fitted = mended
    axis, covariance, fitting = fitted
    misses = {id(e): _miss_px(e, axis) for e in fitting}
    spread = _spread(fitting, axis)
    witnesses = []
    for eye in eyes:
        support, clear = (float(v[0]) for v in eye.judge(axis[None]))
        nearest, strength = eye.nearest(axis[None])
        miss_mm = misses.get(id(eye), 0.0) / eye.px_per_mm(axis)
        sighting = eye.sightings[nearest[0]] if strength[0] > 2.0 else None
        witnesses.append(
            Witness(eye.camera_id, support, clear, eye.span_mm(axis), miss_mm, sighting, id(eye) in misses and support >= WITNESS)
        )
    if not any(w.used for w in witnesses):
        return None
    x, y, slope_x, slope_y = (float(v) for v in axis)
    residual_mm = float(np.sqrt(np.mean([w.miss_mm**2 for w in witnesses if w.used])))
    score, clarity = (float(v[0]) for v in _Judgement(eyes, axis[None]).scores())
    board_mm = BOARD_SHARE * float(np.mean([e.board_mm for e in eyes]))
    return Fix(
        Axis3(x_mm=x, y_mm=y, slope_x=slope_x, slope_y=slope_y),
        covariance[:2, :2] * spread**2 + board_mm**2 * np.eye(2),
        score,
        clarity,
        residual_mm,
        tuple(witnesses),
        UNKNOWN_MM,
    )


def _spread(eyes: Sequence[Eye], axis: Floats) -> float:
    """Tell by what factor the lines of a fix are worse than was taken for granted: the root of chi squared for each degree of freedom."""
    said = [found for eye in eyes if (found := _equations(eye, axis, GATES_PX[-1])) is not None]
    freedom = 2 * len(said) - 4
    return max(1.0, math.sqrt(sum(float(np.sum(np.square(rest[:2]))) for rest, _, _ in said) / freedom)) if freedom > 0 else 1.0


def _mend(eyes: Sequence[Eye], fitted: Fitted, usual_mm: Floats) -> tuple[Sequence[Eye], Fitted | None]:
    """Fit again with what is half hidden seen whole: how wide the dart is, those cameras say that see both of its edges."""
    whole = eyes
    for _ in range(MENDING):
        half_mm = _half_widths(eyes, fitted[0])
        half_mm = np.where(np.isnan(half_mm), usual_mm, half_mm)
        whole = [e.mended(fitted[0], half_mm) for e in eyes]
        again = _fit(whole, fitted[0], GATES_PX[::2])
        if again is None:
            return whole, None
        fitted = again
    return whole, fitted


def _half_widths(eyes: Sequence[Eye], axis: Floats) -> Floats:
    """Measure half the width of a dart at every height by its cross-sections with both edges, in mm: the medians."""
    heights, halves = (np.concatenate(part) for part in zip(*(e.widths(axis) for e in eyes), strict=True))
    bins = np.floor(heights / BIN_MM)
    halves = halves[np.lexsort((halves, bins))]
    first, end = (np.searchsorted(np.sort(bins), np.arange(len(UNKNOWN_MM)), side) for side in ("left", "right"))
    known = end - first >= FEWEST_WIDTHS
    half_mm = UNKNOWN_MM.copy()
    half_mm[known] = halves[(first + end)[known] // 2]
    return half_mm


def _fit(eyes: Sequence[Eye], start: Floats, gates_px: Sequence[float] = GATES_PX) -> Fitted | None:
    """Solve for the axis with every camera whose lines come near it; when three speak and one contradicts, without that one."""
    axis, chosen = start, list(eyes)
    while True:
        covariance, used = np.eye(4), list[Eye]()
        for gate_px in gates_px:
            spoken = [(e, said) for e in chosen if (said := _equations(e, axis, gate_px)) is not None]
            if not spoken:
                return None
            axis, covariance = _solve(axis, [said for _, said in spoken])
            used = [e for e, _ in spoken]
            if np.hypot(axis[0], axis[1]) > REACH_MM or np.hypot(axis[2], axis[3]) > STEEPEST:
                return None
        worst = max(used, key=lambda e: _miss_px(e, axis))
        if len(used) < 3 or _miss_px(worst, axis) < CONTRADICTS_PX:
            return axis, covariance, used
        chosen, axis = [e for e in used if e is not worst], start


def _equations(eye: Eye, axis: Floats, gate_px: float) -> Equations | None:
    """Linearise what one camera says of an axis: residuals (k) and derivatives (k, 4), divided by the standard deviations of the fit.

    Also by how much more (k) they may be wrong. Two rows for its line (offset and turn), one weak row for the visible end along it; None
    when it says nothing.
    """
    # how the axis seen from the two ends of that stretch, and its foot, move when its four numbers do
    foot, direction, length = eye.lines(np.vstack([axis, axis + STEPS]))
    across, along = eye.beside(foot[0], direction[0])
    on = np.flatnonzero(eye.free & (np.abs(across) < gate_px) & (along > -BELOW * length[0]) & (along < 0.8 * length[0]))
    across, along = across[on], along[on]
    weight = eye.weights[on] / (1 + np.square(across * (5 / gate_px)))
    total = float(weight.sum())
    if total < 1.5 or len(on) < 4:
        return None
    middle = float(weight @ along) / total
    lever = along - middle
    leaning = weight * lever
    half = math.sqrt(float(leaning @ lever) / total) + 1e-6
    offset = float(weight @ across) / total
    turn = float(leaning @ across) / total / half  # px that the line is off at `half` from its middle
    scatter = math.sqrt(float(weight @ np.square(across - offset - turn / half * lever)) / total) + 0.1
    independent = max(2.0, total / 4)  # neighbouring cross-sections share their pixels
    sigma_offset = math.hypot(scatter / math.sqrt(independent), SYSTEMATIC_PX)
    sigma_turn = math.hypot(scatter / math.sqrt(independent), 0.5 * SYSTEMATIC_PX)
    normal = np.column_stack([-direction[:, 1], direction[:, 0]])
    beside = np.sum((foot[0] + middle * direction[0] - foot) * normal, axis=1) * eye.focal
    turned = (normal @ direction[0]) * half * eye.focal
    # what a calibration is wrong by out of the face grows with height and turns the line about its foot, which stays where it is
    rising = (RISING_PX / float(length[0]) * middle, RISING_PX / float(length[0]) * half)
    white = _whitening(sigma_offset**2 + rising[0] ** 2, rising[0] * rising[1], sigma_turn**2 + rising[1] ** 2)
    rest, doubt = list(white @ [offset, turn]), [1.0, 1.0]
    slope = list(white @ np.array([(beside[1:] - beside[0]) / STEP, (turned[1:] - turned[0]) / STEP]))
    nearest, strength = eye.nearest(axis[None])
    if strength[0] > 2.0:
        sighting = eye.sightings[nearest[0]]
        above = np.sum((np.array([sighting.u, sighting.v]) - foot) * direction, axis=1) * eye.focal
        told = max(ENDS_PX, sighting.sigma_along * eye.focal)
        sigma = told if sighting.tip_occluded else ENDS_PX  # most ends are tips, also those of which nobody can say so
        sigma *= 1 + (above[0] / sigma) ** 2  # ends that lie far off lose their say (Cauchy)
        rest.append(float(above[0]) / sigma)
        slope.append((above[1:] - above[0]) / STEP / sigma)
        doubt.append(max(1.0, told / sigma))
    return np.array(rest), np.array(slope), np.array(doubt)


def _whitening(first: float, both: float, second: float) -> Floats:
    """Invert the Cholesky factor of the covariance [[first, both], [both, second]]: it makes two dependent residuals independent."""
    sigma = math.sqrt(first)
    rest = math.sqrt(second - both * both / first)
    return np.array([[1 / sigma, 0.0], [-both / (first * rest), 1 / rest]])


def _solve(axis: Floats, equations: Sequence[Equations]) -> tuple[Floats, Floats]:
    """Take one Gauss-Newton step with the prior on how darts lean; also give the covariance."""
    prior = np.array([[0, 0, 1 / LEAN, 0], [0, 0, 0, 1 / LEAN]], float)
    rest = np.concatenate([*(r for r, _, _ in equations), (axis[2:] - UPRIGHT) / LEAN])
    slope = np.vstack([*(d for _, d, _ in equations), prior])
    doubt = np.concatenate([*(d for _, _, d in equations), np.ones(2)])
    inverse = np.linalg.inv(slope.T @ slope + 1e-9 * np.eye(4))
    step = -inverse @ slope.T @ rest
    spread = doubt[:, None] * slope @ inverse
    return axis + np.clip(step, [-10, -10, -0.2, -0.2], [10, 10, 0.2, 0.2]), np.asarray(spread.T @ spread, float)


def _miss_px(eye: Eye, axis: Floats) -> float:
    """Say how far a camera's line misses the axis, in px."""
    across, along, length = eye.offsets(axis)
    on = eye.free & (np.abs(across) < GATES_PX[-1]) & (along > -BELOW * length) & (along < 0.8 * length)
    weight = eye.weights[on] / (1 + (across[on] / 0.8) ** 2)
    return abs(float(np.sum(weight * across[on]) / max(float(weight.sum()), 1e-9)))


def _same(axis: Floats, standing: Axis3) -> bool:
    """Say whether an axis is a dart that already stands: near at the face and 40 mm out of it."""
    other = as_row(standing)
    foot = float(np.hypot(*(axis[:2] - other[:2])))
    high = float(np.hypot(*(axis[:2] + 40 * axis[2:] - other[:2] - 40 * other[2:])))
    return foot < SAME_MM and high < 2 * SAME_MM
