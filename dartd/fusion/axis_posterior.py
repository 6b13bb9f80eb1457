"""Where a dart is, given that each line may be wrong: the mean of a fitted axis, its covariance, and what it costs.

Most lines are as good as their cross-sections are; some are off as a whole, since a shadow or a neighbour was measured too or the camera is
calibrated badly there. Which one it is follows from how the lines of all cameras meet: that none is wrong and that one of them is are
hypotheses, each with its own fit and its own likelihood. The mean is that of all, and the covariance contains how far they are apart.
"""

import math
from collections.abc import Sequence

import numpy as np

from dartd.fusion.axis_fit import STRIPS_PX, WRONG_PX, WRONG_SHARE, Equations, Fit, Solution, linearise, solve
from dartd.fusion.camera_view import CameraView

# What it costs an axis that a camera has no line on it: the density of other lines (for a px of offset and one of rotation), times the
# share of darts without a line. In 854 views of darts with known axes there were 0.02 other lines for each px of offset, rotated by 12 px
# (68 % of them), and 12 of the views had no line on the dart.
NO_LINE = 1e-5


def posterior(views: Sequence[CameraView], fit: Fit) -> tuple[Fit, float]:
    """Return the mean and covariance of a fitted axis over which of its lines may be wrong, and its cost.

    The cost is minus twice the logarithm of the likelihood of what the cameras report, but for a constant: axes of one dart are compared
    by it.
    """
    found = [equations for view in fit.used if (equations := linearise(view, fit.axis, STRIPS_PX[-1])) is not None]
    if not found:
        return fit, math.inf
    right, wrong = [as_right(e) for e in found], [as_wrong(e) for e in found]
    hypotheses = [right, *([*right[:k], wrong[k], *right[k + 1 :]] for k in range(len(found)))]
    solved = [solve(fit.axis, equations) for equations in hypotheses]
    log_odds = math.log(WRONG_SHARE / (1 - WRONG_SHARE))
    priors = [0.0, *([log_odds] * len(found))]
    logs = np.array([p + _log_likelihood(s, h) for p, s, h in zip(priors, solved, hypotheses, strict=True)])
    weights = np.exp(logs - logs.max())
    steps = np.array([s.step for s in solved])
    mean = np.average(steps, axis=0, weights=weights)
    apart = steps - mean
    covariances = [s.covariance + np.outer(d, d) for s, d in zip(solved, apart, strict=True)]
    evidence = float(logs.max()) + math.log(float(weights.sum())) + (len(views) - len(found)) * math.log(NO_LINE)
    covariance = np.average(covariances, axis=0, weights=weights)
    return fit._replace(axis=fit.axis + mean, covariance=covariance), -2 * evidence


def as_right(equations: Equations) -> Equations:
    """Return the equations of a camera whose line is right."""
    return _reweighted(equations, -WRONG_SHARE)


def as_wrong(equations: Equations) -> Equations:
    """Return the equations of a camera whose line is wrong."""
    return _reweighted(equations, 1 - WRONG_SHARE)


def _reweighted(equations: Equations, share: float) -> Equations:
    """Add a share of the variance of wrong lines to that of a line, which is fitted with the mean of right and wrong ones."""
    wide = WRONG_PX * equations.whitening * [1.0, 0.5]
    further = np.linalg.inv(np.linalg.cholesky(np.eye(2) + share * wide @ wide.T))
    residuals, derivatives = equations.residuals.copy(), equations.derivatives.copy()
    residuals[:2], derivatives[:2] = further @ residuals[:2], further @ derivatives[:2]
    return equations._replace(residuals=residuals, derivatives=derivatives, whitening=further @ equations.whitening)


def _log_likelihood(solution: Solution, equations: Sequence[Equations]) -> float:
    """Return the logarithm of the likelihood of what the cameras report, of all axes around a solution together."""
    total = math.log(float(np.linalg.det(solution.weighted))) / 2 - float(np.sum(np.square(solution.lean))) / 2
    for e in equations:
        residuals = e.residuals + e.derivatives @ solution.step
        total += math.log(float(np.linalg.det(e.whitening)) / math.tau) - float(residuals[:2] @ residuals[:2]) / 2
        end_sigmas = residuals[2:] * (1 + e.end_sigmas**2)  # without the weight that it lost
        total -= float(np.sum(np.log1p(np.square(end_sigmas)))) / 2
    return total
