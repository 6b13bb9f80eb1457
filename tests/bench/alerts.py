"""Let the alerts judge film: none is raised while it is quiet, and those of cameras, darts and takeouts are raised by what they are about.

python -m tests.bench.alerts --minutes 60
python -m tests.bench.alerts --minutes 0 --only calibration_failed,cameras_disagree

Cameras are simulated, and what is behind them is real: detectors, board and alerts, in one process. Half of the quiet film is play, half
is disturbances without throws (people, shadows, flies, lamps, jumps of the exposure). The machine's own figures are quiet ones.
"""

import argparse
import math
import os
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import cv2
import msgspec

from dartd.alerts.decider import AlertDecider
from dartd.alerts.rules import BUILTIN
from dartd.store.timestamps import timestamp_of
from schemas.base import BoardId, CameraId
from schemas.events import AlertChanged, CameraState, CameraStateChanged, DartHit
from schemas.faults import ScriptedFault
from schemas.pipe.from_worker import CameraFault, FromWorker
from schemas.pipe.to_worker import SourceSpec
from tests.support.alerts import sample
from tests.support.player import Live, play, simulated
from tests.support.progress import follow
from workers.sources import Source
from workers.sources.faulty import FaultySource
from workers.sources.simulator.script import Script

FPS: Final = 20.0
TRIAL_FPS: Final = 10.0
SAMPLE_S: Final = 1.0

CALIBRATED_S: Final = 9.0  # the cameras have found the board, and the first dart is not thrown yet


class Trial(NamedTuple):
    """Film that a rule is about: a story, its visits, and what happens to the cameras."""

    story: str
    visits: int
    faults: tuple[ScriptedFault, ...] = ()


# A camera that was knocked or is loose finds its place anew within a second: `calibration_drift` is for less than it notices, which only
# scripted cameras show (tests/e2e/test_alerts_of_play.py). For what is usual, as certainty and latency need it, a film is too short.
_TURNED_AWAY: Final = ScriptedFault(kind="knocked", at_s=CALIBRATED_S, for_s=45, camera=CameraId("cam2"), degrees=25)
# A lens that fogs to 8 or 16 px goes on to agree with the others, who count it less: at 24 px it is left out.
_LATE: Final = ScriptedFault(kind="lagging", at_s=CALIBRATED_S, for_s=150, camera=CameraId("cam1"), lag_s=1.5)
TRIALS: Final = {
    "bounce_outs_many": Trial("late_fall", 8),
    "takeout_overdue": Trial("left_dart", 1),
    "calibration_failed": Trial("demo", 4, (_TURNED_AWAY,)),
    "cameras_disagree": Trial("demo", 7, (_LATE,)),
}


class Job(NamedTuple):
    """One rig and so many visits of a story, with the faults of the cameras."""

    rig: int
    story: str
    visits: int
    fps: float = FPS
    faults: tuple[ScriptedFault, ...] = ()


class Outcome(NamedTuple):
    """What was raised and resolved, as lines in order, and how many darts were published."""

    job: Job
    lines: list[str]
    raised: "Counter[str]"
    darts: int


class Judge:
    """The decider of alerts with a sample every second of media time."""

    def __init__(self) -> None:
        self.decider = AlertDecider(BoardId("main"), BUILTIN, wall=lambda now: now, timestamp=timestamp_of)
        self.changes: list[tuple[float, AlertChanged]] = []
        self._states: dict[CameraId, CameraState] = {}
        self._faults: dict[CameraId, set[Any]] = {}
        self._sampled_s = 0.0

    def watch(self, message: FromWorker) -> None:
        """Note what a camera says of its picture."""
        if isinstance(message, CameraFault):
            faults = self._faults.setdefault(message.camera_id, set())
            (faults.add if message.active else faults.discard)(message.fault)

    def take(self, event: Any, now: float) -> None:
        """Let the samples up to now pass, then take an event in."""
        self.pass_until(now)
        if isinstance(event, CameraStateChanged):
            self._states[event.camera_id] = event.state
        self._step(event, now)

    def pass_until(self, now: float) -> None:
        """Take a sample for each second until now."""
        while self._sampled_s + SAMPLE_S <= now:
            self._sampled_s += SAMPLE_S
            quiet = sample(commits_ms=(2.0,))
            cameras = tuple(
                msgspec.structs.replace(
                    each,
                    state=self._states.get(each.camera_id, "calibrating"),
                    fps=FPS,
                    expected_fps=FPS,
                    faults=tuple(sorted(self._faults.get(each.camera_id, ()))),
                )
                for each in quiet.cameras
            )
            self._step(msgspec.structs.replace(quiet, cameras=cameras), self._sampled_s)

    def _step(self, item: Any, now: float) -> None:
        self.changes += [(now, each) for each in self.decider.step([item], now).events if isinstance(each, AlertChanged)]


