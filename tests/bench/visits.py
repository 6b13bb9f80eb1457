"""Play simulated visits on random rigs and count how many sequences and beds are published right.

python -m tests.bench.visits --visits 500 --rigs 25 --story mixed --unusual 0.33
python -m tests.bench.visits --kind two_hands --visits 20 --rigs 4
python -m tests.bench.visits --again failed.jsonl

A story is right when its visit's events are the truth's, in order: throws with their slots and beds, falls, takeouts, counts, sums. Each
rig is played in lockstep in a process of its own. Visits that failed are kept in a file, with what differed, to be played again: each
with the visit before it, for what stood there before may matter.
"""

import argparse
import json
import math
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import cv2
import numpy as np

from schemas.base import CameraId
from tests.support.comparison import LATE_MS, NEAR_WIRE_MM, TimedEvent, Visit, visits
from tests.support.player import play, simulated
from tests.support.progress import follow
from workers.sources.simulator.extended_projection import ExtendedProjection
from workers.sources.simulator.frame_content import content_at
from workers.sources.simulator.hand import HandPose, HandRenderer
from workers.sources.simulator.rig import rig_of, true_calibration
from workers.sources.simulator.script import SCRIPTS, Script
from workers.sources.simulator.truth import truth

STEP_S: Final = 0.01
SEEN_PX: Final = 60
WORST: Final = 5  # wrong visits that are printed of each kind
DELAYS: Final = {"hits": "dart_hit after the landing", "falls": "dart_bounce_out after the fall", "ends": "takeout_finished after the hand"}


class Job(NamedTuple):
    """Some visits of one rig: from `first` as many as `visits`, and which cameras look."""

    rig: int
    seed: int
    story: str
    unusual: float
    first: int
    visits: int
    cameras: tuple[int, ...]
    hint: bool


class Outcome(NamedTuple):
    """One visit: its kind, and what was published next to what happened."""

    job: Job
    number: int
    kind: str
    wrong: str
    visit: Visit


def run(job: Job, advance: Callable[[int], None]) -> list[Outcome]:
    """Play the visits of a job."""
    cv2.setNumThreads(1)
    story = Script(name=job.story, seed=job.seed, unusual=job.unusual)
    begin_s = 0.0 if job.first == 0 else story.lead_s + job.first * story.length_s
    until_s = story.lead_s + (job.first + job.visits) * story.length_s + LATE_MS / 1000
    query = f"seed={job.seed}&story={job.story}&unusual={job.unusual}&epoch={-begin_s}"
    events: list[TimedEvent] = []
    done = 0
    for each in play(simulated(query, job.rig, cameras=job.cameras, hint=job.hint), until_s=until_s - begin_s):
        events.append(TimedEvent(1000 * (each.t_s + begin_s), each.event))
        over = min(max(story.number_at(each.t_s + begin_s) - job.first, 0), job.visits)
        advance(over - done)
        done = over
    advance(job.visits - done)
    sequence = truth(story, until_s)["sequences"][job.story]
    _end_when_unseen(sequence["visits"][job.first :], story, job.rig)
    found = visits(sequence, events)[job.first :]
    kinds = [visit["kind"] for visit in sequence["visits"]][job.first :]
    return [
        Outcome(job, number, kind, visit.difference, visit._replace(events=[]))
        for number, (kind, visit) in enumerate(zip(kinds, found, strict=True), job.first)
    ]


def _end_when_unseen(visits: Sequence[dict[str, Any]], story: Script, rig: int) -> None:
    """Move the end of a takeout to when the last camera no longer sees the hand, not when it is at rest."""
    look = rig_of(rig)
    views = [
        HandRenderer(ExtendedProjection(true_calibration(rig, k, 800, 600, CameraId("cam"))), look.light, mount)
        for k, mount in enumerate(look.mounts)
    ]
    for event in (e for visit in visits for e in visit["events"] if e["event"] == "takeout_finished"):
        seen_s = event["t_ms"] / 1000
        while not any(_is_seen(view, hand) for hand in content_at(story, seen_s - STEP_S).hands for view in views):
            seen_s -= STEP_S
        event["t_ms"] = round(1000 * seen_s)


def _is_seen(view: HandRenderer, hand: HandPose) -> bool:
    sprite = view.sprite(hand)
    return sprite is not None and int(np.count_nonzero(sprite.through[..., 0] < 128)) > SEEN_PX


