"""Tests of the truth of simulated stories."""

from typing import Any

import pytest

from schemas.board import BoardSpec, bed_at
from workers.sources.simulator.script import SCRIPTS, Script
from workers.sources.simulator.truth import motions, truth

KNOWN = {"start", "in_flight", "dart_hit", "nothing", "hand", "takeout", "fell_out"}


@pytest.mark.parametrize("name", SCRIPTS)
def test_truths_are_consistent(name: str) -> None:
    """Frames are in order, slots are at most three, every dart that stuck is taken, labels fit the millimetres."""
    sequence = truth(Script(name=name, seed=11), 200.0)["sequences"][name]
    times = [f["t_ms"] for f in sequence["frames"]]

    assert times == sorted(times)
    assert times[-1] < sequence["end_ms"]
    assert sequence["visits"]
    for visit in [v for v in sequence["visits"] if v["events"]]:
        events = [e["event"] for e in visit["events"]]
        assert visit["slots"] <= 3
        assert max(e.get("slot", 1) for e in visit["events"]) == max(visit["completed"])
        assert events.count("dart_removed") == visit["taken"]
        assert events.count("takeout_finished") == len(visit["completed"])
        assert events[-1] == "takeout_finished"
    for frame in sequence["frames"]:
        expect = frame["expect"]
        assert expect["type"] in KNOWN
        if "x_mm" in expect:
            bed = bed_at(expect["x_mm"], expect["y_mm"], BoardSpec())
            assert expect["ring"] == bed.ring
            assert expect["label"] == (bed.label if bed.ring != "miss" else "MISS")


def test_a_full_takeout_is_listed_once_with_all_darts() -> None:
    """Three darts taken in one, two or three reaches are one takeout of three."""
    sequence = truth(Script(name="tc8_4", seed=3), 1e9)["sequences"]["tc8_4"]

    assert [f["expect"]["count"] for f in sequence["frames"] if f["expect"]["type"] == "takeout"] == [3, 3, 3]
    for visit in sequence["visits"]:
        events = [e["event"] for e in visit["events"]]
        assert events.count("takeout_started") == events.count("takeout_finished") == 1


def test_bounce_outs_take_slots() -> None:
    """In the fifth test case hits and bounce-outs together make three slots."""
    for visit in truth(Script(name="tc8_5", seed=3), 1e9)["sequences"]["tc8_5"]["visits"]:
        events = [e["event"] for e in visit["events"]]

        assert visit["slots"] == 3
        assert events.count("dart_hit") + len([e for e in visit["events"] if "or" in e]) == 3
        assert events.count("dart_bounce_out") >= 1


def test_a_hand_that_takes_nothing_is_a_false_takeout() -> None:
    """In the seventh test case a hand reaches in and leaves all darts."""
    frames = truth(Script(name="tc8_7", seed=3), 1e9)["sequences"]["tc8_7"]["frames"]

    assert [f["expect"]["type"] for f in frames].count("hand") == 2


def test_an_unfinished_visit_is_not_listed() -> None:
    """Truth covers whole visits only."""
    assert truth(Script(name="demo", seed=1), 10.0)["sequences"]["demo"]["visits"] == []


def _visits(kind: str, count: int = 12) -> list[dict[str, Any]]:
    script = Script(name=kind, seed=3)
    visits: list[dict[str, Any]] = truth(script, script.lead_s + count * script.length_s)["sequences"][kind]["visits"]
    return visits


def _names(visit: dict[str, Any]) -> list[str]:
    return [e["event"] for e in visit["events"]]


def test_a_fourth_dart_is_extra_and_taken_with_the_others() -> None:
    """It takes no slot, and four darts are removed."""
    for visit in _visits("fourth_dart"):
        assert _names(visit)[3] == "extra_dart"
        assert (visit["completed"], visit["taken"]) == ([3], 4)


def test_a_dart_thrown_into_an_open_takeout_is_extra() -> None:
    """When one of two darts was pulled the next is extra; when the only one was pulled the next begins another visit."""
    endings = {(tuple(visit["completed"]), "extra_dart" in _names(visit)) for visit in _visits("pulled_and_on")}

    assert endings == {((2,), True), ((1, 2), False), ((2, 1), False)}


def test_what_falls_with_a_hand_in_view_is_removed() -> None:
    """A dart that falls during a takeout is no bounce-out."""
    for visit in _visits("fall_in_takeout"):
        assert "dart_bounce_out" not in _names(visit)
        assert visit["taken"] == _names(visit).count("dart_hit")


def test_a_lodged_dart_scores_nothing_and_is_not_removed() -> None:
    """A dart in the end of another was thrown, but never stood in the board."""
    for visit in _visits("robin_hood"):
        assert _names(visit).count("dart_unscored") == 1
        assert (visit["slots"], visit["taken"]) == (3, 2)


def test_a_pushed_dart_is_listed_with_its_new_position() -> None:
    """A dart that moved is listed right after the hit that moved it, a dart knocked out as a bounce-out."""
    for visit in _visits("knock"):
        names = _names(visit)
        change = next(k for k, name in enumerate(names) if name in {"dart_moved", "dart_bounce_out"})

        assert names[change - 1] == "dart_hit"
        assert visit["events"][change]["slot"] < visit["events"][change - 1]["slot"]


def test_every_motion_has_its_time_and_kind() -> None:
    """Darts, hands and disturbances are listed in order, one camera's own as such, and disturbances only where they may be."""
    script = Script(name="quiet_darts", seed=4)
    found = motions(script, 400.0)
    troubles = [m for m in found if m.kind not in {"dart", "hand"}]

    assert [m.start_s for m in found] == sorted(m.start_s for m in found)
    assert {m.kind for m in found} > {"dart", "hand", "fly", "lamp", "bump"}
    assert all(m.end_s > m.start_s for m in found)
    assert all((m.camera is not None) == (m.kind in {"fly", "exposure", "bump"}) for m in troubles)
    assert all(script.disturbed_s(t) is not None for m in troubles for t in (m.start_s, m.end_s - 1e-6))


def test_what_falls_is_a_motion_of_its_own() -> None:
    """A dart that bounces out lands and falls."""
    kinds = [m.kind for m in motions(Script(name="bounce_out", seed=4), 30.0)]

    assert "fall" in kinds
    assert kinds.count("dart") == 3
