"""Disturb simulated cameras without a throw, and list what is published: nothing may be but what concerns cameras.

python -m tests.bench.quiet --minutes 60
python -m tests.bench.quiet --minutes 60 --darts --confusion

With `--darts` three darts stand meanwhile, thrown before and taken afterwards in peace. `--confusion` lays what the cameras called each
of their motions next to what it was.
"""

import argparse
import math
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import cv2

from schemas.events import BoardStateChanged, CalibrationChanged, CameraStateChanged
from schemas.pipe.from_worker import FromWorker, Settled
from tests.support.comparison import TimedEvent, visits
from tests.support.player import play, simulated
from tests.support.progress import follow
from workers.sources.simulator.script import Script
from workers.sources.simulator.truth import TrueMotion, motions, truth

_ALLOWED: Final = BoardStateChanged | CalibrationChanged | CameraStateChanged
_FIRST: Final = (
    *("hand", "dart", "fall", "waving", "bump", "passer", "fly", "walking_fly"),
    *("broad_shadow", "shadow", "lamp", "exposure", "tremor", "flicker"),
)
_SLACK_S: Final = 0.15


class Job(NamedTuple):
    """One rig, disturbed in so many visits of a story."""

    rig: int
    story: str
    visits: int


class Outcome(NamedTuple):
    """What was published though it did not happen, with what was going on, and what each motion was called."""

    rig: int
    wrong: list[str]
    called: "Counter[tuple[str, str]]"
    others: "Counter[str]"


def run(job: Job, advance: Callable[[int], None]) -> Outcome:
    """Play one rig."""
    cv2.setNumThreads(1)
    story = Script(name=job.story, seed=job.rig)
    until_s = story.lead_s + job.visits * story.length_s
    received: list[TimedEvent] = []
    settled: list[Settled] = []
    done = 0

    def watch(message: FromWorker) -> None:
        if isinstance(message, Settled):
            settled.append(message)

    for decided in play(simulated(f"seed={job.rig}&story={job.story}", job.rig), until_s=until_s + 0.5, watch=watch):
        received.append(TimedEvent(1000 * decided.t_s, decided.event))
        over = min(max(story.number_at(decided.t_s), 0), job.visits)
        advance(over - done)
        done = over
    advance(job.visits - done)
    happened = motions(story, until_s)
    return Outcome(job.rig, _wrong(job, story, until_s, received, happened), _called(settled, happened), _others(received))


def _wrong(job: Job, story: Script, until_s: float, received: Sequence[TimedEvent], happened: Sequence[TrueMotion]) -> list[str]:
    if job.story == "quiet":
        unexpected = [h for h in received if not isinstance(h.event, _ALLOWED)]
        return [f"{h.t_ms / 1000:.2f} s: {_name(h)} during {_during(h.t_ms / 1000, happened)}" for h in unexpected]
    wrong = []
    for number, visit in enumerate(visits(truth(story, until_s)["sequences"][job.story], received)):
        if not visit.verify:
            first_s = story.lead_s + number * story.length_s
            published = " ".join(
                f"{_name(h)}@{h.t_ms / 1000 - first_s:.1f}({_during(h.t_ms / 1000, happened)})"
                for h in visit.events
                if not isinstance(h.event, _ALLOWED)
            )
            wrong.append(f"visit {number}: {visit.difference}\n        {published}")
    return wrong


def _name(received: TimedEvent) -> str:
    return str(type(received.event).__struct_config__.tag)


def _during(at_s: float, happened: Sequence[TrueMotion]) -> str:
    return " ".join(m.kind for m in happened if m.start_s - _SLACK_S <= at_s <= m.end_s + 2.0) or "nothing"


def _called(settled: Sequence[Settled], happened: Sequence[TrueMotion]) -> "Counter[tuple[str, str]]":
    """Count what each camera called its motions; several at once go by the one that matters most."""
    called: Counter[tuple[str, str]] = Counter()
    for message in settled:
        camera = int(message.camera_id.removeprefix("cam"))
        there = {
            m.kind
            for m in happened
            if m.camera in {None, camera} and m.start_s - _SLACK_S <= message.t_s and message.started_s <= m.end_s + _SLACK_S
        }
        truly = next((kind for kind in _FIRST if kind in there), "dusk")
        called[truly, str(message.finding)] += 1
    return called


def _others(received: Sequence[TimedEvent]) -> "Counter[str]":
    return Counter(_name(h) for h in received if isinstance(h.event, CalibrationChanged | CameraStateChanged))


def confusion(called: "Counter[tuple[str, str]]") -> None:
    """Print rows of what happened, columns of what it was called."""
    columns = sorted({name for _, name in called})
    print(f"| {'motion':12} |" + "".join(f" {name:>8} |" for name in columns))
    print(f"|{'-' * 14}|" + "".join(f"{'-' * 9}:|" for _ in columns))
    for kind in (*_FIRST, "dusk"):
        counts = [called[kind, name] for name in columns]
        if any(counts):
            print(f"| {kind:12} |" + "".join(f" {count:8} |" for count in counts))


def main() -> None:
    """Read the arguments, play, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60, help="simulated minutes, over all rigs")
    parser.add_argument("--rigs", type=int, default=6)
    parser.add_argument("--first-rig", type=int, default=1)
    parser.add_argument("--darts", action="store_true", help="three darts stand meanwhile")
    parser.add_argument("--confusion", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    name = "quiet_darts" if given.darts else "quiet"
    length_s = Script(name=name, seed=1).length_s
    each = math.ceil(60 * given.minutes / given.rigs / length_s)
    jobs = [Job(rig, name, each) for rig in range(given.first_rig, given.first_rig + given.rigs)]
    began = time.perf_counter()
    outcomes = list(follow(run, jobs, each * given.rigs, given.jobs))
    took_s, played_s = time.perf_counter() - began, each * given.rigs * length_s
    print(" ".join(sys.argv[1:]))
    for outcome in sorted(outcomes):
        print(f"rig {outcome.rig}: {len(outcome.wrong)} wrong {dict(outcome.others)}", *(f"\n    {line}" for line in outcome.wrong))
    print(f"published wrongly: {sum(len(o.wrong) for o in outcomes)} in {played_s / 60:.0f} minutes")
    if given.confusion:
        confusion(sum((o.called for o in outcomes), Counter()))
    print(f"played {played_s:.0f} s of film in {took_s:.0f} s: {played_s / max(took_s, 1e-9):.1f} times real time")


if __name__ == "__main__":
    main()