def run(job: Job, advance: Callable[[int], None]) -> Outcome:
    """Play one rig and judge it."""
    cv2.setNumThreads(1)
    story = Script(name=job.story, seed=job.rig)
    judge, done, darts = Judge(), 0, 0
    specs = simulated(f"seed={job.rig}&story={job.story}", job.rig, fps=job.fps)
    until_s = story.lead_s + job.visits * story.length_s
    for decided in play(specs, until_s=until_s, watch=judge.watch, around=lambda spec, source: _with_faults(job, spec, Live(source))):
        darts += isinstance(decided.event, DartHit)
        judge.take(decided.event, decided.t_s)
        over = min(max(story.number_at(decided.t_s), 0), job.visits)
        advance(over - done)
        done = over
    judge.pass_until(until_s)
    advance(job.visits - done)
    lines = [f"{at_s:8.1f} s {each.alert.status:9} {each.alert.alert_type} {each.alert.message}" for at_s, each in judge.changes]
    raised = Counter(each.alert.alert_type for _, each in judge.changes if each.alert.status == "pending")
    return Outcome(job, lines, raised, darts)


def _with_faults(job: Job, spec: SourceSpec, source: Source) -> Source:
    return FaultySource(source, [fault for fault in job.faults if fault.concerns(spec.camera_id)])


def main() -> None:
    """Read the arguments, play, report; the status says whether quiet film raised an alert, or other film did not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60, help="of quiet film, over all rigs")
    parser.add_argument("--rigs", type=int, default=4)
    parser.add_argument("--first-rig", type=int, default=1)
    parser.add_argument("--only", default=",".join(TRIALS), help="the rules that are to be raised")
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    jobs = []
    for number in range(given.rigs if given.minutes else 0):
        name = ("demo", "quiet")[number % 2]
        visits = math.ceil(60 * given.minutes / given.rigs / Script(name=name, seed=1).length_s)
        jobs.append(Job(given.first_rig + number, name, visits))
    asked = given.only.split(",") if given.only else []
    expected = {Job(8, each.story, each.visits, TRIAL_FPS, each.faults): rule for rule, each in TRIALS.items() if rule in asked}
    jobs += expected
    began_s = time.perf_counter()
    outcomes = list(follow(run, jobs, sum(each.visits for each in jobs), given.jobs))
    took_s = time.perf_counter() - began_s
    is_right, quiet_s = True, 0.0
    for outcome in sorted(outcomes):
        job, rule = outcome.job, expected.get(outcome.job)
        length_s = job.visits * Script(name=job.story, seed=1).length_s
        quiet_s += 0.0 if rule else length_s
        print(f"rig {job.rig} {job.story}: {length_s / 60:.1f} minutes, {outcome.darts} darts, raised {dict(outcome.raised)}")
        for line in outcome.lines:
            print(f"    {line}")
        is_right &= set(outcome.raised) == ({rule} if rule else set())
    print(
        f"{quiet_s / 60:.0f} minutes of quiet film raised {sum(sum(o.raised.values()) for o in outcomes if o.job not in expected)} alerts"
    )
    print(f"played in {took_s:.0f} s; load {os.getloadavg()[0]:.1f}")
    raise SystemExit(not is_right)


if __name__ == "__main__":
    main()
