"""Compare the events of a simulated sequence with its truth, line by line, so that a difference can be read."""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise, zip_longest
from typing import Any, NamedTuple

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

NEAR_WIRE_MM = 0.6  # a dart so near to a wire may be reported in either bed
BOARD_MM = 225.5  # what cameras watch: a dart beyond, in the surround, may be reported as a miss
WIDEST_MM = 5.0  # and no dart farther off than this, or beyond the board than
ALONE_MM = 8.0  # this, when it was reported with such an uncertainty: one camera alone may see it
MOVED_MM = 3.0  # a reported move below this may only be a slightly different measurement
LATE_MS = 500.0  # the end of a takeout may be published when the next visit has begun; its first dart comes a second later
TOGETHER_MS = 600.0  # what happens so close together may be published in either order
_SILENT = BoardStateChanged | VisitCompleted


class TimedEvent(NamedTuple):
    """An event, and when it was published on the clock of its sequence."""

    t_ms: float
    event: Event


class Dart(NamedTuple):
    """A dart that stuck, as it was reported: how far off (infinite: not at all), how sure, whether in its bed, whether close to a wire."""

    error_mm: float
    uncertainty_mm: float
    in_bed: bool
    near_wire: bool


class Delays(NamedTuple):
    """How long after they happened hits, falls and ends of takeouts were published, in ms."""

    hits: list[float]
    falls: list[float]
    ends: list[float]


class Visit(NamedTuple):
    """A visit: what was published and what happened, as lines; what is wrong with positions and sums; the events with their times."""

    published: list[str]
    happened: list[str]
    wrong: list[str]
    darts: list[Dart]
    delays: Delays
    events: list[TimedEvent]

    @property
    def verify(self) -> bool:
        """Return whether all was published as it happened."""
        return self.published == self.happened and not self.wrong

    @property
    def difference(self) -> str:
        """Return what was published wrongly; empty when nothing."""
        lines = [] if self.published == self.happened else [f"published {', '.join(self.published)} instead of {', '.join(self.happened)}"]
        return "; ".join([*lines, *self.wrong])


def visits(truth: Mapping[str, Any], published: Iterable[TimedEvent]) -> list[Visit]:
    """Compare events with the `visits` of a sequence's truth; calibrations and camera states belong to no visit."""
    events = [t for t in published if isinstance(t.event, _SILENT | _STORY)]
    return [_visit(visit, events) for visit in truth["visits"]]


def broken_chain(published: Iterable[TimedEvent]) -> list[str]:
    """List the changes of state that do not begin where the one before ended."""
    changes = [t.event for t in published if isinstance(t.event, BoardStateChanged)]
    return [
        f"{one.state} {one.status}, then from {other.previous_state} {other.previous_status}"
        for one, other in pairwise(changes)
        if (one.state, one.status) != (other.previous_state, other.previous_status)
    ]


def _visit(visit: Mapping[str, Any], published: Sequence[TimedEvent]) -> Visit:
    window = [t for t in published if visit["start_ms"] + LATE_MS <= t.t_ms < visit["end_ms"] + LATE_MS]
    events = [t.event for t in window]
    story = _one_takeout(visit["events"])
    slots = {e.dart_id: e.dart_number for e in events if isinstance(e, DartHit | DartUnscored)}
    pushed = {e["slot"] for e in story if e["event"] == "dart_moved"}
    lines = _gathered([_published_line(e, slots) for e in events if not isinstance(e, _SILENT) and not _is_uncertain(e, slots, pushed)])
    unseen = {e["slot"] for e in story if _is_off_the_board(e) and f"throw_miss {e['slot']}" in lines}
    happened = _gathered([_line(e) for e in story if not (e["event"] == "dart_removed" and e["slot"] in unseen)])
    others = {_line(e): ("throw_miss",) if _is_off_the_board(e) else tuple(e.get("or", ())) for e in story}
    happened = _in_published_order(happened, lines, {_line(e): e["t_ms"] for e in reversed(story)})
    return Visit(
        [_by_first_name(line, wanted, others.get(wanted, ())) for line, wanted in zip_longest(lines, happened, fillvalue="") if line],
        happened,
        [*_misplaced(visit["events"], events), *_miscounted(visit, events)],
        _darts(visit["events"], events),
        _delays(visit["events"], window),
        window,
    )


