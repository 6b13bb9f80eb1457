"""What a right system tells of a simulated story: `truth.json` as recordings have it, and each visit as a list of events."""

from collections.abc import Iterator
from typing import Any

from schemas.board import BoardSpec, bed_at, wire_distance_mm
from workers.sources.simulator.story import Story
from workers.sources.simulator.visit import FLIGHT_S, Throw, Visit

_BOARD = BoardSpec()


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


def slots(visit: Visit) -> int:
    """Count the slots that a visit's throws take, bounce-outs and misses included."""
    return min(len(visit.throws), 3)


def _time(frame: tuple[float, dict[str, Any]]) -> float:
    return frame[0]


def _frames(visit: Visit) -> Iterator[tuple[float, dict[str, Any]]]:
    for throw in visit.throws:
        yield throw.at_s - FLIGHT_S, {"type": "in_flight"}
        if throw.outcome in {"bounces", "drops"}:
            yield throw.at_s, {"type": "nothing"} | _place(throw)  # it never stood still: a hit would be invented
        else:
            yield throw.at_s, {"type": "dart_hit", "occluded": 0} | _place(throw)
        if throw.outcome == "falls":
            yield throw.gone_s, {"type": "fell_out", "count": 1}
    taking = [r for r in visit.reaches if r.takes]
    for reach in visit.reaches:
        if not taking or reach.start_s < taking[0].start_s:
            yield reach.start_s, {"type": "hand"}
    if taking:
        yield taking[0].start_s, {"type": "takeout", "count": sum(len(r.takes) for r in taking)}


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
    events = [e for t in visit.throws for e in _thrown(t)] + list(_reached(visit))
    taken = [t for t in visit.throws if t.outcome == "sticks"]
    return {
        "start_ms": round(1000 * visit.start_s),
        "end_ms": round(1000 * visit.end_s),
        "slots": slots(visit),
        "taken": len(taken),
        "events": [{"t_ms": round(1000 * at_s)} | event for at_s, event in sorted(events, key=_time)],
    }


def _thrown(throw: Throw) -> Iterator[tuple[float, dict[str, Any]]]:
    """Tell a throw as events; `slot` counts from 1; `or` lists what may be told instead of a dart that never stood still."""
    told = {"slot": throw.number + 1} | _place(throw)
    if throw.outcome == "bounces":
        yield throw.gone_s, {"event": "dart_bounce_out", "or": ["throw_miss", "dart_unscored"]} | told
    elif throw.outcome == "drops":
        yield throw.gone_s, {"event": "throw_miss", "or": ["dart_bounce_out", "dart_unscored"]} | told
    else:
        yield throw.at_s, {"event": "dart_hit"} | told
    if throw.outcome == "falls":
        yield throw.gone_s, {"event": "dart_bounce_out"} | told


def _reached(visit: Visit) -> Iterator[tuple[float, dict[str, Any]]]:
    """Tell the hands as events; once a dart is out the takeout stays open until the board is empty."""
    is_open = False
    for reach in visit.reaches:
        if not is_open:
            yield reach.start_s, {"event": "takeout_started"}
        is_open = is_open or bool(reach.takes)
        for number, at_s in reach.takes:
            yield at_s, {"event": "dart_removed", "slot": number + 1}
        if not is_open:
            yield reach.end_s, {"event": "false_takeout"}
        elif reach.left == 0:
            yield reach.end_s, {"event": "takeout_finished"}
