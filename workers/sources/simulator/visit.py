"""One visit of a simulated player: the plan, and the times of its events."""

import math
from typing import Final, Literal

import numpy as np
from msgspec.structs import replace

from schemas.base import Value
from workers.sources.simulator.darts import DartPose, design_of
from workers.sources.simulator.player import Game, SimulatedPlayer, Target, player_of, throw

# drops: falls off the surround without sticking; lodges: in the end of another dart (robin hood)
Outcome = Literal["sticks", "bounces", "falls", "drops", "lodges"]
FLIGHT_S: Final = 0.11  # a dart is in the pictures for this time before it lands
FALL_S: Final = 0.45  # a falling dart is in the pictures for this time
SHAKE_S: Final = 0.45  # cameras swing for this time when a dart has landed
_FIRST_S: Final = 0.6  # from the start of a visit to its plan
_ENTER_S: Final = 0.55  # times of a hand: to the first dart,
_GRASP_S: Final = 0.2  # to grasp or pull a dart,
_TRAVEL_S: Final = 0.35  # to the next dart,
_LEAVE_S: Final = 0.55  # and away
_AWAY_MM: Final = (130.0, -170.0, 420.0)  # where a hand waits outside all pictures (x to the side of the arm)


class PlannedThrow(Value, frozen=True, kw_only=True):
    """A planned throw, `after_s` after the step before.

    `stays_s` is the time in the board of a dart that falls (None: random). The dart may push the one next to it aside, or knock it out.
    """

    after_s: float
    outcome: Outcome = "sticks"
    target: Target = "board"
    stays_s: float | None = None
    pushes: bool = False
    knocks_out: bool = False


class PlannedHand(Value, frozen=True, kw_only=True):
    """A planned hand at the board: it takes at most `take` darts and rests there before for `rest_s`.

    `loosens` more darts fall meanwhile; with `second` a second hand comes that takes no dart.
    """

    after_s: float
    take: int = 9
    rest_s: float = 0.0
    loosens: int = 0
    second: bool = False


Plan = tuple[PlannedThrow | PlannedHand, ...]


class SimulatedThrow(Value, frozen=True, kw_only=True):
    """A throw: when it lands, its pose, and when it leaves the board.

    `pushed` is the time at which a later dart moved it and its pose afterwards; `on` is the number of the dart in which it lodges.
    """

    number: int
    at_s: float
    outcome: Outcome
    pose: DartPose
    gone_s: float = math.inf
    pushed: tuple[float, DartPose] | None = None
    on: int | None = None

    def pose_at(self, at_s: float) -> DartPose:
        """Return its pose at a time."""
        return self.pose if self.pushed is None or at_s < self.pushed[0] else self.pushed[1]


class HandKeyframe(Value, frozen=True, kw_only=True):
    """The position of the finger tips at one time of a movement."""

    at_s: float
    x_mm: float
    y_mm: float
    z_mm: float
    grip: float


class HandMovement(Value, frozen=True, kw_only=True):
    """A hand at the board: its path, the throws (by number) that it takes and when; `loosened` are those that fall meanwhile.

    `second_hand` is the path of a second hand; `left` is the number of darts that are left in the board.
    """

    start_s: float
    end_s: float
    keyframes: tuple[HandKeyframe, ...]
    takes: tuple[tuple[int, float], ...]
    left: int
    loosened: tuple[tuple[int, float], ...] = ()
    second_hand: tuple[HandKeyframe, ...] = ()


class SimulatedVisit(Value, frozen=True, kw_only=True):
    """The throws and hands between two empty boards; times are seconds since the epoch of the script."""

    number: int
    kind: str
    start_s: float
    end_s: float
    player: SimulatedPlayer
    throws: tuple[SimulatedThrow, ...]
    hand_movements: tuple[HandMovement, ...]


