"""Tests of simulated visits."""

import math

import numpy as np

from workers.sources.simulator.visit import PlannedHand, PlannedThrow, visit_of


def test_a_hand_takes_what_stands() -> None:
    """A reach takes darts that stuck, in order, and never one that fell."""
    plan = (PlannedThrow(after_s=1), PlannedThrow(after_s=2, outcome="bounces"), PlannedThrow(after_s=2), PlannedHand(after_s=2))
    visit = visit_of(np.random.default_rng(1), plan, 0, "any", 10.0, 15.0)

    assert [n for n, _ in visit.hand_movements[0].takes] == [0, 2]
    assert visit.hand_movements[0].left == 0
    assert visit.throws[1].gone_s < visit.throws[1].at_s + 0.3
    assert visit.throws[0].gone_s == visit.hand_movements[0].takes[0][1]


def test_a_hand_may_take_a_part_or_nothing() -> None:
    """A reach that takes nothing leaves all, one that takes a part leaves the rest standing."""
    plan = (PlannedThrow(after_s=1), PlannedThrow(after_s=2), PlannedHand(after_s=2, take=0), PlannedHand(after_s=2, take=1))
    visit = visit_of(np.random.default_rng(2), plan, 0, "any", 0.0, 20.0)

    assert [r.left for r in visit.hand_movements] == [2, 1]
    assert math.isinf(visit.throws[1].gone_s)


def test_times_follow_each_other() -> None:
    """Throws and hands come in the planned order, the keys of a hand too."""
    plan = (PlannedThrow(after_s=1), PlannedThrow(after_s=2), PlannedHand(after_s=2, rest_s=1.5))
    visit = visit_of(np.random.default_rng(3), plan, 0, "any", 5.0, 20.0)
    keyframes = [k.at_s for k in visit.hand_movements[0].keyframes]

    assert 5.0 < visit.throws[0].at_s < visit.throws[1].at_s < visit.hand_movements[0].start_s
    assert keyframes == sorted(keyframes)
    assert visit.hand_movements[0].end_s == keyframes[-1]


def test_a_dart_may_push_another_or_knock_it_out() -> None:
    """When a dart lands next to another, that one stands elsewhere from then on, or falls."""
    first, second_hand = PlannedThrow(after_s=1), PlannedThrow(after_s=2, target="group", pushes=True)
    pushed = visit_of(np.random.default_rng(4), (first, second_hand), 0, "any", 0.0, 20.0)
    out = visit_of(np.random.default_rng(4), (first, PlannedThrow(after_s=2, target="group", knocks_out=True)), 0, "any", 0.0, 20.0)
    old, new = pushed.throws

    assert old.pose_at(new.at_s - 0.1) == old.pose
    assert 2 < math.hypot(old.pose_at(new.at_s).x_mm - old.pose.x_mm, old.pose_at(new.at_s).y_mm - old.pose.y_mm) < 6
    assert out.throws[1].at_s < out.throws[0].gone_s < out.throws[1].at_s + 0.1


def test_a_dart_may_fall_while_the_hand_takes_others() -> None:
    """What a hand loosens it does not take, and none is left."""
    plan = (PlannedThrow(after_s=1), PlannedThrow(after_s=2), PlannedHand(after_s=2, take=1, loosens=1))
    reach = visit_of(np.random.default_rng(5), plan, 0, "any", 0.0, 20.0).hand_movements[0]

    assert [n for n, _ in reach.takes] == [0]
    assert [n for n, _ in reach.loosened] == [1]
    assert reach.start_s < reach.loosened[0][1] < reach.end_s
    assert reach.left == 0


def test_a_dart_may_lodge_in_the_end_of_another() -> None:
    """Its point is as far out as the other's end, and both leave the board together."""
    plan = (PlannedThrow(after_s=1), PlannedThrow(after_s=2, outcome="lodges"), PlannedHand(after_s=2))
    carrier, lodged = visit_of(np.random.default_rng(6), plan, 0, "any", 0.0, 20.0).throws
    point_mm = np.array([lodged.pose.x_mm, lodged.pose.y_mm, 0.0]) - lodged.pose.depth_mm * lodged.pose.along
    off_mm = point_mm[:2] - np.array([carrier.pose.x_mm, carrier.pose.y_mm]) - point_mm[2] * carrier.pose.along[:2] / carrier.pose.along[2]

    assert lodged.on == carrier.number
    assert 80 < point_mm[2] < 140
    assert np.hypot(*off_mm) < 0.1
    assert lodged.gone_s == carrier.gone_s
