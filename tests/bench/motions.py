"""Measure what the bounds of dartd/fusion/accept.py on light and unlocalised darts separate.

python -m tests.bench.motions --story robin_hood --visits 12 --rigs 3
python -m tests.bench.motions --story quiet --visits 6 --rigs 3

For each motion of a simulated story, by what it was: the brightness (`gain`) that is nearest to 1 of all cameras, the confidence of the
second clearest line (one for each camera, of more than a few cross-sections), and in how many pictures something wide is new (`wide`).
"""

import argparse
import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np

from dartd.fusion.accept import UNLOCALISED_WEIGHT
from schemas.pipe.from_worker import FromWorker, Settled
from tests.support.player import play, simulated
from tests.support.progress import follow
from workers.sources.simulator.script import SCRIPTS, Script
from workers.sources.simulator.visit import SimulatedVisit

TOGETHER_S = 0.5  # what the cameras report of one motion
BEFORE_S, AFTER_S = 0.3, 0.3  # a motion begins when the dart is in flight, and ends when the last camera is still
QUANTILES = (0.0, 0.05, 0.5, 0.95, 1.0)


class Job(NamedTuple):
    """Some visits of a story on one rig."""

    rig: int
    story: str
    visits: int


class Sample(NamedTuple):
    """One motion: what it was, the least change of brightness, the confidence of the second clearest camera, and how many see a blob."""

    kind: str
    gain: float
    confidence: float
    wide: int


def run(job: Job, advance: Callable[[int], None]) -> list[Sample]:
    """Play one rig and measure its motions."""
    cv2.setNumThreads(1)
    story = Script(name=job.story, seed=job.rig)
    until_s = story.lead_s + job.visits * story.length_s
    settled: list[Settled] = []

    def watch(message: FromWorker) -> None:
        if isinstance(message, Settled):
            settled.append(message)

    done = 0
    for decided in play(simulated(f"seed={job.rig}&story={job.story}", job.rig), until_s=until_s, watch=watch):
        over = min(max(story.number_at(decided.t_s), 0), job.visits)
        advance(over - done)
        done = over
    advance(job.visits - done)
    visits = story.visits_until(until_s)
    return [_sample(together, visits) for together in _grouped(settled)]


def _grouped(settled: Sequence[Settled]) -> Iterator[list[Settled]]:
    """Yield what the cameras report of one motion each; motions that not all cameras notice are left out."""
    together: list[Settled] = []
    for message in sorted(settled, key=lambda s: s.started_s):
        if together and message.started_s > together[0].started_s + TOGETHER_S:
            if len({s.camera_id for s in together}) > 2:
                yield together
            together = []
        together.append(message)


def _sample(together: Sequence[Settled], visits: Sequence[SimulatedVisit]) -> Sample:
    began_s, ended_s = together[0].started_s, max(s.t_s for s in together)
    clear = [[g.confidence for g in s.sightings if sum(c.weight for c in g.sections) >= UNLOCALISED_WEIGHT] for s in together]
    lines = sorted((max(each, default=0.0) for each in clear), reverse=True)
    gain = min(abs(s.evidence.get("gain", 1.0) - 1) for s in together)
    hand = any(r.start_s - BEFORE_S < ended_s and began_s < r.end_s + AFTER_S for v in visits for r in v.hand_movements)
    thrown = [t.outcome for v in visits for t in v.throws if began_s - AFTER_S < t.at_s < ended_s + AFTER_S]
    return Sample("hand" if hand else thrown[0] if thrown else "other", gain, lines[1], sum(bool(s.blobs) for s in together))


def main() -> None:
    """Read the arguments, play, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--story", default="robin_hood", choices=SCRIPTS)
    parser.add_argument("--visits", type=int, default=12)
    parser.add_argument("--rigs", type=int, default=3)
    parser.add_argument("--first-rig", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    each = math.ceil(given.visits / given.rigs)
    jobs = [Job(rig, given.story, each) for rig in range(given.first_rig, given.first_rig + given.rigs)]
    by_kind: dict[str, list[Sample]] = defaultdict(list)
    for samples in follow(run, jobs, each * given.rigs, given.jobs):
        for sample in samples:
            by_kind[sample.kind].append(sample)
    print(f"{given.story:32} {'n':>5}" + "".join(f"{100 * q:8.0f} %" for q in QUANTILES))
    for kind, samples in sorted(by_kind.items()):
        for name in ("gain", "confidence", "wide"):
            values = [getattr(sample, name) for sample in samples]
            print(f"  {kind:15} {name:14} {len(values):5}" + "".join(f"{v:10.4f}" for v in np.quantile(values, QUANTILES)))


if __name__ == "__main__":
    main()
