"""TC8.1 to TC8.8 and a long evening, from simulated pictures to journalled events, through real camera processes.

Each is also played with a match on the board: early takeouts, false takeouts, bounce-outs, misses and fourth darts pass the turn exactly
when a referee would. `tests/property/test_referee.py` has busts and game shots as well.
"""

import os

import pytest

from tests.support.comparison import TimedEvent, Visit, broken_chain, visits
from tests.support.play import assert_turns
from tests.support.simulated_replay import replay_simulation
from workers.sources.simulator.script import Script
from workers.sources.simulator.truth import truth

pytestmark = pytest.mark.timeout(900)
EVENING = 50
RIGHT = 0.85


async def _played(name: str, rig: int, seed: int, count: int, timeout_s: float = 890) -> tuple[list[Visit], list[str]]:
    """Play visits, and give them with the changes of state that do not fit together."""
    story = Script(name=name, seed=seed)
    published = [TimedEvent(t.t_ms, t.envelope.event) for t in await replay_simulation(story, rig, visits=count, timeout_s=timeout_s)]
    sequence = truth(story, story.lead_s + count * story.length_s)["sequences"][name]
    return visits(sequence, published), broken_chain(published)


async def _assert_published(name: str, rig: int, seed: int) -> None:
    """Play the three visits of a story; each is published as it happened, slot by slot and bed by bed, and states and turns follow."""
    found, broken = await _played(name, rig, seed, 3)
    assert [(visit.published, visit.wrong) for visit in found] == [(visit.happened, []) for visit in found]
    assert len(found) == 3
    assert broken == []
    assert_turns(found)


async def test_tc8_1_basic_throw() -> None:
    """One dart, then a takeout: the dart is a hit, and taking it out ends the visit."""
    await _assert_published("tc8_1", rig=1, seed=11)


async def test_tc8_2_three_darts() -> None:
    """Three darts fill three slots, and the takeout empties the board."""
    await _assert_published("tc8_2", rig=2, seed=12)


async def test_tc8_3_early_takeout() -> None:
    """A takeout after one or two darts ends the visit with as many slots."""
    await _assert_published("tc8_3", rig=3, seed=13)


async def test_tc8_4_full_takeout() -> None:
    """Darts taken out in one reach or in several make one takeout, which ends when the board is empty."""
    await _assert_published("tc8_4", rig=4, seed=14)


async def test_tc8_5_bounce_out_to_three() -> None:
    """Darts that fall or bounce out take their slots, and three slots make the visit."""
    await _assert_published("tc8_5", rig=5, seed=15)


async def test_tc8_6_miss() -> None:
    """A dart outside the double is a hit without points, one that did not stick a miss; each takes its slot."""
    await _assert_published("tc8_6", rig=6, seed=16)


async def test_tc8_7_hand_classes() -> None:
    """A hand that leaves everything, one that waits, one that takes: false takeouts go on with the visit, real ones end it."""
    await _assert_published("tc8_7", rig=7, seed=17)


async def test_tc8_8_rapid_throws() -> None:
    """Darts two thirds of a second apart are separate hits, in order."""
    await _assert_published("tc8_8", rig=8, seed=18)


async def test_a_dart_in_the_end_of_another() -> None:
    """In pictures of 360x320 too, a dart that stuck in the end of a standing one is a dart whose bed is unknown, and no miss."""
    await _assert_published("robin_hood", rig=7005, seed=7005)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif("LONG_TESTS" not in os.environ, reason="plays a quarter of an hour of darts; set LONG_TESTS=1")
async def test_evening() -> None:
    """Of fifty visits of every kind, played in one go, hardly one is published wrong; those are printed line by line."""
    found, broken = await _played("random", rig=9, seed=50, count=EVENING, timeout_s=1790)
    for number, visit in enumerate(found):
        if not visit.verify:
            print(f"visit {number}: published {visit.published}\n  happened {visit.happened}\n  {visit.wrong}")
    right = sum(visit.verify for visit in found) / EVENING
    print(f"{right:.0%} of {EVENING} visits are published right")

    assert right >= RIGHT
    assert broken == []
    assert_turns(found)
