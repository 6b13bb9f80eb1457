"""What was told of a simulated story beside what happened, line by line, so that a difference can be read."""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise, zip_longest
from typing import Any, NamedTuple

from dartd.runtime.replay import Told
from schemas.base import Event
from schemas.events import (
    BoardStateChanged,
    DartBounceOut,
    DartHit,
    DartMoved,
    DartRemoved,
    DartUnscored,
    ExtraDart,
    FalseTakeout,
    TakeoutFinished,
    TakeoutOverdue,
    TakeoutStarted,
    ThrowMiss,
    VisitCompleted,
)

NEAR_WIRE_MM = 0.6  # a dart so near to a wire may be told in either bed
BOARD_MM = 225.5  # what cameras watch: a dart beyond, in the surround, may be told as a miss
WIDEST_MM = 5.0  # and no dart farther off than this
LATE_MS = 500.0  # the end of a takeout may be told when the next visit has begun; its first dart comes a second later
_SILENT = BoardStateChanged | DartMoved | VisitCompleted


class Visit(NamedTuple):
    """A visit: what was told of it and what happened, as lines; what is wrong with places and sums; and the events with their times."""

    told: list[str]
    happened: list[str]
    wrong: list[str]
    events: list[Told]

    @property
    def is_right(self) -> bool:
        """Say whether all was told as it happened."""
        return self.told == self.happened and not self.wrong


def visits(truth: dict[str, Any], told: Iterable[Told]) -> list[Visit]:
    """Lay what was told beside the `visits` of a story's truth; calibrations and camera states belong to no visit."""
    heard = [t for t in told if isinstance(t.envelope.event, _SILENT | _STORY)]
    return [_visit(visit, heard) for visit in truth["visits"]]


def broken_chain(told: Iterable[Told]) -> list[str]:
    """List the changes of state that do not begin where the one before ended."""
    changes = [t.envelope.event for t in told if isinstance(t.envelope.event, BoardStateChanged)]
    return [
        f"{one.state} {one.status}, then from {other.previous_state} {other.previous_status}"
        for one, other in pairwise(changes)
        if (one.state, one.status) != (other.previous_state, other.previous_status)
    ]


def _visit(visit: dict[str, Any], heard: Sequence[Told]) -> Visit:
    window = [t for t in heard if visit["start_ms"] + LATE_MS <= t.t_ms < visit["end_ms"] + LATE_MS]
    events = [t.envelope.event for t in window]
    slots = {e.dart_id: e.dart_number for e in events if isinstance(e, DartHit | DartUnscored)}
    told = _gathered([_told(e, slots) for e in events if not isinstance(e, _SILENT)])
    story = _one_takeout(visit["events"])
    unseen = {e["slot"] for e in story if _is_off_the_board(e) and f"throw_miss {e['slot']}" in told}
    happened = _gathered([_line(e) for e in story if not (e["event"] == "dart_removed" and e["slot"] in unseen)])
    others = {_line(e): ("throw_miss",) if _is_off_the_board(e) else tuple(e.get("or", ())) for e in story}
    return Visit(
        [_by_first_name(line, wanted, others.get(wanted, ())) for line, wanted in zip_longest(told, happened, fillvalue="") if line],
        happened,
        [*_misplaced(visit["events"], events), *_miscounted(visit, events)],
        window,
    )


def _by_first_name(line: str, wanted: str, others: Sequence[str]) -> str:
    """Call what may be told in more than one way by its first name."""
    name, _, numbers = line.partition(" ")
    return wanted if name in others and numbers == wanted.partition(" ")[2] else line


def _is_off_the_board(event: dict[str, Any]) -> bool:
    """Say whether a dart stuck so far out that cameras need not see it; it scores nothing either way."""
    return event["event"] == "dart_hit" and math.hypot(event["x_mm"], event["y_mm"]) > BOARD_MM


def _line(event: dict[str, Any]) -> str:
    return f"{event['event']} {event['slot']}" if "slot" in event else str(event["event"])


