"""Measure how far lines of cameras are off, and which of several axes is right: `python -m tests.bench.lines [--rigs 24]`.

Darts of simulated rigs have known axes. Printed are the likeliest values of the constants of `axis_fit` and `axis_posterior` (errors of
lines) and of `alternatives` (choice between axes that rest on the same lines); each is varied while the others stay.
"""

import argparse
import json
import math
import tempfile
from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import cv2
import numpy as np

from dartd.fusion import alternatives, axis_fit, axis_posterior
from dartd.fusion.alternatives import Hypothesis
from dartd.fusion.axis_fit import STRIPS_PX, Equations, linearise
from dartd.fusion.camera_view import CameraSightings, CameraView
from dartd.fusion.dart_axis import Floats
from dartd.fusion.dart_width import half_widths
from dartd.fusion.fusion import fuse
from dartd.replay.explain.explained_dart import ExplainedDart
from schemas.base import CameraId
from schemas.board import BoardSpec, bed_at
from tests.bench.fusion import replayed
from workers.sources.simulator.extended_projection import CameraShift
from workers.sources.simulator.frame_content import FrameContent, content_at
from workers.sources.simulator.painter import Painter
from workers.sources.simulator.rig import near_sector, picture_size_of, rig_of, true_calibration
from workers.sources.simulator.script import Script

CAMERAS: Final = 3
IMPOSSIBLE: Final = 1e-6  # share of what has none
VISITS: Final = 2
STORY: Final = "three_darts"
STILL_S: Final = 0.45  # after a dart lands; the next one is not earlier than twice that
BETWEEN_MS: Final = 1500
ROUNDS: Final = 3
SCALES: Final = (0.5, 0.7, 0.85, 1.0, 1.2, 1.4, 2.0)  # of a constant, that are tried
RIGHT_MM: Final = 1.0  # error of the right one of several alternatives
APART_MM: Final = 0.5  # by which errors of alternatives differ
LINES: Final = (axis_fit, axis_posterior), ("SYSTEMATIC_PX", "PER_INDEPENDENT", "RISING", "WRONG_SHARE", "WRONG_PX")
CHOICES: Final = (alternatives,), ("VISIBLE_COST", "MISJUDGED")

Reported = list[CameraSightings]
Group = list[tuple[float, Hypothesis]]


def record_stills(folder: Path, rig: int) -> None:
    """Record visits of a simulated rig, one picture of each camera before and after every dart."""
    (width, height), look, story = picture_size_of(rig), rig_of(rig), Script(name=STORY, seed=rig)
    painters = [Painter(look, k, true_calibration(rig, k, width, height, CameraId(f"cam{k}"))) for k in range(CAMERAS)]
    sequences: list[dict[str, Any]] = []
    truth: dict[str, Any] = {}
    folder.mkdir()
    for number in range(VISITS):
        visit = story.visit(number)
        frames: list[dict[str, Any]] = []
        expected: list[dict[str, Any]] = [{"t_ms": 0, "expect": {"type": "start"}}]
        for n, throw in enumerate([None, *sorted(visit.throws, key=lambda throw: throw.at_s)]):
            files = {f"cam{k}": f"{number}_{n}_{k}.png" for k in range(CAMERAS)}
            content = FrameContent() if throw is None else content_at(story, throw.at_s + STILL_S)
            for name, painter in zip(files.values(), painters, strict=True):
                cv2.imwrite(str(folder / name), painter.paint(content, CameraShift(), 10 * number + n))
            frames.append({"t_ms": BETWEEN_MS * n, "files": files})
            if throw is not None:
                bed, pose = bed_at(throw.pose.x_mm, throw.pose.y_mm, BoardSpec()), throw.pose
                hit = {"type": "dart_hit", "label": bed.label, "ring": bed.ring, "x_mm": pose.x_mm, "y_mm": pose.y_mm, "occluded": 0}
                expected.append({"t_ms": BETWEEN_MS * n, "expect": hit})
        end_ms = BETWEEN_MS * len(frames)
        sequences.append({"id": str(number), "frames": frames, "end_ms": end_ms})
        truth[str(number)] = {"kind": "single", "end_ms": end_ms, "frames": expected}
    cameras = {f"cam{k}": {"width": width, "height": height, "near_sector": near_sector(look, k)} for k in range(CAMERAS)}
    (folder / "recording.json").write_text(json.dumps({"version": 1, "note": str(rig), "cameras": cameras, "sequences": sequences}))
    (folder / "truth.json").write_text(json.dumps({"sequences": truth}))


def true_axis(rig: int, dart: ExplainedDart) -> Floats | None:
    """Return the axis of the throw that a dart is; None when it was reported next to none."""
    expect = dart.expect
    for throw in Script(name=STORY, seed=rig).visit(int(dart.sequence_id)).throws:
        if expect is not None and math.hypot(throw.pose.x_mm - expect.x_mm, throw.pose.y_mm - expect.y_mm) < 0.01:
            return np.array([throw.pose.x_mm, throw.pose.y_mm, throw.pose.slope_x, throw.pose.slope_y])
    return None


