"""Forty simulated visits with a match on them: the turn passes exactly when a referee would pass it.

Early takeouts, false takeouts, bounce-outs, misses and fourth darts, from simulated pictures through real camera processes. The referee
knows what happened; `tests/property/test_referee.py` has busts and game shots as well.
"""

import os

import pytest

from schemas.events import BoardEvent, TurnChanged
from tests.support.comparison import TimedEvent, visits
from tests.support.play import Table, create
from tests.support.simulated_replay import replay_simulation
from workers.sources.simulator.script import Script
from workers.sources.simulator.truth import truth

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
RIGHT = 0.85  # of the visits are published as they happened, as `test_evening` measures
THROWN = ("dart_hit", "throw_miss", "dart_unscored")
LONG = pytest.mark.skipif("DARTD_LONG" not in os.environ, reason="plays ten minutes of darts; set DARTD_LONG=1")


@pytest.mark.parametrize(
    ("name", "rig", "seed", "count"),
    [("tc8_3", 3, 13, 3), ("tc8_5", 5, 15, 3), ("tc8_7", 7, 17, 3), pytest.param("random", 9, 50, 31, marks=LONG)],
)
async def test_the_turn_passes_as_a_referee_would_pass_it(name: str, rig: int, seed: int, count: int) -> None:
    """Once at the end of each takeout after a throw, to the other side, and at no other moment."""
    story = Script(name=name, seed=seed)
    published = [TimedEvent(t.t_ms, t.envelope.event) for t in await replay_simulation(story, rig, visits=count, timeout_s=1700)]
    sequence = truth(story, story.lead_s + count * story.length_s)["sequences"][name]
    table, right, found = Table(), 0, visits(sequence, published)
    table.give(create(start=10001))
    side = 0
    for visit in found:
        events = [each.event for each in visit.events if isinstance(each.event, BoardEvent)]
        turns = [each.turn for item in events for each in table.give(item) if isinstance(each, TurnChanged)]
        on = [turn.side for turn in turns if turn is not None]
        if visit.verify:
            right += 1
            has_thrown = any(line.startswith(THROWN) for line in visit.happened)
            passes = has_thrown and any(line.startswith("takeout_finished") for line in visit.happened)
            thrower, side = side, 1 - side if passes else side
            assert on == [thrower] * (len(on) - passes) + [side] * passes, visit.happened
        else:
            side = on[-1] if on else side  # the next visit begins where this one left the match

    assert len(found) == count
    assert right >= RIGHT * count
