"""Measure what the constants of dartd/fusion bound: `python -m tests.bench.fusion [DIR…] [--darts 30]`.

Each recording with a truth.json (one made from the simulator when none is named) is replayed. For every true dart the sightings are
fused again; printed are quantiles of each quantity for the axis at the dart, and for the best axis that is none.
"""

import argparse
import asyncio
import math
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from dartd.config import Config
from dartd.deciders import build_board
from dartd.fusion.camera_view import CameraSightings
from dartd.fusion.fused_axis import FusedAxis
from dartd.fusion.fusion import fuse
from dartd.replay.explain.explained_dart import ExplainedDart, explained_darts
from dartd.replay.explain.observer import EvidenceRecorder
from dartd.replay.playlist import Playlist
from dartd.replay.replay import Replay
from dartd.replay.scoring import load_truth
from schemas.base import CameraId
from workers.sources.simulator.__main__ import record
from workers.sources.simulator.address import parse_address
from workers.sources.simulator.script import Script

FPS, SIZE = 20.0, (800, 600)
NEAR_MM = 5.0  # from the true point: farther axes are no darts
MAX_AXES = 5
QUANTILES = (0.0, 0.05, 0.5, 0.95, 1.0)

Samples = dict[str, list[float]]


def replayed(folder: Path) -> list[ExplainedDart]:
    """Replay a recording and return its darts with what the cameras found."""
    config, recorders = Config(cameras=()), list[EvidenceRecorder]()

    def build(cameras: Sequence[CameraId]) -> EvidenceRecorder:
        recorders.append(EvidenceRecorder(build_board(config, cameras)))
        return recorders[0]

    playlist = Playlist.load(folder)
    outcome = asyncio.run(Replay(playlist, config, build).run())
    if outcome.crashed:
        raise SystemExit(f"cameras crashed: {outcome.crashed}")
    return explained_darts(outcome.events, recorders[0], playlist, load_truth(folder))


def measure(darts: Sequence[ExplainedDart]) -> tuple[Samples, Samples, Samples]:
    """Return what was measured of darts, of axes that are none, and of motions."""
    true, false, motions = (defaultdict[str, list[float]](list) for _ in range(3))
    for dart in darts:
        evidence = dart.evidence
        if dart.expect is None or not evidence.settled:
            continue
        reported = [CameraSightings(c, evidence.poses[c], s.sightings) for c, s in evidence.settled.items() if c in evidence.poses]
        found = fuse(reported, evidence.standing, MAX_AXES)
        distances = [math.hypot(f.axis.x_mm - dart.expect.x_mm, f.axis.y_mm - dart.expect.y_mm) for f in found]
        for at_dart, samples in ((True, true), (False, false)):
            first = next((f for f, mm in zip(found, distances, strict=True) if (mm < NEAR_MM) is at_dart), None)
            if first is not None:
                _add(samples, first, len(reported))
        settled = evidence.settled.values()
        motions["began apart, s"].append(max(s.started_s for s in settled) - min(s.started_s for s in settled))
        motions["lasted, s"] += [s.t_s - s.started_s for s in settled]
        motions["changed_share"].append(float(np.median([s.changed_share for s in settled])))
        motions["max_share"] += [s.max_share for s in settled]
        motions["empty_share"] += [s.empty_share for s in settled if s.empty_share is not None]
        motions["presence of standing darts"] += [p.score for s in settled for p in s.presence]
    return true, false, motions


def _add(samples: Samples, fused: FusedAxis, cameras: int) -> None:
    figures = {
        "score per camera": fused.score / cameras,
        "clarity": fused.clarity,
        "visibility": fused.visibility,
        "length_mm": fused.length_mm,
        "uncertainty_mm": fused.uncertainty_mm,
        "residual_mm": fused.residual_mm,
        "radius, mm": math.hypot(fused.axis.x_mm, fused.axis.y_mm),
        "slope_x": fused.axis.slope_x,
        "slope_y": fused.axis.slope_y,
        "widest half width, mm": float(np.nanmax([0.0, *fused.half_widths_mm])),
    }
    for name, value in figures.items():
        samples[name].append(value)
    samples["residual of a camera, mm"] += [e.residual_mm for e in fused.evidence if e.used]
    samples["weight of cross-sections"] += [sum(c.weight for c in e.sighting.sections) for e in fused.evidence if e.sighting]


def report(title: str, samples: Samples) -> None:
    """Print the quantiles of each quantity."""
    print(f"{title:32} {'n':>5}" + "".join(f"{100 * q:8.0f} %" for q in QUANTILES))
    for name, values in samples.items():
        if values:
            print(f"  {name:30} {len(values):5}" + "".join(f"{v:10.3f}" for v in np.quantile(values, QUANTILES)))


def main() -> None:
    """Replay the recordings, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, metavar="DIR", help="a recording with truth.json")
    parser.add_argument("--darts", type=int, default=30, help="of the recording that is made (three a visit)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dartd-fusion-") as folder:
        if not given.folders:
            story = Script(name="demo", seed=7)
            seconds = story.lead_s + math.ceil(given.darts / 3) * story.length_s + 0.1
            record(Path(folder), parse_address("sim:?rig=1&seed=7&story=demo"), seconds, SIZE, FPS)
        darts = [dart for each in given.folders or [Path(folder)] for dart in replayed(each)]
    for title, samples in zip(("darts", "the best axis that is none", "motions of darts"), measure(darts), strict=True):
        report(title, samples)


if __name__ == "__main__":
    main()
