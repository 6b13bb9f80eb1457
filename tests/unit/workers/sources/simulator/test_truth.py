"""Tests of the truth of simulated stories."""

import pytest

from schemas.board import BoardSpec, bed_at
from workers.sources.simulator.story import STORIES, Story
from workers.sources.simulator.truth import truth

KNOWN = {"start", "in_flight", "dart_hit", "nothing", "hand", "takeout", "fell_out"}


@pytest.mark.parametrize("name", STORIES)
def test_truths_are_consistent(name: str) -> None:
    """Frames are in order, slots are at most three, every dart that stuck is taken, labels fit the millimetres."""
    told = truth(Story(name=name, seed=11), 200.0)["sequences"][name]
    times = [f["t_ms"] for f in told["frames"]]

    assert times == sorted(times)
    assert times[-1] < told["end_ms"]
    assert told["visits"]
    for visit in told["visits"]:
        events = [e["event"] for e in visit["events"]]
        assert visit["slots"] <= 3
        assert max(e.get("slot", 1) for e in visit["events"]) == visit["slots"]
        assert events.count("dart_removed") == visit["taken"]
        assert events.count("takeout_finished") == 1
        assert events[-1] == "takeout_finished"
    for frame in told["frames"]:
        expect = frame["expect"]
        assert expect["type"] in KNOWN
        if "x_mm" in expect:
            bed = bed_at(expect["x_mm"], expect["y_mm"], BoardSpec())
            assert expect["ring"] == bed.ring
            assert expect["label"] == (bed.label if bed.ring != "miss" else "MISS")


def test_a_full_takeout_is_told_once_with_all_darts() -> None:
    """Three darts taken in one, two or three reaches are one takeout of three."""
    told = truth(Story(name="tc8_4", seed=3), 1e9)["sequences"]["tc8_4"]

    assert [f["expect"]["count"] for f in told["frames"] if f["expect"]["type"] == "takeout"] == [3, 3, 3]
    for visit in told["visits"]:
        events = [e["event"] for e in visit["events"]]
        assert events.count("takeout_started") == events.count("takeout_finished") == 1


def test_bounce_outs_take_slots() -> None:
    """In the fifth test case hits and bounce-outs together make three slots."""
    for visit in truth(Story(name="tc8_5", seed=3), 1e9)["sequences"]["tc8_5"]["visits"]:
        events = [e["event"] for e in visit["events"]]

        assert visit["slots"] == 3
        assert events.count("dart_hit") + len([e for e in visit["events"] if "or" in e]) == 3
        assert events.count("dart_bounce_out") >= 1


def test_a_hand_that_takes_nothing_is_a_false_takeout() -> None:
    """In the seventh test case a hand reaches in and leaves all darts."""
    frames = truth(Story(name="tc8_7", seed=3), 1e9)["sequences"]["tc8_7"]["frames"]

    assert [f["expect"]["type"] for f in frames].count("hand") == 2


def test_nothing_is_told_of_an_unfinished_visit() -> None:
    """Truth covers whole visits only."""
    assert truth(Story(name="demo", seed=1), 10.0)["sequences"]["demo"]["visits"] == []
