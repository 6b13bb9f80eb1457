"""Tests of simulated players."""

import math

import numpy as np

from schemas.board import BoardSpec, bed_at, wire_distance_mm
from workers.sources.simulator.darts import DartPose
from workers.sources.simulator.player import GAMES, player_of, throw

BOARD = BoardSpec()


def test_darts_on_the_board_avoid_wires_and_each_other() -> None:
    """No dart enters a wire or another dart's hole, and all lean upwards."""
    rng = np.random.default_rng(1)
    for _ in range(60):
        player = player_of(rng)
        standing: list[DartPose] = []
        for _ in range(3):
            pose = throw(rng, player, "board", standing)
            assert all(math.hypot(pose.x_mm - p.x_mm, pose.y_mm - p.y_mm) > 5 for p in standing)
            standing.append(pose)

            assert bed_at(pose.x_mm, pose.y_mm, BOARD).ring != "miss"
            assert wire_distance_mm(pose.x_mm, pose.y_mm, BOARD) > 1.75 or pose.x_mm == pose.y_mm == 0
            assert 0.09 <= pose.slope_y <= 0.36
            assert 8 <= pose.depth_mm <= 12


def test_misses_go_to_their_target() -> None:
    """Number ring and surround are two different places."""
    rng = np.random.default_rng(2)
    player = player_of(rng)
    radii = {t: math.hypot(p.x_mm, p.y_mm) for t in ("number_ring", "surround") for p in [throw(rng, player, t, [])]}

    assert 170 < radii["number_ring"] < 225
    assert 225 < radii["surround"] < 300


def test_a_group_is_tight() -> None:
    """A dart of a group goes next to the one before, never into its hole."""
    rng = np.random.default_rng(3)
    player = player_of(rng)
    for _ in range(40):
        first = throw(rng, player, "board", [])
        second = throw(rng, player, "group", [first])

        assert 7 < math.hypot(second.x_mm - first.x_mm, second.y_mm - first.y_mm) <= 15


def test_the_game_says_what_is_aimed_at() -> None:
    """A player for the bull throws around it, one for doubles around the double ring."""
    rng = np.random.default_rng(5)
    radii = {
        game: np.median([math.hypot(p.x_mm, p.y_mm) for p in (throw(rng, player_of(rng, game), "board", []) for _ in range(60))])
        for game in GAMES
    }

    assert radii["bull"] < 40
    assert 90 < radii["cricket"] < 115
    assert 120 < radii["around_the_clock"] < 140
    assert 145 < radii["doubles"] < 170
