"""The draw of a knockout and of a round robin."""

from collections.abc import Sequence

from dartd.game.rules import RulesError

Pairing = tuple[int, int]


def knockout_seats(entrants: int) -> list[tuple[int, int | None]]:
    """Return the first round of a knockout by seeds from 1: `(1, 8), (4, 5), (2, 7), (3, 6)`; None is a bye.

    Raises:
        RulesError: fewer than two entrants.
    """
    if entrants < 2:
        raise RulesError("$.entrants: a knockout needs at least two")
    order = [1, 2]
    while len(order) < entrants:
        size = 2 * len(order) + 1
        order = [seed for better in order for seed in (better, size - better)]
    pairs = [sorted(order[at : at + 2]) for at in range(0, len(order), 2)]
    return [(better, worse if worse <= entrants else None) for better, worse in pairs]


def round_robin(entrants: int, *, twice: bool = False) -> list[list[Pairing]]:
    """Return the rounds of a round robin of entrants from 0, each pair once (or twice, sides swapped), by the circle method.

    The first of a pair throws first. With an odd number one entrant rests in each round.
    """
    rounds: list[list[Pairing]] = []
    circle: list[int | None] = [*range(entrants), *([None] if entrants % 2 else [])]
    half = len(circle) // 2
    for _ in range(len(circle) - 1):
        pairs = zip(circle[:half], reversed(circle[half:]), strict=True)
        rounds.append([_ordered(one, other) for one, other in pairs if one is not None and other is not None])
        circle = [circle[0], circle[-1], *circle[1:-1]]
    if twice:
        rounds += [[(other, one) for one, other in pairs] for pairs in rounds]
    return rounds


def _ordered(one: int, other: int) -> Pairing:
    """Return the pair in an order by which every entrant throws first about as often as second."""
    low, high = min(one, other), max(one, other)
    return (low, high) if (low + high) % 2 else (high, low)


def next_round(winners: Sequence[int]) -> list[Pairing]:
    """Return the pairs of the next round of a knockout: the winners of neighbouring fixtures meet."""
    return list(zip(winners[::2], winners[1::2], strict=True))
