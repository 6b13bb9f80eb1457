"""The draw of knockouts and round robins."""

from collections import Counter

import pytest

from dartd.game.draw import knockout_seats, next_round, round_robin
from dartd.game.rules import RulesError


def test_seeds_meet_as_late_as_possible() -> None:
    """Eight entrants are drawn as tournaments do; the best get the byes."""
    assert knockout_seats(8) == [(1, 8), (4, 5), (2, 7), (3, 6)]
    assert knockout_seats(5) == [(1, None), (4, 5), (2, None), (3, None)]
    with pytest.raises(RulesError):
        knockout_seats(1)


@pytest.mark.parametrize("entrants", range(2, 34))
def test_a_draw_is_complete(entrants: int) -> None:
    """Every seed has one seat, no two byes meet, and better seeds get them."""
    pairs = knockout_seats(entrants)
    byes = sorted(better for better, worse in pairs if worse is None)

    assert sorted(seed for pair in pairs for seed in pair if seed) == list(range(1, entrants + 1))
    assert byes == list(range(1, len(byes) + 1))


@pytest.mark.parametrize("entrants", range(2, 12))
def test_everyone_meets_once(entrants: int) -> None:
    """Each pair once, no entrant twice in a round, and each throws first about as often as second."""
    rounds = round_robin(entrants)
    pairs = [pair for each in rounds for pair in each]

    assert len({frozenset(pair) for pair in pairs}) == len(pairs) == entrants * (entrants - 1) // 2
    assert all(len({player for pair in each for player in pair}) == 2 * len(each) for each in rounds)
    first = Counter(pair[0] for pair in pairs)
    assert max(first[player] for player in range(entrants)) - min(first[player] for player in range(entrants)) <= 1
    twice = [pair for each in round_robin(entrants, twice=True) for pair in each]
    assert len(set(twice)) == 2 * len(pairs)


def test_neighbours_meet_in_the_next_round() -> None:
    """The winners of two fixtures that stand next to each other."""
    assert next_round([1, 5, 2, 3]) == [(1, 5), (2, 3)]
