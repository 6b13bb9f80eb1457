"""Play simulated visits on random rigs and count how many stories and beds are told right.

python -m tests.bench.visits --visits 500 --rigs 25

A story is right when its visit's events are the truth's, in order: throws with their slots and beds, falls, takeouts, counts. Two rigs
are played at a time, each in a process of its own. What failed is listed with its rig, seed and visit, so that it can be played again.
"""

import argparse
import math
import multiprocessing
import time
from collections import Counter, defaultdict
from typing import Any, NamedTuple

import cv2
import numpy as np

from schemas.events import (
    DartBounceOut,
    DartHit,
    DartRemoved,
    DartUnscored,
    ExtraDart,
    FalseTakeout,
    TakeoutFinished,
    TakeoutStarted,
    ThrowMiss,
)
from tests.support.player import Told, play, simulated
from workers.sources.simulator.story import Story
from workers.sources.simulator.truth import truth

TOLD = (DartHit, DartBounceOut, DartRemoved, DartUnscored, ExtraDart, FalseTakeout, TakeoutFinished, TakeoutStarted, ThrowMiss)
NEAR_WIRE_MM = 0.6
LATEST_MS = 2500.0  # a fall may be told this much later than it happened


class Outcome(NamedTuple):
    """One visit: its kind, what is wrong with its story, and for each dart error mm, uncertainty mm, bed right, near a wire."""

    rig: int
    visit: int
    kind: str
    wrong: str
    darts: list[tuple[float, float, bool, bool]]


def run(job: tuple[int, int, int, str, tuple[int, ...], bool]) -> list[Outcome]:
    """Play some visits of one rig."""
    rig, seed, visits, name, cameras, hint = job
    cv2.setNumThreads(1)
    story = Story(name=name, seed=seed)
    until_s = story.lead_s + visits * story.length_s
    told = list(play(simulated(f"seed={seed}&story={name}", rig, cameras=cameras, hint=hint), until_s=until_s))
    sequence = truth(story, until_s)["sequences"][name]
    return [_judge(rig, k, visit, told) for k, visit in enumerate(sequence["visits"])]


def _judge(rig: int, number: int, visit: dict[str, Any], told: list[Told]) -> Outcome:
    window = [t for t in told if visit["start_ms"] <= 1000 * t.t_s < visit["end_ms"] and isinstance(t.event, TOLD)]
    expected = visit["events"]
    kind = " ".join(_short(e["event"]) for e in expected)
    hits = [t.event for t in window if isinstance(t.event, DartHit)]
    darts = []
    wrong = ""
    for dart in [e for e in expected if e["event"] == "dart_hit"]:
        if dart["label"] == "MISS":
            dart["or"] = ["throw_miss"]  # far out in the surround too few cameras see it: a miss either way
        hit = next((h for h in hits if h.dart_number == dart["slot"]), None)
        if hit is None and dart["label"] == "MISS":
            continue
        if hit is None:
            darts.append((math.inf, 0.0, False, dart["wire_distance_mm"] < NEAR_WIRE_MM))
            wrong = wrong or f"dart {dart['slot']} {dart['label']} not told"
            continue
        at = hit.board_coordinates
        error_mm = math.hypot(at.x_mm - dart["x_mm"], at.y_mm - dart["y_mm"])
        label = "MISS" if hit.score.ring == "miss" else hit.score.label
        right = (label, hit.score.ring) == (dart["label"], dart["ring"])
        darts.append((error_mm, hit.fusion.uncertainty_mm, right, dart["wire_distance_mm"] < NEAR_WIRE_MM))
        if not right and dart["wire_distance_mm"] >= NEAR_WIRE_MM:
            wrong = wrong or f"dart {dart['slot']} {dart['label']} told {label}, {error_mm:.1f} mm off"
    return Outcome(rig, number, kind, wrong or _compare(expected, window), darts)