def restored_views(reported: Reported, axis: Floats) -> list[CameraView]:
    """Return the views of a dart with its hidden edges restored, as they are fitted."""
    views = [CameraView(each) for each in reported]
    if not any(view.half_hidden for view in views):
        return views
    widths_mm = half_widths(views, axis)
    return [view.restored(axis, widths_mm) for view in views]


def line_cost(lines: Sequence[tuple[CameraView, Floats]]) -> float:
    """Return minus the logarithm of the likelihood of lines at their true axes."""
    return -sum(_log_likelihood(e) for view, axis in lines if (e := linearise(view, axis, STRIPS_PX[-1])) is not None)


def _log_likelihood(equations: Equations) -> float:
    share, right, wrong = axis_fit.WRONG_SHARE, axis_posterior.as_right(equations), axis_posterior.as_wrong(equations)
    return math.log((1 - share) * _density(right) + share * _density(wrong) + 1e-12)


def _density(equations: Equations) -> float:
    residuals = equations.residuals[:2]
    return float(np.linalg.det(equations.whitening)) * math.exp(-float(residuals @ residuals) / 2) / math.tau


def alternatives_of(reported: Reported, dart: ExplainedDart, axis: Floats) -> list[Group]:
    """Return the alternatives, with their errors, that are tried when a dart is fused from two and three cameras."""
    groups: list[Group] = []
    usual = alternatives.group

    def record(views: Sequence[CameraView], tried: Sequence[Hypothesis], shared_px: float) -> list[list[Hypothesis]]:
        found = usual(views, tried, shared_px)
        for group in found:
            errors_mm = [math.hypot(h.fused.axis.x_mm - axis[0], h.fused.axis.y_mm - axis[1]) for h in group]
            if min(errors_mm) < RIGHT_MM and max(errors_mm) - min(errors_mm) > APART_MM:
                groups.append(list(zip(errors_mm, group, strict=True)))
        return found

    alternatives.group = record
    for count in (2, 3):
        for chosen in combinations(reported, count):
            fuse(chosen, dart.evidence.standing)
    alternatives.group = usual
    return groups


def choice_cost(groups: Sequence[Group]) -> float:
    """Return minus the logarithm of the likelihood that the right alternatives are the right ones."""
    total = 0.0
    for group in groups:
        likely = alternatives.likelihoods([hypothesis for _, hypothesis in group])
        best_mm = min(error_mm for error_mm, _ in group)
        right = sum(p for p, (error_mm, _) in zip(likely, group, strict=True) if error_mm < best_mm + APART_MM / 2)
        total -= math.log(max(right, IMPOSSIBLE))
    return total


def likeliest(modules: Sequence[ModuleType], names: tuple[str, ...], cost: Callable[[], float]) -> None:
    """Vary constants of modules, one after the other, and print their likeliest values next to those that they have."""
    usual = {name: getattr(modules[0], name) for name in names}
    values, before = dict(usual), cost()

    def cost_with(name: str, value: float) -> float:
        for module in modules:
            setattr(module, name, value)
        return cost()

    for name in names * ROUNDS:
        values[name] = min((cost_with(name, values[name] * scale), values[name] * scale) for scale in SCALES)[1]
        cost_with(name, values[name])
    print(f"  cost {before:.1f} as they are, {cost():.1f} with the likeliest")
    for name, value in usual.items():
        print(f"  {name:16} {value:8.4g}  likeliest {values[name]:8.4g}")


def main() -> None:
    """Record, replay, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rigs", type=int, default=24)
    parser.add_argument("--first-rig", type=int, default=5200)
    given = parser.parse_args()
    lines: list[tuple[CameraView, Floats]] = []
    groups: list[Group] = []
    for rig in range(given.first_rig, given.first_rig + given.rigs):
        with tempfile.TemporaryDirectory(prefix="dartd-lines-") as folder:
            record_stills(Path(folder) / "rig", rig)
            darts = replayed(Path(folder) / "rig")
        for dart in darts:
            axis = true_axis(rig, dart)
            poses = dart.evidence.poses
            reported = [CameraSightings(c, poses[c], s.sightings) for c, s in dart.evidence.settled.items() if c in poses]
            if axis is not None and reported:
                lines += [(view, axis) for view in restored_views(reported, axis)]
                groups += alternatives_of(reported, dart, axis)
    print(f"{len(lines)} lines of {given.rigs} rigs")
    likeliest(*LINES, lambda: line_cost(lines))
    print(f"{len(groups)} groups of alternatives")
    likeliest(*CHOICES, lambda: choice_cost(groups))


if __name__ == "__main__":
    main()
