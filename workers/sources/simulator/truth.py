"""What a right system tells of a simulated story: `truth.json` as recordings have it, and each visit as a list of events."""

import math
from collections.abc import Iterator
from typing import Any, Final

from schemas.base import Value
from schemas.board import BoardSpec, bed_at, wire_distance_mm
from workers.sources.simulator.disturbance import SLOT_S, disturbances_of
from workers.sources.simulator.story import Story
from workers.sources.simulator.visit import FALL_S, FLIGHT_S, SHAKE_S, Throw, Visit

_BOARD: Final = BoardSpec()
_SLOTS: Final = 3


def truth(story: Story, until_s: float) -> dict[str, Any]:
    """Tell what happens in the whole visits until a time (seconds since the epoch), as the JSON of `truth.json`.

    Beside the frames that recordings have, `visits` lists for each visit its slots, the darts that hit and the events in order.
    """
    visits = story.visits_until(until_s)
    frames: list[dict[str, Any]] = [{"t_ms": 0, "expect": {"type": "start"}}]
    frames += [{"t_ms": round(1000 * at_s), "expect": expect} for visit in visits for at_s, expect in sorted(_frames(visit), key=_time)]
    end_s = visits[-1].end_s if visits else min(until_s, story.end_s)
    sequence = {"kind": story.name, "end_ms": round(1000 * end_s), "frames": frames, "visits": [_visit(v) for v in visits]}
    return {"version": 1, "seed": story.seed, "sequences": {story.name: sequence}}


class Motion(Value, frozen=True, kw_only=True):
    """What moves or changes in the pictures from when to when (seconds since the epoch), in one camera's or in all (None)."""

    kind: str
    start_s: float
    end_s: float
    camera: int | None = None


def motions(story: Story, until_s: float) -> list[Motion]:
    """List everything that changes pictures within whole visits until a time: darts, hands, and what disturbs."""
    visits = story.visits_until(until_s)
    found = [m for visit in visits for m in _motions(visit)]
    if visits and story.troubled_s(visits[0].start_s + story.length_s / 2) is not None:
        slots = range(math.ceil(len(visits) * story.length_s / SLOT_S))
        for d in (d for slot in slots for d in disturbances_of(story.seed, slot)):
            start_s = story.since_s(d.start_s)
            found.append(Motion(kind=d.kind, start_s=start_s, end_s=start_s + d.end_s - d.start_s, camera=d.camera))
    return sorted(found, key=lambda motion: motion.start_s)


def _motions(visit: Visit) -> Iterator[Motion]:
    taken = {number for reach in visit.reaches for number, _ in reach.takes}
    for throw in visit.throws:
        yield Motion(kind="dart", start_s=throw.at_s - FLIGHT_S, end_s=throw.at_s + SHAKE_S)
        if throw.number not in taken:
            yield Motion(kind="fall", start_s=throw.gone_s, end_s=throw.gone_s + FALL_S)
    for reach in visit.reaches:
        yield Motion(kind="hand", start_s=reach.start_s, end_s=reach.end_s)


def _time(frame: tuple[float, dict[str, Any]]) -> float:
    return frame[0]


def _frames(visit: Visit) -> Iterator[tuple[float, dict[str, Any]]]:
    for throw in visit.throws:
        yield throw.at_s - FLIGHT_S, {"type": "in_flight"}
        if throw.outcome in {"bounces", "drops", "lodges"}:
            yield throw.at_s, {"type": "nothing"} | _place(throw)  # its point never stood still in the board: a hit would be invented
        else:
            yield throw.at_s, {"type": "dart_hit", "occluded": 0} | _place(throw)
        if throw.outcome == "falls":
            yield throw.gone_s, {"type": "fell_out", "count": 1}
    lodged = {t.number for t in visit.throws if t.outcome == "lodges"}
    taking = [r for r in visit.reaches if r.takes or r.loosened]
    for reach in visit.reaches:
        if not taking or reach.start_s < taking[0].start_s:
            yield reach.start_s, {"type": "hand"}
    if taking:
        gone = {number for r in taking for number, _ in (*r.takes, *r.loosened)} - lodged
        yield taking[0].start_s, {"type": "takeout", "count": len(gone)}