def _compare(expected: list[dict[str, Any]], window: list[Told]) -> str:
    """Compare the order and counts of events; removals count as a sum. Give what is wrong, or nothing."""
    story = _one_takeout([e for e in expected if e["event"] != "dart_removed"])
    events = [t.event for t in window if not isinstance(t.event, DartRemoved)]
    names = [_name(e) for e in events]
    reads = [e["event"] if n in {e["event"], *e.get("or", [])} else "?" for e, n in zip(story, names, strict=False)]
    if len(names) != len(story) or "?" in reads:
        return f"told {' '.join(map(_short, names))} instead of {' '.join(_short(e['event']) for e in story)}"
    removed = sum(t.event.count_removed for t in window if isinstance(t.event, DartRemoved))
    taken = sum(e["event"] == "dart_removed" for e in expected)
    return "" if removed == taken else f"{removed} darts removed instead of {taken}"


def _one_takeout(story: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out a hand that comes again while the takeout is open: it is told once."""
    told = []
    is_open = False
    for event in story:
        if not (is_open and event["event"] == "takeout_started"):
            told.append(event)
        is_open = event["event"] == "takeout_started" or (is_open and event["event"] not in {"takeout_finished", "false_takeout"})
    return told


def _name(event: object) -> str:
    return str(type(event).__struct_config__.tag)  # type: ignore[attr-defined]  # every event is a tagged struct


def _short(name: str) -> str:
    return {
        "dart_hit": "hit",
        "dart_bounce_out": "fell",
        "throw_miss": "miss",
        "takeout_started": "hand",
        "takeout_finished": "done",
        "false_takeout": "false-hand",
        "dart_removed": "out",
    }.get(name, name)


def report(outcomes: list[Outcome], took_s: float, played_s: float) -> None:
    """Print shares and errors."""
    right = [o for o in outcomes if not o.wrong]
    darts = [d for o in outcomes for d in o.darts]
    fair = [d for d in darts if not d[3]]
    errors = np.array([d[0] for d in darts if math.isfinite(d[0])])
    by_rig: dict[int, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_rig[outcome.rig].append(outcome)
    print(f"stories right  {len(right)}/{len(outcomes)} = {len(right) / max(1, len(outcomes)):.3f}")
    good = sum(d[2] for d in fair)
    print(f"beds right     {good}/{len(fair)} = {good / max(1, len(fair)):.4f} (of darts {NEAR_WIRE_MM} mm or more from a wire)")
    if len(errors):
        print(f"error mm       median {np.median(errors):.3f}  p95 {np.quantile(errors, 0.95):.3f}  max {errors.max():.2f}")
        print(f"honest         {np.mean([d[0] <= d[1] for d in darts if math.isfinite(d[0])]):.3f} of errors within uncertainty_mm")
    print(f"played {played_s:.0f} s of film in {took_s:.0f} s: {played_s / max(took_s, 1e-9):.1f} times real time")
    for rig, those in sorted(by_rig.items()):
        bad = [o for o in those if o.wrong]
        if bad:
            print(f"rig {rig}: {len(those) - len(bad)}/{len(those)}", *(f"\n    visit {o.visit}: {o.wrong}" for o in bad))
    kinds = Counter(o.kind for o in outcomes)
    print("by kind:", *(f"\n    {sum(not o.wrong for o in outcomes if o.kind == k)}/{n}  {k}" for k, n in kinds.most_common()))


def main() -> None:
    """Read the arguments, play, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=int, default=500)
    parser.add_argument("--rigs", type=int, default=25)
    parser.add_argument("--first-rig", type=int, default=1)
    parser.add_argument("--story", default="random")
    parser.add_argument("--without", type=int, action="append", default=[], help="leave camera 0, 1 or 2 out")
    parser.add_argument("--hint", action="store_true", help="tell each camera the sector it is nearest to")
    given = parser.parse_args()
    cameras = tuple(k for k in range(3) if k not in given.without)
    each = math.ceil(given.visits / given.rigs)
    jobs = [(rig, rig, each, given.story, cameras, given.hint) for rig in range(given.first_rig, given.first_rig + given.rigs)]
    began = time.perf_counter()
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        outcomes = [o for done in pool.imap_unordered(run, jobs) for o in done]
    story = Story(name=given.story, seed=1)
    report(outcomes, time.perf_counter() - began, given.rigs * (story.lead_s + each * story.length_s))


if __name__ == "__main__":
    main()