def _in_published_order(happened: Sequence[str], published: Sequence[str], t_ms: Mapping[str, float]) -> list[str]:
    """Exchange neighbours that happened together where they were published the other way round."""
    lines = list(happened)
    for k in range(min(len(lines) - 1, len(published))):
        one, other = lines[k], lines[k + 1]
        apart_ms = abs(t_ms.get(one, -math.inf) - t_ms.get(other, math.inf))
        if published[k] == other != one and apart_ms < TOGETHER_MS:
            lines[k : k + 2] = other, one
    return lines


def _is_uncertain(event: Event, slots: Mapping[Any, int], pushed: set[int]) -> bool:
    """Return whether a reported move of a dart may only be a slightly different measurement."""
    if not isinstance(event, DartMoved) or slots.get(event.dart_id) in pushed:
        return False
    old, new = event.old_position, event.new_position
    return math.hypot(new.x_mm - old.x_mm, new.y_mm - old.y_mm) < MOVED_MM


def _by_first_name(line: str, wanted: str, others: Sequence[str]) -> str:
    """Name an event that may be published in more than one way by its first name."""
    name, _, numbers = line.partition(" ")
    return wanted if name in others and numbers == wanted.partition(" ")[2] else line


def _is_off_the_board(event: Mapping[str, Any]) -> bool:
    """Return whether a dart stuck so far out that cameras need not see it; it scores nothing either way."""
    return event["event"] == "dart_hit" and math.hypot(event["x_mm"], event["y_mm"]) > BOARD_MM


def _line(event: Mapping[str, Any]) -> str:
    return f"{event['event']} {event['slot']}" if "slot" in event else str(event["event"])


def _published_line(event: Event, slots: Mapping[Any, int]) -> str:
    name = str(event.__struct_config__.tag)
    match event:
        case DartHit() | DartUnscored() | ThrowMiss():
            return f"{name} {event.dart_number}"
        case DartBounceOut() | DartMoved():
            return f"{name} {slots.get(event.dart_id, '?')}"
        case ExtraDart():
            return f"{name} 0"
        case DartRemoved():
            numbers = [slots.get(dart_id, 0) for dart_id in event.removed_dart_ids]
            return f"{name} {' '.join(map(str, numbers))}" if event.count_removed == len(numbers) else f"{name} miscounted"
        case TakeoutFinished() if event.count_remaining:
            return f"{name} with {event.count_remaining} left"
        case _:
            return name


def _gathered(lines: Sequence[str]) -> list[str]:
    """Put removals that follow each other into one line: darts taken together may be published together."""
    gathered: list[str] = []
    for line in lines:
        name, _, numbers = line.partition(" ")
        if name == "dart_removed" and gathered and gathered[-1].startswith(name):
            numbers = f"{gathered.pop().removeprefix(name)} {numbers}"
        gathered.append(f"{name} {' '.join(sorted(numbers.split()))}" if name == "dart_removed" else line)
    return gathered


