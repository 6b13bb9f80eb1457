"""One visit of a simulated player: what is planned, and when each thing happens."""

import math
from typing import Final, Literal

import numpy as np

from schemas.base import Value
from workers.sources.simulator.darts import Pose, design_of
from workers.sources.simulator.player import Player, Target, player_of, throw

Outcome = Literal["sticks", "bounces", "falls", "drops"]  # drops: off the surround, without having stuck
FLIGHT_S: Final = 0.11  # how long before it lands a dart may be in the pictures
FALL_S: Final = 0.45  # how long a dart takes to fall out of them
_FIRST_S: Final = 0.6
_ENTER_S: Final = 0.55
_GRASP_S: Final = 0.2
_TRAVEL_S: Final = 0.35
_LEAVE_S: Final = 0.55
_AWAY_MM: Final = (130.0, -170.0, 420.0)  # where a hand waits, seen by no camera (x to the side that the arm comes from)


class Throwing(Value, frozen=True, kw_only=True):
    """A planned throw, so long after what went before."""

    after_s: float
    outcome: Outcome = "sticks"
    target: Target = "board"


class Reaching(Value, frozen=True, kw_only=True):
    """A planned reach into the board: how many darts are taken (at most) and how long the hand rests there first."""

    after_s: float
    take: int = 3
    rest_s: float = 0.0


Plan = tuple[Throwing | Reaching, ...]


class Throw(Value, frozen=True, kw_only=True):
    """A throw: when it lands, how it stands, and when it leaves the board again."""

    number: int
    at_s: float
    outcome: Outcome
    pose: Pose
    gone_s: float = math.inf


class Key(Value, frozen=True, kw_only=True):
    """Where the finger tips are at a moment of a reach."""

    at_s: float
    x_mm: float
    y_mm: float
    z_mm: float
    grip: float


class Reach(Value, frozen=True, kw_only=True):
    """A hand in the board: its way, and which throws (by number) it takes when."""

    start_s: float
    end_s: float
    keys: tuple[Key, ...]
    takes: tuple[tuple[int, float], ...]
    left: int


class Visit(Value, frozen=True, kw_only=True):
    """What happens between two empty boards; times are seconds since the epoch of the story."""

    number: int
    start_s: float
    end_s: float
    player: Player
    throws: tuple[Throw, ...]
    reaches: tuple[Reach, ...]


def visit_of(rng: np.random.Generator, plan: Plan, number: int, start_s: float, length_s: float) -> Visit:
    """Play a plan: draw the throws, move the hands."""
    player = player_of(rng)
    throws: list[Throw] = []
    reaches: list[Reach] = []
    clock_s = start_s + _FIRST_S
    for step in plan:
        clock_s += step.after_s * float(rng.uniform(0.95, 1.05))
        if isinstance(step, Throwing):
            throws.append(_throw(rng, player, step, clock_s, throws))
        else:
            reach = _reach(rng, player, step, clock_s, throws)
            taken = dict(reach.takes)
            throws = [_taken(t, taken) for t in throws]
            reaches.append(reach)
            clock_s = reach.end_s
    return Visit(number=number, start_s=start_s, end_s=start_s + length_s, player=player, throws=tuple(throws), reaches=tuple(reaches))


def grip_mm(pose: Pose) -> float:
    """Tell how far from its point a dart is held."""
    design = design_of(pose.design)
    return design.point_mm + 0.6 * design.barrel_mm


def _throw(rng: np.random.Generator, player: Player, step: Throwing, at_s: float, before: list[Throw]) -> Throw:
    standing = [t.pose for t in before if t.gone_s > at_s]
    pose = throw(rng, player, "surround" if step.outcome == "drops" else step.target, standing)
    stays_s = {
        "sticks": math.inf,
        "drops": float(rng.uniform(0.03, 0.08)),
        "bounces": float(rng.uniform(0.1, 0.22)),
        "falls": float(rng.uniform(1.4, 2.2)),
    }
    return Throw(number=len(before), at_s=at_s, outcome=step.outcome, pose=pose, gone_s=at_s + stays_s[step.outcome])


def _taken(throw_: Throw, taken: dict[int, float]) -> Throw:
    if throw_.number not in taken:
        return throw_
    return Throw(number=throw_.number, at_s=throw_.at_s, outcome=throw_.outcome, pose=throw_.pose, gone_s=taken[throw_.number])


def _reach(rng: np.random.Generator, player: Player, step: Reaching, start_s: float, throws: list[Throw]) -> Reach:
    standing = [t for t in throws if t.gone_s > start_s + 60]
    targets = standing[: step.take]
    first_mm = _held_at(targets[0].pose) if targets else (float(rng.uniform(-60, 60)), float(rng.uniform(-80, 60)), 75.0)
    away_mm = (_AWAY_MM[0] * player.side + first_mm[0], _AWAY_MM[1] + first_mm[1], _AWAY_MM[2])
    keys = [_key(start_s, away_mm, 0.3), _key(start_s + _ENTER_S, _off(first_mm, 12 if step.rest_s or not targets else 0), 0.3)]
    clock_s = start_s + _ENTER_S + step.rest_s
    if step.rest_s or not targets:
        clock_s += 0.0 if targets else 0.3
        keys.append(_key(clock_s, _off(first_mm, 8), 0.4))
    takes: list[tuple[int, float]] = []
    for k, target in enumerate(targets):
        held_mm = _held_at(target.pose)
        clock_s += _TRAVEL_S if k or step.rest_s else 0.0
        keys.append(_key(clock_s, held_mm, 0.5))
        clock_s += _GRASP_S
        keys.append(_key(clock_s, held_mm, 1.0))
        takes.append((target.number, clock_s))
        clock_s += _GRASP_S
        keys.append(_key(clock_s, _off(held_mm, 45), 1.0))
    clock_s += _LEAVE_S
    keys.append(_key(clock_s, away_mm, 1.0 if takes else 0.3))
    return Reach(start_s=start_s, end_s=clock_s, keys=tuple(keys), takes=tuple(takes), left=len(standing) - len(takes))


def _held_at(pose: Pose) -> tuple[float, float, float]:
    out_mm = (grip_mm(pose) - pose.depth_mm) * pose.along
    return pose.x_mm + float(out_mm[0]), pose.y_mm + float(out_mm[1]), float(out_mm[2])


def _off(at_mm: tuple[float, float, float], out_mm: float) -> tuple[float, float, float]:
    return at_mm[0], at_mm[1] + 0.2 * out_mm, at_mm[2] + out_mm


def _key(at_s: float, at_mm: tuple[float, float, float], grip: float) -> Key:
    return Key(at_s=at_s, x_mm=at_mm[0], y_mm=at_mm[1], z_mm=at_mm[2], grip=grip)
