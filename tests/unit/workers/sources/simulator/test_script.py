"""Tests of simulated stories."""

import math
from itertools import pairwise

import pytest

from workers.sources.simulator.plans import KINDS, UNUSUAL
from workers.sources.simulator.script import SCRIPTS, Script

QUIET = ["quiet", "quiet_darts"]
NAMED = [f"tc8_{k}" for k in range(1, 9)]


def test_all_stories_are_there() -> None:
    """The eight test cases, the demo, the mixtures and each kind of visit have names."""
    assert set(SCRIPTS) == {*NAMED, "demo", "random", "mixed", "disturbed", "left_dart", *QUIET, *KINDS}


@pytest.mark.parametrize("name", SCRIPTS)
def test_visits_fit_their_time_and_end_with_an_empty_board(name: str) -> None:
    """Whatever is thrown in a visit is taken or fallen before the next one begins; throws wait for a still board."""
    script = Script(name=name, seed=5)
    for number in range(3 if name in NAMED else 12):
        visit = script.visit(number)
        ends = [r.end_s for r in visit.hand_movements]

        assert max(ends, default=0.0) < visit.end_s - 0.3
        assert len(visit.throws) <= (4 if visit.kind == "fourth_dart" else 3)
        assert all(t.gone_s < visit.end_s for t in visit.throws)
        assert all(t.at_s > visit.start_s + 0.8 for t in visit.throws)


@pytest.mark.parametrize("share", [0.0, 0.33, 1.0])
def test_so_many_visits_of_a_mixture_are_unusual(share: float) -> None:
    """The share of unusual visits is the one asked for, and each kind comes."""
    script = Script(name="mixed", seed=2, unusual=share)
    kinds = [script.visit(number).kind for number in range(300)]
    found = sum(kind in UNUSUAL for kind in kinds) / 300

    assert abs(found - share) < 0.08
    assert set(kinds) <= set(KINDS)
    assert share < 1 or set(kinds) == set(UNUSUAL)


def test_visits_are_a_pure_function_of_the_seed() -> None:
    """A visit is the same in whatever order it is asked for, and another one under another seed."""
    late = Script(name="random", seed=9).visit(1000)

    assert late == Script(name="random", seed=9).visit(1000)
    assert late != Script(name="random", seed=10).visit(1000)
    assert late.start_s == 10.0 + 1000 * Script(name="random", seed=9).length_s


def test_named_stories_end_and_the_demo_does_not() -> None:
    """Three visits make a test case; the demo goes on without end."""
    assert math.isinf(Script(name="demo", seed=1).end_s)
    for name in NAMED:
        script = Script(name=name, seed=1)
        assert len(script.visits_until(1e9)) == 3


def test_the_demo_throws_at_a_walking_pace() -> None:
    """In the demo a dart lands every 2.5 to 3.5 s and three are taken in about 2.5 s."""
    for number in range(10):
        visit = Script(name="demo", seed=2).visit(number)
        first, second, third = (t.at_s for t in visit.throws)

        assert 2.4 < second - first < 3.5
        assert 2.4 < third - second < 3.5
        assert 2.0 < visit.hand_movements[0].end_s - visit.hand_movements[0].start_s < 3.2


def test_rapid_throws_are_rapid() -> None:
    """The darts of the eighth test case land within 700 ms of each other."""
    for number in range(3):
        landed = [t.at_s for t in Script(name="tc8_8", seed=3).visit(number).throws]

        assert all(0.5 < b - a < 0.7 for a, b in pairwise(landed))


def test_quiet_stories_throw_nothing_while_they_are_disturbed() -> None:
    """In `quiet` no dart is ever thrown; in `quiet_darts` three darts stand before it begins, and the hand comes when it is over."""
    assert Script(name="quiet", seed=1).visit(3).throws == ()
    script = Script(name="quiet_darts", seed=1)
    for number in range(4):
        visit = script.visit(number)

        assert script.disturbed_s(visit.throws[-1].at_s + 1.0) is None
        assert script.disturbed_s(visit.hand_movements[0].start_s - 0.1) is None
        assert script.disturbed_s(visit.start_s + 30) is not None


@pytest.mark.parametrize("name", [*QUIET, "disturbed"])
def test_disturbed_time_runs_on_from_visit_to_visit(name: str) -> None:
    """The clock of the disturbances stands still in peace, and each of its times is one of the story's."""
    script = Script(name=name, seed=1)
    for disturbed_s in (0.0, 7.5, 40.0, 123.25):
        found = script.disturbed_s(script.since_s(disturbed_s))

        assert found is not None
        assert abs(found - disturbed_s) < 1e-6
    assert Script(name="demo", seed=1).disturbed_s(100.0) is None