def _one_takeout(story: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Leave out the hand that comes again while the takeout is open: it is published once."""
    expected = []
    is_open = False
    for event in story:
        if not (is_open and event["event"] == "takeout_started"):
            expected.append(event)
        is_open = event["event"] == "takeout_started" or (is_open and event["event"] not in {"takeout_finished", "false_takeout"})
    return expected


def _hits(story: Sequence[Mapping[str, Any]], events: Sequence[Event]) -> list[tuple[Mapping[str, Any], DartHit | None]]:
    """Pair each dart that stuck with the hit of its slot; the slots of a second visit come after those of the first."""
    unpaired = [e for e in events if isinstance(e, DartHit)]
    pairs: list[tuple[Mapping[str, Any], DartHit | None]] = []
    for dart in [e for e in story if e["event"] == "dart_hit"]:
        hit = next((e for e in unpaired if e.dart_number == dart["slot"]), None)
        if hit is not None:
            unpaired.remove(hit)
        pairs.append((dart, hit))
    return pairs


def _darts(story: Sequence[Mapping[str, Any]], events: Sequence[Event]) -> list[Dart]:
    found = []
    for dart, hit in _hits(story, events):
        near = dart["wire_distance_mm"] < NEAR_WIRE_MM
        if hit is not None:
            found.append(Dart(_off_mm(dart, hit), hit.fusion.uncertainty_mm, _is_in_bed(dart, hit), near))
        elif not _is_off_the_board(dart):
            found.append(Dart(math.inf, 0.0, False, near))
    return found


def _delays(story: Sequence[Mapping[str, Any]], window: Sequence[TimedEvent]) -> Delays:
    """Measure from what happened to what was published, the first with the first and so on; a hit with the one of its slot."""
    when = {id(t.event): t.t_ms for t in window}
    events = [t.event for t in window]

    def late(name: str, kind: type[Event]) -> list[float]:
        happened = [e["t_ms"] for e in story if e["event"] == name and "or" not in e]
        return [t_ms - at_ms for at_ms, t_ms in zip(happened, [t.t_ms for t in window if isinstance(t.event, kind)], strict=False)]

    hits = [when[id(hit)] - dart["t_ms"] for dart, hit in _hits(story, events) if hit is not None]
    return Delays(hits, late("dart_bounce_out", DartBounceOut), late("takeout_finished", TakeoutFinished))


def _off_mm(dart: Mapping[str, Any], hit: DartHit) -> float:
    return math.dist((dart["x_mm"], dart["y_mm"]), (hit.board_coordinates.x_mm, hit.board_coordinates.y_mm))


def _allowed_mm(dart: Mapping[str, Any], hit: DartHit) -> float:
    """Return how far off a dart may be reported; beyond the board, where one camera alone may see it, as far as its uncertainty."""
    beyond = math.hypot(dart["x_mm"], dart["y_mm"]) > BOARD_MM
    return max(WIDEST_MM, min(hit.fusion.uncertainty_mm, ALONE_MM) if beyond else 0.0)


def _is_in_bed(dart: Mapping[str, Any], hit: DartHit) -> bool:
    return (_label(hit), hit.score.ring) == (dart["label"], dart["ring"])


def _label(hit: DartHit) -> str:
    return "MISS" if hit.score.ring == "miss" else hit.score.label


def _misplaced(story: Sequence[Mapping[str, Any]], events: Sequence[Event]) -> list[str]:
    """List the darts that were reported in another bed, or far off."""
    wrong = []
    for dart, hit in _hits(story, events):
        if hit is None:
            continue
        off_mm = _off_mm(dart, hit)
        if not (_is_in_bed(dart, hit) or dart["wire_distance_mm"] < NEAR_WIRE_MM) or off_mm > _allowed_mm(dart, hit):
            reported = f"reported as {hit.score.ring} {_label(hit)}, {off_mm:.1f} mm off (uncertainty {hit.fusion.uncertainty_mm:.1f})"
            wrong.append(f"dart {dart['slot']} {dart['ring']} {dart['label']} {reported}")
    return wrong


def _miscounted(visit: Mapping[str, Any], events: Sequence[Event]) -> list[str]:
    """List what is wrong with the sums: each visit published once, and once more when a dart fell later, with every slot and its points."""
    ends = [e for e in events if isinstance(e, VisitCompleted)]
    fresh = [e for e in ends if not e.revised]
    if len(fresh) != len(visit["completed"]):
        return [f"visit_completed published {len(fresh)} times instead of {len(visit['completed'])}"]
    fallen = {e.dart_id for e in events if isinstance(e, DartBounceOut)}
    wrong = []
    for first, used in zip(fresh, visit["completed"], strict=True):
        last = [e for e in ends if e.visit_id == first.visit_id][-1]
        points = {e.dart_number: e.score.total for e in events if isinstance(e, DartHit) and e.visit_id == first.visit_id}
        slots = [(throw.dart_number, throw.points) for throw in last.throws]
        expected = [(k, points.get(k, 0)) for k in range(1, used + 1)]
        lost = [(k, 0 if any(t.dart_number == k and t.dart_id in fallen for t in last.throws) else p) for k, p in expected]
        if slots not in (expected, lost):
            wrong.append(f"visit_completed published {slots} instead of {expected}")
        if last.total != sum(p for _, p in slots):
            wrong.append(f"total {last.total}, darts {slots}")
    return wrong


_STORY = (
    DartHit
    | DartUnscored
    | ExtraDart
    | DartRemoved
    | DartBounceOut
    | DartMoved
    | ThrowMiss
    | TakeoutStarted
    | TakeoutFinished
    | FalseTakeout
    | TakeoutOverdue
)
