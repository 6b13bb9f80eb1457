"""Killer: numbers, killers, lives, and the last side alive."""

import pytest

from dartd.game.killer import KillerScore
from dartd.game.rules import RulesError
from tests.support.matches import by_hand, leg_of, started


def test_the_opening_throw_gives_the_number() -> None:
    """A miss, the bull and a taken number are thrown again; the dart that takes a number ends the visit; its double makes a killer."""
    leg = leg_of("killer", "5", "MISS BULL D7", sides=2)

    assert [leg.game.score(side) for side in (0, 1)] == [
        KillerScore(lives=3, number=5, killer=False),
        KillerScore(lives=3, number=7, killer=True),
    ]
    silent = leg_of("killer", "5", "5 D7 D7", sides=2, opening_double_makes_killer=False)
    assert (silent.outcomes[1].used, silent.outcomes[1].ignored) == (2, 1)
    assert silent.game.score(1) == KillerScore(lives=3, number=7, killer=False)


def test_a_killer_takes_lives() -> None:
    """The first hit of the own double makes a killer, each further hit on others costs them a life, on oneself one's own."""
    leg = leg_of("killer", "D1 D2 D1", "D1", "D2 D2", sides=2, numbers=[1, 2])

    assert (leg.winner, leg.end, leg.game.totals(["A", "B"])) == (0, "last_alive", {"lives": {"A": 2, "B": 0}})


def test_the_last_side_alive_wins_also_when_the_killer_is_its_own() -> None:
    """A side that takes its own last life loses at once."""
    leg = leg_of("killer", "D1 D1 D2", sides=2, numbers=[1, 2], lives=1)

    assert (leg.winner, leg.outcomes[0].used, leg.outcomes[0].ignored) == (1, 2, 1)


@pytest.mark.parametrize(
    ("ring", "visit", "lives"), [("triple", "T1 T2 D2", 2), ("any", "1 2 D2", 0), ("any", "1 T2", 0), ("double", "D1 2", 3)]
)
def test_rings_and_what_they_cost(ring: str, visit: str, lives: int) -> None:
    """Doubles, triples, or any ring with as many lives as its multiplier."""
    assert leg_of("killer", visit, sides=2, numbers=[1, 2], ring=ring).game.totals(["A", "B"])["lives"]["B"] == lives


def test_a_side_that_is_no_killer_may_lose_a_life() -> None:
    """Only with the option; a dead side is skipped and its number is dead."""
    assert leg_of("killer", "D2", sides=2, numbers=[1, 2]).game.totals(["A", "B"])["lives"] == {"A": 3, "B": 3}
    leg = leg_of("killer", "D2", sides=3, numbers=[1, 2, 3], penalty_not_killer=True, lives=1)
    assert not leg.is_in_play(0)
    assert not leg.finished


def test_sides_without_a_number_throw_first() -> None:
    """A side that missed three times throws again before the others go on, and the dead are skipped."""
    match = by_hand(started({"game": "killer"}, players=(1, 1, 1)), "5", "MISS MISS MISS", "6")

    assert match.on() == (1, 0)


@pytest.mark.parametrize(("sides", "rules"), [
    (1, {}), (21, {}), (2, {"numbers": [1, 1]}), (2, {"numbers": [1]}), (2, {"numbers": "drawn"}),
])  # fmt: skip
def test_what_cannot_be_played_is_refused(sides: int, rules: dict[str, object]) -> None:
    """Too few or too many sides, numbers that are not one for each, and numbers that are still to be drawn."""
    with pytest.raises(RulesError):
        leg_of("killer", sides=sides, **rules)
