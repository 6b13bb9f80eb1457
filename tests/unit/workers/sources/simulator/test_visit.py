"""Tests of simulated visits."""

import math

import numpy as np

from workers.sources.simulator.visit import Reaching, Throwing, visit_of


def test_a_hand_takes_what_stands() -> None:
    """A reach takes darts that stuck, in order, and never one that fell."""
    plan = (Throwing(after_s=1), Throwing(after_s=2, outcome="bounces"), Throwing(after_s=2), Reaching(after_s=2))
    visit = visit_of(np.random.default_rng(1), plan, 0, 10.0, 15.0)

    assert [n for n, _ in visit.reaches[0].takes] == [0, 2]
    assert visit.reaches[0].left == 0
    assert visit.throws[1].gone_s < visit.throws[1].at_s + 0.3
    assert visit.throws[0].gone_s == visit.reaches[0].takes[0][1]


def test_a_hand_may_take_a_part_or_nothing() -> None:
    """A reach that takes nothing leaves all, one that takes a part leaves the rest standing."""
    plan = (Throwing(after_s=1), Throwing(after_s=2), Reaching(after_s=2, take=0), Reaching(after_s=2, take=1))
    visit = visit_of(np.random.default_rng(2), plan, 0, 0.0, 20.0)

    assert [r.left for r in visit.reaches] == [2, 1]
    assert math.isinf(visit.throws[1].gone_s)


def test_times_follow_each_other() -> None:
    """Throws and hands come in the planned order, the keys of a hand too."""
    plan = (Throwing(after_s=1), Throwing(after_s=2), Reaching(after_s=2, rest_s=1.5))
    visit = visit_of(np.random.default_rng(3), plan, 0, 5.0, 20.0)
    keys = [k.at_s for k in visit.reaches[0].keys]

    assert 5.0 < visit.throws[0].at_s < visit.throws[1].at_s < visit.reaches[0].start_s
    assert keys == sorted(keys)
    assert visit.reaches[0].end_s == keys[-1]
