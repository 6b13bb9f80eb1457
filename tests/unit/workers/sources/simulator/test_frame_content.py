"""Tests of the scene at one time."""

import math

import numpy as np
import pytest

from workers.sources.simulator.extended_projection import CameraShift
from workers.sources.simulator.frame_content import FrameContent, content_at, placed, shift_at
from workers.sources.simulator.script import Script
from workers.sources.simulator.visit import SimulatedVisit

DEMO = Script(name="demo", seed=7)


def test_the_board_is_empty_at_first_and_at_last() -> None:
    """Before the first throw, before the epoch and after the end nothing stands and nothing moves."""
    ended = Script(name="tc8_2", seed=1)

    assert content_at(DEMO, 0.5) == FrameContent()
    assert content_at(DEMO, -100.0) == FrameContent()
    assert content_at(ended, ended.end_s + 1) == FrameContent()


def test_a_throw_flies_wiggles_and_stands() -> None:
    """A dart is in the air before it lands, swings for a moment and then stands in its given pose."""
    throw = DEMO.visit(0).throws[0]
    flying, wiggling, standing = (content_at(DEMO, throw.at_s + d) for d in (-0.05, 0.05, 0.5))

    assert flying.moving[0].rest is None
    assert wiggling.moving[0].rest == throw.pose
    assert standing == FrameContent(standing=(throw.pose,))


def test_a_takeout_moves_darts_with_the_hand() -> None:
    """While the hand is there darts stand, then are held, then are gone."""
    reach = DEMO.visit(0).hand_movements[0]
    begun = content_at(DEMO, reach.start_s + 0.2)
    half = content_at(DEMO, reach.takes[1][1] + 0.01)
    over = content_at(DEMO, reach.end_s)

    assert (len(begun.standing), len(begun.moving)) == (3, 0)
    assert len(begun.hands) == 1
    assert (len(half.standing), len(half.moving)) == (1, 2)
    assert over == FrameContent()


def test_a_bounce_out_is_seen_and_falls() -> None:
    """A dart that bounces is in the board for a few frames, then below it, then nowhere."""
    script = Script(name="tc8_5", seed=4)
    throw = script.visit(2).throws[2]
    before = (script.visit(2).throws[0].pose, script.visit(2).throws[1].pose)
    seen, falling, gone = (content_at(script, t) for t in (throw.at_s + 0.05, throw.gone_s + 0.2, throw.gone_s + 0.6))

    assert seen.moving[0].rest == throw.pose
    assert falling.moving[0].poses[0].y_mm < throw.pose.y_mm - 50
    assert gone == FrameContent(standing=before)


def test_cameras_shake_on_their_own_and_come_back_nearly() -> None:
    """At impact each camera moves by itself, a fraction of a pixel up to two, and rests within half of one of where it was calibrated."""
    reached = []
    for seed in range(1, 8):
        script = Script(name="demo", seed=seed)
        throw = script.visit(0).throws[0]
        hit = [shift_at(script, k, throw.at_s) for k in range(3)]
        rest = [shift_at(script, k, throw.at_s + 1.0) for k in range(3)]
        reached += [math.hypot(s.x, s.y) for s in hit]

        assert shift_at(script, 0, 1.0) == CameraShift()
        assert len({(s.x, s.y) for s in hit}) == 3
        assert all(math.hypot(s.x, s.y) <= 0.52 for s in rest)
        assert rest == [shift_at(script, k, throw.at_s + 1.5) for k in range(3)]
    assert 0.1 < min(reached) < 0.5
    assert 1.2 < max(reached) < 2.7


@pytest.mark.parametrize("from_point_mm", [0.0, 40.0])
def test_a_dart_is_placed_by_any_place_of_it(from_point_mm: float) -> None:
    """The named place of the dart lies where it was put, and the dart leans as before."""
    pose = DEMO.visit(0).throws[0].pose
    at_mm = np.array([20.0, -30.0, 90.0])
    moved = placed(pose, at_mm, from_point_mm)
    point_mm = np.array([moved.x_mm, moved.y_mm, 0.0]) - moved.depth_mm * moved.along

    np.testing.assert_allclose(point_mm + from_point_mm * moved.along, at_mm, atol=1e-9)
    assert (moved.slope_x, moved.slope_y) == (pose.slope_x, pose.slope_y)


def _first(kind: str, *, seed: int = 3) -> SimulatedVisit:
    return Script(name=kind, seed=seed).visit(0)


def test_a_second_hand_comes_along() -> None:
    """Two hands are before the board at once, from both sides, and both are gone at last."""
    visit = _first("two_hands")
    reach = visit.hand_movements[0]
    hands = content_at(Script(name="two_hands", seed=3), (reach.start_s + reach.end_s) / 2).hands

    assert [h.side for h in hands] == [visit.player.side, -visit.player.side]
    assert reach.second_hand[-1].at_s <= reach.end_s


def test_a_knocked_dart_wiggles_and_stands_elsewhere() -> None:
    """A dart that another one pushes stood in one place, swings, and stands in another."""
    script = Script(name="knock", seed=1)
    visit = next(v for v in map(script.visit, range(20)) if any(t.pushed for t in v.throws))
    old = next(t for t in visit.throws if t.pushed)
    assert old.pushed is not None
    at_s, pose = old.pushed

    assert old.pose in content_at(script, at_s - 0.01).standing
    assert pose in [m.rest for m in content_at(script, at_s + 0.05).moving]
    assert pose in content_at(script, at_s + 0.5).standing


def test_a_lodged_dart_leaves_with_its_carrier() -> None:
    """A dart in the end of another begins far out, and a hand takes both at once."""
    visit = _first("robin_hood")
    lodged = next(t for t in visit.throws if t.outcome == "lodges")
    assert lodged.on is not None
    carrier = visit.throws[lodged.on]
    held = content_at(Script(name="robin_hood", seed=3), carrier.gone_s + 0.1)

    assert lodged.pose.depth_mm < -80
    assert lodged.gone_s == carrier.gone_s
    assert len(held.moving) >= 2


def test_a_loosened_dart_falls_next_to_the_hand() -> None:
    """A dart that falls while the hand is at work drops, and no hand carries it."""
    script = Script(name="fall_in_takeout", seed=3)
    reach = script.visit(0).hand_movements[0]
    number, at_s = reach.loosened[0]
    falling = content_at(script, at_s + 0.25)

    assert falling.hands
    assert min(m.poses[0].y_mm for m in falling.moving) < script.visit(0).throws[number].pose.y_mm - 100