def visit_of(
    rng: np.random.Generator, plan: Plan, number: int, kind: str, start_s: float, length_s: float, game: Game = "x01"
) -> SimulatedVisit:
    """Return a visit that follows a plan, with random throws."""
    player = player_of(rng, game)
    throws: list[SimulatedThrow] = []
    hand_movements: list[HandMovement] = []
    clock_s = start_s + _FIRST_S
    for step in plan:
        clock_s += step.after_s * float(rng.uniform(0.95, 1.05))
        if isinstance(step, PlannedThrow):
            thrown = _throw(rng, player, step, clock_s, throws)
            throws = [*_disturbed(rng, step, thrown, throws), thrown]
        else:
            reach = _reach(rng, player, step, clock_s, throws)
            gone = dict((*reach.takes, *reach.loosened))
            throws = [replace(t, gone_s=gone.get(t.number, t.gone_s)) for t in throws]
            hand_movements.append(reach)
            clock_s = reach.end_s
    end_s = start_s + length_s
    return SimulatedVisit(
        number=number, kind=kind, start_s=start_s, end_s=end_s, player=player, throws=tuple(throws), hand_movements=tuple(hand_movements)
    )


def grip_mm(pose: DartPose) -> float:
    """Return the distance from its point at which a dart is held."""
    design = design_of(pose.design)
    return design.point_mm + 0.6 * design.barrel_mm


def _throw(
    rng: np.random.Generator, player: SimulatedPlayer, step: PlannedThrow, at_s: float, before: list[SimulatedThrow]
) -> SimulatedThrow:
    standing = [t for t in before if t.gone_s > at_s and t.on is None]
    target: Target = "surround" if step.outcome == "drops" else step.target
    pose = throw(rng, player, target, [t.pose_at(at_s) for t in standing])
    stays_s = {
        "sticks": math.inf,
        "lodges": math.inf,
        "drops": float(rng.uniform(0.03, 0.08)),
        "bounces": float(rng.uniform(0.1, 0.22)),
        "falls": float(rng.uniform(1.4, 2.2)),
    }
    on = None
    if step.outcome == "lodges":
        on = standing[-1].number
        pose = _lodged(rng, pose, standing[-1].pose_at(at_s))
    gone_s = at_s + (stays_s[step.outcome] if step.stays_s is None else step.stays_s)
    return SimulatedThrow(number=len(before), at_s=at_s, outcome=step.outcome, pose=pose, gone_s=gone_s, on=on)


def _lodged(rng: np.random.Generator, pose: DartPose, carrier: DartPose) -> DartPose:
    """Return the pose of a dart in the end of another, nearly in line with it."""
    design = design_of(carrier.design)
    tail_mm = design.point_mm + design.barrel_mm + design.stem_mm - 6 - carrier.depth_mm
    end_mm = np.array([carrier.x_mm, carrier.y_mm, 0.0]) + tail_mm * carrier.along
    slope_x, slope_y = carrier.slope_x + float(rng.normal(0, 0.03)), carrier.slope_y + float(rng.normal(0.03, 0.03))
    lying = replace(pose, slope_x=slope_x, slope_y=slope_y)
    depth_mm = -float(end_mm[2] / lying.along[2])
    foot_mm = end_mm + depth_mm * lying.along
    return replace(lying, x_mm=round(float(foot_mm[0]), 3), y_mm=round(float(foot_mm[1]), 3), depth_mm=depth_mm)


def _disturbed(rng: np.random.Generator, step: PlannedThrow, thrown: SimulatedThrow, before: list[SimulatedThrow]) -> list[SimulatedThrow]:
    """Return the darts after the new one has pushed the nearest aside, or knocked it out."""
    standing = [t for t in before if t.gone_s > thrown.at_s]
    if not standing or not (step.pushes or step.knocks_out):
        return before
    nearest = min(standing, key=lambda t: math.hypot(t.pose.x_mm - thrown.pose.x_mm, t.pose.y_mm - thrown.pose.y_mm))
    if step.knocks_out:
        moved = replace(nearest, outcome="falls", gone_s=thrown.at_s + 0.03)
    else:
        moved = replace(nearest, pushed=(thrown.at_s, _pushed(rng, nearest.pose, thrown.pose)))
    return [moved if t.number == nearest.number else t for t in before]


def _pushed(rng: np.random.Generator, pose: DartPose, by: DartPose) -> DartPose:
    """Return the pose of a dart that is pushed away by another next to it."""
    angle_rad = math.atan2(pose.y_mm - by.y_mm, pose.x_mm - by.x_mm) + float(rng.normal(0, 0.4))
    torn_mm, lean = float(rng.uniform(2.5, 5.0)), float(rng.uniform(0.04, 0.14))
    return replace(
        pose,
        x_mm=round(pose.x_mm + torn_mm * math.cos(angle_rad), 3),
        y_mm=round(pose.y_mm + torn_mm * math.sin(angle_rad), 3),
        slope_x=pose.slope_x + lean * math.cos(angle_rad),
        slope_y=pose.slope_y + lean * math.sin(angle_rad),
    )


