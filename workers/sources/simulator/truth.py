"""The truth of a simulated script: `truth.json` as in recordings, and the events that a correct system reports for each visit."""

import math
from collections.abc import Iterator
from typing import Any, Final

from schemas.base import Value
from schemas.board import BoardSpec, bed_at, wire_distance_mm
from workers.sources.simulator.disturbance import SLOT_S, disturbances_of
from workers.sources.simulator.script import Script
from workers.sources.simulator.visit import FALL_S, FLIGHT_S, SHAKE_S, SimulatedThrow, SimulatedVisit

_BOARD: Final = BoardSpec()
_SLOTS: Final = 3  # of a visit


def truth(script: Script, until_s: float) -> dict[str, Any]:
    """Return the truth of the complete visits until a time (seconds since the epoch), as the JSON of `truth.json`.

    In addition to the frames of recordings, `visits` holds for each visit its slots, the darts that hit, and the events in order.
    """
    visits = script.visits_until(until_s)
    frames: list[dict[str, Any]] = [{"t_ms": 0, "expect": {"type": "start"}}]
    frames += [{"t_ms": round(1000 * at_s), "expect": expect} for visit in visits for at_s, expect in sorted(_frames(visit), key=_time)]
    end_s = visits[-1].end_s if visits else min(until_s, script.end_s)
    sequence = {"kind": script.name, "end_ms": round(1000 * end_s), "frames": frames, "visits": [_visit(v) for v in visits]}
    return {"version": 1, "seed": script.seed, "sequences": {script.name: sequence}}


class TrueMotion(Value, frozen=True, kw_only=True):
    """A motion or change in the pictures of one camera or of all (None); times are seconds since the epoch."""

    kind: str
    start_s: float
    end_s: float
    camera: int | None = None


def motions(script: Script, until_s: float) -> list[TrueMotion]:
    """Return all motions in the complete visits until a time: darts, hands, and disturbances."""
    visits = script.visits_until(until_s)
    found = [m for visit in visits for m in _motions(visit)]
    if visits and script.disturbed_s(visits[0].start_s + script.length_s / 2) is not None:
        slots = range(math.ceil(len(visits) * script.length_s / SLOT_S))
        for d in (d for slot in slots for d in disturbances_of(script.seed, slot)):
            start_s = script.since_s(d.start_s)
            found.append(TrueMotion(kind=d.kind, start_s=start_s, end_s=start_s + d.end_s - d.start_s, camera=d.camera))
    return sorted(found, key=lambda motion: motion.start_s)


def _motions(visit: SimulatedVisit) -> Iterator[TrueMotion]:
    taken = {number for reach in visit.hand_movements for number, _ in reach.takes}
    for throw in visit.throws:
        yield TrueMotion(kind="dart", start_s=throw.at_s - FLIGHT_S, end_s=throw.at_s + SHAKE_S)
        if throw.number not in taken:
            yield TrueMotion(kind="fall", start_s=throw.gone_s, end_s=throw.gone_s + FALL_S)
    for reach in visit.hand_movements:
        yield TrueMotion(kind="hand", start_s=reach.start_s, end_s=reach.end_s)


def _time(frame: tuple[float, dict[str, Any]]) -> float:
    return frame[0]


def _frames(visit: SimulatedVisit) -> Iterator[tuple[float, dict[str, Any]]]:
    for throw in visit.throws:
        yield throw.at_s - FLIGHT_S, {"type": "in_flight"}
        if throw.outcome in {"bounces", "drops", "lodges"}:
            yield throw.at_s, {"type": "nothing"} | _landing(throw)  # its point was never at rest in the board: a hit would be wrong
        else:
            yield throw.at_s, {"type": "dart_hit", "occluded": 0} | _landing(throw)
        if throw.outcome == "falls":
            yield throw.gone_s, {"type": "fell_out", "count": 1}
    lodged = {t.number for t in visit.throws if t.outcome == "lodges"}
    taking = [r for r in visit.hand_movements if r.takes or r.loosened]
    for reach in visit.hand_movements:
        if not taking or reach.start_s < taking[0].start_s:
            yield reach.start_s, {"type": "hand"}
    if taking:
        gone = {number for r in taking for number, _ in (*r.takes, *r.loosened)} - lodged
        yield taking[0].start_s, {"type": "takeout", "count": len(gone)}


def _landing(throw: SimulatedThrow) -> dict[str, Any]:
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


def _visit(visit: SimulatedVisit) -> dict[str, Any]:
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


def _thrown(throw: SimulatedThrow) -> Iterator[tuple[float, dict[str, Any]]]:
    """Return the events of a throw; `or` lists acceptable alternatives for a dart that was never at rest."""
    reported = {"dart": throw.number} | _landing(throw)
    if throw.outcome == "bounces":
        yield throw.gone_s, {"event": "dart_bounce_out", "or": ["throw_miss"]} | reported
    elif throw.outcome == "drops":
        yield throw.gone_s, {"event": "throw_miss", "or": ["dart_bounce_out"]} | reported
    elif throw.outcome == "lodges":
        yield throw.at_s, {"event": "dart_unscored"} | reported
    else:
        yield throw.at_s, {"event": "dart_hit"} | reported
    if throw.outcome == "falls":
        yield throw.gone_s, {"event": "dart_bounce_out"} | reported
    if throw.pushed:
        at_s, pose = throw.pushed
        yield at_s + 1e-3, {"event": "dart_moved", "dart": throw.number, "x_mm": pose.x_mm, "y_mm": pose.y_mm}


def _reached(visit: SimulatedVisit) -> Iterator[tuple[float, dict[str, Any]]]:
    """Return the events of the hands; once a dart is removed, the takeout continues until the board is empty.

    A dart that lodged in another was never in the board, so its removal is no event.
    """
    lodged = {t.number for t in visit.throws if t.outcome == "lodges"}
    is_open = False
    for reach in visit.hand_movements:
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
    """Number the darts by their slots, counted from 1; return the events and the slots of each completed visit.

    A takeout that empties the board ends the visit. A dart after a full visit or during a takeout has no slot: it is extra.
    """
    reported: list[dict[str, Any]] = []
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
        reported.append({"t_ms": round(1000 * at_s)} | {"event": event.pop("event")} | slot | event)
    return reported, completed