def _told(event: Event, slots: dict[Any, int]) -> str:
    name = str(event.__struct_config__.tag)
    match event:
        case DartHit() | DartUnscored() | ThrowMiss():
            return f"{name} {event.dart_number}"
        case DartBounceOut():
            return f"{name} {slots.get(event.dart_id, '?')}"
        case DartRemoved():
            numbers = [slots.get(dart_id, 0) for dart_id in event.removed_dart_ids]
            return f"{name} {' '.join(map(str, numbers))}" if event.count_removed == len(numbers) else f"{name} miscounted"
        case TakeoutFinished() if event.count_remaining:
            return f"{name} with {event.count_remaining} left"
        case _:
            return name


def _gathered(lines: Sequence[str]) -> list[str]:
    """Put removals that follow each other into one line: darts taken together may be told together."""
    gathered: list[str] = []
    for line in lines:
        name, _, numbers = line.partition(" ")
        if name == "dart_removed" and gathered and gathered[-1].startswith(name):
            numbers = f"{gathered.pop().removeprefix(name)} {numbers}"
        gathered.append(f"{name} {' '.join(sorted(numbers.split()))}" if name == "dart_removed" else line)
    return gathered


def _one_takeout(story: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out the hand that comes again while the takeout is open: it is told once."""
    told = []
    is_open = False
    for event in story:
        if not (is_open and event["event"] == "takeout_started"):
            told.append(event)
        is_open = event["event"] == "takeout_started" or (is_open and event["event"] not in {"takeout_finished", "false_takeout"})
    return told


def _misplaced(story: Sequence[dict[str, Any]], events: Sequence[Event]) -> list[str]:
    """List the darts that were told in another bed, or far off."""
    wrong = []
    hits = {e.dart_number: e for e in events if isinstance(e, DartHit)}
    for dart in [e for e in story if e["event"] == "dart_hit" and e["slot"] in hits]:
        hit = hits[dart["slot"]]
        label = "MISS" if hit.score.ring == "miss" else hit.score.label
        off_mm = math.dist((dart["x_mm"], dart["y_mm"]), (hit.board_coordinates.x_mm, hit.board_coordinates.y_mm))
        in_bed = (label, hit.score.ring) == (dart["label"], dart["ring"]) or dart["wire_distance_mm"] < NEAR_WIRE_MM
        if not in_bed or off_mm > WIDEST_MM:
            wrong.append(f"dart {dart['slot']} {dart['ring']} {dart['label']} told {hit.score.ring} {label}, {off_mm:.1f} mm off")
    return wrong


def _miscounted(visit: dict[str, Any], events: Sequence[Event]) -> list[str]:
    """List what is wrong with the sum of the visit: told once, and once more when a dart fell later, with every slot and its points."""
    ends = [e for e in events if isinstance(e, VisitCompleted)]
    fresh = sum(not e.revised for e in ends)
    if fresh != 1:
        return [f"visit_completed told {fresh} times"]
    points = {e.dart_number: e.score.total for e in events if isinstance(e, DartHit)}
    slots = [(throw.dart_number, throw.points) for throw in ends[-1].throws]
    fallen = {e.dart_id for e in events if isinstance(e, DartBounceOut)}
    expected = [(k, points.get(k, 0)) for k in range(1, visit["slots"] + 1)]
    lost = [(k, 0 if any(t.dart_number == k and t.dart_id in fallen for t in ends[-1].throws) else p) for k, p in expected]
    wrong = [] if slots in (expected, lost) else [f"visit_completed told {slots} instead of {expected}"]
    return wrong if ends[-1].total == sum(p for _, p in slots) else [*wrong, f"total {ends[-1].total}, darts {slots}"]


_STORY = (
    DartHit
    | DartUnscored
    | ExtraDart
    | DartRemoved
    | DartBounceOut
    | ThrowMiss
    | TakeoutStarted
    | TakeoutFinished
    | FalseTakeout
    | TakeoutOverdue
)
