"""Tests of the plans of visits."""

from itertools import pairwise

from workers.sources.simulator.plans import KINDS, NAMED, UNUSUAL, USUAL
from workers.sources.simulator.visit import PlannedHand, PlannedThrow

PULL_OUT_S = 5.0  # a takeout that is open longer without a hand is published as overdue


def test_every_plan_begins_with_a_throw_and_ends_with_a_takeout() -> None:
    """Nothing is left in the board behind the last hand."""
    for plans in (NAMED | KINDS).values():
        for plan in plans:
            last = plan[-1]

            assert isinstance(plan[0], PlannedThrow)
            assert isinstance(last, PlannedHand)
            assert last.take >= sum(isinstance(step, PlannedThrow) for step in plan) - 1


def test_no_kind_is_both_usual_and_unusual() -> None:
    """Each kind is one or the other, and none has the name of a story that was there before."""
    assert not set(USUAL) & set(UNUSUAL)
    assert not set(KINDS) & set(NAMED)


def test_an_open_takeout_goes_on_before_it_is_overdue() -> None:
    """Between a hand that left darts behind and the next step lies less than the pull-out limit."""
    for plans in UNUSUAL.values():
        for plan in plans:
            for step, following in pairwise(plan):
                assert not isinstance(step, PlannedHand) or following.after_s < PULL_OUT_S