def _reach(
    rng: np.random.Generator, player: SimulatedPlayer, step: PlannedHand, start_s: float, throws: list[SimulatedThrow]
) -> HandMovement:
    standing = [t for t in throws if t.gone_s > start_s + 60]
    held = [t for t in standing if t.on is None]
    targets = held[: step.take]
    falling = held[len(targets) : len(targets) + step.loosens]
    first_mm = _held_at(targets[0].pose_at(start_s)) if targets else (float(rng.uniform(-60, 60)), float(rng.uniform(-80, 60)), 75.0)
    away_mm = (_AWAY_MM[0] * player.side + first_mm[0], _AWAY_MM[1] + first_mm[1], _AWAY_MM[2])
    keyframes = [
        _keyframe(start_s, away_mm, 0.3),
        _keyframe(start_s + _ENTER_S, _off(first_mm, 12 if step.rest_s or not targets else 0), 0.3),
    ]
    clock_s = start_s + _ENTER_S + step.rest_s
    if step.rest_s or not targets:
        clock_s += 0.0 if targets else 0.3
        keyframes.append(_keyframe(clock_s, _off(first_mm, 8), 0.4))
    loosened = [(t.number, clock_s + (_GRASP_S if targets else -0.2)) for t in falling]
    takes: list[tuple[int, float]] = []
    for k, target in enumerate(targets):
        held_mm = _held_at(target.pose_at(start_s))
        clock_s += _TRAVEL_S if k or step.rest_s else 0.0
        keyframes.append(_keyframe(clock_s, held_mm, 0.5))
        clock_s += _GRASP_S
        keyframes.append(_keyframe(clock_s, held_mm, 1.0))
        takes += [(t.number, clock_s) for t in standing if target.number in {t.number, t.on}]
        clock_s += _GRASP_S
        keyframes.append(_keyframe(clock_s, _off(held_mm, 45), 1.0))
    clock_s += _LEAVE_S
    keyframes.append(_keyframe(clock_s, away_mm, 1.0 if takes else 0.3))
    left = len(standing) - len(takes) - len(loosened)
    second_hand = _second_hand(rng, player, start_s, clock_s) if step.second else ()
    return HandMovement(
        start_s=start_s,
        end_s=clock_s,
        keyframes=tuple(keyframes),
        takes=tuple(takes),
        left=left,
        loosened=tuple(loosened),
        second_hand=second_hand,
    )


def _second_hand(rng: np.random.Generator, player: SimulatedPlayer, start_s: float, end_s: float) -> tuple[HandKeyframe, ...]:
    """Return the path of a second hand from the other side: it comes later, rests at the board and leaves first."""
    at_mm = (-player.side * float(rng.uniform(70, 130)), float(rng.uniform(-110, 40)), float(rng.uniform(60, 110)))
    away_mm = (-player.side * _AWAY_MM[0] + at_mm[0], _AWAY_MM[1] + at_mm[1], _AWAY_MM[2])
    come_s, go_s = start_s + float(rng.uniform(0.1, 0.4)), end_s - float(rng.uniform(0.0, 0.3))
    stay_s = max(go_s - _LEAVE_S, come_s + _ENTER_S + 0.05)
    return (
        _keyframe(come_s, away_mm, 0.3),
        _keyframe(come_s + _ENTER_S, at_mm, 0.5),
        _keyframe(stay_s, _off(at_mm, 6), 0.4),
        _keyframe(max(go_s, stay_s + 0.1), away_mm, 0.3),
    )


def _held_at(pose: DartPose) -> tuple[float, float, float]:
    out_mm = (grip_mm(pose) - pose.depth_mm) * pose.along
    return pose.x_mm + float(out_mm[0]), pose.y_mm + float(out_mm[1]), float(out_mm[2])


def _off(at_mm: tuple[float, float, float], out_mm: float) -> tuple[float, float, float]:
    return at_mm[0], at_mm[1] + 0.2 * out_mm, at_mm[2] + out_mm


def _keyframe(at_s: float, at_mm: tuple[float, float, float], grip: float) -> HandKeyframe:
    return HandKeyframe(at_s=at_s, x_mm=at_mm[0], y_mm=at_mm[1], z_mm=at_mm[2], grip=grip)
