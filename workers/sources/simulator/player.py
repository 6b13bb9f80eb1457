"""A simulated player: the targets, and where the darts land."""

import math
from typing import Final, Literal

import numpy as np

from schemas.base import Value
from schemas.board import SECTOR_RAD, SECTORS, BoardSpec, wire_distance_mm
from workers.sources.simulator.darts import DartPose

Target = Literal["board", "group", "number_ring", "surround"]
Game = Literal["x01", "cricket", "doubles", "around_the_clock", "bull"]
_BOARD: Final = BoardSpec()
_WIRE_MM: Final = 1.9  # least distance of a point from the middle of a wire
_APART_MM: Final = 7.0  # least distance of two points
_GROUP_MM: Final = (7.5, 15.0)  # distance of the darts of a group
_TRIES: Final = 200
_AIMS: Final[dict[Game, tuple[tuple[int, float, float], ...]]] = {  # sector (0: bull), radius in mm, share
    "x01": ((20, 103, 0.45), (19, 103, 0.15), (18, 103, 0.08), (0, 0, 0.1), (16, 166, 0.06), (20, 166, 0.06), (8, 130, 0.1)),
    "cricket": (*((sector, 103, 0.15) for sector in (20, 19, 18, 17, 16, 15)), (0, 0, 0.1)),
    "doubles": ((20, 166, 0.2), (16, 166, 0.2), (8, 166, 0.15), (10, 166, 0.15), (4, 166, 0.1), (18, 166, 0.1), (12, 166, 0.1)),
    "around_the_clock": tuple((sector, 130, 0.05) for sector in SECTORS),
    "bull": ((0, 0, 1.0),),
}
GAMES: Final = tuple(_AIMS)


class SimulatedPlayer(Value, frozen=True, kw_only=True):
    """A player: spread of the points in mm (standard deviation per axis), design and lean of the darts, person and side of the arm.

    The game decides about the targets.
    """

    spread_mm: float
    design: int
    lean: float
    person: int
    side: float
    game: Game = "x01"


def player_of(rng: np.random.Generator, game: Game = "x01") -> SimulatedPlayer:
    """Return a random player of a game."""
    return SimulatedPlayer(
        spread_mm=float(rng.uniform(9, 24)),
        design=int(rng.integers(24)),
        lean=float(rng.uniform(0.12, 0.3)),
        person=int(rng.integers(20)),
        side=1.0 if rng.random() < 0.75 else -1.0,
        game=game,
    )


def throw(rng: np.random.Generator, player: SimulatedPlayer, target: Target, standing: list[DartPose]) -> DartPose:
    """Return a random pose of a dart in the board: off the wires and apart from the other darts."""
    for _ in range(_TRIES):
        x_mm, y_mm = _close_to(rng, standing[-1]) if target == "group" and standing else _point(rng, player, target)
        if all(math.hypot(x_mm - p.x_mm, y_mm - p.y_mm) > _APART_MM for p in standing):
            break
    return DartPose(
        x_mm=round(x_mm, 3),
        y_mm=round(y_mm, 3),
        slope_x=float(rng.normal(0, 0.05)),
        slope_y=float(np.clip(rng.normal(player.lean, 0.05), 0.09, 0.36)),
        depth_mm=float(rng.uniform(8, 12)),
        roll_rad=float(rng.uniform(0, math.pi / 2)),
        design=player.design,
    )


def _point(rng: np.random.Generator, player: SimulatedPlayer, target: Target) -> tuple[float, float]:
    if target in {"board", "group"}:
        return _on_board(rng, player)
    near, far = {"number_ring": (176.0, 214.0), "surround": (240.0, 285.0)}[target]
    radius_mm, angle_rad = float(rng.uniform(near, far)), float(rng.uniform(0, math.tau))
    return radius_mm * math.cos(angle_rad), radius_mm * math.sin(angle_rad)


def _close_to(rng: np.random.Generator, pose: DartPose) -> tuple[float, float]:
    """Return a random point close to a dart in the board, off the wires."""
    for _ in range(_TRIES):
        reach_mm, angle_rad = float(rng.uniform(*_GROUP_MM)), float(rng.uniform(0, math.tau))
        x_mm, y_mm = pose.x_mm + reach_mm * math.cos(angle_rad), pose.y_mm + reach_mm * math.sin(angle_rad)
        if math.hypot(x_mm, y_mm) < _BOARD.double_outer_mm and wire_distance_mm(x_mm, y_mm, _BOARD) > _WIRE_MM:
            break
    return x_mm, y_mm


def _on_board(rng: np.random.Generator, player: SimulatedPlayer) -> tuple[float, float]:
    aims = _AIMS[player.game]
    sector, radius_mm, _ = aims[int(rng.choice(len(aims), p=[a[2] for a in aims]))]
    angle_rad = math.pi / 2 - (SECTORS.index(sector) * SECTOR_RAD if sector else 0.0)
    aim_mm = np.array([math.cos(angle_rad), math.sin(angle_rad)]) * radius_mm
    for _ in range(_TRIES):
        x_mm, y_mm = (float(v) for v in aim_mm + rng.normal(0, player.spread_mm, 2))
        if math.hypot(x_mm, y_mm) < _BOARD.double_outer_mm and wire_distance_mm(x_mm, y_mm, _BOARD) > _WIRE_MM:
            return x_mm, y_mm
    return 0.0, 0.0