def report(outcomes: Sequence[Outcome]) -> None:
    """Print shares, errors and delays, and what went wrong."""
    right = sum(not o.wrong for o in outcomes)
    darts = [d for o in outcomes for d in o.visit.darts]
    fair = [d for d in darts if not d.near_wire]
    errors = np.array([d.error_mm for d in darts if math.isfinite(d.error_mm)])
    print(f"stories right  {right}/{len(outcomes)} = {right / max(1, len(outcomes)):.4f}")
    good = sum(d.in_bed for d in fair)
    print(f"beds right     {good}/{len(fair)} = {good / max(1, len(fair)):.4f} (of darts not within {NEAR_WIRE_MM} mm of a wire)")
    if len(errors):
        print(f"error mm       median {np.median(errors):.3f}  p95 {np.quantile(errors, 0.95):.3f}  max {errors.max():.2f}")
        honest = np.mean([d.error_mm <= d.uncertainty_mm for d in darts if math.isfinite(d.error_mm)])
        print(f"honest         {honest:.3f} of errors within uncertainty_mm")
    for name, title in DELAYS.items():
        late = np.array([ms for o in outcomes for ms in getattr(o.visit.delays, name)])
        if len(late):
            quantiles = f"p50 {np.median(late):5.0f} ms  p95 {np.quantile(late, 0.95):5.0f} ms  max {late.max():5.0f} ms"
            print(f"{title:32} {quantiles} ({len(late)})")
    by_kind: dict[str, list[Outcome]] = defaultdict(list)
    by_rig: dict[int, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_kind[outcome.kind].append(outcome)
        by_rig[outcome.job.rig].append(outcome)
    print("by rig:       ", *(f"{rig}: {sum(not o.wrong for o in those)}/{len(those)}" for rig, those in sorted(by_rig.items())), sep="  ")
    print("by kind:")
    for kind, those in sorted(by_kind.items()):
        print(f"    {sum(not o.wrong for o in those):4}/{len(those):<4} {kind}")
        for o in [o for o in those if o.wrong][:WORST]:
            print(f"              rig {o.job.rig} seed {o.job.seed} visit {o.number}: {o.wrong}")


def keep(path: Path, outcomes: Iterable[Outcome]) -> None:
    """Write the visits that failed, one a line, so that they can be played again."""
    failed = [o for o in outcomes if o.wrong]
    path.write_text("".join(json.dumps(o.job._asdict() | {"visit": o.number, "kind": o.kind, "wrong": o.wrong}) + "\n" for o in failed))
    if failed:
        print(f"{len(failed)} failed visits are kept in {path}; play them again with --again {path}")


def jobs_again(path: Path) -> list[tuple[Job, int]]:
    """Read which visits to play again, each with the one before it."""
    jobs = []
    for line in path.read_text().splitlines():
        kept = json.loads(line)
        number = kept["visit"]
        job = Job(**{name: kept[name] for name in Job._fields} | {"cameras": tuple(kept["cameras"])})
        first = max(number - 1, 0)
        jobs.append((job._replace(first=first, visits=number + 1 - first), number))
    return jobs


def main() -> None:
    """Read the arguments, play, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=int, default=500)
    parser.add_argument("--rigs", type=int, default=25)
    parser.add_argument("--first-rig", type=int, default=1)
    parser.add_argument("--story", "--kind", default="mixed", choices=SCRIPTS, help="what is played; a kind is a story of its own")
    parser.add_argument("--unusual", type=float, default=0.33, help="the share of unusual visits in the story mixed")
    parser.add_argument("--without", type=int, action="append", default=[], help="leave camera 0, 1 or 2 out")
    parser.add_argument("--hint", action="store_true", help="configure each camera with the sector it is nearest to")
    parser.add_argument("--jobs", type=int, default=2, help="how many rigs are played at a time")
    parser.add_argument("--again", type=Path, help="play the failed visits of this file again, nothing else")
    parser.add_argument("--failed", type=Path, default=Path("/tmp/failed_visits.jsonl"), help="where failed visits are kept")  # noqa: S108 - a bench
    given = parser.parse_args()
    cameras = tuple(k for k in range(3) if k not in given.without)
    each = math.ceil(given.visits / given.rigs)
    rigs = range(given.first_rig, given.first_rig + given.rigs)
    only = dict(jobs_again(given.again)) if given.again else {}
    jobs = list(only) or [Job(rig, rig, given.story, given.unusual, 0, each, cameras, given.hint) for rig in rigs]
    began = time.perf_counter()
    outcomes = [o for done in follow(run, jobs, sum(job.visits for job in jobs), given.jobs) for o in done]
    took_s = time.perf_counter() - began
    if only:
        outcomes = [o for o in outcomes if o.number == only[o.job]]
    played_s = sum(job.visits * Script(name=job.story, seed=1).length_s for job in jobs)
    print(" ".join(sys.argv[1:]))
    report(outcomes)
    print(f"played {played_s:.0f} s of film in {took_s:.0f} s: {played_s / max(took_s, 1e-9):.1f} times real time")
    keep(given.failed, outcomes)


if __name__ == "__main__":
    main()