def _place(throw: Throw) -> dict[str, Any]:
    pose = throw.pose
    bed = bed_at(pose.x_mm, pose.y_mm, _BOARD)
    return {
        "label": "MISS" if bed.ring == "miss" else bed.label,
        "ring": bed.ring,
        "x_mm": pose.x_mm,
        "y_mm": pose.y_mm,
        "slope": [round(pose.slope_x, 4), round(pose.slope_y, 4)],
        "wire_distance_mm": round(wire_distance_mm(pose.x_mm, pose.y_mm, _BOARD), 3),
    }


def _visit(visit: Visit) -> dict[str, Any]:
    events, completed = _numbered(sorted([*(e for t in visit.throws for e in _thrown(t)), *_reached(visit)], key=_time))
    return {
        "kind": visit.kind,
        "start_ms": round(1000 * visit.start_s),
        "end_ms": round(1000 * visit.end_s),
        "slots": completed[-1] if completed else 0,
        "completed": completed,
        "taken": sum(e["event"] == "dart_removed" for e in events),
        "events": events,
    }


def _thrown(throw: Throw) -> Iterator[tuple[float, dict[str, Any]]]:
    """Tell a throw as events; `or` lists what may be told instead of a dart that never stood still."""
    told = {"dart": throw.number} | _place(throw)
    if throw.outcome == "bounces":
        yield throw.gone_s, {"event": "dart_bounce_out", "or": ["throw_miss", "dart_unscored"]} | told
    elif throw.outcome == "drops":
        yield throw.gone_s, {"event": "throw_miss", "or": ["dart_bounce_out", "dart_unscored"]} | told
    elif throw.outcome == "lodges":
        yield throw.at_s, {"event": "dart_unscored", "or": ["throw_miss"]} | told
    else:
        yield throw.at_s, {"event": "dart_hit"} | told
    if throw.outcome == "falls":
        yield throw.gone_s, {"event": "dart_bounce_out"} | told
    if throw.pushed:
        at_s, pose = throw.pushed
        yield at_s + 1e-3, {"event": "dart_moved", "dart": throw.number, "x_mm": pose.x_mm, "y_mm": pose.y_mm}


def _reached(visit: Visit) -> Iterator[tuple[float, dict[str, Any]]]:
    """Tell the hands as events; once a dart is out the takeout stays open until the board is empty.

    A dart that lodged in another was never known to stand, so nothing is told of it when it goes.
    """
    lodged = {t.number for t in visit.throws if t.outcome == "lodges"}
    is_open = False
    for reach in visit.reaches:
        if not is_open:
            yield reach.start_s, {"event": "takeout_started"}
        gone = [(number, at_s) for number, at_s in (*reach.takes, *reach.loosened) if number not in lodged]
        is_open = is_open or bool(gone)
        for number, at_s in gone:
            yield at_s, {"event": "dart_removed", "dart": number}
        if not is_open:
            yield reach.end_s, {"event": "false_takeout"}
        elif reach.left == 0:
            is_open = False
            yield reach.end_s, {"event": "takeout_finished"}


def _numbered(timed: list[tuple[float, dict[str, Any]]]) -> tuple[list[dict[str, Any]], list[int]]:
    """Give each dart the slot that it takes, counted from 1, and the slots of each visit that is completed.

    A takeout that empties the board ends the visit. A dart that comes beside a full visit or an open takeout takes no slot: it is extra.
    """
    told: list[dict[str, Any]] = []
    completed: list[int] = []
    slot_of: dict[int, int] = {}
    used, is_open = 0, False
    for at_s, event in timed:
        name, dart = event["event"], event.pop("dart", None)
        if dart is not None and dart not in slot_of:
            is_extra = is_open or used == _SLOTS
            used += not is_extra
            slot_of[dart] = 0 if is_extra else used
            if is_extra and name == "dart_hit":
                event["event"] = "extra_dart"
        is_open = name == "dart_removed" or (is_open and name != "takeout_finished")
        if name == "takeout_finished":
            completed.append(used)
            used = 0
        slot = {} if dart is None else {"slot": slot_of[dart]}
        told.append({"t_ms": round(1000 * at_s)} | {"event": event.pop("event")} | slot | event)
    return told, completed
